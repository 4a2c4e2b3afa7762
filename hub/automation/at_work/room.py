"""The room of automations: it keeps them, says what they did, and has the engines carry them out."""

from __future__ import annotations

import asyncio
import difflib
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.automation.at_work import drafts
from hub.automation.at_work.calls import heard
from hub.automation.at_work.catching_up import missed
from hub.automation.at_work.engines import Engines
from hub.automation.at_work.house import House
from hub.automation.at_work.kept import PAGE, Kept
from hub.automation.at_work.remembered import kept as as_kept
from hub.automation.at_work.remembered import trace_of
from hub.automation.at_work.store import Store, of_files
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.at_work.world import LiveWorld
from hub.automation.engine import Engine
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.judging import Judge, Verdict
from hub.automation.rendering import Renderer
from hub.automation.schema.automation import Automation, automation
from hub.automation.trace import Trace
from hub.errors import Conflict, HubError, NotFound
from hub.model import Actor, Happened, Role
from hub.plugin import WebhookRequest, WebhookResponse
from hub.registry.names import free
from hub.template import slugify

_log = logging.getLogger("hub.automation")
FLUSH_EVERY = 60.0
"""Seconds between writings of traces; a crash costs no more of them."""
SETTLED = 10.0
"""Seconds after the start in which what was missed is made up for."""
MOST_KEPT = 20
"""Traces of one automation that outlast a restart."""
_ALIVE = "automations.alive"


class Automations:
    """Every change is kept before it is at work."""

    def __init__(self, around: Surroundings) -> None:
        self._around, self._store = around, Store(around.documents)
        self._all: dict[str, Kept] = {}
        self._removed: dict[str, Kept] = {}
        self._past: dict[str, list[Trace]] = {}
        """Traces of before the start."""
        self._engines = Engines(around, self._all, self._ended)
        self._dirty: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self.listeners: list[Callable[[Trace], None]] = []
        """Told of every trace that has ended."""
        self.alive_us: int | None = None
        """When the hub was last known to run, before this start, where it had automations."""

    # Life

    async def load(self) -> None:
        """Read what is kept; nothing is at work yet."""
        for one in await self._store.all():
            (self._removed if one.removed else self._all)[one.key] = one
        for key, body in (await self._store.states()).items():
            self._past[key] = [trace_of(key, one) for one in body.get("traces", ())]
        self.alive_us = await self._around.settings.get_setting(_ALIVE)
        self._read_files()
        for one in self._all.values():
            self._check(one)

    def start(self) -> None:
        """Everything is at work from now on."""
        self._engines.start()
        if self.alive_us is not None:
            self._engines.unwatched(datetime.fromtimestamp(self.alive_us / 1e6, UTC))
        for one in list(self._all.values()):
            self._engines.attach(one)
            attached, last = self._engines.attached(one), self.last_run(one.key)
            if attached is not None and last is not None:
                attached.last_triggered = last.at
        self._task = asyncio.create_task(self._keep_flushing(), name="automations:traces")
        self.signal("homeassistant", {"event": "start"})

    async def stop(self) -> None:
        if self._task is None:
            return
        self.signal("homeassistant", {"event": "shutdown"})
        await asyncio.sleep(0)
        task, self._task = self._task, None
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        try:
            await self.flush()
        except HubError as error:
            _log.warning("the last traces could not be kept: %s", error)
        await self._engines.stop()

    @property
    def running(self) -> bool:
        return self._engines.running

    async def flush(self) -> None:
        """Write new traces, and that the hub was here. Raises StorageUnavailable; they are written the next time."""
        dirty, now = self._dirty, self._around.clock.now()
        self._dirty = set()
        states = {
            key: {"traces": [as_kept(one) for one in reversed(self._traces(key, MOST_KEPT))]}
            for key in dirty
            if key in self._all
        }
        try:
            if states:
                await self._store.save_states(states, now)
            if self._all:
                await self._around.settings.set_setting(_ALIVE, int(now.timestamp() * 1e6))
        except HubError:
            self._dirty |= dirty
            raise

    async def forget_traces(self) -> None:
        """After an erasure nothing of whom it was about is left in what runs saw."""
        self._past.clear()
        for one in self._engines.every():
            one.ran.clear()
            one.held.clear()
        self._dirty.clear()
        await self._store.forget_states([*self._all, *self._removed])

    # What there is

    @property
    def house(self) -> House:
        return self._engines.house

    @property
    def all(self) -> Mapping[str, Kept]:
        return self._all

    @property
    def shelf(self) -> drafts.Shelf:
        return self._around.shelf

    def get(self, key: str) -> Kept:
        """Raises NotFound with the one that was probably meant."""
        key = key.removeprefix("automation.")
        found = self._all.get(key)
        if found is None:
            near = difflib.get_close_matches(key, self._all, n=1)
            raise NotFound(f"there is no automation {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return found

    def check(self, body: Mapping[str, Any]) -> tuple[Automation | None, tuple[Flaw, ...]]:
        return drafts.checked(body, self.shelf)

    read_yaml = staticmethod(drafts.read_yaml)
    write_yaml = staticmethod(drafts.write_yaml)

    # Changes

    async def add(
        self, body: Mapping[str, Any], account: str, *, by: str, key: str | None = None, enabled: bool = True
    ) -> Kept:
        """Raises AutomationInvalid, Conflict for a key that is taken."""
        made, flaws = self.check(body)
        if made is None:
            raise AutomationInvalid(flaws)
        name = slugify(str(key or made.alias or made.id or "automation")) or "automation"
        if key is not None and name in self._all:
            raise Conflict(f"there is an automation {name!r} already")
        taken = {*self._all, *self._removed}
        name = name if key is not None else free(name, taken)
        before = self._removed.pop(name, None)
        version = before.version + 1 if before is not None else 1
        on = enabled and made.initial_state is not False
        one = Kept(name, dict(body), account, on, PAGE, version, self._around.clock.now(), by, made)
        await self._keep(one)
        return one

    async def change(
        self, key: str, body: Mapping[str, Any], *, by: str, expected_version: int | None = None, note: str = "",
        account: str | None = None,
    ) -> Kept:  # fmt: skip
        """A newer version. Raises AutomationInvalid, Conflict when somebody changed it since `expected_version`."""
        old = self._changeable(key)
        if expected_version is not None and expected_version != old.version:
            raise Conflict(f"{old.name} was changed meanwhile (now version {old.version}); look at it again")
        made, flaws = self.check(body)
        if made is None:
            raise AutomationInvalid(flaws)
        one = replace(self._next(old, by), body=dict(body), automation=made, flaws=(), note=note)
        one.account = account or one.account
        await self._keep(one)
        return one

    async def remove(self, key: str, *, by: str) -> Kept:
        """`restore` brings it back."""
        old = self._changeable(key)
        one = replace(self._next(old, by), removed=True)
        await self._store.save(one)
        del self._all[old.key]
        self._removed[old.key] = one
        self._engines.detach(old.key, old.account)
        return one

    async def enable(self, key: str, on: bool, *, by: str) -> Kept:
        """Also one of a file; that lasts until the next start."""
        old = self.get(key)
        if old.enabled == on:
            return old
        one = replace(old, enabled=on, changed_by=by)
        if old.editable:
            one = replace(self._next(old, by), enabled=on, note="switched on" if on else "switched off")
            await self._store.save(one)
        self._all[one.key] = one
        self._engines.enable(one)
        return one

    async def versions(self, key: str) -> list[Kept]:
        """Oldest first, the present one last; of one that was removed too."""
        key = key.removeprefix("automation.")
        one = self._all.get(key) or self._removed.get(key) or self.get(key)
        return await self._store.versions(key, one.version) if one.source == PAGE else [one]

    async def restore(self, key: str, version: int, *, by: str) -> Kept:
        """As it was in a version, which is a new version. Raises NotFound."""
        now = self._all.get(key) or self._removed.get(key) or self.get(key)
        found = next((one for one in await self.versions(key) if one.version == version), None)
        if found is None:
            raise NotFound(f"there is no version {version} of {key}")
        made, flaws = self.check(found.body)
        one = replace(self._next(now, by), body=found.body, removed=False, automation=made, flaws=flaws)
        one.note = f"as in version {version}"
        self._removed.pop(key, None)
        await self._keep(one)
        return one

    async def removed(self, key: str) -> Kept | None:
        return self._removed.get(key)

    def reload(self) -> None:
        """Read the files anew, and blueprints with them."""
        for key in [key for key, one in self._all.items() if not one.editable]:
            self._engines.detach(key, self._all.pop(key).account)
        self._read_files()
        for one in self._all.values():
            before = one.automation
            self._check(one)
            if one.automation != before or not one.editable:
                self._engines.attach(one)
        self._around.bus.publish(Happened(self._around.clock.now(), "automation_reloaded"))

    # Doing and looking

    def run(self, key: str, variables: Mapping[str, Any] | None = None, *, conditions: bool = False) -> None:
        """As if a trigger had fired. Raises NotFound, Conflict for one that does not load."""
        one = self.get(key)
        if self._engines.attached(one) is None:
            raise Conflict(f"{one.name} can't run: {'; '.join(map(str, one.flaws)) or 'it is not at work'}")
        self.engine(one.account).trigger(one.key, variables, conditions=conditions)

    async def traces(self, key: str, limit: int = 50) -> list[Trace]:
        """Newest first, runs that go on included."""
        return self._traces(self.get(key).key, limit)

    def _traces(self, key: str, limit: int) -> list[Trace]:
        attached = self._engines.attached(self._all[key])
        now: list[Trace] = []
        if attached is not None:
            now = [*reversed(list(attached.runs.values())), *reversed(attached.traces)]
        return [*now, *reversed(self._past.get(key, []))][:limit]

    def last_run(self, key: str) -> Trace | None:
        return next((one for one in self._traces(self.get(key).key, 3 * MOST_KEPT) if one.ran), None)

    def due(self, key: str) -> datetime | None:
        """When it looks at the clock next, where it does."""
        one = self.get(key)
        attached = self._engines.attached(one) if one.enabled else None
        return attached.due if attached is not None else None

    def problems(self, key: str) -> list[str]:
        """Of its triggers, in words."""
        attached = self._engines.attached(self.get(key))
        return list(dict.fromkeys(attached.problems)) if attached is not None else []

    async def judge(self, actor: Actor, condition: Any, variables: Mapping[str, Any] | None = None) -> Verdict:
        """A condition or several, now, as the actor sees the house. Raises AutomationInvalid, TemplateFailed."""
        made = automation({"triggers": [], "actions": [], "conditions": condition})
        world = self.world(actor)
        judge = Judge(world, Renderer(world), self._engines.elsewhere(world))
        return await judge.all(made.conditions, variables or {})

    def render(self, actor: Actor, template: str, variables: Mapping[str, Any] | None = None) -> str:
        """The text of a template as the actor sees the house. Raises TemplateFailed."""
        return Renderer(self.world(actor)).text(template, variables or {})

    def world(self, actor: Actor) -> LiveWorld:
        """The house as somebody may see it."""
        return self._engines.world(actor)

    def engine(self, account: str) -> Engine:
        return self._engines.engine(account)

    def engine_of(self, account: str) -> Engine | None:
        """Of an account that is there; "" is the owner's."""
        name = account or self._owner()
        known = any(one.name == name and not one.disabled for one in self._around.accounts.all)
        return self.engine(name) if known and self.running else None

    async def webhook(self, webhook_id: str, request: WebhookRequest) -> WebhookResponse:
        """Set off whoever listens. Raises NotFound where nobody does, BadReading."""
        self.signal("webhook", await heard(webhook_id, request, self._engines.every()))
        return WebhookResponse(200, b"", "text/plain")

    def signal(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Something of a trigger's kind from outside: `mqtt`, `webhook`, `tag`, `conversation`, `calendar` ..."""
        self._engines.signal(kind, facts)

    # Keeping

    def _changeable(self, key: str) -> Kept:
        one = self.get(key)
        if not one.editable:
            name = one.source.partition(":")[2]
            raise Conflict(f"{one.name} stands in automations/{name}.yaml; change it there, then reload")
        return one

    def _next(self, old: Kept, by: str) -> Kept:
        return replace(old, version=old.version + 1, changed_at=self._around.clock.now(), changed_by=by, note="")

    async def _keep(self, one: Kept) -> None:
        await self._store.save(one)
        before = self._all.get(one.key)
        self._all[one.key] = one
        if before is not None and before.account != one.account:
            self._engines.detach(one.key, before.account)
        self._engines.attach(one)

    def _check(self, one: Kept) -> None:
        if one.editable or not one.flaws:
            one.automation, one.flaws = self.check(one.body)

    def _read_files(self) -> None:
        folder = self._around.config_dir
        now = self._around.clock.now()
        for source, body, flaws in of_files(folder / "automations" if folder is not None else None, now):
            key = free(slugify(str(body.get("alias") or body.get("id") or source.partition(":")[2])), self._all)
            account = str(body.get("account") or self._owner())
            on = body.get("initial_state") is not False
            self._all[key] = Kept(key, body, account, on, source, 1, now, source, None, flaws)

    def _owner(self) -> str:
        return next((one.name for one in self._around.accounts.all if one.role is Role.OWNER and not one.disabled), "")

    def _ended(self, trace: Trace) -> None:
        self._dirty.add(trace.automation)
        for told in self.listeners:
            told(trace)

    async def _keep_flushing(self) -> None:
        await self._catch_up()
        # By then every trigger of before has asked history what it missed.
        await self._around.clock.sleep(SETTLED)
        self._engines.unwatched(None)
        while True:
            await self._around.clock.sleep(FLUSH_EVERY)
            try:
                await self.flush()
            except HubError as error:
                _log.warning("traces could not be kept: %s", error)

    async def _catch_up(self) -> None:
        """Runs by the clock that were due while the hub was down, once each, where the automation wants it."""
        if self.alive_us is None:
            return
        for key, one in list(self._all.items()):
            made, attached = one.automation, self._engines.attached(one)
            if made is None or attached is None or made.missed != "catch_up" or not one.enabled:
                continue
            engine = self.engine(one.account)
            told = await missed(made, engine.world, self.alive_us)
            if told is not None and self._engines.attached(one) is attached:
                engine.trigger(key, {**told, "missed": True}, conditions=True)
