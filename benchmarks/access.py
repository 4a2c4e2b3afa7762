"""What the one rule, a coach's states, a sign-in and a revocation cost.

python -m benchmarks.access [--quick] [--json]
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from benchmarks import house as houses
from benchmarks.figure import Figure, percentile, tell
from hub.daemon import Hub, Settings
from hub.model import Actor, Credential, Grant, Kind, Metric, Role, Verb
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
