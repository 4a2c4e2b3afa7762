"""What follows from a commit: the state of each entity, and what the bus is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from hub.bus import Bus
from hub.intake.figures import Figures
from hub.intake.instants import instant, late, microseconds
from hub.intake.plan import Plan, flag
from hub.model import Entity, Reading, ReadingsRecorded, Sample, StateChanged, Value
from hub.recorder import Outcome, Row
from hub.states import States


class Item(NamedTuple):
    """One checked sample on its way to disk."""

    plan: Plan
    row: Row
    sample: Sample


class News:
    def __init__(self, states: States, bus: Bus, figures: Figures) -> None:
        self._states, self._bus, self._figures = states, bus, figures

    def committed(self, items: Sequence[Item], outcomes: Sequence[Outcome], now: datetime) -> tuple[int, int]:
        """States first, then the bus; both only for what is new or corrected. Returns how many were, and were not."""
        kept = [
            (plan.series, row[1], plan, row, sample)
            for (plan, row, sample), outcome in zip(items, outcomes, strict=True)
            if outcome is Outcome.NEW or outcome is Outcome.CORRECTED
        ]
        self._figures.accepted += len(kept)
        self._figures.unchanged += len(items) - len(kept)
        kept.sort(key=itemgetter(0, 1))
        listened = self._bus.wanted(ReadingsRecorded)
        for _, group in groupby(kept, key=itemgetter(0)):
            members = list(group)
            entity = members[-1][2].entity
            state = self._states.get(entity.id)
            newest_us = microseconds(state.taken_at) if state is not None and state.taken_at is not None else None
            _, last_us, _, row, sample = members[-1]
            if newest_us is None or last_us >= newest_us:
                self.move(entity, _value(row), instant(last_us), now, sample)
            if listened:
                readings = tuple(
                    Reading(
                        entity.id,
                        instant(taken_us),
                        now,
                        _value(row),
                        flag(row[5]),
                        late(taken_us, row[4], newest_us),
                    )
                    for _, taken_us, _, row, _ in members
                )
                self._bus.publish(ReadingsRecorded(now, entity, readings))
        return len(kept), len(items) - len(kept)

    def move(self, entity: Entity, value: Value | None, taken_at: datetime, now: datetime, sample: Sample) -> None:
        """`None`: the source says that it has no value now; the state is unknown, history untouched."""
        moved = self._states.apply(entity.id, value, taken_at, now, sample.attributes)
        if moved is not None:
            self._bus.publish(StateChanged(now, entity, *moved))


def _value(row: Row) -> Value:
    value = row[2] if row[3] is None else row[3]
    assert value is not None
    return value
