"""The daily encrypted backup, in a process of its own: readings that come in wait for nothing."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import orjson

from hub.bus import Bus
from hub.clock import Clock
from hub.model import Problem

_log = logging.getLogger("hub.backup")
SETTLED = 600.0
"""Seconds after the start before the first look."""
EVERY = 3_600.0
PROGRAM = "from hub.cli import main; main()"
REMEDY = "`homeostat backup daily` tries again and says more; the plain copies that the hub makes go on."


async def keep(data_dir: Path, config_dir: Path, bus: Bus, clock: Clock) -> None:
    """Once an hour: have a backup made where one is due, and say so when it fails. Runs until it is cancelled."""
    troubled = False
    await clock.sleep(SETTLED)
    while True:
        if (data_dir / "keys" / "recovery.key").exists():
            problem = await _daily(config_dir)
            if problem:
                _log.warning("the daily backup: %s", problem)
                bus.publish(Problem(clock.now(), "backup", f"The daily backup: {problem}", REMEDY))
            elif troubled:
                bus.publish(Problem(clock.now(), "backup", "", resolved=True))
            troubled = bool(problem)
        await clock.sleep(EVERY)


async def _daily(config_dir: Path) -> str:
    """What went wrong, in words; empty when nothing did."""
    words = ("backup", "daily", "--json", "--config", str(config_dir))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, *words), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode == 0:
        return ""
    try:
        return "; ".join(orjson.loads(out)["problems"])
    except (orjson.JSONDecodeError, KeyError):
        pass
    try:
        return str(orjson.loads(err)["error"]["message"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return f"it ended with exit code {process.returncode}"
