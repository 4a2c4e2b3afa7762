"""Instants as phones write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from hub.api import BadReading

# 2026-11-20 07:30:00 +0100, 2026-11-20 4:51:59 pm +1000 (U+202F is a space too), 2026-11-20T07:30:00.123Z, 2026-11-20.
_WRITTEN = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T\s]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|(?:GMT|UTC)?[+\-\u2212]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)


def instant(written: Any, zone: tzinfo) -> datetime:
    """The instant in UTC; `zone` counts where none is written. Numbers are seconds or milliseconds since 1970.

    Raises BadReading that quotes what was written.
    """
    if isinstance(written, str):
        found = _WRITTEN.fullmatch(written.strip())
        if found is not None:
            try:
                return _read(found, zone)
            except (ValueError, OverflowError):
                pass
    elif isinstance(written, (int, float)) and not isinstance(written, bool):
        seconds = written / 1_000 if abs(written) > 1e11 else written
        if 0 < seconds < 1e10:
            return datetime.fromtimestamp(seconds, UTC)
    raise BadReading(
        f"{str(written)[:40]!r} is no date; 2026-11-20 07:30:00 +0100 or 2026-11-20T06:30:00Z would be one"
    )


def _read(found: re.Match[str], zone: tzinfo) -> datetime:
    hour, half = int(found["hour"] or 0), found["half"]
    if half is not None:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} o'clock with am or pm")
        hour = hour % 12 + (12 if half in "pP" else 0)
    written = found["zone"]
    local = datetime(
        int(found["year"]),
        int(found["month"]),
        int(found["day"]),
        hour,
        int(found["minute"] or 0),
        int(found["second"] or 0),
        int((found["part"] or "0")[:6].ljust(6, "0")),
        _offset(written) if written else zone,
    )
    return local.astimezone(UTC)


@lru_cache(maxsize=256)
def _offset(written: str) -> tzinfo:
    text = written.upper().replace("\u2212", "-").removeprefix("GMT").removeprefix("UTC")
    if text in ("", "Z"):
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if text[0] == "-" else shift)
