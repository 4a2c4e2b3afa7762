"""Cut the power while readings come in, again and again: what was acknowledged before the cut must be there.

    sudo python -m benchmarks.power_cuts [--cuts 250] [--mutant]

The database lies on an ext4 disk in a file that is shut down without flushing its journal (EXT4_IOC_SHUTDOWN). Only
what was acknowledged before the cut counts. The mutant uses synchronous=NORMAL and must lose readings: a harness that
can't see a loss proves nothing. Not shown here: what a disk with a cache of its own does that ignores flushes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import select
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.loopdisk import Impossible, LoopDisk

ROOT = Path(__file__).parent.parent
STEP = 1_000_000
CALLERS = 10
PACE = 0.05
"""Seconds between two readings of a caller: 200 readings a second in all."""
START = 1_600_000_000


def row_of(caller: int, number: int) -> tuple[int, int, float, None, int, int]:
    taken = (START + number) * STEP
    return caller + 1, taken, number / 8, None, taken + 1, 0


async def write(path: str, first: int, mutant: bool) -> None:
    """The child: writes until the disk is gone, and tells each acknowledgement."""
    from hub.clock import RealClock
    from hub.model import Kind
    from hub.recorder import Recorder, database

    if mutant:
        weaker: Any = tuple((name, "NORMAL" if name == "synchronous" else value) for name, value in database._WRITER)
        database._WRITER = weaker
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{path}", clock=RealClock())
    for series in range(1, CALLERS + 1):
        await recorder.register_series(series, kind=Kind.GAUGE, hold_s=60, time_zone="UTC")

    async def call(caller: int) -> None:
        number = first
        await asyncio.sleep(PACE * caller / CALLERS)
        while True:
            await recorder.write([row_of(caller, number)])
            os.write(1, f"{caller} {number}\n".encode())
            number += 1
            await asyncio.sleep(PACE)

    os.write(1, b"ready\n")
    await asyncio.gather(*(call(caller) for caller in range(CALLERS)))


def one_cut(disk: LoopDisk, path: Path, first: int, mutant: bool, after: float) -> list[tuple[int, int]]:
    """Start a writer, cut the power after some seconds; what it had told before."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.power_cuts",
        "--child",
        str(path),
        "--first",
        str(first),
        *(["--mutant"] if mutant else []),
    ]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
    assert child.stdout is not None
    out = child.stdout.fileno()
    told = b""
    while b"ready\n" not in told:
        told += os.read(out, 65_536) or _ended(child)
    deadline = time.monotonic() + after
    while (left := deadline - time.monotonic()) > 0:
        if select.select([out], [], [], left)[0]:
            told += os.read(out, 65_536)
    disk.cut()
    child.kill()
    child.wait()
    child.stdout.close()
    lines = told.split(b"ready\n", 1)[1].split(b"\n")[:-1]  # what follows the last newline was not told in full
    return [(int(caller), int(number)) for caller, number in (line.split() for line in lines)]


def _ended(child: subprocess.Popen[bytes]) -> bytes:
    raise RuntimeError(f"the writer ended by itself: {child.wait()}")


def missing(path: Path, told: list[tuple[int, int]]) -> tuple[int, str]:
    """How many of the acknowledged readings are not there, and what SQLite's own check says."""
    connection = sqlite3.connect(path)
    try:
        check = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'readings'").fetchone()[0]:
            return len(told), check  # the mutant loses even the tables
        lost = 0
        for caller, number in told:
            row = row_of(caller, number)
            found = connection.execute("SELECT value FROM readings WHERE series = ? AND taken = ?", row[:2]).fetchone()
            lost += found is None or found[0] != row[2]
    finally:
        connection.close()
    return lost, check


async def whole(path: Path, told: list[tuple[int, int]]) -> dict[str, object]:
    """After the last cut, through the recorder: every reading of every cut, and statistics that agree with them."""
    from hub.clock import RealClock
    from hub.recorder import Recorder

    recorder = await Recorder.open(f"sqlite+aiosqlite:///{path}", clock=RealClock())
    counts = {}
    lost = 0
    for caller in range(CALLERS):
        stored = await recorder.readings([caller + 1], 0, 1 << 62, limit=10_000_000)
        values = {reading.taken_us: reading.value for reading in stored}
        lost += sum(values.get(row_of(one, n)[1]) != row_of(one, n)[2] for one, n in told if one == caller)
        hours = await recorder.statistics(caller + 1, "hour", 0, 1 << 62, time_zone="UTC")
        counts[caller] = len(stored) == sum(hour.count for hour in hours)
    await recorder.close()
    return {"lost over all cuts": lost, "statistics agree": all(counts.values())}


def run(cuts: int, mutant: bool, seed: int, longest: float) -> dict[str, object]:
    chance, begun = random.Random(seed), time.monotonic()
    every: list[tuple[int, int]] = []
    losing = lost = damaged = 0
    with LoopDisk() as disk:
        path = disk.folder / "homeostat.db"
        for cut in range(cuts):
            told = one_cut(disk, path, cut * 1_000, mutant, chance.uniform(0.05, longest))
            disk.unmount()
            disk.mount()
            gone, check = missing(path, told)
            every += told
            losing += gone > 0
            lost += gone
            damaged += check != "ok"
            if sys.stderr.isatty() or cut % 25 == 24:
                print(f"cut {cut + 1}: {len(told)} acknowledged, {gone} lost, {check}", file=sys.stderr, flush=True)
        end = {} if mutant else asyncio.run(whole(path, every))
    return {
        "synchronous": "NORMAL (mutant)" if mutant else "FULL",
        "cuts": cuts,
        "acknowledged before a cut": len(every),
        "lost": lost,
        "cuts that lost something": losing,
        "integrity failures": damaged,
        **end,
        "bound on the rate of losing cuts, 95 %": f"{3 / cuts:.3%}" if not losing else None,
        "seconds": round(time.monotonic() - begun),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuts", type=int, default=250)
    parser.add_argument("--mutant", action="store_true", help="only the mutant; succeeds when readings are lost")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest", type=float, default=0.6, help="seconds from the start of writing to the cut, at most"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        asyncio.run(write(given.child, given.first, given.mutant))
        return 0
    try:
        results = [] if given.mutant else [run(given.cuts, False, given.seed, given.longest)]
        results.append(run(min(given.cuts, 20), True, given.seed, given.longest))
    except Impossible as error:
        print(f"NOT MEASURED: {error}")
        return 2
    print(json.dumps(results, indent=2))
    kept = all(not result["lost"] and not result["integrity failures"] for result in results[:-1])
    return 0 if kept and results[-1]["lost"] else 1


if __name__ == "__main__":
    sys.exit(main())
