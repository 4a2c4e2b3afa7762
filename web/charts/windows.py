"""The stretch of time a chart shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from hub.errors import BadReading

RANGES = {"day": 1, "week": 7, "month": 30, "year": 365}
"""Name -> days; `all` begins with the first reading."""
LONGEST = timedelta(days=366 * 120)


@dataclass(frozen=True, slots=True)
class Window:
    name: str
    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def window_of(
    name: str, now: datetime, *, first: datetime | None = None, end: datetime | None = None, whole: tzinfo | None = None
) -> Window:
    """The named range that ends at `end` (None: now); an unknown name is a week. `whole`: begin at local midnight."""
    end = end or now
    if name == "all":
        start = min(first or end, end - timedelta(days=1))
        return Window(name, start, end)
    name = name if name in RANGES else "week"
    start = end - timedelta(days=RANGES[name])
    if whole is not None and name != "day":
        start = (start + timedelta(days=1)).astimezone(whole).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(name, start, end)


def instant(text: str, name: str) -> datetime:
    """An instant from an address: ISO 8601 with zone, or seconds since 1970. Raises BadReading."""
    try:
        at = datetime.fromtimestamp(float(text), UTC) if text.lstrip("-").replace(".", "", 1).isdigit() else None
        at = at or datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise BadReading(f"{name} {text[:40]!r} is not an instant; write 2026-03-01T08:00:00+01:00") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def span(start: str, end: str) -> tuple[datetime, datetime]:
    """Both ends of a window from an address. Raises BadReading when they are the wrong way round or absurd."""
    first, last = instant(start, "start"), instant(end, "end")
    if not timedelta(0) < last - first <= LONGEST:
        raise BadReading("the window must end after it starts, and be shorter than a long life")
    return first, last
