"""What an archive of a million readings costs to make and to bring in, and what a purge of them does to recording.

python -m benchmarks.archives [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from benchmarks import house as houses
from benchmarks.figure import Figure, percentile, tell
from hub.archive import bring, export
from hub.daemon import Hub, Settings
from hub.model import ConfigEntry, Sample
from hub.recorder import to_us
from hub.view import IncomingReading, SetupRequest

MANY, FEW = 1_000_000, 50_000
METRICS = ("heart_rate", "steps", "body_temperature", "weight")
PAGE = ConfigEntry("page", "page", "Page")


async def main(quick: bool) -> list[Figure]:
    many = FEW if quick else MANY
    with houses.scratch() as folder:
        root = Path(folder)
        one = await _home(root / "one")
        try:
            await _fill(one, many)
            idle = _resident()
            figures, sums = await _export(one, root / "one.zip", many, idle)
        finally:
            await one.stop()
        two = await _home(root / "two")
        try:
            figures += await _import(two, root / "one.zip", root / "two.zip", many, sums)
            figures += await _purge(two, many)
        finally:
            await two.stop()
        return figures


async def _home(folder: Path) -> Hub:
    hub = await Hub.start(Settings(folder, port=0, automatic_entries=False), serve=False)
    await hub.views.setup(SetupRequest("Anna", "correct horse battery", "Home", "UTC"), code=None)
    return hub


async def _fill(hub: Hub, many: int) -> None:
    """Up to a thousand days ago, every minute or so."""
    view, recorder, now = hub.views.system(), hub.rooms.recorder, to_us(hub.rooms.clock.now())
    start = hub.rooms.clock.now() - timedelta(days=1_000)
    await view.record([IncomingReading("anna", metric, 36.5, start, None, "watch") for metric in METRICS])
    each, first = many // len(METRICS), to_us(start)
    step = (now - first) // (each + 1)
    for entity in [one for one in view.entities("anna") if one.metric in METRICS]:
        for begin in range(1, each, 5_000):
            numbers = range(begin, min(each, begin + 5_000))
            await recorder.write([(entity.series, first + n * step, 36.5 + n % 9, None, first + n * step, 0)
                                  for n in numbers])  # fmt: skip
    await recorder.mend()


async def _export(hub: Hub, path: Path, many: int, idle: float) -> tuple[list[Figure], dict[str, Any]]:
    began = time.perf_counter()
    manifest = await export(hub.rooms.erasures.house, path, None)
    took, kept = time.perf_counter() - began, manifest["files"]["readings.jsonl"]["lines"]
    assert abs(kept - many) <= len(METRICS) * 2, kept
    more = _peak() - idle
    return [
        Figure("export", f"archive of {kept:,} readings", took, "s", note=f"{path.stat().st_size / 1e6:.0f} MB"),
        Figure("export_memory", "memory it takes over what there was", more, "MB", 60, note="peak"),
    ], {name: one["sha256"] for name, one in manifest["files"].items()}


async def _import(hub: Hub, path: Path, again: Path, many: int, sums: dict[str, Any]) -> list[Figure]:
    idle, began = _resident(), time.perf_counter()
    await bring(hub.rooms.erasures.house, path, "anna")
    took, more = time.perf_counter() - began, _peak() - idle
    began = time.perf_counter()
    repeated = await bring(hub.rooms.erasures.house, path, "anna")
    assert not any(repeated.added.values()), repeated.added
    twice = time.perf_counter() - began
    await export(hub.rooms.erasures.house, again, None)
    with zipfile.ZipFile(again) as file:
        files = orjson.loads(file.read("manifest.json"))["files"]
    alike = [name for name, one in files.items() if sums[name] == one["sha256"]]
    return [
        Figure("import", "judged and brought in", took, "s", note=f"{many / took:,.0f} readings a second"),
        Figure("import_memory", "memory it takes over what there was", more, "MB", 60, note="peak"),
        Figure("import_again", "the same once more: nothing is added", twice, "s"),
        Figure("import_equal", "parts of the archive that are the same, by SHA-256, exported from there again",
               100 * len(alike) / len(files), "%", 100, "more"),
    ]  # fmt: skip


async def _purge(hub: Hub, many: int) -> list[Figure]:
    """Everything older than a day goes, while readings come in."""
    view, waits, clock = hub.views.system(), list[float](), hub.rooms.clock
    before = await view.statistics("anna", "heart_rate", "day", clock.now() - timedelta(days=1_002), clock.now())

    async def record() -> None:
        while True:
            began = time.perf_counter()
            await hub.rooms.intake.accept(PAGE, [Sample(metric="heart_rate", value=61.0)], "anna")
            waits.append((time.perf_counter() - began) * 1_000)
            await asyncio.sleep(0.005)

    recording = asyncio.create_task(record())
    began = time.perf_counter()
    removed = await hub.rooms.recorder.purge({"*": 2})
    took = time.perf_counter() - began
    recording.cancel()
    until = before[-4].start
    after = await view.statistics("anna", "heart_rate", "day", clock.now() - timedelta(days=1_002), clock.now())
    same = [one for one in before if one.start < until] == [one for one in after if one.start < until]
    assert same, "statistics are others than before"
    return [
        Figure("purge", f"purge of {removed:,} readings, statistics the same", took, "s"),
        Figure("purge_wait", "a reading's commit meanwhile, p99", percentile(waits, 99), "ms", 100,
               note=f"{len(waits):,} readings, slowest {max(waits):.0f} ms"),
    ]  # fmt: skip


def _resident() -> float:
    """MB now; the peak is counted anew from here on."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> float:
    """MB at most since then."""
    return _status("VmHWM")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1_024


if __name__ == "__main__":
    tell(asyncio.run(main("--quick" in sys.argv)))
