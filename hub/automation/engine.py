"""Sets automations off and carries out their runs: one engine for the live house and for the past."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.elsewhere import OtherRooms
from hub.automation.judging import Elsewhere, Judge
from hub.automation.listening import Listening
from hub.automation.rendering import Renderer
from hub.automation.runs import Attached, Runs
from hub.automation.schema.automation import Automation
from hub.automation.schema.trigger import Trigger
from hub.automation.scope import Scope
from hub.automation.script import Tools
from hub.automation.trace import Trace
from hub.automation.watch import Attaching, Watcher, watcher
from hub.automation.world import Context, Seen, World
from hub.template import TemplateFailed


class Engine:
    """Tell it of every change by `changed`, `happened` and `signal`; it never blocks."""

    def __init__(
        self,
        world: World,
        elsewhere: Elsewhere | None = None,
        *,
        ended: Callable[[Trace], None] = lambda trace: None,
        begins: Callable[[Trace], Awaitable[None]] | None = None,
    ) -> None:
        self.world = self._world = world
        self.renderer = Renderer(world)
        self.judge = Judge(world, self.renderer, elsewhere or OtherRooms(world, self.renderer))
        self._zone = ZoneInfo(world.time_zone)
        self._listening = Listening()
        self._attached: dict[str, Attached] = {}
        self.tools = tools = Tools(world, self.renderer, self.judge, self._wait_for_trigger, self._listening.change)
        self._runs = Runs(tools, ended, begins)

    # Automations

    @property
    def automations(self) -> Mapping[str, Attached]:
        return self._attached

    def add(self, key: str, automation: Automation, *, enabled: bool = True, done: datetime | None = None) -> Attached:
        """Begin to watch. One of the same key is taken away first; `done`: up to when the clock set it off before."""
        if key in self._attached:
            self.remove(key)
        scope = Scope({})
        for name, value in automation.trigger_variables.items():
            with suppress(TemplateFailed):
                scope[name] = self.renderer.whole(value, scope)
        one = self._attached[key] = Attached(key, automation, dict(scope), enabled)
        most = max(1, automation.trace.stored_traces) * 4
        one.ran, one.held = deque(maxlen=most), deque(maxlen=most)
        self._watch(one, done)
        return one

    def remove(self, key: str) -> None:
        """Ends its runs."""
        one = self._attached.pop(key, None)
        if one is not None:
            self._unwatch(one)
            one.waiting.clear()
            for task in list(one.runs):
                task.cancel()

    def enable(self, key: str, enabled: bool) -> None:
        """Runs under way go on. One that is switched off watches on, and each trace says why nothing ran."""
        one = self._attached[key]
        if one.enabled == enabled:
            return
        one.enabled = enabled
        if enabled:
            # Afresh, as Home Assistant: a `for` that began while it was off does not end now.
            self._unwatch(one)
            self._watch(one)
        elif any(made.wants for made in one.watchers):
            self._listening.moved()

    async def close(self) -> None:
        for key in list(self._attached):
            tasks = list(self._attached[key].runs)
            self.remove(key)
            await asyncio.gather(*tasks, return_exceptions=True)

    def _watch(self, one: Attached, done: datetime | None = None) -> None:
        for index, trigger in enumerate(one.automation.triggers):
            if self._on(trigger, one.variables):
                made = self._watcher(trigger, index, one.variables, partial(self._fired, one), one.complain, done)
                if made is not None:
                    one.watchers.append(made)
                else:
                    one.problems.append(f"the trigger {trigger.trigger!r} is not understood here")

    def _on(self, trigger: Trigger, variables: Mapping[str, Any]) -> bool:
        if isinstance(trigger.enabled, str):
            with suppress(TemplateFailed):
                return self.renderer.true(trigger.enabled, variables)
            return False
        return trigger.enabled

    def _watcher(
        self,
        trigger: Trigger,
        index: int,
        variables: Mapping[str, Any],
        fired: Callable[[Mapping[str, Any], Context], None],
        failed: Callable[[str], None],
        done: datetime | None = None,
    ) -> Watcher | None:
        again = self._listening.again
        attaching = Attaching(self._world, self.renderer, self.judge, variables, fired, failed, again, self._zone, done)
        made = watcher(trigger, index, attaching)
        if made is not None:
            self._listening.add(made)
            made.start()
        return made

    def _unwatch(self, one: Attached) -> None:
        for made in one.watchers:
            self._listening.remove(made)
            made.stop()
        one.watchers.clear()

    def set_back(self) -> None:
        """The wall clock was set to an earlier time."""
        for one in self._listening.all():
            one.set_back()

    def settle(self) -> None:
        """The household has another time zone or place: watch anew, as if all had just been switched on."""
        self._zone = ZoneInfo(self._world.time_zone)
        for one in self._attached.values():
            self._unwatch(one)
            self._watch(one)

    # Others who look

    def attend(self, one: Watcher) -> None:
        """Tell it of what it wants to hear, until it leaves; after it looks at others, attend anew."""
        self._listening.remove(one)
        self._listening.add(one)

    def leave(self, one: Watcher) -> None:
        self._listening.remove(one)
        one.stop()

    def watch(
        self,
        triggers: Sequence[Trigger],
        fired: Callable[[Mapping[str, Any], Context], None],
        failed: Callable[[str], None],
    ) -> list[Watcher]:
        """Triggers without an automation; `leave` ends each."""
        found = [self._watcher(one, n, {}, fired, failed) for n, one in enumerate(triggers) if self._on(one, {})]
        return [one for one in found if one is not None]

    # What others have to listen for

    def awaited(self, kind: str) -> list[Mapping[str, Any]]:
        """What triggers of a kind, of those that are switched on, want to be listened for."""
        off = {made for one in self._attached.values() if not one.enabled for made in one.watchers}
        return [one.wants for one in self._listening.wanting if one.trigger.kind == kind and one not in off]

    def when_awaited(self, told: Callable[[], None]) -> None:
        """Have it called whenever that is something else."""
        self._listening.moved = told

    # What happens

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        """An entity has another state or other attributes; the world says the new one already."""
        seen = new or old
        if seen is not None:
            for one in self._listening.to_entity(seen.entity_id):
                one.changed(old, new)
            self._listening.wake(seen.entity_id)

    def happened(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        for one in self._listening.to_event(event_type):
            one.happened(event_type, data, context)

    def signal(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Something of a trigger's kind: `mqtt` with topic and payload, `webhook`, `tag`, `homeassistant` ..."""
        for one in self._listening.to_signal(kind, facts.get("topic" if kind == "mqtt" else "entity_id")):
            one.signalled(kind, facts)

    def trigger(self, key: str, variables: Mapping[str, Any] | None = None, *, conditions: bool = False) -> None:
        """Run now, as if a trigger had fired."""
        told = {"platform": None, **(variables or {})}
        self._runs.begin(self._attached[key], told, Context(), conditions=conditions)

    # Runs

    def _fired(self, one: Attached, told: Mapping[str, Any], context: Context) -> None:
        self._runs.begin(one, told, context, conditions=True)

    # What scripts wait for

    async def _wait_for_trigger(self, triggers: list[Trigger], variables: Mapping[str, Any]) -> Mapping[str, Any]:
        first: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

        def fired(told: Mapping[str, Any], context: Context) -> None:
            if not first.done():
                first.set_result(told)

        given = dict(variables)
        made = [
            self._watcher(one, index, given, fired, lambda problem: None)
            for index, one in enumerate(triggers)
            if self._on(one, given)
        ]
        try:
            return await first
        finally:
            for one in made:
                if one is not None:
                    self._listening.remove(one)
                    one.stop()
