"""Recorded history as a world: the same engine runs over it, and what it would have done is written down, not done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.automation.engine import Engine
from hub.automation.judging import Elsewhere
from hub.automation.schema.automation import Automation
from hub.automation.trace import Trace
from hub.automation.world import Context, Directory, Seen
from hub.clock import VirtualClock


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


class Past:
    """A `World` that is told what was, in order."""

    def __init__(
        self,
        start: datetime,
        time_zone: str,
        directory: Directory,
        before: Iterable[Seen],
        place: tuple[float, float] | None = None,
    ) -> None:
        self.clock = VirtualClock(start)
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

    def put(self, seen: Seen) -> Seen | None:
        """The state is so from now on; what it was before."""
        before = self._states.get(seen.entity_id)
        if before is None:
            self._domains.setdefault(seen.domain, set()).add(seen.entity_id)
        self._states[seen.entity_id] = seen
        return before


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
    found = Backtest(past.clock.now(), end)
    over = False

    def ended(trace: Trace) -> None:
        if not over:
            found.runs.append(PastRun(trace, past.take(trace.run)))

    engine = Engine(past, elsewhere, ended=ended)
    attached = engine.add(key, automation)
    try:
        for seen in changes:
            if seen.last_updated > end:
                break
            if seen.last_updated > past.clock.now():
                await past.clock.advance_to(seen.last_updated)
            engine.changed(past.put(seen), seen)
        await past.clock.advance_to(end)
        # Runs that are under way at the end did begin.
        found.runs += [PastRun(trace, past.take(trace.run)) for trace in attached.runs.values()]
    finally:
        over = True
        await engine.close()
    found.problems = list(dict.fromkeys(attached.problems))
    found.runs.sort(key=lambda one: one.trace.at)
    return found
