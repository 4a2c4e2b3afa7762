"""The usual times of what a person does again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from hub.insight.local import instant

DayKind = Literal["weekday", "weekend", "all"]
_WEEKEND = (5, 6)
_AHEAD = 9
"""Days that are looked ahead: every kind of day is among them."""


@dataclass(frozen=True, slots=True)
class UsualTime:
    """One of a day's usual times."""

    at: time
    """Mean time of day, local; recent days weigh more."""
    spread: timedelta
    """Circular standard deviation."""
    samples: int
    share: float
    """Of the days looked at, on how many it happened: 0 to 1."""
    label: str = ""
    """What at least half of the entries call it; empty where they call it nothing."""


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
    """In order from `day_begins`. `weekday` and `weekend` are there where enough of their days were seen."""
    day_begins: time = time(0)
    """When, of all times, it happens least; what comes before is of the evening before, as a late bedtime is."""

    def on(self, day: date) -> tuple[DayKind, tuple[UsualTime, ...]]:
        """What is usual on a day, and from which days that was learned."""
        kind = day_kind(day)
        if kind in self.times:
            return kind, self.times[kind]
        return "all", self.times.get("all", ())

    def between(self, since: datetime, until: datetime) -> list[Predicted]:
        """Every one with since < at <= until, in order."""
        found = [one for one in self._around(since, (until - since).days + 2) if since < one.at <= until]
        return sorted(found, key=lambda one: one.at)

    def next(self, after: datetime, *, label: str | None = None, min_samples: int = 1) -> Predicted | None:
        """The first one later than an instant."""
        found = [
            one
            for one in self._around(after, _AHEAD)
            if one.at > after and one.usual.samples >= min_samples and label in (None, one.usual.label)
        ]
        return min(found, key=lambda one: one.at, default=None)

    def _around(self, at: datetime, days: int) -> Iterator[Predicted]:
        zone = ZoneInfo(self.time_zone)
        first = at.astimezone(zone).date() - timedelta(days=2)
        for number in range(days + 3):
            day = first + timedelta(days=number)
            kind, times = self.on(day)
            for one in times:
                late = one.at < self.day_begins
                yield Predicted(instant(day + timedelta(days=1) if late else day, one.at, zone), one, kind)


def day_kind(day: date) -> DayKind:
    return "weekend" if day.weekday() in _WEEKEND else "weekday"
