"""Instants as Nightscout's clients write them: epoch numbers, ISO 8601 in every dress, RFC 2822."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_YEAR_2000_MS = 946_684_800_000
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_ISO = re.compile(
    r"(?P<year>\d{4})(-?(?P<month>\d{2})(-?(?P<day>\d{2}))?)?"
    r"([T ](?P<hour>\d{2})(:?(?P<minute>\d{2})(:?(?P<second>\d{2})([.,](?P<fraction>\d+))?)?)?)?"
    r"\s*(?P<zone>[Zz]|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)


def from_us(us: int) -> datetime:
    """The aware instant of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=us)


def from_ms(ms: float) -> datetime:
    """The aware instant of milliseconds since the epoch, to the microsecond. Raises ValueError out of range."""
    try:
        return EPOCH + timedelta(microseconds=round(ms * 1000))
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{ms} ms is no instant of this calendar") from error


def to_us(at: datetime) -> int:
    """Microseconds since the epoch."""
    return (at - EPOCH) // timedelta(microseconds=1)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since the epoch."""
    return to_us(at) // 1000


def iso(at: datetime) -> str:
    """`2026-11-21T03:14:15.926Z`: UTC with milliseconds, as Nightscout stores dates."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def iso_seconds(at: datetime) -> str:
    """`2026-11-21T03:14:15Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse(value: Any) -> datetime | None:
    """An aware instant that keeps the writer's offset; None for what is no date.

    Numbers (also as text) are milliseconds, or seconds when that would be before 2000; text without a zone is UTC.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _number(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    # A bare year is a date, any longer number an epoch.
    if _NUMBER.fullmatch(text) and len(text) != 4:
        return _number(float(text))
    return _iso(text) or _rfc2822(text)


def offset_minutes(at: datetime) -> int:
    """Minutes east of UTC that the writer's clock showed."""
    return round((at.utcoffset() or timedelta()).total_seconds() / 60)


def _number(value: float) -> datetime | None:
    if not math.isfinite(value) or value <= 0:
        return None
    try:
        at = from_ms(value if value >= _YEAR_2000_MS else value * 1000)
    except ValueError:
        return None
    return at if at < LATEST else None


def _iso(text: str) -> datetime | None:
    # An offset's plus that nobody escaped in an address arrives as a space.
    found = _ISO.fullmatch(text) or _ISO.fullmatch(re.sub(r" (\d{2}:?\d{2})$", r"+\1", text))
    if found is None:
        return None
    part = found.groupdict()
    fraction = (part["fraction"] or "0")[:6].ljust(6, "0")
    try:
        return datetime(
            int(part["year"]),
            int(part["month"] or 1),
            int(part["day"] or 1),
            int(part["hour"] or 0),
            int(part["minute"] or 0),
            int(part["second"] or 0),
            int(fraction),
            tzinfo=_zone(part["zone"]),
        )
    except ValueError:
        return None


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _rfc2822(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
