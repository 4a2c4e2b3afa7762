"""What the watchers of our own kinds of triggers share: they ask the world's memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.memory import Memory
from hub.automation.schema.trigger import Trigger
from hub.automation.watch.base import Attaching, Watcher
from hub.errors import HubError
from hub.insight import next_day_begins
from hub.model import JournalEntry

LATE = timedelta(minutes=15)
"""What is about longer ago than this when it comes is late."""


class Remembering(Watcher):
    def __init__(self, trigger: Trigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._asking: set[asyncio.Task[None]] = set()
        self._each_day: list[tuple[ZoneInfo, Callable[[], None], asyncio.Task[None]]] = []

    def stop(self) -> None:
        super().stop()
        for task in list(self._asking):
            task.cancel()

    def set_back(self) -> None:
        days, self._each_day = self._each_day, []
        for zone, then, task in days:
            task.cancel()
            self.each_day(zone, then)

    @property
    def memory(self) -> Memory:
        return self._at.world.memory

    def soon(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it as soon as the memory answers; its failure is told."""
        self._soon(work)

    def _soon(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:

        async def do() -> None:
            try:
                await work
            except HubError as error:
                self._at.failed(f"{self.trigger.trigger}: {error}")

        task = asyncio.ensure_future(do())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return task

    def each_day(self, zone: ZoneInfo, then: Callable[[], None]) -> None:
        """At the beginning of every local day from the next one on; it is no time at which the trigger is due."""

        async def days() -> None:
            while True:
                await self._at.world.clock.sleep_until(next_day_begins(self.now, zone))
                then()

        self._each_day.append((zone, then, self._soon(days())))

    def missed(self, due: datetime) -> bool:
        """Whether it came due while nobody watched, and has to be made up for."""
        since = self.memory.unwatched_since
        return since is not None and since < due <= self.now


class Alarm:
    """One instant at which something is looked at again; setting it anew lets go of the one before."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._task: asyncio.Task[None] | None = None

    def set(self, when: datetime, then: Callable[[], None]) -> None:
        self.drop()
        self._task = self._watcher.later(when, then)

    def drop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None


def told(entry: JournalEntry | None, zone: ZoneInfo) -> Mapping[str, Any] | None:
    """An entry as templates see it: `trigger.entry.data.carbs`, times local."""
    if entry is None:
        return None
    return {
        "id": entry.id,
        "kind": entry.kind,
        "person": entry.person,
        "start": entry.start.astimezone(zone),
        "end": entry.end.astimezone(zone) if entry.end is not None else None,
        "data": dict(entry.data),
        "note": entry.note,
        "source": entry.source,
        "author": entry.author,
    }
