"""Statistics in the cases that people know: clock changes, resets, late data, restarts, the present hour."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.errors import ConfigInvalid
from hub.model import Flag, Kind
from hub.recorder import Recorder, Row, to_us
from tests.recorder.conftest import NOW

HOUR = 3_600_000_000
MINUTE = 60_000_000
START = to_us(NOW - timedelta(days=40)) // HOUR * HOUR
BERLIN = "Europe/Berlin"


def at(hours: float, value: float | str, *, series: int = 1, flags: int = 0, start: int = START) -> Row:
    taken = start + round(hours * HOUR)
    if isinstance(value, str):
        return series, taken, None, value, taken, flags
    return series, taken, value, None, taken, flags


async def register(recorder: Recorder, kind: Kind = Kind.GAUGE, hold_s: float = 3_600, zone: str = "UTC") -> None:
    await recorder.register_series(1, kind=kind, hold_s=hold_s, time_zone=zone)


async def hours(recorder: Recorder, first: float = 0, last: float = 24) -> list[Any]:
    return await recorder.statistics(1, "hour", START + int(first * HOUR), START + int(last * HOUR), time_zone="UTC")


async def sums(recorder: Recorder) -> list[float | None]:
    return [hour.sum for hour in await hours(recorder)]


async def test_an_hour_tells_count_extremes_means_sum_and_last(recorder: Recorder) -> None:
    await register(recorder)
    await recorder.write([at(0.25, 10), at(0.5, 30), at(0.75, 20)])
    (hour,) = await hours(recorder)
    assert (hour.start_us, hour.end_us, hour.series) == (START, START + HOUR, 1)
    assert (hour.count, hour.min, hour.max, hour.mean, hour.sum, hour.last) == (3, 10, 30, 20, 60, 20)
    assert hour.time_weighted_mean == pytest.approx((10 + 30 + 20) / 3)
    assert hour.durations == {}


async def test_a_value_counts_for_as_long_as_it_lasts_also_into_the_next_hour(recorder: Recorder) -> None:
    await register(recorder, hold_s=1_800)
    await recorder.write([at(0.75, 100), at(1.5, 40)])
    first, second = await hours(recorder)
    assert first.time_weighted_mean == 100
    assert second.time_weighted_mean == pytest.approx((100 * 0.25 + 40 * 0.5) / 0.75)


async def test_days_have_23_or_25_hours_when_clocks_change(recorder: Recorder, clock: VirtualClock) -> None:
    await clock.step(timedelta(days=365))
    await register(recorder, zone=BERLIN)
    begin = to_us(datetime(2027, 3, 27, 12, tzinfo=UTC))
    rows = [(1, begin + step * HOUR // 2, 1.0, None, begin, 0) for step in range(48 * 3)]
    begin = to_us(datetime(2026, 10, 24, 12, tzinfo=UTC))
    rows += [(1, begin + step * HOUR // 2, 1.0, None, begin, 0) for step in range(48 * 3)]
    await recorder.write(rows)
    for year, month, day, length in ((2027, 3, 28, 23), (2027, 3, 29, 24), (2026, 10, 25, 25), (2026, 10, 26, 24)):
        noon = to_us(datetime(year, month, day, 12, tzinfo=UTC))
        for _ in range(2):
            (found,) = await recorder.statistics(1, "day", noon, noon + 1, time_zone=BERLIN)
            assert (found.end_us - found.start_us, found.count) == (length * HOUR, 2 * length)
            await recorder.mend()


@pytest.mark.parametrize(
    ("totals", "counted"),
    [
        ([100, 105, 110], 10),  # the first of a series adds nothing
        ([100, 150, 3, 10], 60),  # a device that starts over adds what it has counted since
        ([100, 150, 0, 0, 5], 55),
        ([0, 0, 0], 0),
        ([5, 5, 5.5], 0.5),
    ],
)
async def test_a_counter_adds_what_it_rose_and_makes_no_spikes(
    recorder: Recorder, totals: list[float], counted: float
) -> None:
    await register(recorder, Kind.COUNTER)
    await recorder.write([at(place / 10, total) for place, total in enumerate(totals)])
    assert await sums(recorder) == [counted]


async def test_a_restarted_source_that_sends_everything_again_makes_no_spike(recorder: Recorder) -> None:
    await register(recorder, Kind.COUNTER)
    rows = [at(place / 4, 1_400.0 + place) for place in range(20)]
    await recorder.write(rows)
    before = await sums(recorder)
    await recorder.write(rows)
    await recorder.write(rows[5:9])
    assert await sums(recorder) == before == [3, 4, 4, 4, 4]


async def test_a_late_total_is_counted_in_its_own_hour_and_no_longer_in_the_next(recorder: Recorder) -> None:
    await register(recorder, Kind.COUNTER)
    await recorder.write([at(0.5, 100), at(5.5, 180)])
    await recorder.mend()
    assert await sums(recorder) == [0, 80]
    await recorder.write([at(2.5, 130)])
    assert await sums(recorder) == [0, 30, 50]
    assert [hour.sum for hour in await hours(recorder, 5, 6)] == [50]  # also when only the later hour is asked for
    await recorder.mend()
    assert await sums(recorder) == [0, 30, 50]


async def test_a_removed_total_is_counted_where_the_next_one_is(recorder: Recorder) -> None:
    await register(recorder, Kind.COUNTER)
    await recorder.write([at(0.5, 100), at(2.5, 130), at(30.5, 180)])
    await recorder.mend()
    await recorder.remove(1, [START + int(2.5 * HOUR)], by="anna", reason="")
    assert [hour.sum for hour in await hours(recorder, 30, 31)] == [80]
    days = await recorder.statistics(1, "day", START + 30 * HOUR, START + 31 * HOUR, time_zone="UTC")
    assert [day.sum for day in days] == [80]
    await recorder.restore(1, [START + int(2.5 * HOUR)], by="anna")
    assert [hour.sum for hour in await hours(recorder, 30, 31)] == [50]


async def test_amounts_add_themselves_in_whatever_order_they_come(recorder: Recorder) -> None:
    await register(recorder, Kind.COUNTER)
    amounts = [at(place / 4, 7.5, flags=int(Flag.INCREMENT)) for place in (3, 1, 0, 2)]
    for one in amounts:
        await recorder.write([one])
    assert await sums(recorder) == [30]
    await recorder.write([at(1.5, 5_000)])  # a total after amounts: what it has counted may be in them
    assert await sums(recorder) == [30, 0]


async def test_a_correction_and_its_undoing_show_at_once(recorder: Recorder) -> None:
    await register(recorder)
    await recorder.write([at(0.25, 10), at(0.5, 999)])
    await recorder.mend()
    await recorder.correct(1, START + HOUR // 2, 20, by="anna", reason="typo")
    (hour,) = await hours(recorder)
    assert (hour.max, hour.mean) == (20, 15)


async def test_states_are_told_by_how_long_they_lasted(recorder: Recorder) -> None:
    await register(recorder, Kind.ENUM, hold_s=7_200)
    await recorder.write([at(0.5, "deep"), at(1.0, "light"), at(1.25, "deep")])
    first, second, third, fourth = await hours(recorder)
    assert (first.count, dict(first.durations), first.last) == (1, {"deep": 1_800}, "deep")
    assert (second.count, dict(second.durations), second.last) == (2, {"light": 900, "deep": 2_700}, "deep")
    assert (third.count, dict(third.durations), third.last) == (0, {"deep": 3_600}, None)
    assert (fourth.count, dict(fourth.durations)) == (0, {"deep": 900})
    assert second.min is second.mean is second.sum is None


async def test_a_state_that_lasts_over_midnight_counts_on_both_days(recorder: Recorder) -> None:
    await register(recorder, Kind.ENUM, hold_s=6 * 3_600)
    midnight = START // (24 * HOUR) * 24 * HOUR
    await recorder.write([(1, midnight - HOUR, None, "asleep", 0, 0)])
    days = await recorder.statistics(1, "day", midnight - HOUR, midnight + HOUR, time_zone="UTC")
    assert [(day.count, dict(day.durations)) for day in days] == [(1, {"asleep": 3_600}), (0, {"asleep": 5 * 3_600})]
    (second,) = await recorder.statistics(1, "day", midnight, midnight + HOUR, time_zone="UTC")
    assert dict(second.durations) == {"asleep": 5 * 3_600}


async def test_the_present_hour_counts_only_what_has_passed(recorder: Recorder, clock: VirtualClock) -> None:
    await register(recorder, Kind.ENUM, hold_s=7_200)
    now = to_us(clock.now())
    await recorder.write([(1, now - 10 * MINUTE, None, "on", now, 0)])

    async def lasted() -> float:
        (hour,) = await recorder.statistics(1, "hour", now - 10 * MINUTE, now, time_zone="UTC")
        return hour.durations["on"]

    assert await lasted() == 600
    await clock.advance(300)
    assert await lasted() == 900
    await clock.step(timedelta(minutes=-12))  # a clock that is set back
    assert await lasted() == 180


async def test_the_background_stores_what_is_over_within_seconds(recorder: Recorder, clock: VirtualClock) -> None:
    await register(recorder)

    async def stored(table: str) -> int:
        return int((await recorder._database.fetch(f"SELECT count(*) FROM {table}"))[0][0])

    async def until(hours_: int, days: int) -> None:
        for _ in range(200):
            if (await stored("hours"), await stored("days"), await stored("marks")) == (hours_, days, 0):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(
            f"{await stored('hours')} hours, {await stored('days')} days, {await stored('marks')} marks"
        )

    await recorder.write([at(place, 1) for place in range(48)])
    await clock.advance(2)
    await until(48, 3)
    present = to_us(clock.now())
    await recorder.write([(1, present, 5.0, None, present, 0)])
    assert await stored("marks") == 1
    await clock.advance(1_000)
    assert await stored("hours") == 48  # not over yet
    await clock.advance(3_000)
    await until(49, 3)
    await clock.advance(86_400)
    await until(49, 4)


async def test_marks_survive_a_restart(database_url: str, clock: VirtualClock) -> None:
    first = await Recorder.open(database_url, clock=clock)
    await register(first)
    await first.write([at(0.5, 1), at(1.5, 2)])
    await first.mend()
    await first.write([at(0.25, 9)])
    await first.close()
    second = await Recorder.open(database_url, clock=clock)
    assert [hour.count for hour in await hours(second)] == [2, 1]
    await second.mend()
    assert (await second._database.fetch("SELECT count(*) FROM marks"))[0][0] == 0
    assert [hour.max for hour in await hours(second)] == [9, 2]
    await second.close()


async def test_a_person_who_moves_has_their_days_in_the_new_zone(recorder: Recorder) -> None:
    await register(recorder, zone=BERLIN)
    await recorder.write([at(place, 1) for place in range(72)])
    await recorder.mend()
    await register(recorder, zone="America/New_York")
    for _ in range(2):
        days = await recorder.statistics(1, "day", START, START + 72 * HOUR, time_zone="America/New_York")
        assert {datetime.fromtimestamp(day.start_us / 1e6, UTC).hour for day in days} == {4}
        assert sum(day.count for day in days) == 72
        await recorder.mend()
    other = await recorder.statistics(1, "day", START, START + 72 * HOUR, time_zone=BERLIN)
    assert sum(day.count for day in other) == 72
    assert {datetime.fromtimestamp(day.start_us / 1e6, UTC).hour for day in other} <= {22, 23}


async def test_a_series_that_nobody_has_registered_is_a_gauge(recorder: Recorder) -> None:
    await recorder.write([at(0.5, 4), at(0.75, 6)])
    await recorder.mend()
    (hour,) = await hours(recorder)
    assert (hour.count, hour.sum, hour.mean) == (2, 10, 5)


async def test_a_time_zone_that_does_not_exist_is_named(recorder: Recorder) -> None:
    with pytest.raises(ConfigInvalid, match="Europe/Berln"):
        await register(recorder, zone="Europe/Berln")
    with pytest.raises(ConfigInvalid, match="Mars"):
        await recorder.statistics(1, "day", 0, 1, time_zone="Mars")


async def test_nothing_is_told_of_an_empty_stretch(recorder: Recorder) -> None:
    await register(recorder)
    assert await recorder.statistics(1, "hour", START, START, time_zone="UTC") == []
    assert await recorder.statistics(1, "day", START + 1, START, time_zone="UTC") == []
    assert await recorder.statistics(1, "day", 0, 1 << 61, time_zone="UTC") == []
    await recorder.write([at(0.5, 4), at(0.5, 4, series=2)])
    for zone in ("UTC", BERLIN):
        assert len(await recorder.statistics(1, "day", -(1 << 62), 1 << 62, time_zone=zone)) == 1
        assert len(await recorder.merged_statistics([1, 2], 60, "day", -(1 << 62), 1 << 62, time_zone=zone)) == 1
    assert await recorder.merged_statistics([], 60, "day", START, START + HOUR, time_zone="UTC") == []
    assert await recorder.merged([], 60, START, START + HOUR) == []
