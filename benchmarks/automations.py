"""From a trigger to its action: how many runs a second, how long one is under way, and what other automations cost.

python -m benchmarks.automations [--quick] [--json] [--alone] [--profile[=action]]

The hub and Home Assistant take turns, a block of runs each, and each figure is the median of its blocks: what else the
machine does meets both. Both set the state in memory, each in a process of its own; the hub's way from there goes over
its bus, the engine of an account and the rule of access. Runs that call an action are noted in the trail before they
are over, durably, which Home Assistant has no counterpart to; runs that tell an event are the same work on both sides.
Processor time is of all threads. `--alone` leaves Home Assistant out.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from pydantic import BaseModel

from benchmarks.figure import Figure, percentile, tell
from benchmarks.house import scratch
from benchmarks.peer import automations as peers
from benchmarks.peer.environment import environment
from hub.automation.runs import Attached
from hub.bus import Subscription
from hub.daemon import Hub, Settings
from hub.model import Actor, ConfigEntry, Entity, Event, Happened, Sample, StateChanged, Verb
from hub.plugin import ActionSpec
from hub.view import SetupRequest

PAGE = ConfigEntry("page", "page", "Page")
SENSOR = "sensor.bench"
OTHERS = (0, 100, 1_000)
PATIENCE = 30.0
WAYS = ("event", "event, templated", "action")
MESSAGE = "{{ trigger.to_state.name }}: {{ (states('%s') | float(0) * 1.8 + 32) | round(1) }} {{ trigger.above }}"
"""Neither side has a short cut for it."""


class Said(BaseModel):
    message: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Some runs one after the other."""

    seconds: float
    processor: float
    """Seconds of processor time."""
    took: Sequence[float]
    """From each state until its action, in ms."""


def measured(sensor: str, way: str, above: float = 5) -> dict[str, Any]:
    """The automation whose runs are counted, in the newer spelling."""
    data = {"message": MESSAGE % sensor} if "templated" in way else {}
    done = {"action": "bench.act", "data": data} if way == "action" else {"event": "bench_acted", "event_data": data}
    triggers = [{"trigger": "numeric_state", "entity_id": sensor, "above": above}]
    return {"alias": "Bench", "mode": "parallel", "max": 10_000, "triggers": triggers, "actions": [done]}


def other(number: int) -> dict[str, Any]:
    """One that watches something else."""
    triggers = [{"trigger": "numeric_state", "entity_id": f"sensor.other_{number}", "above": 5}]
    return {"alias": f"Other {number}", "triggers": triggers, "actions": [{"action": "bench.act", "data": {}}]}


class Noting(Subscription):
    """Says at once that an event was told."""

    told: Callable[[], None]

    def put(self, event: Event) -> None:
        if isinstance(event, Happened) and event.event_type == "bench_acted":
            self.told()


class Ours:
    """A hub without its pages, and the action that the automations call."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.acted: list[float] = []
        self._done: asyncio.Future[None] | None = None
        self._at = datetime.now(UTC)
        self._entity: Entity
        self._others = 0
        spec = ActionSpec("bench.act", "Act", Said, Verb.ACT, self._act)
        hub.rooms.actions.add(spec)
        hub.rooms.bus.subscribe_as(Noting, Happened, name="bench").told = self._told

    @property
    def sensor(self) -> str:
        return self._entity.id

    async def _act(self, actor: Actor, said: Said) -> None:
        self._told()

    def _told(self) -> None:
        self.acted.append(time.perf_counter())
        if self._done is not None and not self._done.done():
            self._done.set_result(None)

    async def set_up(self) -> None:
        """A reading of Anna's heart rate makes the entity."""
        await self.hub.views.setup(SetupRequest("Anna", "correct horse battery", "Home", "UTC"), code=None)
        await self.read(50)
        self._entity = next(one for one in self.hub.rooms.entities.all.values() if one.metric == "heart_rate")

    async def read(self, value: float) -> None:
        """As it comes from a source, through intake; returns after the commit."""
        receipt = await self.hub.rooms.intake.accept(PAGE, [Sample("heart_rate", value)], "anna")
        assert receipt.accepted == 1, receipt

    async def load(self, others: int, way: str) -> None:
        room, body = self.hub.rooms.automations, measured(self.sensor, way, above=200)
        if "bench" in room.all:
            await room.change("bench", body, by="anna")
        else:
            await room.add(body, "anna", by="anna", key="bench")
        for number in range(self._others, others):
            await room.add(other(number), "anna", by="anna")
        self._others = others

    def _set(self, value: float) -> None:
        """In memory, as intake does after a commit."""
        self._at += timedelta(microseconds=1)
        moved = self.hub.rooms.states.apply(self.sensor, value, self._at, self._at)
        assert moved is not None
        self.hub.rooms.bus.publish(StateChanged(self._at, self._entity, *moved))

    async def _wait(self) -> None:
        """Until the action."""
        assert self._done is not None
        try:
            async with asyncio.timeout(PATIENCE):
                await self._done
        except TimeoutError:
            raise RuntimeError(f"nothing was done: {self._attached.traces[-1:]}") from None

    @property
    def _attached(self) -> Attached:
        return self.hub.rooms.automations.engine("anna").automations["bench"]

    async def rest(self) -> None:
        attached = self._attached
        while attached.runs:
            await asyncio.sleep(0.0005)

    async def run(self, count: int) -> Block:
        self._at = max(self._at, datetime.now(UTC))
        self._set(50.0)
        await asyncio.sleep(0.01)
        self.acted.clear()
        took, whole, processor = [], time.perf_counter(), time.process_time()
        for number in range(count):
            self._done = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            self._set(210.0 + number)
            await self._wait()
            took.append((self.acted[-1] - began) * 1e3)
            self._set(50.0)
        await self.rest()
        assert len(self.acted) == count, len(self.acted)
        return Block(time.perf_counter() - whole, time.process_time() - processor, took)

    async def readings(self, count: int, every: float) -> tuple[list[float], list[float]]:
        """For each reading that sets it off: ms from its commit, and from its coming, to the action."""
        recorder, committed = self.hub.rooms.recorder, [0.0]
        write = recorder.write

        async def noted(rows: Any) -> Any:
            outcomes = await write(rows)
            committed[0] = time.perf_counter()
            return outcomes

        recorder.write = noted  # type: ignore[method-assign] # the very moment at which the commit is known
        since_commit, since_coming = [], []
        for number in range(count):
            self._done = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            await self.read(210 + number % 20)
            await self._wait()
            since_commit.append((self.acted[-1] - committed[0]) * 1e3)
            since_coming.append((self.acted[-1] - began) * 1e3)
            await self.rest()
            await self.read(50)
            await asyncio.sleep(max(0.0, every - (time.perf_counter() - began)))
        del recorder.write
        return since_commit, since_coming


@asynccontextmanager
async def ours(folder: Path) -> AsyncIterator[Ours]:
    hub = await Hub.start(Settings(folder, port=0, automatic_entries=False), serve=False)
    try:
        one = Ours(hub)
        await one.set_up()
        yield one
    finally:
        await hub.stop()


async def turns(one: Ours, peer: peers.Peer | None, rounds: int, count: int) -> list[Figure]:
    figures, costs = [], {}
    for others in OTHERS:
        for way in WAYS:
            await one.load(others, way)
            if peer is not None:
                await peer.load([measured(SENSOR, way), *(other(number) for number in range(others))])
            mine, theirs = [], []
            for _ in range(rounds):
                mine.append(await one.run(count))
                if peer is not None:
                    theirs.append(Block(**await peer.run(count)))
            figures += _figures(others, way, mine, theirs)
            costs[others, way] = _processor(mine)
    grown = costs[OTHERS[-1], "event"] / costs[0, "event"]
    name, note = "a run with 1,000 other automations over one with none", "processor time of a run that tells an event"
    return [*figures, Figure("automations cost", name, grown, "times", 1.3, note=note)]


def _figures(others: int, way: str, mine: list[Block], theirs: list[Block]) -> list[Figure]:
    what, key = f"{way}, {others:,} others", f"automations {others} {way}"
    rate, their_rate = _rate(mine), _rate(theirs) if theirs else None
    note = "each noted durably in the trail" if way == "action" else ""
    return [
        Figure(key, f"runs: {what}", rate, "1/s", their_rate, "more", peer=their_rate, note=note),
        Figure(f"{key} processor", "the same, processor time of one", _processor(mine), "us",
               peer=_processor(theirs) if theirs else None),
        *(
            Figure(f"{key} p{part}", f"the same, state to action, p{part}", _median(mine, part), "ms",
                   peer=_median(theirs, part) if theirs else None)
            for part in (50, 95)
        ),
    ]  # fmt: skip


def _rate(blocks: list[Block]) -> float:
    return statistics.median(len(one.took) / one.seconds for one in blocks)


def _processor(blocks: list[Block]) -> float:
    return statistics.median(one.processor / len(one.took) * 1e6 for one in blocks)


def _median(blocks: list[Block], part: float) -> float:
    return statistics.median(percentile(one.took, part) for one in blocks)


async def committed(one: Ours, quick: bool) -> list[Figure]:
    await one.load(OTHERS[-1], "event, templated")
    after, whole = await one.readings(100 if quick else 1_500, 0.02)
    note = f"{len(after):,} readings through intake, 1,000 other automations, a templated action"
    return [
        *(
            Figure(f"automations committed p{part}", f"a committed reading to its action, p{part}",
                   percentile(after, part), "ms", 1.0 if part == 95 else None, note=note)
            for part in (50, 95, 99)
        ),
        Figure("automations reading p95", "the same with its commit, p95", percentile(whole, 95), "ms"),
    ]  # fmt: skip


async def profiled(one: Ours) -> None:
    await one.load(0, next((way for way in WAYS if f"--profile={way}" in sys.argv), WAYS[0]))
    profile = cProfile.Profile()
    profile.enable()
    await one.run(3_000)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)


async def main(quick: bool) -> list[Figure]:
    rounds, count = (3, 100) if quick else (7, 500)
    with scratch() as folder:
        async with ours(Path(folder) / "ours") as one:
            if any(option.startswith("--profile") for option in sys.argv):
                await profiled(one)
                return []
            if "--alone" in sys.argv:
                return [*await turns(one, None, rounds, count), *await committed(one, quick)]
            python = environment()
            with peers.automating(python, Path(folder) / "peer") as url:
                async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
                    figures = await turns(one, await peers.signed_in(session, url), rounds, count)
            return [*figures, *await committed(one, quick)]


if __name__ == "__main__":
    tell(uvloop.run(main("--quick" in sys.argv)))
