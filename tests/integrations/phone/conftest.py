"""A real hub with Anna's phone, and what her phone would say to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import ConfigEntry, JournalEntry
from tests.support import house

SECRET = "swordfish-of-anna"
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
BODIES = Path(__file__).parents[2] / "fixtures" / "phone"
EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)


def body(name: str) -> Any:
    """A body as a phone would send it, from tests/fixtures/phone."""
    return json.loads((BODIES / f"{name}.json").read_text())


class Phone:
    """Anna's phone and eyes: sends to her entry and looks at what the hub has."""

    def __init__(self, hub: Hub, session: aiohttp.ClientSession) -> None:
        self.hub, self._session = hub, session
        self.view = house.everything(hub)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}/webhook/phone"

    async def call(
        self,
        method: str,
        path: str = "",
        data: Any = None,
        *,
        headers: dict[str, str] | None = None,
        secret: str = SECRET,
    ) -> tuple[int, Any]:
        """Status and answer; `data` is sent as JSON unless it is bytes or a stream."""
        shown = {"api-key": secret} if secret else {}
        raw = json.dumps(data).encode() if isinstance(data, (dict, list)) else data
        async with self._session.request(
            method, self.address + path, data=raw, headers={**shown, **(headers or {})}
        ) as response:
            return response.status, await response.json(content_type=None)

    async def post(self, data: Any, path: str = "", **options: Any) -> tuple[int, Any]:
        return await self.call("POST", path, data, **options)

    async def values(self, metric: str) -> list[tuple[str, Any]]:
        """All readings of the person's merged series as (time in UTC, value rounded)."""
        page = await self.view.readings("anna", metric, EARLY, LATE, limit=1_000)
        return [
            (f"{one.taken_at:%m-%dT%H:%M:%S}", round(one.value, 2) if isinstance(one.value, float) else one.value)
            for one in page.readings
        ]

    async def only(self, metric: str) -> Any:
        """The value of the single reading of a metric."""
        values = await self.values(metric)
        assert len(values) == 1, (metric, values)
        return values[0][1]

    async def journal(self, *kinds: str) -> list[JournalEntry]:
        """Entries, oldest first."""
        found, _ = await self.view.journal(["anna"], kinds=kinds or None, limit=500)
        return sorted(found, key=lambda one: one.start)


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    clock = VirtualClock(NOW)
    entry = ConfigEntry("phone", "phone", "Anna's phone", "anna", {"secret": SECRET})
    async with (
        house.house(tmp_path, serve=True, clock=clock, entries=(entry,)) as hub,
        aiohttp.ClientSession() as session,
    ):
        yield Phone(hub, session)
