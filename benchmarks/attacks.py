"""Hostile integrations one by one: how long others' readings wait meanwhile, and how soon each is stopped.

python -m benchmarks.attacks [--quick] [--json] [--whole]

`--whole` runs the attack tests with all payloads at all pages and doors instead, and fuzzes templates; some hours.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure, percentile, tell
from hub.api import Context, Integration
from hub.model import EntryState
from tests.sandbox.hostile import BODIES, delays, written
from tests.support.house import Plugin, house

SECONDS = 16.0


async def one(name: str, folder: Path) -> tuple[float, float]:
    """(99th percentile of others' delay in ms, seconds until it was stopped) from the moment it turns hostile."""
    async with house(folder / "data", custom_integrations=written(folder / "custom_integrations", name)) as hub:
        await hub.rooms.supervisor.add(name, {}, person="anna")
        await asyncio.sleep(2.0)
        measuring, began, stopped = asyncio.ensure_future(delays(hub, SECONDS)), time.monotonic(), 0.0
        while not measuring.done():
            if not stopped and hub.rooms.supervisor.status(name).state is EntryState.RETRYING:
                stopped = time.monotonic() - began
            await asyncio.sleep(0.05)
        return percentile(await measuring, 99) * 1000, stopped or float("inf")


async def mutant(folder: Path) -> float:
    """The same blocking code in the hub's own process."""

    async def listen(ctx: Context) -> None:
        await asyncio.sleep(2)
        time.sleep(4)

    plugin = Plugin(Integration("blocker", "Blocker", listen=listen))
    async with house(folder / "data", plugins=[("blocker", plugin)]) as hub:
        await hub.rooms.supervisor.add("blocker", {}, person="anna")
        return max(await delays(hub, 8)) * 1000


def main(arguments: list[str]) -> None:
    if "--whole" in arguments:
        surroundings = {**os.environ, "ATTACKS": "whole", "ATTACKS_SECONDS": "3600"}
        tests = ["tests/attacks", "tests/sandbox"]
        raise SystemExit(subprocess.run([sys.executable, "-m", "pytest", "-q", *tests], env=surroundings).returncode)
    figures = []
    for name in list(BODIES)[:4] if "--quick" in arguments else BODIES:
        with tempfile.TemporaryDirectory() as folder:
            delay, stopped = asyncio.run(one(name, Path(folder)))
        figures.append(Figure(f"hostile {name} delay", f"{name}: delay of others, p99", delay, "ms", 100))
        figures.append(Figure(f"hostile {name} stopped", f"{name}: stopped after", stopped, "s", 10))
    with tempfile.TemporaryDirectory() as folder:
        held = asyncio.run(mutant(Path(folder)))
    figures.append(Figure("hostile mutant", "the same in the hub's process: longest delay", held, "ms", 1000, "more"))
    tell(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
