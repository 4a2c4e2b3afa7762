"""What follows from a commit: the state of each entity, and what the bus is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from hub.bus import Bus
from hub.clock import Clock
from hub.intake.figures import Figures
from hub.intake.instants import instant, late, microseconds
from hub.intake.plan import Plan, flag
from hub.model import Entity, Reading, ReadingsRecorded, Sample, State, StateChanged
from hub.recorder import Outcome, Row
from hub.states import States


class Item(NamedTuple):
    """One checked sample on its way to disk; with `recorded` False it moves a state and leaves no trace."""

    plan: Plan
    row: Row
    """Neither number nor text: the source says that it has no value now."""
    sample: Sample
    recorded: bool = True


class News:
    def __init__(self, states: States, bus: Bus, clock: Clock, figures: Figures) -> None:
        self._states, self._bus, self._clock, self._figures = states, bus, clock, figures

    def committed(self, items: Sequence[Item], outcomes: Sequence[Outcome], now: datetime) -> tuple[int, int]:
        """States first, then the bus; both only for what is new or corrected. Returns how many were, and were not.

        `outcomes` are those of the recorded items.
        """
        kept: list[tuple[int, int, int, Item]] = []
        again: list[Item] = []
        outcome, recorded = iter(outcomes), 0
        for place, item in enumerate(items):
            if item.recorded:
                became = next(outcome)
                if became is not Outcome.NEW and became is not Outcome.CORRECTED:
                    if became is Outcome.UNCHANGED and item.sample.attributes is not None:
                        again.append(item)
                    continue
                recorded += 1
            kept.append((item.plan.series, item.row[1], place, item))
        self._figures.accepted += recorded
        self._figures.unchanged += len(outcomes) - recorded
        kept.sort()
        for _, group in groupby(kept, key=itemgetter(0)):
            self._tell([item for _, _, _, item in group], now)
        for plan, row, sample, _ in again:
            # States have no attributes after a start, until the source repeats itself.
            self._changed(plan.entity, self._states.describe(plan.entity.id, instant(row[1]), sample.attributes or {}))
        return recorded, len(outcomes) - recorded

    def _tell(self, items: Sequence[Item], now: datetime) -> None:
        """Of one series, in order of time."""
        plan, row, sample, _ = items[-1]
        entity = plan.entity
        state = self._states.get(entity.id)
        newest_us = microseconds(state.taken_at) if state is not None and state.taken_at is not None else None
        if newest_us is None or row[1] >= newest_us:
            value = row[2] if row[3] is None else row[3]
            self._changed(entity, self._states.apply(entity.id, value, instant(row[1]), now, sample.attributes))
        if not self._bus.wanted(ReadingsRecorded):
            return
        readings = tuple(
            Reading(
                entity.id,
                instant(row[1]),
                now,
                row[2] if row[3] is None else row[3],  # type: ignore[arg-type]  # recorded: one of them is there
                flag(row[5]),
                late(row[1], row[4], newest_us),
            )
            for _, row, _, recorded in items
            if recorded
        )
        if readings:
            self._bus.publish(ReadingsRecorded(now, entity, readings))

    def _changed(self, entity: Entity, moved: tuple[State | None, State] | None) -> None:
        if moved is not None:
            self._bus.publish(StateChanged(self._clock.now(), entity, *moved))
