"""A person's usual range of a metric."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Period = Literal["day", "week"]


@dataclass(frozen=True, slots=True)
class Present:
    """A period's value; of the one that is going on, so far."""

    start: datetime
    end: datetime
    value: float
    readings: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """Median and spread of the last complete periods, in the metric's canonical unit."""

    person: str
    metric: str
    period: Period
    median: float
    spread: float
    """1.4826 times the median absolute deviation: of a normal distribution, its standard deviation."""
    samples: int
    """Periods that it was learned from."""
    present: Present | None = None
    """The period that is going on; None while it has no value."""
    before: Present | None = None
    """The last complete one, against which `median` and `spread` without it are not told."""
