"""Readings in batches through the one door: checked, converted, committed to last, with their statistics; and the bus.

python -m benchmarks.intake [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from benchmarks.figure import Figure, tell
from benchmarks.house import PEOPLE, scratch
from hub.bus import Bus
from hub.daemon import Hub, Settings
from hub.model import ConfigEntry, Event, PeopleChanged, Sample, StateChanged

BATCH = 5_000
AT_ONCE = 2
"""Sources that send at the same time, so that one's checks fall into the other's commit."""


async def main(quick: bool) -> list[Figure]:
    with scratch() as folder:
        hub = await Hub.start(Settings(Path(folder), port=0, automatic_entries=False), serve=False)
        try:
            return [await _batches(hub, 100_000 if quick else 1_000_000), _states(hub), await _events()]
        finally:
            await hub.stop()


async def _batches(hub: Hub, total: int) -> Figure:
    """A year back of readings every five minutes of four people, person by person, as an import brings them."""
    for name in PEOPLE:
        await hub.rooms.people.add(name.title())
    metrics = [
        one
        for one in hub.rooms.vocabulary.metrics.values()
        if one.kind.value == "gauge" and None not in one.plausible and not one.transitions
    ][:10]
    chance = random.Random(1)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=366)
    sources = [
        (person, metric, [round(chance.uniform(*metric.plausible), 1) for _ in range(BATCH)])  # type: ignore[arg-type] # none is None
        for metric in metrics
        for person in PEOPLE
    ]
    entry = ConfigEntry("bench", "bench", "Benchmark")
    seconds, step, left = 0.0, 0, total
    while left > 0:
        batches = []
        for person, metric, values in sources:
            if left <= 0:
                break
            times = [start + timedelta(minutes=5 * (step + one)) for one in range(BATCH)]
            batches.append((person, [Sample(metric.key, value, at) for value, at in zip(values, times, strict=True)]))
            left -= BATCH
        waiting = iter(batches)

        async def send(waiting=waiting) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 # bound in the loop
            for person, samples in waiting:
                receipt = await hub.rooms.intake.accept(entry, samples, person)
                assert receipt.accepted == BATCH, receipt

        began = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        seconds += time.perf_counter() - began
        step += BATCH
    began = time.perf_counter()
    await hub.rooms.recorder.mend()
    seconds += time.perf_counter() - began
    return Figure(
        "batches",
        "readings in batches through intake, commit and statistics",
        total / seconds,
        "1/s",
        40_000,
        "more",
        note=f"calls of {BATCH:,}, {AT_ONCE} at a time, synchronous FULL, statistics finished",
    )


def _states(hub: Hub) -> Figure:
    """States that move in memory, each told on the bus to one listener that keeps up."""
    entities, number, heard = tuple(hub.rooms.entities.all.values()), 100_000, 0
    at = datetime.now(UTC)
    with hub.rooms.bus.subscribe(StateChanged, limit=2_000) as subscription:
        began = time.perf_counter()
        for count in range(number):
            entity, now = entities[count % len(entities)], at + timedelta(microseconds=count)
            moved = hub.rooms.states.apply(entity.id, count / 10, now, now)
            assert moved is not None
            hub.rooms.bus.publish(StateChanged(now, entity, *moved))
            if count % 1_000 == 999:
                heard += len(subscription.drain())
        seconds = time.perf_counter() - began
    assert heard == number
    return Figure("states moved", "state changes in process, one listener", number / seconds, "1/s", 110_000, "more")


async def _events() -> Figure:
    """The bus alone, with one listener that keeps up."""
    bus, number, heard = Bus(), 200_000, 0
    at = datetime.now(UTC)
    event: Event = PeopleChanged(at)
    with bus.subscribe(PeopleChanged) as subscription:
        began = time.perf_counter()
        for _ in range(number // 1_000):
            for _ in range(1_000):
                bus.publish(event)
            heard += len(subscription.drain())
        seconds = time.perf_counter() - began
    assert heard == number
    return Figure("events", "events on the bus, one listener", number / seconds, "1/s", better="more")


if __name__ == "__main__":
    tell(uvloop.run(main("--quick" in sys.argv)))
