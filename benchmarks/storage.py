"""What readings and whole records cost: time and bytes, on SQLite as the hub uses it.

python benchmarks/storage.py [--readings 10000000] [--series 200] [--folder DIR]
    [--only size,batch,history,records,device]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics as stats
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.records import device_statuses, treatments
from hub.clock import RealClock, VirtualClock
from hub.model import Kind
from hub.recorder import Document, Recorder, Row, to_us
from hub.recorder.recorder import STAYS

MINUTE = 60_000_000
START = datetime(2025, 11, 1, tzinfo=UTC)


class Past(VirtualClock):
    """A clock that stands at the end of what is written, so that every hour is over and has its statistics."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def random_rows(count: int, series: int, every: int, seed: int = 1, start: int = to_us(START)) -> Iterator[Row]:
    """Readings of many devices in the order in which they arrive: each a little off its time, two decimals."""
    chance = random.Random(seed)
    gauss, uniform = chance.gauss, chance.randrange
    phases = [uniform(every) for _ in range(series)]
    made = step = 0
    while made < count:
        for one in range(series):
            taken = start + step * every + phases[one] + uniform(900_000)
            yield one + 1, taken, round(gauss(70, 12), 2), None, taken + 1_000 + uniform(600_000), 0
            made += 1
        step += 1


@asynccontextmanager
async def recorder_at(path: Path, end: int) -> AsyncIterator[Recorder]:
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{path}", clock=Past(START + timedelta(microseconds=end)))
    try:
        yield recorder
    finally:
        await recorder.close()


async def fill(path: Path, readings: int, series: int, every: int, batch: int) -> dict[str, Any]:
    """Write `readings`, `batch` to a call, each acknowledged before the next; statistics of every hour included."""
    span = readings // series * every + 24 * 60 * MINUTE
    async with recorder_at(path, span) as recorder:
        for one in range(1, series + 1):
            await recorder.register_series(one, kind=Kind.GAUGE, hold_s=3_600, time_zone="Europe/Berlin")
        source = random_rows(readings, series, every)
        made, writing = 0.0, 0.0
        while True:
            begun = time.perf_counter()
            rows = list(islice(source, batch))
            made += time.perf_counter() - begun
            if not rows:
                break
            begun = time.perf_counter()
            await recorder.write(rows)
            writing += time.perf_counter() - begun
        begun = time.perf_counter()
        await recorder.mend()
        mending = time.perf_counter() - begun
    size = path.stat().st_size
    return {
        "readings": readings,
        "series": series,
        "seconds between readings of a series": every / 1e6,
        "rows in a batch": batch,
        "readings/s, durable, statistics made": round(readings / (writing + mending)),
        "seconds writing": round(writing, 1),
        "seconds of statistics left at the end": round(mending, 1),
        "bytes a reading, whole file": round(size / readings, 2),
        "file MB": round(size / 1e6, 1),
    }


def parts(path: Path) -> dict[str, str]:
    """Bytes of each table; empty where SQLite lacks dbstat."""
    import sqlite3

    with sqlite3.connect(path) as connection:
        try:
            rows = connection.execute(
                "SELECT name, sum(pgsize), sum(unused) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 6"
            )
            return {name: f"{size / 1e6:.1f} MB, {100 - 100 * unused / size:.0f} % full" for name, size, unused in rows}
        except sqlite3.OperationalError:
            return {}


async def size(folder: Path, readings: int, series: int) -> dict[str, Any]:
    path = folder / "size.db"
    told = await fill(path, readings, series, 5 * MINUTE, 2_000)
    told["parts"] = parts(path)
    return told


async def batch(folder: Path, readings: int, series: int) -> dict[str, Any]:
    told = {}
    for rows in (100, 1_000, 5_000):
        path = folder / f"batch{rows}.db"
        told[f"{rows} rows"] = await fill(path, min(readings, 400_000), series, MINUTE, rows)
    return told


async def history(folder: Path, readings: int, series: int) -> dict[str, Any]:
    """100,000 rows of one series, and a year's chart of 5-minute readings from statistics."""
    path = folder / "history.db"
    await fill(path, 1_050_000, 10, 5 * MINUTE, 5_000)
    span = 106_000 * 5 * MINUTE
    told: dict[str, Any] = {}
    async with recorder_at(path, span) as recorder:
        begin, end = to_us(START), to_us(START) + span

        async def timed(name: str, work: Any, expect: int) -> None:
            times = []
            for _ in range(7):
                begun = time.perf_counter()
                found = await work()
                times.append((time.perf_counter() - begun) * 1000)
                assert len(found) >= expect, (name, len(found))
            told[f"{name}, ms"] = f"first {times[0]:.1f}, median {stats.median(times):.1f}"

        async def columns() -> list[int]:
            return (await recorder.arrays(3, begin, end))[0]

        zone = "Europe/Berlin"
        await timed("100,000 readings", lambda: recorder.readings([3], begin, end, limit=100_000), 100_000)
        await timed("105,000 readings as arrays", columns, 100_000)
        await timed("year of days", lambda: recorder.statistics(3, "day", begin, end, time_zone=zone), 365)
        await timed("year of hours", lambda: recorder.statistics(3, "hour", begin, end, time_zone=zone), 8_700)
        three = [3, 4, 5]
        for interval in (300, 3_600):
            await timed(
                f"year of days, three sources, every {interval} s",
                lambda interval=interval: recorder.merged_statistics(
                    three, interval, "day", begin, end, time_zone=zone
                ),
                365,
            )
        await timed("newest of all series", recorder.newest, 10)
    return told


async def records(folder: Path, readings: int, series: int) -> dict[str, Any]:
    """What a Nightscout record takes, its indexes among it, a hundred to a request."""
    count, told = max(4_000, min(readings // 100, 100_000)), dict[str, Any]()
    for name, source in (("treatment", treatments(count)), ("device status", device_statuses(count))):
        path, text, spent = folder / f"{name}.db", 0, 0.0
        async with recorder_at(path, 0) as recorder:
            empty = path.stat().st_size
            while some := [
                Document(record["_id"], to_us(at), to_us(at), False, record) for at, record in islice(source, 100)
            ]:
                text += sum(len(orjson.dumps(one.body)) for one in some)
                begun = time.perf_counter()
                await recorder.documents_put("anna", name, some)
                spent += time.perf_counter() - begun
        told[name] = {
            "records": count,
            "bytes a record, indexes and all": round((path.stat().st_size - empty) / count),
            "bytes of its JSON": round(text / count),
            "records/s, durable": round(count / spent),
        }
    return told


async def device(folder: Path, readings: int, series: int) -> dict[str, Any]:
    """Bytes that reach the device for a reading, at the pace of life: 1/s and 50/s, each acknowledged by itself."""
    from benchmarks.loopdisk import Impossible, LoopDisk

    seconds = 60 if readings >= 1_000_000 else 10
    told: dict[str, Any] = {"file system": "ext4, 4 kB blocks, on a loop device"}
    try:
        for rate in (1, 50):
            with LoopDisk() as disk:
                told[f"{rate}/s"] = await paced(disk, rate, seconds)
        with LoopDisk() as disk:
            told["50/s, ten at a time"] = await paced(disk, 50, seconds, together=10)
    except Impossible as error:
        told["not measured"] = str(error)
    return told


async def paced(disk: Any, rate: int, seconds: int, *, together: int = 1) -> dict[str, Any]:
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{disk.folder / 'hub.db'}", clock=RealClock())
    for one in range(1, 21):
        await recorder.register_series(one, kind=Kind.GAUGE, hold_s=3_600, time_zone="UTC")
    count, chance = rate * seconds, random.Random(1)

    def live(number: int) -> Row:
        now = to_us(datetime.now(UTC))
        return number % 20 + 1, now - chance.randrange(200_000), round(chance.gauss(70, 12), 2), None, now, 0

    await asyncio.sleep(STAYS + 1)  # until the log has its length
    for number in range(0, 1_000, 10):  # and past the first growth of the file
        await recorder.write([live(number + one) for one in range(10)])
    before, times = disk.written(), []
    begun = time.perf_counter()
    for number in range(0, count, together):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        asked = time.perf_counter()
        await asyncio.gather(*(recorder.write([live(number + one)]) for one in range(together)))
        times.append((time.perf_counter() - asked) * 1000)
    written = disk.written() - before
    await recorder.close()
    times.sort()
    return {
        "device bytes a reading": round(written / count),
        "readings": count,
        "acknowledged after, ms": {f"p{q}": round(times[int(len(times) * q / 100)], 2) for q in (50, 95, 99)},
    }


BENCHES = {"size": size, "batch": batch, "history": history, "records": records, "device": device}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=int, default=10_000_000)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the databases are made; default: a temporary folder")
    parser.add_argument("--only", default=",".join(BENCHES))
    parser.add_argument("--keep", action="store_true", help="leave the databases there")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="homeostat-storage-", dir=given.folder))
    try:
        for name in given.only.split(","):
            told = uvloop.run(BENCHES[name](folder, given.readings, given.series))
            print(json.dumps({name: told}, indent=2), flush=True)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(folder, os.listdir(folder))


if __name__ == "__main__":
    main()
