"""What the hub does for itself: remember problems, purge, back up, watch storage."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from hub.daemon import memory
from hub.errors import HubError, StorageUnavailable
from hub.intake import REMEDY
from hub.model import Problem
from hub.view import Rooms

_log = logging.getLogger("hub.upkeep")
LOOK_EVERY = 15.0
HOUR = 3_600.0
DAY = 86_400.0


class Upkeep:
    """Owns its tasks; `stop` ends them."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._remember(), name="upkeep:problems"),
            asyncio.create_task(self._rooms.accounts.ends(), name="upkeep:rights"),
            asyncio.create_task(self._rooms.reads.keep(), name="upkeep:reads"),
            asyncio.create_task(self._every(LOOK_EVERY, self._look_around), name="upkeep:look"),
            asyncio.create_task(self._every(DAY, self._daily), name="upkeep:daily"),
            asyncio.create_task(self._every(HOUR, self.give_back), name="upkeep:memory"),
            asyncio.create_task(self._every(HOUR, self._erase), name="upkeep:erasures"),
            asyncio.create_task(self._every(HOUR, self._check_trail), name="upkeep:trail"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _remember(self) -> None:
        with self._rooms.bus.subscribe(name="upkeep", limit=1_000) as news:
            async for event in news:
                self._rooms.recent.append(event)
                if not isinstance(event, Problem):
                    continue
                if event.resolved:
                    self._rooms.problems.pop(event.key, None)
                else:
                    self._rooms.problems[event.key] = (event.at, event.message, event.remedy)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._rooms.clock.sleep(seconds)
            try:
                await work()
            except HubError as error:
                _log.warning("%s: %s", work.__name__, error)
            except Exception as error:  # noqa: BLE001  # one failure must not end the watch over storage
                _log.error("%s failed: %s", work.__name__, type(error).__name__, exc_info=True)

    async def _look_around(self) -> None:
        self._look_at_clock()
        self._look_at_storage()

    def _look_at_storage(self) -> None:
        health = self._rooms.recorder.health
        known = self._rooms.problems.get("storage")
        if health.ok and known is not None:
            self._rooms.bus.publish(Problem(self._rooms.clock.now(), "storage", "", resolved=True))
        elif not health.ok and (known is None or known[1] != health.message):
            self._rooms.bus.publish(Problem(self._rooms.clock.now(), "storage", health.message, health.remedy))

    def _look_at_clock(self) -> None:
        """Say when the clock can't be believed, and when it can again."""
        doubt = self._rooms.intake.trust.look()
        if doubt and "clock" not in self._rooms.problems:
            self._rooms.bus.publish(Problem(self._rooms.clock.now(), "clock", doubt, REMEDY))
        elif not doubt and "clock" in self._rooms.problems:
            self._rooms.bus.publish(Problem(self._rooms.clock.now(), "clock", "", resolved=True))

    async def give_back(self) -> None:
        """Return memory that is not needed now to the system."""
        with suppress(StorageUnavailable):
            await self._rooms.recorder.give_back()
        memory.give_back()

    async def _erase(self) -> None:
        self._rooms.exports.sweep()
        self._rooms.imports.sweep()
        await self._rooms.erasures.run_due()

    async def _daily(self) -> None:
        await self._rooms.sharing.sync()
        removed = await self._rooms.retention.purge()
        if removed:
            told = ", ".join(f"{count} {what}" for what, count in removed.items())
            await self._rooms.trail.note("system", "retention.purge", detail=told)

    async def _check_trail(self) -> None:
        """Once a week, go through the whole audit trail."""
        trail = self._rooms.trail
        if not await trail.due():
            return
        found = await trail.verify()
        if not found.sound:
            told, remedy = f"The audit trail is not whole: {found.message}.", "See Settings > Audit."
            self._rooms.bus.publish(Problem(self._rooms.clock.now(), "audit", told, remedy))
