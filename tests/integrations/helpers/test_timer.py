"""Timers: they run down, wait, are changed, outlive restarts, and say each of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.bus import Subscription
from hub.clock import VirtualClock
from hub.errors import BadReading
from hub.model import Happened
from tests.integrations.helpers.lived import NOON, Lived, until
from tests.support.house import house

TEA = "timer.tea"


class Ears:
    """What timers told, with the minute at which they did."""

    def __init__(self, news: Subscription) -> None:
        self._news = news
        self.heard: list[str] = []
        self.events: list[Happened] = []

    def count(self) -> int:
        for event in self._news.drain():
            if isinstance(event, Happened):
                assert event.data["entity_id"] == TEA
                self.heard.append(event.event_type.removeprefix("timer."))
                self.events.append(event)
        return len(self.heard)


@asynccontextmanager
async def lived(folder: Path, clock: VirtualClock) -> AsyncIterator[tuple[Lived, Ears]]:
    async with house(folder, clock=clock) as hub:
        with hub.rooms.bus.subscribe(Happened) as news:
            yield Lived(hub, clock), Ears(news)


async def test_a_timer_runs_down_and_says_so(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as (home, ears):
        await home.add("timer", "Tea", duration="0:04:00")
        assert home.told(TEA) == {"editable": True, "restore": True, "duration": "0:04:00"}
        assert await home.tell(TEA, "start") == "active"
        began = clock.now()
        told = home.told(TEA)
        assert told["remaining"] == "0:04:00"
        assert told["finishes_at"] == began.replace(minute=began.minute + 4).isoformat()
        await clock.advance(239)
        assert home.value(TEA) == "active"
        await home.pass_time(2, lambda: home.value(TEA) == "idle" and ears.count() == 2)
        assert ears.heard == ["started", "finished"]
        assert ears.events[-1].data["finished_at"] == told["finishes_at"]
        assert "finishes_at" not in home.told(TEA)


async def test_a_timer_waits_while_it_is_paused_and_goes_on(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as (home, ears):
        await home.add("timer", "Tea", duration={"minutes": 4})
        await home.tell(TEA, "start")
        await clock.advance(59)
        assert await home.tell(TEA, "pause") == "paused"
        assert home.told(TEA)["remaining"] == "0:03:00"
        await clock.advance(3_600)
        assert home.value(TEA) == "paused"
        await home.tell(TEA, "start")
        await clock.advance(170)
        assert home.value(TEA) == "active"
        await home.pass_time(11, lambda: home.value(TEA) == "idle" and ears.count() == 4)
        assert ears.heard == ["started", "paused", "restarted", "finished"]


async def test_a_timer_is_started_anew_changed_cancelled_and_ended_early(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as (home, ears):
        await home.add("timer", "Tea", duration="4:00")
        await home.tell(TEA, "start", duration="0:10:00")
        assert home.told(TEA)["duration"] == "0:10:00"
        await clock.advance(299)
        await home.tell(TEA, "change", duration="-0:02:00")
        assert home.told(TEA)["remaining"] == "0:03:00"
        with pytest.raises(BadReading, match="longer than the 0:10:00"):
            await home.tell(TEA, "change", duration="0:08:00")
        assert await home.tell(TEA, "finish") == "idle"
        assert home.told(TEA)["duration"] == "0:04:00"
        with pytest.raises(BadReading, match="only a timer that runs"):
            await home.tell(TEA, "change", duration=5)
        await home.tell(TEA, "start")
        await home.tell(TEA, "start")
        assert await home.tell(TEA, "cancel") == "idle"
        await home.tell(TEA, "cancel")
        await home.tell(TEA, "pause")
        with pytest.raises(BadReading, match="give a duration above zero"):
            await home.tell(TEA, "start", duration=0)
        with pytest.raises(BadReading, match="'soon' is no duration"):
            await home.tell(TEA, "start", duration="soon")
        ears.count()
        assert ears.heard == ["started", "changed", "finished", "started", "restarted", "cancelled"]


async def test_a_timer_goes_on_over_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as (home, _):
        await home.add("timer", "Tea", duration="1:00:00")
        await home.tell(TEA, "start")
    await clock.advance(1_800)
    async with lived(tmp_path, clock) as (home, ears):
        await until(lambda: "finishes_at" in home.told(TEA))
        assert home.value(TEA) == "active"
        await clock.advance(1_790)
        assert home.value(TEA) == "active"
        await home.pass_time(15, lambda: home.value(TEA) == "idle" and ears.count() == 1)
        assert ears.heard == ["finished"]


async def test_a_timer_that_ended_while_the_hub_was_down_is_told_at_its_start(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as (home, _):
        await home.add("timer", "Tea", duration="0:04:00")
        await home.tell(TEA, "start")
        ends = home.told(TEA)["finishes_at"]
    await clock.advance(7_200)
    async with house(tmp_path, clock=clock) as hub:
        home = Lived(hub, clock)
        await until(lambda: any(isinstance(one, Happened) for one in hub.rooms.recent))
        told = [one for one in hub.rooms.recent if isinstance(one, Happened)]
        assert home.value(TEA) == "idle"
        assert [(one.event_type, one.data["finished_at"]) for one in told] == [("timer.finished", ends)]


async def test_a_timer_that_is_not_to_go_on_is_idle_after_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as (home, _):
        await home.add("timer", "Tea", duration="1:00:00", restore=False)
        await home.tell(TEA, "start")
    async with lived(tmp_path, clock) as (home, ears):
        await until(lambda: home.value(TEA) == "idle")
        await clock.advance(7_200)
        assert not ears.count()
