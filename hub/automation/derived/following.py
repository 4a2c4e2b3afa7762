"""Keeps one entity in step with what it is reckoned from: anew only when something that was read has changed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.automation.engine import Engine
from hub.automation.schema.trigger import Trigger
from hub.automation.seen_states import Reads
from hub.automation.watch import Attaching, Watcher
from hub.automation.world import Seen
from hub.model import EntityDescription, Sample, Value
from hub.plugin import Context

OF_EVERYTHING, OF_A_DOMAIN = 60.0, 1.0
"""Least seconds between two reckonings that read every state, or every one of a domain, as in Home Assistant."""
MANY, WITHIN = 100, 10.0
"""So many reckonings within so many seconds are a circle, or nearly one: it is slowed down, and told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it."""

    value: Value | None = None
    """None: unknown."""
    available: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


class Eye(Watcher):
    """Is told of changes of what was read, but not of its own entity's."""

    def __init__(self, engine: Engine, own: str) -> None:
        attaching = Attaching(engine.world, engine.renderer, engine.judge, {}, _nothing, _nothing, _nothing)
        super().__init__(Trigger(trigger="derived"), 0, attaching)
        self._own = own
        self.stirred = asyncio.Event()

    def look_at(self, reads: Reads) -> bool:
        """True when these are others than before."""
        wanted = (frozenset(reads.entities), frozenset(reads.domains), reads.everything)
        if wanted == (self.entities, self.domains, self.everything):
            return False
        self.entities, self.domains, self.everything = wanted
        return True

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        seen = new or old
        if seen is not None and seen.entity_id != self._own:
            self.stirred.set()


def _nothing(*_: Any) -> None:
    """Nobody is to be told."""


class Follower:
    """One derived entity at work."""

    def __init__(self, ctx: Context, engine: Engine, description: EntityDescription) -> None:
        self._ctx, self.engine = ctx, engine
        self.description = description
        self.entity_id = ""
        self._told: Told | None = None
        self._times: deque[float] = deque(maxlen=MANY)

    async def open(self) -> None:
        """Say what there is; an entity of another kind that the entry had before is gone."""
        ctx, key = self._ctx, self.description.key
        entry = ctx.entry.id
        await ctx.forget(entities=[one.key for one in ctx.entities() if one.entry == entry and one.key != key])
        await ctx.describe([], [self.description])
        self.entity_id = next(one.id for one in ctx.entities() if one.entry == entry and one.key == key)

    async def follow(self, reckon: Callable[[Reads], Told], *, clocked: bool = False) -> None:
        """Until it is cancelled. `clocked`: it looks at the clock, so that every minute may change it."""
        eye = Eye(self.engine, self.entity_id)
        try:
            while True:
                eye.stirred.clear()
                reads = Reads()
                told = reckon(reads)
                if eye.look_at(reads):
                    self.engine.attend(eye)
                await self.tell(told)
                await self._pace(reads)
                await self._stir(eye, clocked)
        finally:
            self.engine.leave(eye)

    async def tell(self, told: Told) -> None:
        """Record it, where it says anything new."""
        before, ctx, key = self._told, self._ctx, self.description.key
        if told == before:
            return
        if before is None or before.problem != told.problem:
            await self._complain(told.problem)
        facts = {**told.attributes, **({"error": told.problem} if told.problem else {})}
        if not told.available:
            await ctx.accept([Sample(entity=key, value=None, attributes=facts)])
            await ctx.available([key], False)
        else:
            await self._record(told, facts, first=before is None)
            await ctx.available([key], True)
        self._told = told

    async def _record(self, told: Told, facts: Mapping[str, Any], *, first: bool) -> None:
        at = self._ctx.clock.now()
        newest = await self._ctx.latest(self.description.key) if first and told.value is not None else None
        if newest is not None and newest.value == told.value:
            at = newest.taken_at  # after a start nothing new is said
        sample = Sample(entity=self.description.key, value=told.value, taken_at=at, attributes=facts)
        receipt = await self._ctx.accept([sample])
        if receipt.rejected:
            await self._complain(receipt.rejected[0].reason)

    async def _complain(self, problem: str) -> None:
        if problem:
            self._ctx.log.warning("%s", problem)
        what = f"{self._ctx.entry.title}: {problem}" if problem else ""
        await self._ctx.problem("derived", what, "Mend it under Automations > Helpers.")

    async def _stir(self, eye: Eye, clocked: bool) -> None:
        if not clocked:
            await eye.stirred.wait()
            return
        clock = self._ctx.clock
        minute = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        waits = [asyncio.ensure_future(eye.stirred.wait()), asyncio.ensure_future(clock.sleep_until(minute))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def _pace(self, reads: Reads) -> None:
        clock = self._ctx.clock
        now = clock.monotonic()
        self._times.append(now)
        circling = len(self._times) == MANY and now - self._times[0] < WITHIN
        if circling:
            self._times.clear()
            self._ctx.log.warning("changes very often, as if it read itself; it is worked out once in ten seconds now")
        least = WITHIN if circling else OF_EVERYTHING if reads.everything else OF_A_DOMAIN if reads.domains else 0.0
        if least:
            await clock.sleep(least)
