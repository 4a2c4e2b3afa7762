"""Whatever order readings come in, and whatever is mended: history, state and sums are what they ought to be."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import ConfigEntry, Sample
from tests.support.house import everything, house

START = datetime(2026, 4, 5, 12, tzinfo=UTC)
"""The day after Lord Howe Island set its clocks back by half an hour."""
RING = ConfigEntry("ring", "ring", "Ring", "anna")
COUNTER = itertools.count()

minute = st.integers(0, 7).map(lambda n: n * 7)
total = st.integers(0, 5_000).map(float)
step = st.one_of(
    st.tuples(st.just("record"), st.lists(st.tuples(minute, total), min_size=1, max_size=6)),
    st.tuples(st.just("correct"), st.lists(st.tuples(minute, total), min_size=1, max_size=1)),
    st.tuples(st.just("remove"), st.lists(st.tuples(minute, total), min_size=1, max_size=3)),
    st.tuples(st.just("restore"), st.lists(st.tuples(minute, total), min_size=1, max_size=3)),
)


class Oracle:
    """What one series holds, by minute: slow and plain."""

    def __init__(self) -> None:
        self.kept: dict[int, float] = {}
        self.mended: set[int] = set()
        self.buried: dict[int, tuple[float, bool]] = {}

    def record(self, pairs: list[tuple[int, float]]) -> None:
        for at, value in pairs:
            if at not in self.buried and at not in self.mended:
                self.kept[at] = value

    def correct(self, at: int, value: float) -> None:
        self.kept[at] = value
        self.mended.add(at)

    def remove(self, instants: list[int]) -> None:
        for at in instants:
            if at in self.kept:
                self.buried[at] = (self.kept.pop(at), at in self.mended)
                self.mended.discard(at)

    def restore(self, instants: list[int]) -> None:
        for at in instants:
            if at in self.buried:
                self.kept[at], mended = self.buried.pop(at)
                if mended:
                    self.mended.add(at)

    def rise(self) -> float:
        """A total's rises; what falls began anew."""
        values = [value for _, value in sorted(self.kept.items())]
        return sum(b - a if b >= a else b for a, b in itertools.pairwise(values))


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="module")
def hub(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("house")
    home = house(folder, clock=VirtualClock(START))
    running = runner.run(home.__aenter__())
    runner.run(running.rooms.people.change("anna", time_zone="Australia/Lord_Howe"))
    runner.run(running.rooms.entities.reregister())
    yield running
    runner.run(home.__aexit__(None, None, None))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=1, max_size=8))
def test_any_order_of_readings_and_mendings_gives_the_same_history_state_and_sum(
    hub: Hub, runner: asyncio.Runner, steps: list[tuple[str, list[tuple[int, float]]]]
) -> None:
    runner.run(_check(hub, steps))


async def _check(hub: Hub, steps: list[tuple[str, list[tuple[int, float]]]]) -> None:
    source, oracle, view = f"r{next(COUNTER)}", Oracle(), everything(hub)
    begin = START - timedelta(hours=1)

    def at(minutes: int) -> datetime:
        return begin + timedelta(minutes=minutes)

    for what, pairs in steps:
        known = hub.rooms.entities.measured("ring", "anna", "steps", source)
        if what == "record":
            samples = [Sample("steps", value, at(minutes), source=source) for minutes, value in pairs]
            receipt = await hub.rooms.intake.accept(RING, samples)
            assert receipt.accepted + receipt.unchanged == len(samples)
            oracle.record(pairs)
        elif known is None:
            continue
        elif what == "correct" and pairs[0][0] in oracle.kept:
            await view.correct_reading(known.id, at(pairs[0][0]), pairs[0][1])
            oracle.correct(*pairs[0])
        elif what == "remove":
            await view.remove_readings(known.id, [at(minutes) for minutes, _ in pairs])
            oracle.remove([minutes for minutes, _ in pairs])
        elif what == "restore":
            await view.restore_readings(known.id, [at(minutes) for minutes, _ in pairs])
            oracle.restore([minutes for minutes, _ in pairs])
        known = hub.rooms.entities.measured("ring", "anna", "steps", source)
        if known is None:
            continue
        page = await view.entity_readings(known.id, begin, START)
        assert [(one.taken_at, one.value) for one in page.readings] == [
            (at(minutes), value) for minutes, value in sorted(oracle.kept.items())
        ]
        state = hub.rooms.states.get(known.id)
        newest = max(oracle.kept, default=None)
        assert (state.value if state is not None else None) == (None if newest is None else oracle.kept[newest])
        hours = await view.entity_statistics(known.id, "hour", begin, START)
        assert sum(one.sum or 0 for one in hours) == pytest.approx(oracle.rise())
        days = await view.entity_statistics(known.id, "day", begin - timedelta(days=1), START + timedelta(days=1))
        assert sum(one.sum or 0 for one in days) == pytest.approx(oracle.rise())
