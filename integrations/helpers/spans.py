"""Durations as people write them: `0:05:00`, `5:00`, seconds, or a dictionary of hours, minutes and seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

_CLOCK = re.compile(r"(?P<sign>[+-])?(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,4}):(?P<s>\d{1,2}(?:\.\d{1,6})?)")
_PARTS = ("days", "hours", "minutes", "seconds", "milliseconds")
LONGEST = timedelta(days=366)


def span(given: Any) -> timedelta:
    """Raises ValueError for what is no duration, or longer than a year."""
    found = _read(given)
    if abs(found) > LONGEST:
        raise ValueError(f"{given} is longer than a year")
    return found


def _read(given: Any) -> timedelta:
    if isinstance(given, timedelta):
        return given
    if isinstance(given, Mapping):
        strange = [str(one) for one in given if one not in _PARTS]
        if strange:
            raise ValueError(f"{', '.join(strange)} is no part of a duration; there are {', '.join(_PARTS)}")
        try:
            return timedelta(**{str(name): float(value) for name, value in given.items()})
        except (TypeError, ValueError, OverflowError):
            raise ValueError("every part of a duration is a number") from None
    text = str(given).strip()
    found = _CLOCK.fullmatch(text)
    if found is not None:
        hours, minutes, seconds = int(found["h"] or 0), int(found["m"]), float(found["s"])
        if seconds < 60 and (minutes < 60 or found["h"] is None):
            whole = timedelta(hours=hours, minutes=minutes, seconds=seconds)
            return -whole if found["sign"] == "-" else whole
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no duration; write hours:minutes:seconds such as 0:05:00") from None


def written(given: timedelta) -> str:
    """As Home Assistant writes it: `0:05:00`, `1 day, 2:00:00`."""
    return str(given)
