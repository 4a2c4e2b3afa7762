"""Random lives of a series (late, repeated, corrected, removed, reset, restarted) against statistics by definition.

HOMEOSTAT_SEQUENCES=10000 runs ten thousand of them.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.clock import VirtualClock
from hub.model import Flag, Kind, Value
from hub.recorder import Outcome, Recorder, Row, StoredStatistic, from_us, to_us
from tests.recorder.oracle import HOUR, Expected, day_bounds, expected
from tests.support.thorough import EVERY_STEP

SEQUENCES = int(os.environ.get("HOMEOSTAT_SEQUENCES", "300" if EVERY_STEP else "100"))
# Clocks go back in Berlin on 25 October 2026 and forward, by half an hour, on Lord Howe on 4 October.
BASES = (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 3, 3, tzinfo=UTC))
ZONES = ("Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
STEP = 300  # seconds: coarse enough that instants collide, and some fall on the edges of hours and days
SPAN = 3 * 86_400 // STEP
STATES = ("deep", "light", "awake")


@dataclass
class World:
    """One recorder for all sequences; each sequence has a series of its own."""

    runner: asyncio.Runner
    clock: VirtualClock
    url: str
    recorder: Recorder
    series: int = 0

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def restart(self) -> None:
        self.run(self.recorder.close())
        self.recorder = self.run(Recorder.open(self.url, clock=self.clock))


@dataclass
class Life:
    kind: Kind
    hold: int
    zone: str
    base: int
    alive: dict[int, tuple[Value, int]] = field(default_factory=dict)
    buried: dict[int, tuple[Value, int]] = field(default_factory=dict)


def make_world(url: str) -> Iterator[World]:
    clock = VirtualClock(BASES[0] + timedelta(days=5))
    with asyncio.Runner() as runner:
        world = World(runner, clock, url, runner.run(Recorder.open(url, clock=clock)))
        yield world
        runner.run(world.recorder.close())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    yield from make_world(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('property') / 'homeostat.db'}")


@pytest.fixture
def postgres_world(postgres_database: str) -> Iterator[World]:
    yield from make_world(postgres_database)


places = st.integers(0, SPAN - 1)
numbers = st.one_of(st.integers(0, 1000).map(float), st.floats(0, 5000, width=32))
operation = st.one_of(
    st.tuples(st.just("write"), st.lists(st.tuples(places, numbers, st.booleans()), min_size=1, max_size=12)),
    st.tuples(st.just("count up"), st.tuples(places, st.lists(st.integers(0, 50), min_size=2, max_size=12))),
    st.tuples(st.just("correct"), st.tuples(st.integers(0, 50), numbers)),
    st.tuples(st.just("remove"), st.lists(st.integers(0, 50), min_size=1, max_size=6)),
    st.tuples(st.just("restore"), st.lists(st.integers(0, 50), min_size=1, max_size=6)),
    st.tuples(st.just("repeat"), st.none()),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("look"), st.tuples(places, places)),
    st.tuples(st.just("clock"), places),
    st.tuples(st.just("register"), st.tuples(st.sampled_from((600, 5_000, 100_000)), st.sampled_from(ZONES))),
)
life = st.builds(
    Life,
    kind=st.sampled_from((Kind.COUNTER, Kind.COUNTER, Kind.GAUGE, Kind.ENUM, Kind.DURATION)),
    hold=st.sampled_from((600, 3_600, 40_000)).map(lambda seconds: seconds * 1_000_000),
    zone=st.sampled_from(ZONES),
    base=st.sampled_from(BASES).map(to_us),
)


def sequences(count: int) -> Callable[[Any], Any]:
    def decorate(test: Any) -> Any:
        tuned = settings(
            max_examples=count,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
            database=None,
        )
        return tuned(given(life, st.lists(operation, min_size=1, max_size=14), st.integers(0, 99))(test))

    return decorate


def test_an_hour_that_a_clock_set_back_makes_the_future_is_counted_anew_when_it_is_over(world: World) -> None:
    steps = [
        ("write", [(366, 512.0, False)]),
        ("mend", None),
        ("clock", 312),
        ("write", [(291, 1.0, False)]),  # what follows it lies ahead of the clock now
        ("mend", None),
    ]
    live(world, Life(Kind.GAUGE, 600_000_000, "UTC", to_us(BASES[0])), steps, restart=False)


@sequences(SEQUENCES)
def test_statistics_are_what_they_are_by_definition(
    world: World, one: Life, operations: list[tuple[str, Any]], chance: int
) -> None:
    live(world, one, operations, restart=chance == 0)


@sequences(max(40, SEQUENCES // 20))
def test_statistics_are_what_they_are_by_definition_on_postgresql(
    postgres_world: World, one: Life, operations: list[tuple[str, Any]], chance: int
) -> None:
    live(postgres_world, one, operations, restart=chance == 0)


def live(world: World, one: Life, operations: list[tuple[str, Any]], *, restart: bool) -> None:
    world.series += 1
    one = Life(one.kind, one.hold, one.zone, one.base)
    set_clock(world, one, SPAN * 2)
    register(world, one)
    for name, given_ in operations:
        OPERATIONS[name](world, one, given_)
    if restart:
        world.restart()
    set_clock(world, one, SPAN * 2)
    look(world, one, (0, SPAN - 1))
    world.run(world.recorder.mend())
    look(world, one, (0, SPAN - 1))


def at(one: Life, place: int) -> int:
    return one.base + place * STEP * 1_000_000


def value_of(one: Life, number: float) -> Value:
    return STATES[int(number) % 3] if one.kind is Kind.ENUM else number


def row(world: World, one: Life, taken: int, value: Value, increment: bool) -> Row:
    flags = int(Flag.INCREMENT) if increment and one.kind is Kind.COUNTER else 0
    if isinstance(value, str):
        return world.series, taken, None, value, taken + 5, flags
    return world.series, taken, value, None, taken + 5, flags


def register(world: World, one: Life) -> None:
    registered = world.recorder.register_series(
        world.series, kind=one.kind, hold_s=one.hold / 1_000_000, time_zone=one.zone
    )
    world.run(registered)


def set_clock(world: World, one: Life, place: int) -> None:
    world.run(world.clock.step(from_us(at(one, place)) - world.clock.now()))


def send(world: World, one: Life, rows: list[Row]) -> None:
    outcomes = world.run(world.recorder.write(rows))
    for sent, outcome in zip(rows, outcomes, strict=True):
        taken, value, flags = sent[1], sent[2] if sent[3] is None else sent[3], sent[5]
        assert value is not None
        if taken in one.buried:
            assert outcome is Outcome.BURIED
        elif taken not in one.alive:
            assert outcome is Outcome.NEW
            one.alive[taken] = (value, flags)
        elif one.alive[taken][0] == value or one.alive[taken][1] & Flag.CORRECTED:
            assert outcome is Outcome.UNCHANGED
        else:
            assert outcome is Outcome.CORRECTED
            one.alive[taken] = (value, flags)


def write(world: World, one: Life, some: list[tuple[int, float, bool]]) -> None:
    # One in four of the booleans' choices: mostly totals, sometimes amounts.
    send(world, one, [row(world, one, at(one, p), value_of(one, n), flag and p % 2 == 0) for p, n, flag in some])


def count_up(world: World, one: Life, some: tuple[int, list[int]]) -> None:
    total, rows = 0, []
    for step, more in enumerate(some[1]):
        total = 0 if more == 0 else total + more  # a device that starts over
        taken = at(one, (some[0] + step * 7) % SPAN)
        rows.append(row(world, one, taken, value_of(one, total), False))
    send(world, one, rows)


def correct(world: World, one: Life, some: tuple[int, float]) -> None:
    if one.alive:
        taken = sorted(one.alive)[some[0] % len(one.alive)]
        value = value_of(one, some[1])
        world.run(world.recorder.correct(world.series, taken, value, by="anna", reason="test"))
        one.alive[taken] = (value, one.alive[taken][1] | Flag.CORRECTED)


def remove(world: World, one: Life, some: list[int]) -> None:
    if one.alive:
        taken = {sorted(one.alive)[place % len(one.alive)] for place in some}
        assert world.run(world.recorder.remove(world.series, list(taken), by="anna", reason="")) == len(taken)
        for gone in taken:
            one.buried[gone] = one.alive.pop(gone)


def restore(world: World, one: Life, some: list[int]) -> None:
    if one.buried:
        taken = {sorted(one.buried)[place % len(one.buried)] for place in some}
        assert world.run(world.recorder.restore(world.series, list(taken), by="anna")) == len(taken)
        for back in taken:
            one.alive[back] = one.buried.pop(back)


def repeat(world: World, one: Life, _: None) -> None:
    rows = [row(world, one, taken, value, bool(flags & 1)) for taken, (value, flags) in one.alive.items()]
    send(world, one, rows)


def mend(world: World, one: Life, _: None) -> None:
    world.run(world.recorder.mend())


def move_clock(world: World, one: Life, place: int) -> None:
    set_clock(world, one, place)


def register_again(world: World, one: Life, rule: tuple[int, str]) -> None:
    one.hold, one.zone = rule[0] * 1_000_000, rule[1]
    register(world, one)


def look(world: World, one: Life, some: tuple[int, int]) -> None:
    low, high = at(one, min(some)), at(one, max(some) + 1)
    now = to_us(world.clock.now())
    zones = {one.zone, ZONES[some[0] % len(ZONES)]}
    asked = [("hour", zone) for zone in sorted(zones)[:1]] + [("day", zone) for zone in sorted(zones)]
    for period, zone in asked:
        buckets = hours(low, high) if period == "hour" else days(low, high, zone)
        wanted: dict[int, tuple[int, Expected]] = {}
        for start, end in buckets:
            made = expected(one.alive, one.kind, one.hold, now, start, end)
            if made.count or made.durations:
                wanted[start] = (end, made)
        found: list[StoredStatistic] = world.run(
            world.recorder.statistics(world.series, period, low, high, time_zone=zone)  # type: ignore[arg-type] # one of two
        )
        assert [(statistic.start_us, statistic.end_us) for statistic in found] == [
            (start, end) for start, (end, _) in sorted(wanted.items())
        ], (period, zone)
        for statistic in found:
            compare(statistic, wanted[statistic.start_us][1])


def compare(found: StoredStatistic, wanted: Expected) -> None:
    assert found.count == wanted.count
    assert found.last == wanted.last
    for name in ("min", "max", "mean", "time_weighted_mean", "sum"):
        made, right = getattr(found, name), getattr(wanted, name)
        assert made is None if right is None else made == pytest.approx(right, rel=1e-9, abs=1e-6), name
    assert dict(found.durations) == pytest.approx(wanted.durations)


def hours(low: int, high: int) -> list[tuple[int, int]]:
    return [(hour * HOUR, hour * HOUR + HOUR) for hour in range(low // HOUR, -(-high // HOUR))]


def days(low: int, high: int, zone: str) -> list[tuple[int, int]]:
    first = date(2026, 9, 30)
    bounds = [day_bounds(first + timedelta(days=number), zone) for number in range(32)]
    return [(start, end) for start, end in bounds if start < high and end > low]


OPERATIONS: dict[str, Callable[[World, Life, Any], None]] = {
    "write": write,
    "count up": count_up,
    "correct": correct,
    "remove": remove,
    "restore": restore,
    "repeat": repeat,
    "mend": mend,
    "look": look,
    "clock": move_clock,
    "register": register_again,
}
