"""Ring, watch and phone measure the same: one speaks at a time, and nothing is counted twice."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.clock import VirtualClock
from hub.model import Flag, Kind, Value
from hub.recorder import Recorder, Row, StoredReading, StoredStatistic, to_us
from tests.recorder.oracle import HOUR, Expected, Readings, day_bounds, expected
from tests.support.thorough import EVERY_STEP

BASE = datetime(2026, 10, 24, 6, tzinfo=UTC)
SECOND = 1_000_000
STEP = 450 * SECOND
SPAN = 2 * 86_400 * SECOND // STEP


@pytest.fixture
async def three(recorder: Recorder) -> Recorder:
    """Series 1 to 3 count steps."""
    for series in (1, 2, 3):
        await recorder.register_series(series, kind=Kind.COUNTER, hold_s=3_600, time_zone="UTC")
    return recorder


def amount(series: int, minutes: float, value: float) -> Row:
    taken = to_us(BASE) + int(minutes * 60) * SECOND
    return series, taken, value, None, taken, int(Flag.INCREMENT)


async def test_steps_of_ring_watch_and_phone_are_never_added_up(three: Recorder) -> None:
    ring = [amount(1, minute, 10) for minute in range(0, 60, 10)]
    watch = [amount(2, minute, 11) for minute in range(0, 120, 10)]
    phone = [amount(3, minute, 7) for minute in range(0, 180, 10)]
    await three.write([*phone, *ring, *watch])
    start, end = to_us(BASE), to_us(BASE) + 3 * HOUR
    merged = await three.merged([1, 2, 3], 3_600, start, end)
    assert [reading.series for reading in merged] == [1] * 6 + [2] * 6 + [3] * 6
    hours = await three.merged_statistics([1, 2, 3], 3_600, "hour", start, end, time_zone="UTC")
    assert [(one.series, one.sum, one.count) for one in hours] == [(1, 60, 6), (2, 66, 6), (3, 42, 6)]
    (day,) = await three.merged_statistics([1, 2, 3], 3_600, "day", start, end, time_zone="UTC")
    assert (day.series, day.sum, day.count) == (None, 168, 18)


async def test_a_changed_priority_changes_who_speaks_at_once(three: Recorder) -> None:
    await three.write([amount(1, 5, 10), amount(2, 6, 11)])
    start, end = to_us(BASE), to_us(BASE) + HOUR
    for order, total in (([1, 2], 10), ([2, 1], 11)):
        (hour,) = await three.merged_statistics(order, 3_600, "hour", start, end, time_zone="UTC")
        assert (hour.series, hour.sum) == (order[0], total)
        assert [reading.series for reading in await three.merged(order, 3_600, start, end)] == [order[0]]


async def test_a_running_total_counts_what_its_own_source_rose_while_it_spoke(three: Recorder) -> None:
    def total(series: int, minutes: float, value: float) -> Row:
        return (*amount(series, minutes, value)[:5], 0)

    await three.write([total(1, 0, 1000), total(1, 30, 1200), total(1, 130, 1900)])
    await three.write([total(2, 0, 50_000), total(2, 70, 50_400), total(2, 140, 50_500)])
    hours = await three.merged_statistics([1, 2], 3_600, "hour", to_us(BASE), to_us(BASE) + 3 * HOUR, time_zone="UTC")
    assert [(one.series, one.sum) for one in hours] == [(1, 200), (2, 400), (1, 700)]


async def test_the_interval_is_whole_even_where_the_question_cuts_it(three: Recorder) -> None:
    await three.write([amount(2, 10, 5), amount(1, 50, 6)])
    start = to_us(BASE)
    assert await three.merged([1, 2], 3_600, start, start + 30 * 60 * SECOND) == []
    late = await three.merged([1, 2], 3_600, start + 30 * 60 * SECOND, start + HOUR)
    assert [reading.value for reading in late] == [6]


async def test_states_of_two_sources_are_told_by_their_names(recorder: Recorder) -> None:
    for series in (1, 2):
        await recorder.register_series(series, kind=Kind.ENUM, hold_s=1_800, time_zone="UTC")
    start = to_us(BASE)

    def state(series: int, minutes: int, value: str) -> Row:
        taken = start + minutes * 60 * SECOND
        return series, taken, None, value, taken, 0

    await recorder.write([state(1, 0, "light"), state(2, 0, "deep"), state(2, 60, "awake"), state(2, 70, "light")])
    hours = await recorder.merged_statistics([1, 2], 3_600, "hour", start, start + 3 * HOUR, time_zone="UTC")
    assert [(one.series, one.last, dict(one.durations)) for one in hours] == [
        (1, "light", {"light": 1_800.0}),
        (2, "light", {"awake": 600.0, "light": 1_800.0}),
    ]


async def test_pages_of_a_merged_series_follow_one_another(three: Recorder) -> None:
    rows = [
        amount(series, minute, minute) for minute in range(0, 600, 7) for series in (1, 2, 3) if minute % series == 0
    ]
    await three.write(rows)
    start, end = to_us(BASE), to_us(BASE) + 10 * HOUR
    whole = await three.merged([3, 2, 1], 300, start, end, limit=10_000)
    assert {reading.series for reading in whole} == {1, 2, 3}
    for descending in (False, True):
        seen: list[StoredReading] = []
        after = None
        while page := await three.merged([3, 2, 1], 300, start, end, limit=9, after=after, descending=descending):
            seen += page
            after = (page[-1].taken_us, page[-1].series)
        assert seen == (whole[::-1] if descending else whole)


# Random lives of three sources against the definition.


def speakers(sources: list[Readings], interval: int, taken: int) -> int | None:
    """Place of the source that speaks at an instant."""
    opened = taken // interval * interval
    for place, own in enumerate(sources):
        if any(opened <= one < opened + interval for one in own):
            return place
    return None


def merged_by_definition(sources: list[Readings], interval: int) -> dict[int, tuple[int, Value]]:
    return {
        taken: (place, own[taken][0])
        for place, own in enumerate(sources)
        for taken in own
        if speakers(sources, interval, taken) == place
    }


def statistics_by_definition(
    sources: list[Readings], kind: Kind, interval: int, hold: int, now: int, start: int, end: int
) -> Expected | None:
    """One bucket: cells in which the speaker has readings are its own, all other time is held by who spoke last."""
    edges = {*range((start - hold) // HOUR * HOUR, end + 1, HOUR), start, end}
    edges |= set(range((start - hold) // interval * interval, end + 1, interval))
    ordered = sorted(edges)
    made, area, held, total = Expected(), 0.0, 0, 0.0
    low, high, values = None, None, 0.0
    last: tuple[int, Value] | None = None
    for begin, until in pairwise(ordered):
        place = speakers(sources, interval, begin)
        own = sources[place] if place is not None else {}
        inside = [one for one in own if begin <= one < until]
        if inside:
            cell = expected(own, kind, hold, now, begin, until)
            if begin >= start:
                made.count += cell.count
                made.last = cell.last
                for state, length in cell.durations.items():
                    made.durations[state] = made.durations.get(state, 0) + length
                if cell.min is not None and cell.max is not None and cell.mean is not None:
                    low = cell.min if low is None else min(low, cell.min)
                    high = cell.max if high is None else max(high, cell.max)
                    values += cell.mean * cell.count
                    total += cell.sum or 0.0
                if cell.time_weighted_mean is not None:
                    length = held_in(own, hold, now, begin, until)
                    area, held = area + cell.time_weighted_mean * length, held + length
            last = (max(inside), own[max(inside)][0])
        elif last is not None and begin >= start:
            length = min(last[0] + hold, until, now) - begin
            if length > 0 and kind is Kind.ENUM:
                made.durations[str(last[1])] = made.durations.get(str(last[1]), 0) + length / 1e6
            elif length > 0:
                area, held = area + float(last[1]) * length, held + length
    if not made.count and not made.durations:
        return None
    if kind is not Kind.ENUM:
        made.min, made.max, made.sum = low, high, total if kind is Kind.COUNTER else values
        made.mean = values / made.count if made.count else None
        made.time_weighted_mean = area / held if held else None
    return made


def held_in(own: Readings, hold: int, now: int, start: int, end: int) -> int:
    taken, whole = sorted(own), 0
    for place, one in enumerate(taken):
        until = min(taken[place + 1] if place + 1 < len(taken) else one + hold, one + hold, now, end)
        whole += max(0, until - max(one, start))
    return whole


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asyncio.Runner, Recorder, list[int]]]:
    clock = VirtualClock(BASE + timedelta(days=4))
    path = tmp_path_factory.mktemp("merging") / "homeostat.db"
    with asyncio.Runner() as runner:
        recorder = runner.run(Recorder.open(f"sqlite+aiosqlite:///{path}", clock=clock))
        yield runner, recorder, [0]
        runner.run(recorder.close())


source = st.dictionaries(st.integers(0, SPAN), st.integers(0, 400), max_size=25)


@settings(max_examples=150 if EVERY_STEP else 50, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    st.lists(source, min_size=2, max_size=3),
    st.sampled_from((Kind.COUNTER, Kind.GAUGE, Kind.ENUM)),
    st.sampled_from((300, 900, 3_600, 5_400, 86_400)),
    st.sampled_from((600, 3_600, 20_000)),
    st.sampled_from(("Europe/Berlin", "Asia/Kathmandu")),
    st.tuples(st.integers(0, SPAN), st.integers(1, SPAN)),
    st.booleans(),
)
def test_merging_is_what_it_is_by_definition(
    shared: tuple[asyncio.Runner, Recorder, list[int]],
    some: list[Mapping[int, int]],
    kind: Kind,
    interval_s: int,
    hold_s: int,
    zone: str,
    window: tuple[int, int],
    mended: bool,
) -> None:
    runner, recorder, used = shared
    base, interval, hold = to_us(BASE), interval_s * SECOND, hold_s * SECOND
    names = ("deep", "light", "awake")
    sources: list[Readings] = [
        {
            base + place * STEP: (names[number % 3] if kind is Kind.ENUM else float(number), 0)
            for place, number in own.items()
        }
        for own in some
    ]
    series = [used[0] + place + 1 for place in range(len(sources))]
    used[0] += len(sources)
    start, end = base + window[0] * STEP, base + (window[0] + window[1]) * STEP
    now = base + 4 * 24 * HOUR

    async def life() -> tuple[list[StoredReading], dict[str, list[StoredStatistic]]]:
        rows: list[Row] = []
        for one, own in zip(series, sources, strict=True):
            await recorder.register_series(one, kind=kind, hold_s=hold_s, time_zone=zone)
            rows += [
                (one, t, None if isinstance(v, str) else v, v if isinstance(v, str) else None, t, f)
                for t, (v, f) in own.items()
            ]
        await recorder.write(rows)
        if mended:
            await recorder.mend()
        readings = await recorder.merged(series, interval_s, start, end, limit=10_000)
        told: dict[str, Any] = {}
        for period in ("hour", "day"):
            told[period] = await recorder.merged_statistics(
                series,
                interval_s,
                period,
                start,
                end,
                time_zone=zone,
            )
        return readings, told

    readings, told = runner.run(life())
    by_definition = merged_by_definition(sources, interval)
    assert [(one.taken_us, one.series, one.value) for one in readings] == [
        (taken, series[place], value) for taken, (place, value) in sorted(by_definition.items()) if start <= taken < end
    ]
    first = date(2026, 10, 22)
    days = [day_bounds(first + timedelta(days=number), zone) for number in range(12)]
    hours = [(hour * HOUR, hour * HOUR + HOUR) for hour in range(start // HOUR, -(-end // HOUR))]
    for period, buckets in (("hour", hours), ("day", [day for day in days if day[0] < end and day[1] > start])):
        wanted = {
            bucket: made
            for bucket in buckets
            if (made := statistics_by_definition(sources, kind, interval, hold, now, *bucket)) is not None
        }
        found = {(one.start_us, one.end_us): one for one in told[period]}
        assert sorted(found) == sorted(wanted), period
        for bucket, one in found.items():
            right = wanted[bucket]
            assert (one.count, one.last) == (right.count, right.last)
            assert dict(one.durations) == pytest.approx(right.durations)
            for name in ("min", "max", "mean", "time_weighted_mean", "sum"):
                value, by = getattr(one, name), getattr(right, name)
                assert value is None if by is None else value == pytest.approx(by, rel=1e-9, abs=1e-6), (period, name)
