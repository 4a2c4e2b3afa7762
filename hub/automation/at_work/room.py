"""The room of automations: it keeps them, says what they did, and has the engines carry them out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.automation.at_work.book import Book
from hub.automation.at_work.calls import heard
from hub.automation.at_work.catching_up import missed
from hub.automation.at_work.conversing import Conversing
from hub.automation.at_work.engines import Engines
from hub.automation.at_work.hearing import Hearing
from hub.automation.at_work.house import House
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.at_work.traces import Traces, timed
from hub.automation.at_work.world import LiveWorld
from hub.automation.engine import Engine
from hub.automation.judging import Judge, Verdict
from hub.automation.rendering import Renderer
from hub.automation.schema.automation import automation
from hub.automation.trace import Trace
from hub.errors import Conflict, HubError
from hub.model import Actor
from hub.plugin import WebhookRequest, WebhookResponse

_log = logging.getLogger("hub.automation")
FLUSH_EVERY = 60.0
"""Seconds between writings of traces; a crash costs no more of them."""
SETTLED = 10.0
"""Seconds after the start in which what was missed is made up for."""


class Automations(Book):
    """Those that are kept, and the engines that carry them out."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._engines = Engines(around, self._all, self._ended, self._begins)
        self._traces = Traces(around, self._store, self._engines, self._all)
        self._task: asyncio.Task[None] | None = None
        self.listeners: list[Callable[[Trace], None]] = []
        """Told of every trace that has ended."""

    # Life

    async def load(self) -> None:
        """Read what is kept; nothing is at work yet."""
        await self.read()
        await self._traces.load()

    def start(self) -> None:
        """Everything is at work from now on."""
        self._engines.start()
        if self.alive_us is not None:
            self._engines.unwatched(datetime.fromtimestamp(self.alive_us / 1e6, UTC))
        for one in list(self._all.values()):
            self._engines.attach(one, self._traces.last_timed(one))
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
    def alive_us(self) -> int | None:
        """When the hub was last known to run, before this start, where it had automations."""
        return self._traces.alive_us

    @property
    def running(self) -> bool:
        return self._engines.running

    async def flush(self) -> None:
        """Write new traces, and that the hub was here. Raises StorageUnavailable; they are written the next time."""
        await self._traces.flush()

    async def forget_traces(self) -> None:
        """After an erasure nothing of whom it was about is left in what runs saw."""
        await self._traces.forget([*self._all, *self._removed])

    # What there is

    @property
    def house(self) -> House:
        return self._engines.house

    # Doing and looking

    def run(self, key: str, variables: Mapping[str, Any] | None = None, *, conditions: bool = False) -> None:
        """As if a trigger had fired. Raises NotFound, Conflict for one that does not load."""
        one = self.get(key)
        if self._engines.attached(one) is None:
            raise Conflict(f"{one.name} can't run: {'; '.join(map(str, one.flaws)) or 'it is not at work'}")
        self.engine(one.account).trigger(one.key, variables, conditions=conditions)

    async def traces(self, key: str, limit: int = 50) -> list[Trace]:
        """Newest first, runs that go on included."""
        return self._traces.of(self.get(key), limit)

    def last_run(self, key: str) -> Trace | None:
        return self._traces.last_run(self.get(key))

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

    @property
    def conversing(self) -> Conversing:
        """Who listens to what is said."""
        around = self._around
        return Conversing(lambda: self._engines.by_account, self.listeners, around.access, around.clock)

    @property
    def hearing(self) -> Hearing:
        """What is waited for from outside."""
        return self._engines.hearing

    def signal(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Something of a trigger's kind from outside: `mqtt`, `webhook`, `tag`, `conversation`, `calendar` ..."""
        self._engines.signal(kind, facts)

    async def _begins(self, trace: Trace) -> None:
        """A run by the clock is kept before it does anything, so that it is not made up for after a power cut."""
        if self.running and timed(trace):
            try:
                await self._traces.keep([trace.automation])
            except HubError as error:
                _log.warning("that %s runs could not be kept: %s", trace.automation, error)

    def _ended(self, trace: Trace) -> None:
        self._traces.ended(trace)
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
        """Runs by the clock that were due while the hub was down: once each, or told that they are left out."""
        if self.alive_us is None:
            return
        for key, one in list(self._all.items()):
            made, attached = one.automation, self._engines.attached(one)
            if made is None or attached is None or not one.enabled:
                continue
            engine = self.engine(one.account)
            told = await missed(made, engine.world, self.alive_us, self._traces.last_timed(one))
            if told is not None and self._engines.attached(one) is attached:
                engine.trigger(key, told, conditions=True)
