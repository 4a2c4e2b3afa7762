"""Journals and readings made by a rule."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.model import JournalEntry

BERLIN = "Europe/Berlin"


def at(day: date, hour: float, time_zone: str = BERLIN) -> datetime:
    """Local, as an instant; hours past 24 are of the next day."""
    more, minute = divmod(round(hour * 60), 1_440)
    local = datetime.combine(day + timedelta(days=more), time(minute // 60, minute % 60), ZoneInfo(time_zone))
    return local.astimezone(UTC)


def entry(
    start: datetime,
    kind: str = "meal",
    *,
    end: datetime | None = None,
    person: str = "anna",
    created: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    id: str = "",
    revision: int = 1,
    deleted: bool = False,
    updated: datetime | None = None,
) -> JournalEntry:
    made = created or end or start
    return JournalEntry(
        id or f"{person}-{kind}-{start.isoformat()}", kind, person, person, start, end, data or {}, "", "", "",
        revision, deleted, made, updated or made,
    )  # fmt: skip


def meals(
    first: date, days: int, hours: Mapping[str, float], *, minutes: float = 15, seed: int = 1, time_zone: str = BERLIN
) -> list[JournalEntry]:
    """One of each every day, normally distributed. `hours`: meal type -> local hour."""
    chance = random.Random(seed)
    found = []
    for number in range(days):
        for name, hour in hours.items():
            start = at(first + timedelta(days=number), hour + chance.gauss(0, minutes / 60), time_zone)
            found.append(entry(start, data={"meal_type": name} if name else {}))
    return found


def minutes_apart(one: time, hour: float) -> float:
    """Between a time of day and an hour, round the clock."""
    apart = abs(one.hour * 60 + one.minute + one.second / 60 - hour * 60) % 1_440
    return min(apart, 1_440 - apart)
