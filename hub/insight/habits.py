"""The usual times of what a person does again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

DayKind = Literal["weekday", "weekend", "all"]


@dataclass(frozen=True, slots=True)
class UsualTime:
    """One of a day's usual times."""

    at: time
    """Mean time of day, local."""
    spread: timedelta
    """Circular standard deviation."""
    samples: int
    share: float
    """Of the days looked at, on how many it happened: 0 to 1."""
    label: str = ""
    """What the entries call it most often; empty where they call it nothing."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """When it is expected next."""

    at: datetime
    usual: UsualTime
    days: DayKind
    """Which days it was learned from."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Of one person and one journal kind."""

    person: str
    kind: str
    time_zone: str
    times: Mapping[DayKind, tuple[UsualTime, ...]] = field(default_factory=dict)
    """By time of day; `weekday` and `weekend` are there where their days are enough to learn from."""

    def next(self, after: datetime, *, label: str | None = None, min_samples: int = 1) -> Predicted | None:
        """The first one later than an instant."""
        return None
