"""A house on a virtual clock, with a loft of pigeons and a nanny who is no person of the house."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Account, Actor, EntryState, Event, Grant, Happened, Notice, NoticesChanged, Role, Verb
from hub.notify import Draft, Notify
from tests.notify.pigeon import Pigeons
from tests.support.house import PASSWORD, house

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
"""A Wednesday; noon in Madrid."""
ANNA = Actor("anna")


@dataclass
class Loft:
    hub: Hub
    clock: VirtualClock
    pigeons: Pigeons
    heard: list[Event] = field(default_factory=list)

    @property
    def room(self) -> Notify:
        return self.hub.rooms.notify

    async def send(self, message: str, to: str = "ben", actor: Actor = ANNA, **data: Any) -> Notice:
        """The notice of the first who is told; what is due at once is done."""
        found = await self.room.send(actor, Draft(message=message, target=[to], data=data))
        await self.passes(0)
        return self.now(found.notices[0])

    def now(self, notice: Notice) -> Notice:
        found = self.room.shelf.get(notice.id)
        assert found is not None
        return found

    async def passes(self, seconds: float) -> None:
        """Time passes from one thing that is due to the next; the database, which lives in real time, keeps up."""
        end = self.clock.now() + timedelta(seconds=seconds)
        await self.rest()
        while (now := self.clock.now()) < end:
            due = self.room.post.due
            await self.clock.advance((min(end, max(due, now)) - now).total_seconds() if due is not None else seconds)
            await self.rest()

    async def rest(self) -> None:
        """All that is due was done."""
        patience = time.monotonic() + 20
        calm = 0
        while calm < 3:
            await asyncio.sleep(0.001)
            await self.clock.advance(0)
            calm = calm + 1 if self.room.post.rests else 0
            assert time.monotonic() < patience, "the room does not come to rest"

    async def until(self, hour: int, minute: int = 0) -> None:
        """On to that time of Madrid's (UTC+1)."""
        now = self.clock.now() + timedelta(hours=1)
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        then += timedelta(days=1) if then <= now else timedelta()
        await self.passes((then - now).total_seconds())

    def events(self, kind: str) -> list[Happened]:
        return [one for one in self.heard if isinstance(one, Happened) and one.event_type == kind]

    async def channel(self, person: str = "ben", **options: Any) -> str:
        supervisor = self.hub.rooms.supervisor
        entry = await supervisor.add("pigeon", options, person=person)
        while supervisor.status(entry.id).state is EntryState.STARTING:
            await asyncio.sleep(0.001)
        return entry.id

    async def account(self, name: str, role: Role, person: str | None = None, **grants: list[str]) -> Actor:
        """`grants`: person -> verbs."""
        accounts = self.hub.rooms.accounts
        await accounts.add(Account(name, name.title(), role, person), PASSWORD)
        for whose, verbs in grants.items():
            made = Grant(f"{name}-{whose}", name, whose, frozenset(Verb(one) for one in verbs))
            await accounts.grant(made)
        return Actor(name)


async def carers(loft: Loft) -> None:
    """A notice about Mia goes to Anna, then to her nanny, who is no person here."""
    await loft.account("nina", Role.CAREGIVER, mia=["view", "act"])
    await loft.channel("anna")
    await loft.channel("household", account="nina")
    await loft.room.wishes.set_carers("mia", ("anna", "@nina"))


@asynccontextmanager
async def open_loft(folder: Path, pigeons: Pigeons, clock: VirtualClock) -> AsyncIterator[Loft]:
    async with house(folder, clock=clock, plugins=[("pigeon", pigeons)]) as hub:
        loft = Loft(hub, clock, pigeons)
        plain = hub.rooms.bus.publish

        def listen(event: Event) -> None:
            if isinstance(event, Happened | NoticesChanged):
                loft.heard.append(event)
            plain(event)

        hub.rooms.bus.publish = listen  # type: ignore[method-assign]  # hears what every listener hears
        yield loft


@pytest.fixture
async def loft(tmp_path: Path) -> AsyncIterator[Loft]:
    async with open_loft(tmp_path / "hub", Pigeons(), VirtualClock(NOON)) as found:
        yield found
