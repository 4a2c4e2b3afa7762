"""Raw readings go after their time; what they said in sum stays, exactly."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.model import Entity, Kind
from hub.recorder import Outcome, Recorder, Row, to_us
from hub.recorder import retention as retention_module
from tests.recorder.conftest import NOW

HOUR = 3_600_000_000
MINUTE = 60_000_000
T0 = to_us(NOW - timedelta(days=20)) // HOUR * HOUR
BERLIN = "Europe/Berlin"
KINDS = {1: Kind.GAUGE, 2: Kind.COUNTER, 3: Kind.ENUM, 4: Kind.TEXT}
METRICS = {1: "heart_rate", 2: "steps", 3: "sleep_stage", 4: "note"}


def row(series: int, minute: int, value: float | str) -> Row:
    taken = T0 + minute * MINUTE
    if isinstance(value, str):
        return series, taken, None, value, taken + 9, 0
    return series, taken, value, None, taken + 9, 0


def life(series: int, minutes: range) -> list[Row]:
    values: dict[int, Any] = {
        1: lambda minute: 60.5 + minute % 50,
        2: lambda minute: float(minute % 1000),
        3: lambda minute: ("deep", "light", "awake")[minute // 30 % 3],
        4: lambda minute: f"note {minute}",
    }
    return [row(series, minute, values[series](minute)) for minute in minutes]


@pytest.fixture
async def house(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setattr(retention_module, "AT_ONCE", 500)
    for series, kind in KINDS.items():
        await recorder.register_series(series, kind=kind, hold_s=7_200, time_zone=BERLIN)
        await recorder.write(life(series, range(0, 20 * 1440, 17)))
    await recorder.save_entities(
        [Entity(f"sensor.{series}", series, "e", str(series), "anna", "x", metric=METRICS[series]) for series in KINDS]
    )
    return recorder


async def told(recorder: Recorder, series: int) -> list[Any]:
    end = T0 + 25 * 24 * HOUR
    return [
        await recorder.statistics(series, "hour", T0, end, time_zone=BERLIN),
        await recorder.statistics(series, "day", T0, end, time_zone=BERLIN),
        await recorder.merged_statistics([series, 99], 300, "day", T0, end, time_zone=BERLIN),
    ]


async def raw(recorder: Recorder, series: int) -> list[int]:
    return [(one.taken_us - T0) // MINUTE for one in await recorder.readings([series], 0, 1 << 62, limit=100_000)]


async def test_statistics_are_the_same_after_the_readings_are_gone(house: Recorder) -> None:
    before = {series: await told(house, series) for series in KINDS}
    count = {series: len(await raw(house, series)) for series in KINDS}
    await house.save_retention({"*": 5})
    removed = await house.purge()
    left = {series: len(await raw(house, series)) for series in KINDS}
    assert removed == sum(count.values()) - sum(left.values())
    assert all(400 < number < 600 for number in left.values())  # five to six days of 85 readings
    for series in KINDS:
        assert await told(house, series) == before[series]
    assert await house.purge() == 0
    await house.write(life(1, range(20 * 1440, 20 * 1440 + 60, 17)))
    await house.mend()
    assert (await told(house, 1))[1][:-1] == before[1][1][:-1]


async def test_each_metric_has_its_own_time(house: Recorder) -> None:
    await house.save_retention({"*": 10, "heart_rate": None, "steps": 2})
    await house.purge()
    first = {series: (await raw(house, series))[1] / 1440 for series in KINDS}
    assert first[1] < 1
    assert 17 <= first[2] <= 18
    assert 9 <= first[3] <= 10
    assert 9 <= first[4] <= 10


async def test_without_a_limit_everything_stays(house: Recorder) -> None:
    assert await house.purge() == 0
    await house.save_retention({"*": None})
    assert await house.purge() == 0


async def test_the_last_reading_stays_however_old_it_is(house: Recorder, clock: VirtualClock) -> None:
    newest = await house.newest()
    await clock.step(timedelta(days=400))
    await house.save_retention({"*": 5})
    await house.purge()
    assert await house.newest() == newest
    for series in KINDS:
        assert [newest[series].taken_us] == [T0 + minute * MINUTE for minute in await raw(house, series)]


async def test_a_counter_goes_on_where_it_was_and_does_not_start_over(house: Recorder, clock: VirtualClock) -> None:
    await clock.step(timedelta(days=400))
    await house.save_retention({"*": 5})
    last = (await house.newest([2]))[2]
    await house.purge()
    taken = to_us(clock.now()) - HOUR
    assert isinstance(last.value, float)
    await house.write([(2, taken, last.value + 7, None, taken, 0)])
    (hour,) = await house.statistics(2, "hour", taken, taken + 1, time_zone=BERLIN)
    assert hour.sum == 7


async def test_what_is_sent_again_after_it_was_purged_is_not_counted_again(house: Recorder) -> None:
    before = {series: await told(house, series) for series in KINDS}
    await house.save_retention({"*": 5})
    await house.purge()
    for series in KINDS:
        outcomes = await house.write(life(series, range(0, 1440, 17)))
        assert set(outcomes) == {Outcome.BURIED}
        assert await told(house, series) == before[series]
    await house.mend()
    assert [await told(house, series) for series in KINDS] == [before[series] for series in KINDS]


async def test_old_readings_of_hours_that_never_had_any_are_counted_and_then_purged(house: Recorder) -> None:
    await house.save_retention({"*": 5})
    await house.purge()
    old = [row(1, minute, 1.0) for minute in range(-3000, -1500, 10)]
    assert set(await house.write(old)) == {Outcome.NEW}
    start, end = T0 - 3000 * MINUTE, T0 - 1500 * MINUTE
    before = await house.statistics(1, "hour", start, end, time_zone=BERLIN)
    assert sum(hour.count for hour in before) == 150
    assert await house.purge() == 150
    assert await house.statistics(1, "hour", start, end, time_zone=BERLIN) == before
    days = await house.statistics(1, "day", start - 24 * HOUR, end, time_zone=BERLIN)
    assert sum(day.count for day in days) >= 150


async def test_purging_survives_a_restart(house: Recorder, database_url: str, clock: VirtualClock) -> None:
    before = {series: await told(house, series) for series in KINDS}
    await house.save_retention({"*": 5})
    await house.purge()
    again = await Recorder.open(database_url, clock=clock)
    assert set(await again.write(life(1, range(0, 1440, 17)))) == {Outcome.BURIED}
    assert {series: await told(again, series) for series in KINDS} == before
    await again.close()


async def test_new_readings_come_in_while_old_ones_go(house: Recorder) -> None:
    await house.save_retention({"*": 5})
    purging = asyncio.create_task(house.purge())
    minute = 20 * 1440
    while not purging.done():
        assert await house.write(life(1, range(minute, minute + 1))) == [Outcome.NEW]
        minute += 1
    assert await purging > 3000
    assert minute > 20 * 1440 + 5


async def test_texts_that_no_reading_has_any_more_are_dropped(house: Recorder) -> None:
    await house.save_retention({"*": 5})
    await house.purge()
    rows = await house._database.fetch("SELECT count(*) FROM words WHERE series = 4")
    left = len(await raw(house, 4))
    hours = len((await told(house, 4))[0])
    assert rows[0][0] <= left + hours  # hours keep their last text
    assert await house.write([row(4, 20 * 1440 + 5, "note 0")]) == [Outcome.NEW]
    assert (await house.newest([4]))[4].value == "note 0"


async def test_erasing_a_series_leaves_nothing_of_it_and_all_of_the_others(house: Recorder) -> None:
    await house.remove(1, [T0], by="anna", reason="")
    await house.mend()
    kept = await told(house, 2)
    await house.erase_series([1, 3])
    for table in ("readings", "tombstones", "revisions", "words", "hours", "days", "marks", "day_marks"):
        assert (await house._database.fetch(f"SELECT count(*) FROM {table} WHERE series IN (1, 3)"))[0][0] == 0
    assert set(await house.newest()) == {2, 4}
    assert await told(house, 2) == kept
    assert set(await house.write(life(1, range(0, 100, 17)))) == {Outcome.NEW}
