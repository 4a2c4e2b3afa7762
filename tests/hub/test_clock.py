from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import VirtualClock

START = datetime(2026, 3, 28, 12, tzinfo=UTC)


async def test_a_virtual_week_of_minutely_timers_takes_under_a_second() -> None:
    clock = VirtualClock(START)
    seen: list[datetime] = []

    async def every_minute() -> None:
        while True:
            await clock.sleep(60)
            seen.append(clock.now())

    task = asyncio.create_task(every_minute())
    began = time.perf_counter()
    await clock.advance(7 * 86_400)
    assert time.perf_counter() - began < 1.0
    task.cancel()
    assert len(seen) == 7 * 24 * 60
    assert seen[0] == START + timedelta(minutes=1)
    assert seen[-1] == START + timedelta(days=7)


async def test_sleepers_wake_in_order_of_their_instants() -> None:
    clock = VirtualClock(START)
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    tasks = [asyncio.create_task(sleeper(name, s)) for name, s in (("late", 3), ("early", 1), ("middle", 2))]
    await clock.advance(10)
    await asyncio.gather(*tasks)
    assert woken == ["early", "middle", "late"]


async def test_sleep_until_follows_a_step_of_the_wall_clock() -> None:
    clock = VirtualClock(START)
    task = asyncio.create_task(clock.sleep_until(START + timedelta(hours=5)))
    await clock.advance(60)
    await clock.step(timedelta(hours=5))
    await asyncio.wait_for(task, 1)
    back = asyncio.create_task(clock.sleep_until(clock.now() + timedelta(hours=1)))
    await clock.step(timedelta(hours=-2))
    await clock.advance(3_600 * 2)
    assert not back.done()
    await clock.advance(3_600 * 2)
    assert back.done()


async def test_wait_for_gives_up_after_virtual_seconds_and_cancels() -> None:
    clock = VirtualClock(START)
    never = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(clock.wait_for(never, 30))
    await clock.advance(31)
    with pytest.raises(TimeoutError):
        await waiting
    assert never.cancelled()
