"""The hub's clock: real, or virtual so that a year can be simulated in seconds."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")
STEP = timedelta(seconds=5)
"""What the wall clock moves by itself in half a minute is less."""


class Clock(Protocol):
    """All domain time: instants are aware UTC, durations are seconds of `monotonic`."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, unmoved by steps of the wall clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; immediately, after other tasks ran, when not positive."""
        ...

    async def sleep_until(self, when: datetime) -> None:
        """Return once `now()` has reached `when`, also across steps of the wall clock."""
        ...

    async def stepped(self) -> timedelta:
        """Return once the wall clock was set, which is noticed within half a minute: by how much."""
        ...

    async def wait_for(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Await with a limit; raises TimeoutError and cancels the awaitable when it is reached."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    async def sleep_until(self, when: datetime) -> None:
        # Short legs, so that a step of the wall clock is noticed within half a minute.
        while (left := (when - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, 30.0))

    async def stepped(self) -> timedelta:
        while True:
            before, began = self.now(), self.monotonic()
            await asyncio.sleep(30.0)
            by = self.now() - before - timedelta(seconds=self.monotonic() - began)
            if abs(by) >= STEP:
                return by

    async def wait_for(self, awaitable: Awaitable[T], seconds: float) -> T:
        return await asyncio.wait_for(awaitable, seconds)


class VirtualClock:
    """A clock that moves only by `advance`; sleepers wake in order, each at its exact instant."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a virtual clock starts at an aware instant")
        self._wall = start.astimezone(UTC)
        self._monotonic = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._stepped: set[asyncio.Future[None]] = set()
        self._told: set[asyncio.Future[timedelta]] = set()

    def now(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), woken))
        await woken

    async def sleep_until(self, when: datetime) -> None:
        while (left := (when - self._wall).total_seconds()) > 0:
            stepped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._stepped.add(stepped)
            leg = asyncio.ensure_future(self.sleep(left))
            try:
                await asyncio.wait({leg, stepped}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._stepped.discard(stepped)
                leg.cancel()
                stepped.cancel()

    async def stepped(self) -> timedelta:
        told: asyncio.Future[timedelta] = asyncio.get_running_loop().create_future()
        self._told.add(told)
        try:
            return await told
        finally:
            self._told.discard(told)

    async def wait_for(self, awaitable: Awaitable[T], seconds: float) -> T:
        work = asyncio.ensure_future(awaitable)
        limit = asyncio.ensure_future(self.sleep(seconds))
        try:
            await asyncio.wait({work, limit}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            raise TimeoutError(f"not done within {seconds:g} s")
        finally:
            limit.cancel()
            if not work.done():
                work.cancel()

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, waking every sleeper on the way at its instant."""
        await _settle()
        target = self._monotonic + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            at, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self._move(at - self._monotonic)
            woken.set_result(None)
            await _settle()
        self._move(target - self._monotonic)
        await _settle()

    async def advance_to(self, when: datetime) -> None:
        """Move on until `now()` is `when`."""
        await self.advance((when - self._wall).total_seconds())

    async def step(self, by: timedelta) -> None:
        """Set the wall clock forth or back without time passing."""
        self._wall += by
        for stepped in list(self._stepped):
            if not stepped.done():
                stepped.set_result(None)
        for told in list(self._told):
            if not told.done():
                told.set_result(by)
        await _settle()

    def _move(self, seconds: float) -> None:
        if seconds > 0:
            self._monotonic += seconds
            self._wall += timedelta(seconds=seconds)


async def _settle() -> None:
    """Let every ready task run until none is ready; work in other threads is not waited for."""
    loop = asyncio.get_running_loop()
    ready = getattr(loop, "_ready", None)
    for _ in range(1_000):
        await asyncio.sleep(0)
        if ready is None or not ready:
            break
