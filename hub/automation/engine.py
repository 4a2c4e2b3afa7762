"""Sets automations off and carries out their runs: one engine for the live house and for the past."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.judging import Elsewhere, Judge
from hub.automation.listening import Listening
from hub.automation.rendering import Renderer
from hub.automation.schema.automation import Automation
from hub.automation.schema.triggers import Trigger
from hub.automation.script import Scope, Script, Stopped, Tools
from hub.automation.seen_states import Reads
from hub.automation.trace import Outcome, Trace
from hub.automation.watch import Attaching, Watcher, watcher
from hub.automation.world import Context, Seen, World
from hub.errors import Forbidden, HubError
from hub.template import TemplateFailed

MOST_IN_A_ROW = 10
"""Times an automation may set itself off, directly or by way of others."""
_REMEMBERED = 10_000


@dataclass(slots=True)
class Attached:
    """An automation at work."""

    key: str
    automation: Automation
    variables: Mapping[str, Any]
    """Trigger variables."""
    enabled: bool = True
    watchers: list[Watcher] = field(default_factory=list)
    runs: dict[asyncio.Task[None], Trace] = field(default_factory=dict)
    waiting: deque[tuple[Trace, Scope, Context]] = field(default_factory=deque)
    traces: deque[Trace] = field(default_factory=lambda: deque(maxlen=20))
    last_triggered: datetime | None = None
    problems: list[str] = field(default_factory=list)


class Engine:
    """Tell it of every change by `changed`, `happened` and `signal`; it never blocks."""

    def __init__(
        self,
        world: World,
        elsewhere: Elsewhere | None = None,
        *,
        ended: Callable[[Trace], None] = lambda trace: None,
    ) -> None:
        self._world, self._ended = world, ended
        self.renderer = Renderer(world)
        self.judge = Judge(world, self.renderer, elsewhere)
        self._zone = ZoneInfo(world.time_zone)
        self._listening = Listening()
        self._attached: dict[str, Attached] = {}
        self._origins: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._prefix, self._numbers = secrets.token_hex(6), itertools.count(1)
        self._starting: set[asyncio.Task[None]] = set()

    # Automations

    @property
    def automations(self) -> Mapping[str, Attached]:
        return self._attached

    def add(self, key: str, automation: Automation, *, enabled: bool = True) -> Attached:
        """Begin to watch. One of the same key is taken away first."""
        if key in self._attached:
            self.remove(key)
        scope = Scope({})
        for name, value in automation.trigger_variables.items():
            with suppress(TemplateFailed):
                scope[name] = self.renderer.whole(value, scope)
        one = self._attached[key] = Attached(key, automation, dict(scope), enabled)
        one.traces = deque(one.traces, maxlen=max(1, automation.trace.stored_traces) * 4)
        if enabled:
            self._watch(one)
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
        """Runs under way go on."""
        one = self._attached[key]
        if one.enabled != enabled:
            one.enabled = enabled
            if enabled:
                self._watch(one)
            else:
                self._unwatch(one)

    async def close(self) -> None:
        for key in list(self._attached):
            tasks = list(self._attached[key].runs)
            self.remove(key)
            await asyncio.gather(*tasks, return_exceptions=True)

    def _watch(self, one: Attached) -> None:
        for index, trigger in enumerate(one.automation.triggers):
            if self._on(trigger, one.variables):
                made = self._watcher(trigger, index, one.variables, partial(self._fired, one), one.problems.append)
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
    ) -> Watcher | None:
        again = self._listening.again
        attaching = Attaching(self._world, self.renderer, self.judge, variables, fired, failed, again, self._zone)
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
        for one in self._listening.to_signal(kind):
            one.signalled(kind, facts)

    def trigger(self, key: str, variables: Mapping[str, Any] | None = None, *, conditions: bool = False) -> None:
        """Run now, as if a trigger had fired."""
        told = {"platform": None, **(variables or {})}
        self._begin(self._attached[key], told, Context(), conditions=conditions)

    # Runs

    def _fired(self, one: Attached, told: Mapping[str, Any], context: Context) -> None:
        self._begin(one, told, context, conditions=True)

    def _begin(self, one: Attached, told: Mapping[str, Any], context: Context, *, conditions: bool) -> None:
        trace = Trace(one.key, self._world.clock.now(), told)
        chain = self._origins.get(context.id, ())
        if chain.count(one.key) >= MOST_IN_A_ROW:
            self._not_run(one, trace, Outcome.LOOP, f"it has set itself off {MOST_IN_A_ROW} times in a row")
            return
        own = Context(f"{self._prefix}{next(self._numbers):x}", context.id or None, context.user_id)
        self._origins[own.id] = (*chain, one.key)
        while len(self._origins) > _REMEMBERED:
            self._origins.popitem(last=False)
        task = asyncio.ensure_future(self._judged(one, trace, own, conditions=conditions))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _judged(self, one: Attached, trace: Trace, context: Context, *, conditions: bool) -> None:
        """Ask the conditions, then what the mode allows."""
        scope = Scope({**one.variables, "this": self._this(one), "trigger": trace.trigger, "context": context})
        script = self._script(context, trace)
        try:
            index = int(trace.trigger.get("idx", -1))
            if 0 <= index < len(one.automation.triggers):
                script.set_variables(one.automation.triggers[index].variables, scope)
            script.set_variables(one.automation.variables, scope)
            if conditions:
                for number, condition in enumerate(one.automation.conditions):
                    verdict = await self.judge.one(condition, scope)
                    step = trace.step(f"conditions/{number}", self._world.clock.now(), condition.condition)
                    step.result = {"met": verdict.met, "why": verdict.why}
                    if not verdict.met:
                        self._not_run(one, trace, Outcome.CONDITION, verdict.why)
                        return
        except HubError as error:
            self._not_run(one, trace, Outcome.FAILED, str(error))
            return
        await self._by_mode(one, trace, scope, context)

    async def _by_mode(self, one: Attached, trace: Trace, scope: Scope, context: Context) -> None:
        mode, under_way = one.automation.mode, len(one.runs)
        if under_way and mode == "single":
            self._not_run(one, trace, Outcome.BUSY, "it is running already")
        elif mode == "restart" and under_way:
            for task in list(one.runs):
                task.cancel()
            self._run(one, trace, scope, context)
        elif mode == "queued" and under_way:
            if under_way + len(one.waiting) >= one.automation.max:
                self._not_run(one, trace, Outcome.BUSY, f"{one.automation.max} runs wait already")
            else:
                one.waiting.append((trace, scope, context))
        elif mode == "parallel" and under_way >= one.automation.max:
            self._not_run(one, trace, Outcome.BUSY, f"{one.automation.max} runs are under way")
        else:
            self._run(one, trace, scope, context)

    def _run(self, one: Attached, trace: Trace, scope: Scope, context: Context) -> None:
        trace.run = context.id
        one.last_triggered = self._world.clock.now()
        task = asyncio.ensure_future(self._carry_out(one, trace, scope, context))
        one.runs[task] = trace
        task.add_done_callback(lambda done: self._done(one, done, trace))

    async def _carry_out(self, one: Attached, trace: Trace, scope: Scope, context: Context) -> None:
        try:
            whole = await self._script(context, trace).block(one.automation.actions, scope, "actions")
            trace.outcome = Outcome.DONE if whole else Outcome.STOPPED
            trace.why = "" if whole else "a condition among the actions was not met"
        except Stopped as stop:
            trace.outcome = Outcome.FAILED if stop.error else Outcome.STOPPED
            trace.why = str(stop)
        except Forbidden as error:
            trace.outcome, trace.why = Outcome.NOT_ALLOWED, str(error)
        except HubError as error:
            trace.outcome, trace.why = Outcome.FAILED, str(error)
        except asyncio.CancelledError:
            trace.outcome, trace.why = Outcome.CANCELLED, "it was started anew, changed or switched off"
            raise

    def _done(self, one: Attached, task: asyncio.Task[None], trace: Trace) -> None:
        one.runs.pop(task, None)
        if not task.cancelled() and task.exception() is not None:
            trace.outcome, trace.why = Outcome.FAILED, f"{type(task.exception()).__name__}; the log has the details"
        self._keep(one, trace)
        if one.waiting and not one.runs:
            self._run(one, *one.waiting.popleft())

    def _not_run(self, one: Attached, trace: Trace, outcome: Outcome, why: str) -> None:
        trace.outcome, trace.why = outcome, why
        self._keep(one, trace)

    def _keep(self, one: Attached, trace: Trace) -> None:
        trace.ended = self._world.clock.now()
        one.traces.append(trace)
        self._ended(trace)

    def _this(self, one: Attached) -> dict[str, Any]:
        """The automation itself as a template sees it."""
        entity_id = f"automation.{one.key}"
        seen = self._world.get(entity_id)
        attributes = {"friendly_name": one.automation.alias or one.key, "last_triggered": one.last_triggered,
                      "mode": one.automation.mode, "current": len(one.runs), "id": one.automation.id}  # fmt: skip
        changed = seen.last_changed if seen is not None else None
        return {"entity_id": entity_id, "state": "on" if one.enabled else "off", "attributes": attributes,
                "last_changed": changed, "last_updated": changed}  # fmt: skip

    # What scripts wait for

    def _script(self, context: Context, trace: Trace) -> Script:
        tools = Tools(self._world, self.renderer, self.judge, self._wait_for_trigger, self._wait_for_change)
        return Script(tools, context, trace)

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

    async def _wait_for_change(self, reads: Reads) -> None:
        await self._listening.change(reads)
