from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from hub.bus import Bus
from hub.model import Event, Lagged, PeopleChanged, Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_listener_hears_its_kinds_only_in_order() -> None:
    bus = Bus()
    with bus.subscribe(Problem) as listener:
        bus.publish(PeopleChanged(NOW))
        bus.publish(Problem(NOW, "a", "first"))
        bus.publish(Problem(NOW, "b", "second"))
        heard = [await anext(listener), await anext(listener)]
    assert [event.key for event in heard if isinstance(event, Problem)] == ["a", "b"]


async def test_a_slow_listener_loses_only_its_own_oldest_news_and_is_told() -> None:
    bus = Bus()
    slow = bus.subscribe(Problem, limit=3)
    quick = bus.subscribe(Problem)
    for number in range(10):
        bus.publish(Problem(NOW, str(number), ""))
    told = await anext(slow)
    assert isinstance(told, Lagged)
    assert told.lost == 7
    rest = slow.drain()
    assert [event.key for event in rest if isinstance(event, Problem)] == ["7", "8", "9"]
    assert len(quick) == 10


async def test_closing_ends_a_waiting_reader() -> None:
    bus = Bus()
    listener = bus.subscribe()

    async def read() -> list[Event]:
        return [event async for event in listener]

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    listener.close()
    listener.close()
    assert await asyncio.wait_for(reader, 1) == []
    assert bus.subscriptions == ()
