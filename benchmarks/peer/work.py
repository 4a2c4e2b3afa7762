"""What it is asked to do: write, list, tell its history, and keep clients up to date."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from benchmarks.figure import Figure, percentile

ROWS = 100_000
CLIENTS, A_SECOND = 50, 50


async def write(session: aiohttp.ClientSession, url: str, count: int, entities: int) -> float:
    body = {"count": count, "entities": entities}
    async with session.post(f"{url}/api/bench/write", json=body) as answer:
        seconds: float = orjson.loads(await answer.read())["seconds"]
        return seconds


def rows(config: Path) -> int:
    path = config / "home-assistant_v2.db"
    if not path.exists():
        return 0
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT count(*) FROM states").fetchone()[0]
    connection.close()
    return count


def one_long_series(config: Path) -> None:
    """100,000 states of one sensor, five minutes apart, written into its own tables while it is stopped."""
    with sqlite3.connect(config / "home-assistant_v2.db") as connection:
        name = connection.execute("SELECT metadata_id FROM states_meta WHERE entity_id = 'sensor.bench_0'").fetchone()[
            0
        ]
        kept = connection.execute("SELECT attributes_id FROM states WHERE metadata_id = ? LIMIT 1", (name,)).fetchone()[
            0
        ]
        end = time.time() - 300
        connection.execute("DELETE FROM states WHERE metadata_id = ?", (name,))
        connection.executemany(
            "INSERT INTO states (metadata_id, attributes_id, state, last_updated_ts, origin_idx) VALUES (?,?,?,?,0)",
            ((name, kept, str(60 + step * 7 % 400 / 10), end - 300 * (ROWS - step)) for step in range(ROWS)),
        )
    connection.close()


async def states(session: aiohttp.ClientSession, url: str, seconds: float) -> list[Figure]:
    async def once() -> None:
        async with session.get(f"{url}/api/states") as answer:
            await answer.read()

    for _ in range(20):
        await once()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        await once()
        done += 1
    return [Figure("states", "GET /api/states", done / (time.perf_counter() - began), "1/s", better="more")]


async def history(session: aiohttp.ClientSession, url: str) -> list[Figure]:
    start = (datetime.now(UTC) - timedelta(days=365)).isoformat()
    address = f"{url}/api/history/period/{start.replace('+', '%2B')}"
    query = "filter_entity_id=sensor.bench_0&significant_changes_only=0&no_attributes"
    end = datetime.now(UTC).isoformat().replace("+", "%2B")
    taken: dict[str, list[float]] = {"history": [], "history rows": []}
    for key, more in (("history", "&minimal_response"), ("history rows", "")):
        for _ in range(5):
            began = time.perf_counter()
            async with session.get(_raw(f"{address}?{query}{more}&end_time={end}")) as answer:
                body = await answer.read()
            taken[key].append((time.perf_counter() - began) * 1_000)
            rows = body.count(b'"last_changed"')
            assert rows >= ROWS * 0.99, (answer.status, rows, body[:300])
    return [Figure(key, "history of 100,000 rows", percentile(times, 50), "ms") for key, times in taken.items()]


def _raw(address: str) -> Any:
    from yarl import URL

    return URL(address, encoded=True)


async def live(session: aiohttp.ClientSession, url: str, seconds: float) -> list[Figure]:
    """State set by one client until 50 subscribed WebSockets have it."""
    sent: dict[str, float] = {}
    late: list[float] = []
    token = session.headers["Authorization"].removeprefix("Bearer ")
    ready = asyncio.Event()
    opened = 0

    async def listen() -> None:
        nonlocal opened
        async with session.ws_connect(f"{url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": token})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": "subscribe_events", "event_type": "state_changed"})
            await socket.receive_json()
            opened += 1
            if opened == CLIENTS:
                ready.set()
            async for message in socket:
                now = time.perf_counter()
                events = orjson.loads(message.data)
                for event in events if isinstance(events, list) else [events]:
                    new = event["event"]["data"]["new_state"]
                    if new is not None and new["state"] in sent:
                        late.append((now - sent[new["state"]]) * 1_000)

    listeners = [asyncio.create_task(listen()) for _ in range(CLIENTS)]
    await asyncio.wait_for(ready.wait(), 60)
    posts: set[asyncio.Task[None]] = set()

    async def set_state(value: str) -> None:
        async with session.post(f"{url}/api/states/sensor.live", json={"state": value}) as answer:
            await answer.read()

    began = time.perf_counter()
    for count in range(int(seconds * A_SECOND)):
        await asyncio.sleep(max(0.0, began + count / A_SECOND - time.perf_counter()))
        value = str(60 + count / 1_000)
        sent[value] = time.perf_counter()
        posts.add(asyncio.create_task(set_state(value)))
    await asyncio.gather(*posts)
    await asyncio.sleep(0.5)
    for task in listeners:
        task.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    return [
        Figure(f"live p{part}", f"state to clients, p{part}", percentile(late, part), "ms") for part in (50, 95, 99)
    ]
