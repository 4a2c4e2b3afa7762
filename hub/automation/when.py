"""When something by the clock is next due: local times across every change of the clock, each once a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.automation.schema.values import WEEKDAYS

_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
_FARTHEST = 800
"""Days that are looked ahead; a pattern that never comes is none."""


def on_day(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The one instant (UTC) of a local time on a day.

    The first of two where the clock goes back; the end of the gap where it goes forward over it.
    """
    local = datetime.combine(day, at, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    early, late = local.replace(fold=1).astimezone(UTC), instant
    before = early.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def next_daily(after: datetime, at: time, zone: ZoneInfo, weekdays: Collection[str] | None = None) -> datetime | None:
    """The first instant later than `after`; None when no weekday is named."""
    day = after.astimezone(zone).date() - _DAY
    for _ in range(10):
        if weekdays is None or WEEKDAYS[day.weekday()] in weekdays:
            instant = on_day(day, at, zone)
            if instant > after:
                return instant
        day += _DAY
    return None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hours, minutes and seconds of a time pattern; None: any."""

    hours: frozenset[int] | None
    minutes: frozenset[int] | None
    seconds: frozenset[int]

    @classmethod
    def of(cls, hours: str | None, minutes: str | None, seconds: str | None) -> Pattern:
        """What is left out is any where it is coarser than what is given, and 0 where it is finer."""
        if seconds is None:
            seconds = "0"
        if minutes is None and hours is not None:
            minutes = "0"
        return cls(_matching(hours, 24), _matching(minutes, 60), _matching(seconds, 60) or frozenset(range(60)))

    def next(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first instant later than `after`; an hour that comes twice counts once where hours are named."""
        at = after.astimezone(UTC).replace(microsecond=0) + _SECOND
        seconds = sorted(self.seconds)
        for _ in range(_FARTHEST * 24):
            local = at.astimezone(zone)
            if self.hours is not None and (local.hour not in self.hours or local.fold):
                at += _MINUTE * (60 - local.minute) - timedelta(seconds=local.second)
                continue
            if self.minutes is None or local.minute in self.minutes:
                for second in seconds:
                    if second >= local.second:
                        return at + timedelta(seconds=second - local.second)
            at += _MINUTE - timedelta(seconds=local.second)
        raise ValueError("a pattern that never comes")


def _matching(told: str | None, most: int) -> frozenset[int] | None:
    if told is None or told == "*":
        return None
    if told.startswith("/"):
        return frozenset(range(0, most, int(told[1:])))
    return frozenset({int(told)})
