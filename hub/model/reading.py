"""Samples, readings, states and statistics: a value and its two times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag
from typing import Any

Value = float | str
"""A stored value: numbers in the canonical unit, text and enum options as text."""


class Flag(IntFlag):
    """What is odd about a stored reading; kept with it and shown."""

    NONE = 0
    INCREMENT = 1
    """The value is an amount over an interval that starts at `taken_at`, not a level or a running total."""
    IMPLAUSIBLE = 2
    """Outside the metric's plausible range."""
    JUMP = 4
    """Further from its neighbour than `Metric.max_step` allows."""
    TRANSITION = 8
    """An enum option that cannot follow the one before."""
    CORRECTED = 16
    """Changed by a person; the old value is in the revision trail."""
    CLOCK_UNSURE = 32
    """The hub's clock could not be believed when it was received, and its time is by that clock."""
    IMPORTED = 64
    """Brought in with other history, after the event: that it came late says nothing about its source."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What an integration returns; it knows no person and no hub id. Exactly one of `metric` and `entity` is given."""

    metric: str = ""
    """Key of a `Metric`."""
    value: float | int | str | bool | None = None
    """None says: the entity is there and has no value now (state unknown); it is not recorded."""
    taken_at: datetime | None = None
    """Aware instant of measurement, or start of the interval that an `increment` covers; None: now."""
    unit: str | None = None
    """UCUM or a common spelling of it; None: the metric's canonical unit."""
    entity: str = ""
    """Key of an `EntityDescription` that the integration has described."""
    source: str = ""
    """Which of the entry's devices spoke (`ring`, `watch`); keeps a series of its own."""
    increment: bool = False
    attributes: Mapping[str, Any] | None = None
    imported: bool = False
    """True: part of a history that is brought in after the event, not a reading that was on its way."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sample with its entity, kept in history."""

    entity_id: str
    taken_at: datetime
    received_at: datetime
    value: Value
    flags: Flag = Flag.NONE
    late: bool = False
    """True when it did not become the entity's newest reading, or arrived long after it was taken."""

    @property
    def imported(self) -> bool:
        """True when it was brought in with other history; nobody waited for it, however late it came."""
        return bool(self.flags & Flag.IMPORTED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one sample of a batch was not kept."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch, known only after the commit that survives a power cut."""

    accepted: int = 0
    unchanged: int = 0
    rejected: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """An entity's newest reading, and whether its source is there."""

    entity_id: str
    value: Value | None
    """None: unknown."""
    taken_at: datetime | None = None
    received_at: datetime | None = None
    available: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One hour or one local day of one entity; absent parts are None."""

    start: datetime
    end: datetime
    count: int
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    time_weighted_mean: float | None = None
    sum: float | None = None
    last: Value | None = None
    durations: Mapping[str, float] = field(default_factory=dict)
    """Seconds spent in each option, for enums."""
    entity_id: str = ""
    """Which source spoke (merged series); empty when several did."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A page of one person's merged series; `cursor` continues it."""

    readings: tuple[Reading, ...]
    cursor: str | None = None
