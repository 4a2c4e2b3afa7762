"""Local days and times of day, right over every change of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a local time: the first of two; one that is skipped is as much later as is skipped."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def since_midnight(local: datetime) -> float:
    """Seconds by the clock on the wall, 0 to below 86,400."""
    return local.hour * 3_600 + local.minute * 60 + local.second + local.microsecond / 1e6


def day_begins(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the local day of an instant began."""
    return _first(at.astimezone(zone).date(), zone)


def next_day_begins(at: datetime, zone: ZoneInfo) -> datetime:
    return _first(at.astimezone(zone).date() + timedelta(days=1), zone)


def _first(day: date, zone: ZoneInfo) -> datetime:
    found = instant(day, time(0), zone)
    # Where midnight is skipped, the day begins with the first instant that has its date.
    while (found - timedelta(minutes=1)).astimezone(zone).date() >= day:
        found -= timedelta(minutes=1)
    return found
