"""Habits out of a journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import tau
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hub.insight.circle import angle_of, apart, seconds_of, span_of, time_of
from hub.insight.habits import DayKind, Habit, UsualTime, day_kind
from hub.insight.local import day_begins, since_midnight
from hub.insight.rhythm import Hill, hills
from hub.model import JournalEntry

WINDOW = timedelta(days=56)
"""What is older says nothing about now."""
HALF_LIFE = 21.0
"""Days after which an occurrence weighs half as much."""
FEWEST = 3
"""Occurrences that make a usual time."""
SELDOM = 0.25
"""A time that comes on fewer of the days is not usual."""
DAYS = 6
"""Weekdays, or days of weekends, that must have been seen before they are told on their own."""
_NEAR_MIDNIGHT = angle_of(2 * 3_600)
LABELS = ("label", "meal_type", "type", "method", "activity", "name")
"""Fields in which an entry says what it is, the most telling one first."""


class _Came(NamedTuple):
    """One occurrence."""

    day: date
    """Of the habit: after midnight it may be the evening before's."""
    angle: float
    label: str
    weight: float


def learned(entries: Iterable[JournalEntry], person: str, kind: str, time_zone: str, now: datetime) -> Habit:
    """The habit as the days up to `now` show it. An entry counts where it begins, however long it lasts."""
    zone = ZoneInfo(time_zone)
    since = day_begins(now, zone) - WINDOW
    own = [one for one in entries if not one.deleted and since <= one.start <= now]
    if len(own) < FEWEST:
        return Habit(person, kind, time_zone)
    today, begins = now.astimezone(zone).date(), _emptiest([_angle(one, zone) for one in own])
    came = sorted((_came(one, zone, begins, today) for one in own), key=lambda one: (one.day, one.angle, one.label))
    seen = _days(came[0].day, max(came[-1].day, today - timedelta(days=1)))
    times: dict[DayKind, tuple[UsualTime, ...]] = {"all": _usual(came, seen, begins)}
    for name in ("weekday", "weekend"):
        days = [one for one in seen if day_kind(one) == name]
        if len(days) >= DAYS:
            times[day_kind(days[0])] = _usual([one for one in came if day_kind(one.day) == name], days, begins)
    return Habit(person, kind, time_zone, times, begins)


def _angle(entry: JournalEntry, zone: ZoneInfo) -> float:
    return angle_of(since_midnight(entry.start.astimezone(zone)))


def _came(entry: JournalEntry, zone: ZoneInfo, begins: time, today: date) -> _Came:
    local = entry.start.astimezone(zone)
    day = local.date() if local.time() >= begins else local.date() - timedelta(days=1)
    weight = 0.5 ** (max(0, (today - day).days) / HALF_LIFE)
    return _Came(day, _angle(entry, zone), label_of(entry.data), weight)


def label_of(data: Mapping[str, Any]) -> str:
    """What an entry calls itself; empty where it doesn't."""
    for field in LABELS:
        told = data.get(field)
        if isinstance(told, str) and told.strip():
            return told.strip()
    return ""


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _emptiest(angles: Sequence[float]) -> time:
    """Where a habit's day begins: at midnight, unless it happens within two hours of it.

    Then in the middle of the longest stretch of the morning in which it never happens, so that going to bed at half
    past twelve is of the evening before.
    """
    if all(apart(one, 0.0) >= _NEAR_MIDNIGHT for one in angles):
        return time(0)
    noon = tau / 2
    edges = [0.0, *sorted(one for one in angles if one < noon), noon]
    earlier, later = max(pairwise(edges), key=lambda gap: gap[1] - gap[0])
    return time(int(seconds_of((earlier + later) / 2)) // 3_600)


def _usual(came: Sequence[_Came], days: Sequence[date], begins: time) -> tuple[UsualTime, ...]:
    found = hills([one.angle for one in came], [one.weight for one in came])
    told = [_told(hill, came, len(days)) for hill in found]
    return tuple(
        sorted(
            (one for one in told if one.samples >= FEWEST and one.share >= SELDOM),
            key=lambda one: (one.at < begins, one.at),
        )
    )


def _told(hill: Hill, came: Sequence[_Came], days: int) -> UsualTime:
    members = [came[place] for place in hill.members]
    names = Counter(one.label for one in members if one.label)
    label, often = min(names.items(), key=lambda item: (-item[1], item[0])) if names else ("", 0)
    return UsualTime(
        at=time_of(hill.direction),
        spread=span_of(hill.spread),
        samples=len(members),
        share=len({one.day for one in members}) / days,
        label=label if often * 2 >= len(members) else "",
    )
