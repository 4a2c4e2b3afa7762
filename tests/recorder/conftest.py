"""A recorder on either database, and a clock that stands."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from hub.clock import VirtualClock
from hub.recorder import Recorder

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
async def recorder(database_url: str, clock: VirtualClock) -> AsyncIterator[Recorder]:
    opened = await Recorder.open(database_url, clock=clock)
    yield opened
    await opened.close()
