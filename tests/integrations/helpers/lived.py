"""A hub with helpers in it, told what to do as pages and automations tell it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.clock import VirtualClock
from hub.daemon import Hub
from tests.support.house import everything

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A Saturday; one o'clock in Madrid."""


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


class Lived:
    def __init__(self, hub: Hub, clock: VirtualClock) -> None:
        self.hub, self.clock = hub, clock

    async def add(self, domain: str, title: str, person: str = "household", **options: Any) -> str:
        """Returns the entry's id once the helper holds something."""
        made = await self.hub.rooms.supervisor.add(domain, options, title=title, person=person)
        await until(lambda: any(one.entry == made.id for one in self.hub.rooms.entities.all.values()))
        entity = next(one for one in self.hub.rooms.entities.all.values() if one.entry == made.id)
        # Even what has no value yet has its attributes by then.
        await until(lambda: self.hub.rooms.states.get(entity.id) is not None)
        return made.id

    async def tell(self, entity_id: str, command: str, **parameters: Any) -> Any:
        """Do it, and say what it holds then."""
        # Two commands at one instant would be one correction.
        await self.clock.advance(1)
        given = {"entity_id": entity_id, "command": command, "parameters": parameters}
        await everything(self.hub).call("entity.command", given)
        return self.value(entity_id)

    def value(self, entity_id: str) -> Any:
        state = self.hub.rooms.states.get(entity_id)
        return None if state is None else state.value

    def told(self, entity_id: str) -> dict[str, Any]:
        """All attributes, as automations see them."""
        state = self.hub.rooms.states.get(entity_id)
        assert state is not None
        return {**self.hub.rooms.entities.get(entity_id).attributes, **state.attributes}

    async def history(self, entity_id: str) -> list[Any]:
        """All values that it ever held."""
        view = everything(self.hub)
        page = await view.entity_readings(entity_id, NOON - timedelta(days=1), self.clock.now() + timedelta(seconds=1))
        return [one.value for one in page.readings]

    async def pass_time(self, seconds: float, true: Callable[[], Any]) -> None:
        await self.clock.advance(seconds)
        await until(true)
