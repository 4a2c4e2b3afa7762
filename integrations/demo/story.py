"""The demo family's calendar: local days, weekends, the trip, the feverish week, how old the baby is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

BABY_AGE_AT_ANCHOR = timedelta(days=157)
_TRIP_EVERY, _TRIP = 83, (67, 71)
"""Days; the last trip before the anchor began 16 days ago and lasted into the fifth day."""
_ILLNESS_EVERY = 101
_ILLNESS = {"baby": (62, 65, 1.9), "adult": (64, 69, 1.8), "adult_glucose": (66, 68, 0.7)}
"""First day, last day within the period, and degrees above normal at the worst."""


class Persona(StrEnum):
    ADULT_GLUCOSE = "adult_glucose"
    ADULT = "adult"
    BABY = "baby"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Frame:
    """One local day, from midnight to midnight, as seconds since the epoch."""

    day: date
    zone: ZoneInfo
    start: float
    end: float

    def at(self, hours: float) -> float:
        """When clocks on the wall show `hours`, which may be negative or past 24."""
        return wall(self.day, hours, self.zone)

    def hour(self, instant: float) -> float:
        """Hours since midnight."""
        return (instant - self.start) / 3600.0

    @property
    def weekend(self) -> bool:
        return self.day.weekday() >= 5


@dataclass(frozen=True, slots=True)
class Story:
    """What befalls the family; `anchor` is the day the demo began, so that its past is always full of events."""

    anchor: date
    zone: ZoneInfo
    seed: int = 1

    def frame(self, day: date) -> Frame:
        return _frame(day, self.zone)

    def baby_days(self, day: date) -> int:
        """Age of the baby; may be negative for days before the birth."""
        return (day - self.anchor + BABY_AGE_AT_ANCHOR).days

    def travelling(self, day: date) -> bool:
        return _TRIP[0] <= (day - self.anchor).days % _TRIP_EVERY <= _TRIP[1]

    def asleep_away(self, day: date) -> bool:
        """Whether the night that begins on the evening of `day` is spent away."""
        return self.travelling(day) and self.travelling(day + timedelta(days=1))

    def at_home(self, day: date, instant: float) -> bool:
        """The family leaves at ten on the trip's first day and is back at six in the evening of its last."""
        if not self.travelling(day):
            return True
        hour = self.frame(day).hour(instant)
        if not self.travelling(day - timedelta(days=1)):
            return hour < 10.0
        return not self.travelling(day + timedelta(days=1)) and hour >= 18.0

    def fever(self, persona: Persona, day: date) -> float:
        """Degrees above normal; 0 for the healthy."""
        span = _ILLNESS.get(persona)
        if span is None:
            return 0.0
        first, last, worst = span
        into = (day - self.anchor).days % _ILLNESS_EVERY - first
        length = last - first + 1
        if not 0 <= into < length:
            return 0.0
        return worst * (1.0, 0.95, 0.7, 0.45, 0.25, 0.15, 0.1)[min(6, into * 6 // length)]

    def heat(self, persona: Persona, frame: Frame, instant: float) -> float:
        """Degrees above normal at an instant of `frame`'s day: highest in the evening, without steps at midnight."""
        hour = frame.hour(instant)
        other = frame.day + timedelta(days=1 if hour > 12 else -1)
        today, near = self.fever(persona, frame.day), self.fever(persona, other)
        if not (today or near):
            return 0.0
        level = today + (near - today) * abs(hour - 12) / 24
        return level * (0.8 + 0.2 * math.cos((hour - 18.5) / 12 * math.pi))


@lru_cache(maxsize=64)
def _frame(day: date, zone: ZoneInfo) -> Frame:
    return Frame(day, zone, wall(day, 0.0, zone), wall(day, 24.0, zone))


def wall(day: date, hours: float, zone: ZoneInfo) -> float:
    """Seconds since the epoch when clocks in `zone` show `hours` after midnight of `day`."""
    shown = datetime.combine(day, time()) + timedelta(hours=hours)
    return shown.replace(tzinfo=zone).timestamp()
