"""Birth dates that can be."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hub.errors import Conflict

EARLIEST = date(1900, 1, 1)
EASTERNMOST = timedelta(hours=14)
"""Where the day begins first."""


def check_birth(born: date | None, now: datetime) -> None:
    """Raises Conflict for a day nobody alive was born on: before 1900, or not begun anywhere yet."""
    if born is None:
        return
    if born > (now + EASTERNMOST).date():
        raise Conflict(f"{born.isoformat()} is in the future; a birth date is a day that has been, such as 2024-05-17")
    if born < EARLIEST:
        raise Conflict(f"{born.isoformat()} is before {EARLIEST.year}; write the year of birth in full, such as 1984")
