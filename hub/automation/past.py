"""Recorded history as a world: the same engine runs over it, and what it would have done is written down, not done."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.automation.engine import Engine
from hub.automation.judging import Elsewhere
from hub.automation.memory import Forgetful, Memory
from hub.automation.past_memory import PastMemory
from hub.automation.schema.automation import Automation
from hub.automation.trace import Trace
from hub.automation.world import Context, Directory, Seen
from hub.clock import Clock, VirtualClock


@dataclass(frozen=True, slots=True)
class Would:
    """An action that was not done."""

    at: datetime
    action: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastRun:
    """A trigger that fired, what came of it, and what would have been done."""

    trace: Trace
    actions: tuple[Would, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Something of a trigger's kind that was told: `journal`, `reading`."""

    kind: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Backtest:
    start: datetime
    end: datetime
    runs: list[PastRun] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def fired(self) -> int:
        """How often it would have run."""
        return sum(1 for one in self.runs if one.trace.ran)


class PastClock(VirtualClock):
    """Moves on without a turn of the loop where nobody would notice."""

    def glide(self, when: datetime) -> bool:
        """False: somebody sleeps until then or is at work, so that `advance_to` is due."""
        ready = getattr(asyncio.get_running_loop(), "_ready", True)
        if ready:
            return False
        left = (when - self._wall).total_seconds()
        sleepers = self._sleepers
        while sleepers and sleepers[0][2].done():
            heapq.heappop(sleepers)
        if sleepers and sleepers[0][0] <= self._monotonic + left:
            return False
        self._monotonic += left
        self._wall = when
        return True


class Past:
    """A `World` that is told what was, in order."""

    def __init__(
        self,
        start: datetime,
        time_zone: str,
        directory: Directory,
        before: Iterable[Seen],
        place: tuple[float, float] | None = None,
        memory: Callable[[Clock], Memory] | None = None,
    ) -> None:
        """`memory`: of this world's clock."""
        self.clock = PastClock(start)
        self.memory: Memory = memory(self.clock) if memory is not None else Forgetful(time_zone)
        self.time_zone, self.directory, self.place = time_zone, directory, place
        self._states = {one.entity_id: one for one in before}
        self._domains: dict[str, set[str]] = {}
        for entity_id in self._states:
            self._domains.setdefault(entity_id.partition(".")[0], set()).add(entity_id)
        self._done: dict[str, list[Would]] = {}

    def get(self, entity_id: str) -> Seen | None:
        return self._states.get(entity_id)

    def all(self) -> Iterable[Seen]:
        return self._states.values()

    def of_domain(self, domain: str) -> Iterable[Seen]:
        return [self._states[one] for one in self._domains.get(domain, ())]

    async def call(self, action: str, data: Mapping[str, Any], context: Context) -> Mapping[str, Any] | None:
        self._done.setdefault(context.id, []).append(Would(self.clock.now(), action, data))
        return None

    def fire(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        would = Would(self.clock.now(), "event", {"event_type": event_type, **data})
        self._done.setdefault(context.id, []).append(would)

    def take(self, run: str) -> tuple[Would, ...]:
        return tuple(self._done.pop(run, ()))

    def learn(self, told: Told) -> None:
        """What is told as a signal is remembered from now on."""
        if isinstance(self.memory, PastMemory):
            self.memory.tell(told.kind, told.facts)

    def put(self, seen: Seen) -> Seen | None:
        """The state is so from now on; what it was before."""
        before = self._states.get(seen.entity_id)
        if before is None:
            self._domains.setdefault(seen.domain, set()).add(seen.entity_id)
        self._states[seen.entity_id] = seen
        return before


Change = tuple[datetime, Seen | Told]
"""When the house knew of it, and what."""


class Replay:
    """Automations over what was, several at once: the past is gone through once for all of them.

    Give it everything that happened, in order, then `finish`; `ended` hears of each trigger that fired, by its key.
    """

    def __init__(self, past: Past, automations: Mapping[str, Automation], elsewhere: Elsewhere | None = None) -> None:
        self._past, self._over = past, False
        self.found = {key: Backtest(past.clock.now(), past.clock.now()) for key in automations}
        self._engine = Engine(past, elsewhere, ended=self._ended)
        self._attached = {key: self._engine.add(key, one) for key, one in automations.items()}

    def keep(self, key: str, run: PastRun) -> None:
        self.found[key].runs.append(run)

    async def go(self, changes: Iterable[Change]) -> None:
        """On through these; none lies before what was given already."""
        past, engine, clock = self._past, self._engine, self._past.clock
        now = clock.now()
        for at, what in changes:
            if at > now:
                if not clock.glide(at):
                    await clock.advance_to(at)
                now = at
            if type(what) is Seen:
                engine.changed(past.put(what), what)
            elif isinstance(what, Told):
                past.learn(what)
                engine.signal(what.kind, what.facts)

    async def finish(self, end: datetime) -> dict[str, Backtest]:
        """What became of each; runs that are under way at the end did begin."""
        await self._past.clock.advance_to(end)
        for key, attached in self._attached.items():
            for trace in attached.runs.values():
                self.keep(key, PastRun(trace, self._past.take(trace.run)))
            found = self.found[key]
            found.end = end
            found.problems = list(dict.fromkeys(attached.problems))
            found.runs.sort(key=lambda one: one.trace.at)
        await self.close()
        return self.found

    async def close(self) -> None:
        self._over = True
        await self._engine.close()

    def _ended(self, trace: Trace) -> None:
        if not self._over:
            self.keep(trace.automation, PastRun(trace, self._past.take(trace.run)))


async def backtest(
    automation: Automation,
    past: Past,
    changes: Iterable[Seen],
    end: datetime,
    *,
    key: str = "tried",
    elsewhere: Elsewhere | None = None,
) -> Backtest:
    """Run it over what was. `changes`: by `last_updated`, none before the past's clock."""
    replay = Replay(past, {key: automation}, elsewhere)
    try:
        await replay.go(_until(changes, end))
        return (await replay.finish(end))[key]
    finally:
        await replay.close()


def _until(changes: Iterable[Seen], end: datetime) -> Iterator[Change]:
    for seen in changes:
        if seen.last_updated > end:
            return
        yield seen.last_updated, seen
