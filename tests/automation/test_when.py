"""Times of day across every change of the clock from 2024 to 2037, in twelve zones."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.automation.when import Pattern, next_daily, on_day

ZONES = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "America/Havana",
    "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Chatham", "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut",
)  # fmt: skip
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("at", [time(0, 0), time(0, 30), time(1, 45), time(2, 30), time(12, 0)])
def test_a_daily_time_comes_once_a_local_day(name: str, at: time) -> None:
    zone = ZoneInfo(name)
    wanted = FIRST.astimezone(zone).date() + timedelta(days=1)
    moment = on_day(wanted, at, zone) - timedelta(seconds=1)
    late = 0
    while moment < LAST:
        found = next_daily(moment, at, zone)
        assert found is not None
        local = found.astimezone(zone)
        assert local.date() == wanted
        if local.time() != at:
            late += 1
            before = (found - timedelta(seconds=1)).astimezone(zone)
            assert before.time() < at < local.time() or before.date() < wanted, "only over a gap, and then at its end"
        moment, wanted = found, wanted + timedelta(days=1)
    assert (wanted - FIRST.date()).days > 5_100
    assert late <= 15


def test_the_first_of_two_is_taken_and_the_gap_ends_it() -> None:
    berlin, howe = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
    assert on_day(datetime(2026, 10, 25).date(), time(2, 30), berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert on_day(datetime(2026, 3, 29).date(), time(2, 30), berlin) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    gap = on_day(datetime(2026, 10, 4).date(), time(2, 10), howe)
    assert gap.astimezone(howe).time() == time(2, 30)


def test_weekdays_are_local_ones() -> None:
    zone = ZoneInfo("Pacific/Chatham")
    found = next_daily(datetime(2026, 11, 20, tzinfo=UTC), time(6, 0), zone, ["sun"])
    assert found is not None
    assert found.astimezone(zone) == datetime(2026, 11, 22, 6, 0, tzinfo=zone)
    assert next_daily(FIRST, time(6, 0), zone, []) is None


@pytest.mark.parametrize("name", ZONES)
def test_a_pattern_of_minutes_comes_as_often_as_time_passes(name: str) -> None:
    zone, pattern = ZoneInfo(name), Pattern.of(None, "/15", None)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    moment, count = start, 0
    while (moment := pattern.next(moment, zone)) <= start + timedelta(days=60):
        count += 1
        assert moment.astimezone(zone).minute % 15 == 0
    assert count == 60 * 24 * 4


def test_an_hour_that_comes_twice_counts_once_where_hours_are_named() -> None:
    zone, pattern = ZoneInfo("Europe/Berlin"), Pattern.of("2", "30", None)
    start = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    first = pattern.next(start, zone)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert pattern.next(first, zone) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
    seconds = Pattern.of(None, None, "/20")
    assert seconds.next(start, zone) == start + timedelta(seconds=20)
    assert Pattern.of("5", None, None).next(start, zone) == datetime(2026, 10, 25, 4, 0, tzinfo=UTC)
