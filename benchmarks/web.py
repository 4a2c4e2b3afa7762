"""The page and the interface of a running hub: start, states, history, live news, memory.

python -m benchmarks.web [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from benchmarks import house as houses
from benchmarks.figure import Figure, percentile, tell

CLIENTS, A_SECOND = 50, 50
ROWS = 100_000
SERIES = "sensor.anna_heart_rate"


async def main(quick: bool) -> list[Figure]:
    with houses.scratch() as folder:
        config = Path(folder) / "config"
        token = houses.set_up(config)
        with houses.running(config, token) as house:
            async with _session(house) as session:
                figures = [*await _batches(house, session, quick)]
                await _thousand_entities(house, session)
        # A start with what a household has after a while.
        with houses.running(config, token) as house:
            figures.append(
                Figure("first page", "start to first page", house.seconds_to_page, "s", 1.5, note="1,000 entities")
            )
            async with _session(house) as session:
                await asyncio.sleep(2 if quick else 10)
                broker = f"the hub's process; its mosquitto has {house.broker_mb:.0f} MB more"
                resident = house.resident_mb
                figures.append(Figure("resident", "resident, idle, 1,000 entities", resident, "MB", 100, note=broker))
                figures += await _states(house, session, quick)
                figures += await _history(house, session)
                figures += await _live(house, session, 5 if quick else 30)
                figures.append(Figure("resident after", "resident after all this", house.resident_mb, "MB"))
    return [*figures, *await _demo(2 if quick else 10)]


async def _demo(seconds: float) -> list[Figure]:
    """The demo household: at first while its 90 days of history are made, then after a restart."""
    found: list[Figure] = []
    with houses.scratch() as folder:
        for name in ("resident, demo household, a minute after its first start", "the same after a restart"):
            with houses.running(Path(folder), "", "--demo") as house:
                # The tidying that follows a start and its first minute belongs to it.
                await asyncio.sleep(75 if not found and seconds > 5 else seconds)
                found.append(Figure(f"demo {len(found)}", name, house.resident_mb, "MB", 100))
    return found


def _session(house: houses.House) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        house.url,
        headers={**house.headers, "Accept-Encoding": "identity"},
        connector=aiohttp.TCPConnector(limit=200),
        timeout=aiohttp.ClientTimeout(total=120),
        json_serialize=lambda body: orjson.dumps(body).decode(),
    )


async def _post(session: aiohttp.ClientSession, readings: list[dict[str, Any]]) -> int:
    async with session.post("/hub/v1/readings", json={"readings": readings}) as answer:
        told = orjson.loads(await answer.read())
        if answer.status != 200 or told["rejected"]:
            raise RuntimeError(str(told)[:500])
        accepted: int = told["accepted"]
        return accepted


async def _batches(house: houses.House, session: aiohttp.ClientSession, quick: bool) -> list[Figure]:
    """5-minute readings of four people, a year of one of them, in calls of 5,000: two calls at a time."""
    chance = random.Random(1)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=366)
    total = ROWS + 5_000
    parts: list[list[dict[str, Any]]] = []
    metrics = ("heart_rate",) if quick else ("heart_rate", "blood_oxygen", "respiratory_rate", "hrv_rmssd")
    known = await _metrics(session)
    for metric in (one for one in metrics if one in known):
        low, high = known[metric]["plausible"]
        parts += [
            [
                {
                    "person": "anna",
                    "metric": metric,
                    "value": round(chance.uniform(low, high), 1),
                    "taken_at": (start + timedelta(minutes=5 * step)).isoformat(),
                }
                for step in range(begin, begin + 5_000)
            ]
            for begin in range(0, total, 5_000)
        ]
    waiting = iter(parts)

    async def sender() -> None:
        for part in waiting:
            await _post(session, part)

    began = time.perf_counter()
    await asyncio.gather(sender(), sender())
    rate = sum(len(part) for part in parts) / (time.perf_counter() - began)
    return [
        Figure("batches over HTTP", "readings by POST in calls of 5,000, durable", rate, "1/s", better="more",
               note="JSON of both sides on the same cores")
    ]  # fmt: skip


async def _metrics(session: aiohttp.ClientSession) -> dict[str, Any]:
    async with session.get("/hub/v1/metrics") as answer:
        return {one["key"]: one for one in orjson.loads(await answer.read())["metrics"]}


async def _thousand_entities(house: houses.House, session: aiohttp.ClientSession) -> None:
    """1,000 series of four people, as many sources as it takes."""
    metrics = [
        one
        for one in (await _metrics(session)).values()
        if one["kind"] == "gauge" and None not in one["plausible"] and not one["options"]
    ][:50]
    now = datetime.now(UTC).isoformat()
    readings = [
        {
            "person": person,
            "metric": metric["key"],
            "value": sum(metric["plausible"]) / 2,
            "taken_at": now,
            "source": f"source{number}",
        }
        for number in range(5)
        for metric in metrics
        for person in houses.PEOPLE
    ]
    async with session.get("/hub/v1/states") as answer:
        there = len(orjson.loads(await answer.read())["states"])
    await _post(session, readings[: 1_000 - there])


async def _states(house: houses.House, session: aiohttp.ClientSession, quick: bool) -> list[Figure]:
    async with session.get("/hub/v1/states") as answer:
        assert len(orjson.loads(await answer.read())["states"]) >= 1_000

    async def once() -> None:
        async with session.get("/hub/v1/states") as answer:
            await answer.read()

    rate = await _rate(once, 2 if quick else 8)
    return [Figure("states", "GET /hub/v1/states of 1,000 entities, one client", rate, "1/s", 1_089, "more")]


async def _rate(work: Callable[[], Awaitable[None]], seconds: float) -> float:
    for _ in range(20):
        await work()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        await work()
        done += 1
    return done / (time.perf_counter() - began)


async def _median(work: Callable[[], Awaitable[int]], least: int, times: int = 7) -> float:
    """Milliseconds, the median; every answer must have at least so many rows."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        rows = await work()
        taken.append((time.perf_counter() - began) * 1_000)
        assert rows >= least, rows
    return percentile(taken, 50)


async def _history(house: houses.House, session: aiohttp.ClientSession) -> list[Figure]:
    bodies: list[bytes] = []
    long_ago = (datetime.now(UTC) - timedelta(days=400)).isoformat()

    async def rows() -> int:
        query = {"entity_id": SERIES, "limit": str(ROWS)}
        async with session.get("/hub/v1/readings", params=query) as answer:
            body = await answer.read()
        bodies[:] = [body]
        return body.count(b'"taken_at"')

    async def columns() -> int:
        async with session.get(
            "/hub/v1/series", params={"entity_id": SERIES, "start": long_ago, "points": str(2 * ROWS)}
        ) as answer:
            bodies[:] = [await answer.read()]
            return len(orjson.loads(bodies[0])["times"])

    async def year() -> int:
        start = (datetime.now(UTC) - timedelta(days=365)).isoformat()
        async with session.get("/hub/v1/series", params={"entity_id": SERIES, "start": start}) as answer:
            return len(orjson.loads(await answer.read())["times"])

    as_rows = await _median(rows, ROWS)
    size = len(bodies[0]) / 1e6
    as_columns = await _median(columns, ROWS)
    chart = await _median(year, 300)
    return [
        Figure("history", "history of 100,000 readings, columns", as_columns, "ms", 150, note="GET /hub/v1/series"),
        Figure("history rows", "the same as rows with both times, unit and source", as_rows, "ms",
               note=f"GET /hub/v1/readings, {size:.0f} MB of JSON"),
        Figure("chart", "a year of 5-minute readings as a chart", chart, "ms", 50, note="from statistics"),
    ]  # fmt: skip


async def _live(house: houses.House, session: aiohttp.ClientSession, seconds: float) -> list[Figure]:
    """News from one client's request to every open stream: 50 streams, 50 readings a second."""
    sent: dict[float, float] = {}
    late: list[float] = []
    ready = asyncio.Event()
    opened = 0

    async def listen() -> None:
        nonlocal opened
        async with session.get(
            "/hub/v1/live", params={"entity_id": SERIES}, timeout=aiohttp.ClientTimeout(None)
        ) as stream:
            async for line in stream.content:
                if line.startswith(b": welcome"):
                    opened += 1
                    if opened == CLIENTS:
                        ready.set()
                elif line.startswith(b"data: "):
                    now = time.perf_counter()
                    value = orjson.loads(line[6:])["value"]
                    if value in sent:
                        late.append((now - sent[value]) * 1_000)

    listeners = [asyncio.create_task(listen()) for _ in range(CLIENTS)]
    await asyncio.wait_for(ready.wait(), 30)
    posts: set[asyncio.Task[int]] = set()
    number = int(seconds * A_SECOND)
    began = time.perf_counter()
    for count in range(number):
        await asyncio.sleep(max(0.0, began + count / A_SECOND - time.perf_counter()))
        value = 60 + count / 1_000
        sent[value] = time.perf_counter()
        reading = {
            "person": "anna",
            "metric": "heart_rate",
            "value": value,
            "taken_at": datetime.now(UTC).isoformat(),
        }
        posts.add(asyncio.create_task(_post(session, [reading])))
    await asyncio.gather(*posts)
    await asyncio.sleep(0.5)
    for task in listeners:
        task.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    missing = number * CLIENTS - len(late)
    note = f"{CLIENTS} streams, {A_SECOND}/s for {seconds:g} s; all clients share one process"
    return [
        Figure("live p50", "reading sent until a stream has it, p50", percentile(late, 50), "ms", note=note),
        Figure("live p95", "the same, p95", percentile(late, 95), "ms", 15),
        Figure("live p99", "the same, p99", percentile(late, 99), "ms", 40),
        Figure("live lost", "news that a stream did not get", missing, "events", 0),
    ]


if __name__ == "__main__":
    tell(asyncio.run(main("--quick" in sys.argv)))
