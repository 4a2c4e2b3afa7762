"""What automations did, kept over restarts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from hub.automation.at_work.engines import Engines
from hub.automation.at_work.kept import Kept
from hub.automation.at_work.remembered import kept as as_kept
from hub.automation.at_work.remembered import trace_of
from hub.automation.at_work.store import Store
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.trace import Trace
from hub.errors import HubError

MOST_KEPT = 20
"""Traces of one automation that outlast a restart."""
_ALIVE = "automations.alive"


def timed(trace: Trace) -> bool:
    return trace.trigger.get("platform") in ("time", "sun")


class Traces:
    """Those of this start are the engines' own; those of before are read once."""

    def __init__(self, around: Surroundings, store: Store, engines: Engines, kept: Mapping[str, Kept]) -> None:
        self._around, self._store, self._engines, self._kept = around, store, engines, kept
        self._past: dict[str, list[Trace]] = {}
        self._dirty: set[str] = set()
        self.alive_us: int | None = None
        """When the hub was last known to run, before this start, where it had automations."""

    async def load(self) -> None:
        for key, body in (await self._store.states()).items():
            self._past[key] = [trace_of(key, one) for one in body.get("traces", ())]
        self.alive_us = await self._around.settings.get_setting(_ALIVE)

    def ended(self, trace: Trace) -> None:
        self._dirty.add(trace.automation)

    async def keep(self, keys: Iterable[str]) -> None:
        """Write what there is of these. Raises StorageUnavailable."""
        states = {
            key: {"traces": [as_kept(one) for one in reversed(self.of(self._kept[key], MOST_KEPT))]}
            for key in keys
            if key in self._kept
        }
        if states:
            await self._store.save_states(states, self._around.clock.now())

    async def flush(self) -> None:
        """Write new ones, and that the hub was here. Raises StorageUnavailable; they are written the next time."""
        dirty, now = self._dirty, self._around.clock.now()
        self._dirty = set()
        try:
            await self.keep(dirty)
            if self._kept:
                await self._around.settings.set_setting(_ALIVE, int(now.timestamp() * 1e6))
        except HubError:
            self._dirty |= dirty
            raise

    async def forget(self, keys: Iterable[str]) -> None:
        self._past.clear()
        for one in self._engines.every():
            one.ran.clear()
            one.held.clear()
        self._dirty.clear()
        await self._store.forget_states([*keys])

    def of(self, one: Kept, limit: int) -> list[Trace]:
        """Newest first, runs that go on included."""
        attached = self._engines.attached(one)
        now: list[Trace] = []
        if attached is not None:
            now = [*reversed(list(attached.runs.values())), *reversed(attached.traces)]
        return [*now, *reversed(self._past.get(one.key, []))][:limit]

    def last_timed(self, one: Kept) -> datetime | None:
        """When the clock last set it off, with or without a run."""
        return max((each.at for each in self.of(one, 3 * MOST_KEPT) if timed(each)), default=None)

    def last_run(self, one: Kept) -> Trace | None:
        return next((each for each in self.of(one, 3 * MOST_KEPT) if each.ran), None)
