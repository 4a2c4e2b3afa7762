"""The same work by Home Assistant 2024.3.3, the newest that runs on Python 3.11, in an environment of its own.

python -m benchmarks.peer [--quick] [--json]

Its recorder is left as it comes: SQLite in WAL mode with synchronous NORMAL and a commit every 5 seconds, so what it
has said yes to is not yet safe from a power cut.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import aiohttp

from benchmarks.figure import Figure, tell
from benchmarks.house import resident_mb, scratch
from benchmarks.peer import mqtt, work
from benchmarks.peer.account import onboard, sign_in
from benchmarks.peer.environment import environment, running


async def main(quick: bool) -> list[Figure]:
    python = environment()
    figures: list[Figure] = []
    with scratch() as folder:
        config = Path(folder)
        # Neither side packs its answers: on a loopback that would only measure zlib.
        plain = {"Accept-Encoding": "identity"}
        async with aiohttp.ClientSession(headers=plain, timeout=aiohttp.ClientTimeout(total=600)) as session:
            with running(python, config) as peer:
                session.headers["Authorization"] = f"Bearer {await onboard(session, peer.url)}"
                count = 20_000 if quick else 120_000
                before = work.rows(config)
                seconds = await work.write(session, peer.url, count, 100)
                figures.append(Figure("batches", "states to disk", count / seconds, "1/s", better="more"))
                await work.write(session, peer.url, 1_000, 1_000)
            rows = work.rows(config) - before
            size = (config / "home-assistant_v2.db").stat().st_size
            figures.append(Figure("bytes", "bytes a row on disk", size / max(rows, 1), "bytes"))
            work.one_long_series(config)
            with running(python, config) as peer:
                figures.append(Figure("first page", "start to first page", peer.seconds_to_page, "s"))
                session.headers["Authorization"] = f"Bearer {await sign_in(session, peer.url)}"
                await work.write(session, peer.url, 1_000, 1_000)
                await asyncio.sleep(2 if quick else 10)
                figures.append(Figure("resident", "resident, idle, 1,000 entities", resident_mb(peer.pid), "MB"))
                figures += await work.states(session, peer.url, 2 if quick else 8)
                figures += await work.history(session, peer.url)
                figures += await work.live(session, peer.url, 5 if quick else 30)
        figures += await mqtt.figures(python, Path(folder) / "mqtt", quick)
    return figures


if __name__ == "__main__":
    tell(asyncio.run(main("--quick" in sys.argv)))
