"""One engine for each account that has automations, told of what its account may see."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.automation.at_work.feed import Attributed
from hub.automation.at_work.hearing import Hearing
from hub.automation.at_work.house import House
from hub.automation.at_work.kept import Kept
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.at_work.virtual import Virtual
from hub.automation.at_work.world import LiveWorld
from hub.automation.engine import Engine
from hub.automation.judging import Elsewhere
from hub.automation.runs import Attached
from hub.automation.trace import Trace
from hub.automation.world import Context, Seen
from hub.model import (
    HOUSEHOLD,
    Actor,
    EntitiesChanged,
    Event,
    Happened,
    JournalChanged,
    Lagged,
    PeopleChanged,
    ReadingsRecorded,
    StateChanged,
)

_log = logging.getLogger("hub.automation")
HEARD = (StateChanged, ReadingsRecorded, JournalChanged, Happened, EntitiesChanged, PeopleChanged)
WAITING = 100_000
"""News that may wait before the oldest are dropped and every state is read anew."""


class Engines:
    def __init__(
        self,
        around: Surroundings,
        all: Mapping[str, Kept],
        ended: Callable[[Trace], None],
        begins: Callable[[Trace], Awaitable[None]],
    ) -> None:
        self._around, self._all, self._ended, self._begins = around, all, ended, begins
        self.house = House(around.entities, around.states, around.people, around.clock)
        self.house.changed.append(self._moved)
        self._virtual = Virtual(self.house, around.people, around.clock)
        self._engines: dict[str, Engine] = {}
        self.hearing = Hearing(around, self._engines, self.house)
        self._shown: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._where: tuple[Any, ...] = ()
        self._unwatched_since: datetime | None = None

    def start(self) -> None:
        self.house.fill()
        self._virtual.start()
        news = self._around.bus.subscribe_as(Attributed, *HEARD, name="automations", limit=WAITING)
        self._where = self._place()
        self._tasks = [
            asyncio.create_task(self._listen(news), name="automations"),
            asyncio.create_task(self._mind_the_clock(), name="automations:clock"),
        ]

    def unwatched(self, since: datetime | None) -> None:
        """Since when nobody watched; None, once every automation of before is at work again."""
        self._unwatched_since = since
        for engine in self._engines.values():
            _world(engine).memory.unwatched_since = since

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._virtual.stop()
        for engine in self._engines.values():
            await engine.close()
        self._engines.clear()

    @property
    def running(self) -> bool:
        return bool(self._tasks)

    # Worlds and engines

    def world(self, actor: Actor) -> LiveWorld:
        around = self._around
        memory = around.memory(actor) if around.memory is not None else None
        return LiveWorld(
            actor, self.house, around.access, around.actions, around.bus, around.clock, around.people,
            around.entities, memory,
        )  # fmt: skip

    def elsewhere(self, world: LiveWorld) -> Elsewhere | None:
        return self._around.elsewhere(world) if self._around.elsewhere is not None else None

    def engine(self, account: str) -> Engine:
        """Made when first asked for."""
        found = self._engines.get(account)
        if found is None:
            world = self.world(Actor(account, kind="automation"))
            world.memory.unwatched_since = self._unwatched_since
            found = self._engines[account] = Engine(world, self.elsewhere(world), ended=self._over, begins=self._begins)
            self.hearing.follow(found)
        return found

    @property
    def by_account(self) -> Mapping[str, Engine]:
        return self._engines

    def attached(self, one: Kept) -> Attached | None:
        engine = self._engines.get(one.account)
        return engine.automations.get(one.key) if engine is not None else None

    def every(self) -> Iterator[Attached]:
        for engine in self._engines.values():
            yield from engine.automations.values()

    # Automations

    def attach(self, one: Kept, done: datetime | None = None) -> None:
        """At work from now on as it is written; its traces stay. `done`: up to when the clock set it off before."""
        if not self.running:
            return
        if one.automation is None or not one.account:
            self.detach(one.key, one.account)
        else:
            had = self.attached(one)
            attached = self.engine(one.account).add(one.key, one.automation, enabled=one.enabled, done=done)
            if had is not None:
                attached.ran.extend(had.ran)
                attached.held.extend(had.held)
        self.show(one.key)

    def detach(self, key: str, account: str) -> None:
        engine = self._engines.get(account)
        if engine is not None:
            engine.remove(key)
        if key not in self._all:
            self.house.drop(f"automation.{key}")

    def enable(self, one: Kept) -> None:
        if self.attached(one) is not None:
            self.engine(one.account).enable(one.key, one.enabled)
        self.show(one.key)

    def show(self, key: str) -> None:
        """The entity of the automation, once the present turn is over: a burst of runs costs one change."""
        if key not in self._shown and self.running:
            self._shown.add(key)
            asyncio.get_running_loop().call_soon(self._put, key)

    def _put(self, key: str) -> None:
        self._shown.discard(key)
        one = self._all.get(key)
        if one is None or not self.running:
            return
        attached, known = self.attached(one), self.house.get(one.entity_id)
        before = known.attributes.get("last_triggered") if known is not None else None
        facts = {
            "friendly_name": one.name,
            "id": str(one.body.get("id") or key),
            "last_triggered": (attached.last_triggered if attached is not None else None) or before,
            "mode": one.automation.mode if one.automation is not None else "single",
            "current": len(attached.runs) if attached is not None else 0,
        }
        state = "unavailable" if one.automation is None else "on" if one.enabled else "off"
        account = next((held for held in self._around.accounts.all if held.name == one.account), None)
        whose = (account.person if account is not None else None) or HOUSEHOLD
        self.house.put(Seen(one.entity_id, state, facts), whose)

    def _over(self, trace: Trace) -> None:
        if trace.ran:
            self.show(trace.automation)
        self._ended(trace)

    # News

    async def _listen(self, news: Attributed) -> None:
        with news:
            async for event in news:
                try:
                    self._hear(event, news.led_to(event))
                except Exception:  # noqa: BLE001 # one event must not make the house deaf
                    _log.exception("an event could not be told to the automations")

    def _hear(self, event: Event, context: Context | None) -> None:
        match event:
            case StateChanged():
                old, new = self.house.moved(event, context)
                self._moved(old, new)
                self._virtual.moved(old, new)
            case ReadingsRecorded():
                self._recorded(event)
            case JournalChanged():
                self._written(event, context)
            case Happened():
                self._happened(event, context)
            case EntitiesChanged():
                for old, new in self.house.described(event):
                    self._moved(old, new)
            case PeopleChanged() | Lagged():
                for old, new in self.house.fill():
                    self._moved(old, new)
                self._virtual.renew()
                self._settle()
            case _:
                pass

    async def _mind_the_clock(self) -> None:
        while True:
            by = await self._around.clock.stepped()
            _log.info("the clock was set %s by %s", "forward" if by > timedelta(0) else "back", abs(by))
            if by < timedelta(0):
                for engine in list(self._engines.values()):
                    engine.set_back()

    def _place(self) -> tuple[Any, ...]:
        household = self._around.people.household
        return household.time_zone, household.latitude, household.longitude

    def _settle(self) -> None:
        if (where := self._place()) != self._where:
            self._where = where
            for engine in list(self._engines.values()):
                engine.settle()

    def _moved(self, old: Seen | None, new: Seen | None) -> None:
        seen = new or old
        if seen is None:
            return
        for engine in list(self._engines.values()):
            if _world(engine).sees(seen.entity_id):
                engine.changed(old, new)

    def _recorded(self, event: ReadingsRecorded) -> None:
        facts = {"entity_id": event.entity.id, "readings": event.readings}
        for engine in list(self._engines.values()):
            if _world(engine).sees(event.entity.id):
                engine.signal("reading", facts)

    def _written(self, event: JournalChanged, context: Context | None) -> None:
        facts = {"old": event.old, "new": event.new, "context": context}
        for engine in list(self._engines.values()):
            if _world(engine).may_view(event.new.person, f"journal:{event.new.kind}"):
                engine.signal("journal", facts)

    def _happened(self, event: Happened, context: Context | None) -> None:
        led = event.context if isinstance(event.context, Context) else context or Context()
        for engine in list(self._engines.values()):
            if _world(engine).may_view(event.person):
                engine.happened(event.event_type, event.data, led)

    def signal(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Something of a trigger's kind from outside: `mqtt`, `webhook`, `tag`, `homeassistant`, `calendar` ..."""
        for engine in list(self._engines.values()):
            engine.signal(kind, facts)


def _world(engine: Engine) -> LiveWorld:
    world = engine.world
    assert isinstance(world, LiveWorld)
    return world
