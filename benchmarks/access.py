"""What the one rule, a coach's states, a sign-in and a revocation cost.

python -m benchmarks.access [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from benchmarks import house as houses
from benchmarks.figure import Figure, percentile, tell
from hub.daemon import Hub, Settings
from hub.model import Actor, AuditLine, ChainedLine, Credential, Grant, Kind, Metric, Role, Verb
from hub.recorder.audit import chained
from hub.view import IncomingReading, SetupRequest, View

PASSWORD = "correct horse battery"
COACHS = ("weight", "heart_rate", "steps")


async def main(quick: bool) -> list[Figure]:
    with houses.scratch() as folder:
        hub = await Hub.start(Settings(Path(folder), port=0, automatic_entries=False))
        try:
            people = [{"name": f"Person {number}"} for number in range(10)]
            await hub.views.setup(SetupRequest("Anna", PASSWORD, "Home", "UTC", people=people), code=None)
            await hub.views.system().add_account("coach", PASSWORD, role=Role.COACH)
            await hub.rooms.accounts.grant(
                Grant("g", "coach", "anna", frozenset({Verb.VIEW}), frozenset(COACHS), datetime(2100, 1, 1, tzinfo=UTC))
            )
            rounds = 2_000 if quick else 100_000
            return [
                _rule(hub, rounds),
                await _states(hub, 50 if quick else 500),
                await _sign_in(hub, 3 if quick else 20),
                await _revocation(hub, 5 if quick else 50),
                *await _trail(hub, 50_000 if quick else 1_000_000),
            ]
        finally:
            await hub.stop()


def _rule(hub: Hub, rounds: int) -> Figure:
    access, actor = hub.rooms.access, Actor("coach")
    began = time.perf_counter()
    for _ in range(rounds):
        access.allowed(actor, Verb.VIEW, "anna", "weight")
        access.allowed(actor, Verb.VIEW, "anna", "blood_glucose")
    each = (time.perf_counter() - began) / (2 * rounds) * 1e6
    return Figure("rule", "one question to the rule, a coach with three metrics", each, "us", 20)


async def _states(hub: Hub, rounds: int) -> Figure:
    system, now = hub.views.system(), hub.rooms.clock.now()
    gauges = [one for one in system.metrics() if one.kind is Kind.GAUGE and one.key not in COACHS][:17]
    metrics = [*(system.metric(key) for key in COACHS), *gauges]
    for person in list(hub.rooms.people.all)[:10]:
        items = [
            IncomingReading(person, one.key, _likely(one), now, source=f"source {number}")
            for one in metrics
            for number in range(5)
        ]
        receipt = await system.record(items)
        if receipt.rejected:
            raise RuntimeError(str(receipt.rejected[0]))
    view = View(hub.rooms, Actor("coach"))
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        view.states()
        times.append((time.perf_counter() - began) * 1e3)
    note = f"{len(hub.rooms.entities.all)} entities; p95"
    return Figure(
        "coach states", "View's states for a coach with three metrics", percentile(times, 95), "ms", 2, note=note
    )


async def _trail(hub: Hub, lines: int) -> list[Figure]:
    """The audit trail with very many lines: a page of it, one line among all, and the whole chain."""
    path, trail, recorder = Path(hub.settings.data_dir) / "homeostat.db", hub.rooms.trail, hub.rooms.recorder
    await hub.rooms.reads.write()
    (newest,) = await trail.tail(1)
    await asyncio.to_thread(_fill, path, newest, lines)
    await trail.note("anna", "bench")
    figures = []
    for name, title, limit, work in (
        ("audit page", "the audit page's lines, and the check of what is new", 300, None),
        ("audit filter", "one line found among all", 1_000, {"actions": ("account.",), "account": "coach"}),
        ("audit day", "the lines of a day about one person", 100, {"person": "p3", "since": _DAY, "until": _NEXT}),
    ):
        began = time.perf_counter()
        if work is None:
            await trail.tail(100)
            await trail.look()
        else:
            await trail.tail(100, **work)
        took = (time.perf_counter() - began) * 1e3
        figures.append(Figure(name, title, took, "ms", limit, note=f"{lines} lines"))
    began = time.perf_counter()
    found = await recorder.verify_audit()
    took = time.perf_counter() - began
    if found.broken is not None:
        raise RuntimeError(str(found))
    figures.append(Figure("audit check", "all links of the trail gone through", took, "s", 20, note=f"{lines} lines"))
    return figures


_DAY, _NEXT = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)


def _fill(path: Path, newest: ChainedLine, lines: int) -> None:
    link, start = newest.chain, int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal link
        for number in range(lines):
            rare = number == lines // 2
            action = "account.add" if rare else ("read", "sign-in", "light.turn_on", "record")[number % 4]
            who, at = "coach" if rare else f"a{number % 7}", (start + number * 30) * 1_000_000
            line = AuditLine(at, who, action, f"p{number % 9}", "done", f"line {number}")
            link = chained(link, "home", line)
            yield ("home", *line, link)

    with closing(sqlite3.connect(path)) as database:
        columns = f"household_id, {', '.join(AuditLine._fields)}, chain"
        database.executemany(f"INSERT INTO audit ({columns}) VALUES ({', '.join('?' * 8)})", rows())
        database.commit()


def _likely(metric: Metric) -> float:
    low, high = metric.plausible
    return ((low or 0.0) + high) / 2 if high is not None else (low or 0.0) + 1


async def _sign_in(hub: Hub, rounds: int) -> Figure:
    began = time.process_time()
    for _ in range(rounds):
        await hub.views.sign_in("anna", PASSWORD, browser="a browser")
    used = (time.process_time() - began) / rounds * 1e3
    return Figure(
        "sign-in", "CPU of a sign-in", used, "ms", 400, note="argon2id, 64 MiB, three passes, and its commits"
    )


async def _revocation(hub: Hub, rounds: int) -> Figure:
    """From asking for the end of a session until its quiet event stream has ended at the client."""
    times = []
    async with aiohttp.ClientSession(f"http://127.0.0.1:{hub.port}") as client:
        for _ in range(rounds):
            session = await hub.views.sign_in("anna", PASSWORD, browser="a browser")
            actor = await hub.rooms.accounts.authenticate(Credential("session", session))
            assert actor is not None
            assert actor.session is not None
            async with client.get("/hub/v1/live", cookies={"homeostat_session": session}) as stream:
                await stream.content.readany()
                began = time.perf_counter()
                await hub.rooms.accounts.end_sessions([actor.session])
                await stream.content.read()
                times.append((time.perf_counter() - began) * 1e3)
    note = f"{rounds} sessions; the slowest"
    return Figure("revoked", "a session ended until its quiet stream has ended", max(times), "ms", 1_000, note=note)


if __name__ == "__main__":
    tell(asyncio.run(main("--quick" in sys.argv)))
