"""Schedules: the week repeats by the household's clock, over its changes too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.clock import VirtualClock
from integrations.helpers.kinds.schedule import ScheduleOptions, at, clock
from tests.integrations.helpers.lived import NOON, Lived, until
from tests.support.house import house

MADRID = ZoneInfo("Europe/Madrid")


def local(text: str, zone: ZoneInfo = MADRID, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def week(**days: list[str]) -> ScheduleOptions:
    return ScheduleOptions.model_validate(days)


def test_blocks_are_written_as_lines_or_as_home_assistant_writes_them() -> None:
    lines = week(monday=["7:30-12:00", "13:00 – 24:00"])
    blocks = ScheduleOptions.model_validate(
        {"monday": [{"from": "13:00:00", "to": "24:00:00"}, {"from": "07:30:00", "to": 43_200, "data": {}}]}
    )
    assert lines == blocks
    assert [(clock(one.start), clock(one.end)) for one in lines.monday] == [("07:30", "12:00"), ("13:00", "24:00")]


@pytest.mark.parametrize(
    ("now", "on", "following"),
    [
        ("2026-11-20 21:59:59", False, "2026-11-20 22:00"),
        ("2026-11-20 22:00", True, "2026-11-21 07:00"),
        ("2026-11-21 06:59:59", True, "2026-11-21 07:00"),
        ("2026-11-21 07:00", False, "2026-11-27 22:00"),
    ],
)
def test_blocks_that_touch_at_midnight_are_one(now: str, on: bool, following: str) -> None:
    block, when = at(week(friday=["22:00 - 24:00"], saturday=["00:00 - 07:00"]), MADRID, local(now))
    assert (block is not None, when) == (on, local(following))


def test_a_week_without_an_end_never_changes() -> None:
    whole = ["00:00 - 24:00"]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    block, when = at(week(**dict.fromkeys(days, whole)), MADRID, NOON)
    assert block is not None
    assert when is None
    assert at(week(), MADRID, NOON) == (None, None)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
@pytest.mark.parametrize("block", ["01:45 - 02:15", "02:15 - 02:45", "01:30 - 03:30", "00:00 - 24:00"])
def test_a_daily_block_is_on_once_a_local_day_all_year(zone: str, block: str) -> None:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    whole = block.startswith("00:00")
    # All day would never end: every second day it is.
    config = week(**{key: [block] for key in (days[::2] if whole else days)})
    there = ZoneInfo(zone)
    now = local("2027-01-01 12:00", there)
    on = at(config, there, now)[0] is not None
    began: list[str] = []
    while True:
        _, following = at(config, there, now)
        assert following is not None
        assert following > now
        now = following
        if now > local("2028-01-01 12:00", there):
            break
        is_on = at(config, there, now)[0] is not None
        assert is_on is not on, f"nothing changed at {now.astimezone(there)}"
        on = is_on
        if on:
            began.append(now.astimezone(there).date().isoformat())
    assert len(set(began)) == len(began)
    if not whole:
        assert len(began) == 365


async def test_a_schedule_is_on_and_off_on_the_minute_and_keeps_history(tmp_path: Path) -> None:
    virtual = VirtualClock(NOON)  # Saturday, 13:00 in Madrid
    async with house(tmp_path, clock=virtual) as hub:
        home = Lived(hub, virtual)
        nap = {"from": "14:00", "to": "15:00", "data": {"why": "nap"}}
        await home.add("schedule", "Quiet", saturday=[nap], sunday=["08:00-09:00"])
        one = "schedule.quiet"
        assert home.value(one) == "off"
        assert home.told(one)["next_event"] == (NOON + timedelta(hours=1)).isoformat()
        await home.pass_time(3_599, lambda: True)
        assert home.value(one) == "off"
        await home.pass_time(1, lambda: home.value(one) == "on")
        assert (home.told(one)["why"], home.told(one)["next_event"]) == ("nap", (NOON + timedelta(hours=2)).isoformat())
        await home.pass_time(3_600, lambda: home.value(one) == "off")
        assert home.told(one)["next_event"] == local("2026-11-22 08:00").isoformat()
        assert "why" not in home.told(one)
        assert await home.history(one) == ["off", "on", "off"]


async def test_a_schedule_is_right_after_the_hub_was_down(tmp_path: Path) -> None:
    virtual = VirtualClock(NOON)
    async with house(tmp_path, clock=virtual) as hub:
        await Lived(hub, virtual).add("schedule", "Quiet", saturday=["14:00 - 15:00"])
    await virtual.advance(5_400)
    async with house(tmp_path, clock=virtual) as hub:
        home = Lived(hub, virtual)
        await until(lambda: home.value("schedule.quiet") == "on")
        assert await home.history("schedule.quiet") == ["off", "on"]
