"""What a backup costs while readings come in, and whether every one of many can be restored.

python -m benchmarks.backups [--quick] [--json] [--only large,many] [--readings N] [--folder DIR]

`large`: one of 10 million readings under 200 writes a second; `many`: 200 of them under 200 writes a second, with three
recovery keys one after the other. Every restore compares all rows. A folder that was filled before is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import house as houses
from benchmarks.figure import Figure, percentile, tell
from benchmarks.storage import MINUTE, START, Past, random_rows
from hub.backup.create import create
from hub.backup.facts import WrongKey, key_of
from hub.backup.jobs import Job, Jobs
from hub.backup.keys import Keys
from hub.backup.restore import verify
from hub.backup.unpack import read_manifest
from hub.clock import RealClock
from hub.model import Entity, Kind, Person
from hub.recorder import Recorder, to_us

PEOPLE = ("anna", "ben", "mia", "carla", "dev")
SERIES = 200
A_SECOND = 200


def silent(_: float | None, __: str) -> None:
    """Nobody watches."""


def url_of(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'homeostat.db'}"


async def fill(folder: Path, readings: int, series: int) -> None:
    """A household of five, its series dealt out among them."""
    if (folder / "filled").exists():
        return
    recorder = await Recorder.open(url_of(folder), clock=Past(START))
    try:
        for person in PEOPLE:
            await recorder.save_person(Person(person, person.title()))
        numbers = await recorder.allocate_series(series)
        await recorder.save_entities(
            [
                Entity(
                    id=f"sensor.s{one}", series=one, device="", key=f"s{one}", person=PEOPLE[one % len(PEOPLE)],
                    metric="", name=f"S{one}", entry="bench", kind=Kind.GAUGE,
                )
                for one in numbers
            ]
        )  # fmt: skip
        rows = random_rows(readings, series, 5 * MINUTE)
        while batch := list(islice(rows, 20_000)):
            await recorder.write(batch)
    finally:
        await recorder.close()
    (folder / "filled").touch()


@dataclass
class Load:
    """Writes of one reading each, evenly spread; milliseconds until each was durable."""

    took: list[float] = field(default_factory=list)
    late: float = 0.0
    """Seconds that the writer itself was behind its plan at worst."""


@asynccontextmanager
async def writing(recorder: Recorder, series: int) -> AsyncIterator[Load]:
    load, going = Load(), True
    start = to_us(RealClock().now())
    pending: set[asyncio.Task[None]] = set()

    async def one(number: int) -> None:
        began = time.perf_counter()
        taken = start + number * 1_000
        await recorder.write([(number % series + 1, taken, 70.0 + number % 9, None, taken, 0)])
        load.took.append((time.perf_counter() - began) * 1e3)

    async def plan() -> None:
        began, number = time.perf_counter(), 0
        while going:
            due = began + number / A_SECOND
            wait = due - time.perf_counter()
            load.late = max(load.late, -wait)
            if wait > 0:
                await asyncio.sleep(wait)
            task = asyncio.create_task(one(number))
            pending.add(task)
            task.add_done_callback(pending.discard)
            number += 1

    planning = asyncio.create_task(plan())
    try:
        yield load
    finally:
        going = False
        await planning
        await asyncio.gather(*pending)


async def watched(job: Job) -> float:
    """MB that the job's process had at most; raises when it failed."""
    peak = 0
    while not job.ended.is_set():
        peak = max(peak, *(_peak(pid) for pid in _children()), 0)
        await asyncio.sleep(0.2)
    if job.error:
        raise RuntimeError(job.error)
    return peak / 1024


def _children() -> list[int]:
    return [int(one) for one in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _peak(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


async def large(folder: Path, readings: int) -> list[Figure]:
    began = time.perf_counter()
    await fill(folder, readings, SERIES)
    print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    keys = Keys(folder)
    if not keys.identities():
        keys.make(RealClock().now())
    recorder = await Recorder.open(url_of(folder), clock=RealClock())
    common: dict[str, Any] = {"url": url_of(folder), "data_dir": str(folder), "config_dir": None, "vault_key": None}
    jobs = Jobs(RealClock(), common)
    try:
        async with writing(recorder, SERIES) as alone:
            await asyncio.sleep(20)
        async with writing(recorder, SERIES) as load:
            await asyncio.sleep(2)
            began = time.perf_counter()
            job = jobs.start("create", "bench")
            memory = await watched(job)
            took = time.perf_counter() - began
    finally:
        await recorder.close()
    name, size, rows = job.result["name"], job.result["bytes"], job.result["rows"]
    began = time.perf_counter()
    proof = jobs.start("verify", "bench", {"target": "here", "name": name})
    proving = await watched(proof)
    proved = time.perf_counter() - began
    compared = int(proof.result["rows"]) if proof.result["compared"] else 0
    wrong = await _wrong_key(keys.own_target / name)
    middle, most = percentile(load.took, 50), max(alone.took)
    note = (
        f"{rows:,} rows, {A_SECOND} writes/s, p99 {percentile(load.took, 99):.0f} ms, median {middle:.1f} ms; "
        f"without a backup {percentile(alone.took, 99):.0f} and {percentile(alone.took, 50):.1f} ms, {most:.0f} at most"
    )
    return [
        Figure("backup pause", "longest wait of a write during a backup", max(load.took), "ms", 100, note=note),
        Figure("backup time", "a backup of that database", took, "s", note="its own process, niced"),
        Figure("backup size", "its size", size / 1e6, "MB", note=f"{size / rows:.1f} bytes a row, encrypted"),
        Figure("backup memory", "memory of the process that makes it", memory, "MB"),
        Figure("restore", "restoring it and comparing every row", proved, "s", note=f"{compared:,} of {rows:,} rows"),
        Figure("restore memory", "memory of the process that restores", proving, "MB"),
        Figure("wrong key", "a wrong recovery key is named", wrong, "s", 2),
    ]


async def _wrong_key(path: Path) -> float:
    from pyrage import x25519

    stranger, began = x25519.Identity.generate(), time.perf_counter()
    try:
        await asyncio.to_thread(read_manifest, path, [stranger])
    except WrongKey:
        return time.perf_counter() - began
    raise RuntimeError("a stranger's key opens it")


async def many(folder: Path, count: int) -> list[Figure]:
    """Backups under load, each restored with nothing but the key that it was made for."""
    await fill(folder, 20_000, 20)
    keys, clock, target = Keys(folder), RealClock(), folder / "backups" / "sealed"
    recorder = await Recorder.open(url_of(folder), clock=clock)
    good, failed = 0, list[str]()
    try:
        async with writing(recorder, 20) as load:
            for number in range(count):
                if number % -(-count // 3) == 0:
                    keys.make(clock.now())
                to = target / f"{number:03}"
                to.mkdir(parents=True)
                await create(url_of(folder), folder, None, to, clock=clock, progress=silent)
    finally:
        await recorder.close()
    identities = keys.identities()
    used = set()
    for to in sorted(path for path in target.iterdir() if path.name.isdigit()):
        path = next(to.glob("homeostat-*.age"))
        own = [one for one in identities if str(one.to_public())[-8:] == key_of(path)]
        used.add(key_of(path))
        try:
            done = await verify(path, folder, own, target / "keyring.age", clock=clock, progress=silent)
            good += done.filled.compared
        except Exception as error:  # noqa: BLE001  # counted
            failed.append(f"{path.name}: {error}")
    for one in failed[:5]:
        print(one, file=sys.stderr)
    note = f"{len(used)} keys one after the other, {len(load.took):,} writes meanwhile"
    return [Figure("many", f"of {count} backups under load, restored with every row the same", good, "backups", count,
                   "more", note=note)]  # fmt: skip


async def main(options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    with houses.scratch() as scratch:
        folder = Path(options.folder or scratch)
        for part in options.only.split(","):
            home = folder / part
            home.mkdir(parents=True, exist_ok=True)
            if part == "large":
                figures += await large(home, options.readings or (200_000 if options.quick else 10_000_000))
            else:
                figures += await many(home, 6 if options.quick else 200)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="large,many")
    parser.add_argument("--readings", type=int, default=0)
    parser.add_argument("--folder")
    tell(uvloop.run(main(parser.parse_args())))
