"""How long a right lasts, as people say it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.errors import Conflict

NIGHT_ENDS = time(3)
"""`tonight` reaches to this hour of the next morning: sitters stay past midnight."""
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def until_of(text: str, now: datetime, zone: str) -> datetime | None:
    """`2h`, `30m`, `3d`, `1w`, `tonight`, or ISO 8601 in the zone given; None for nothing or `always`.

    Raises Conflict for what can't be read or is past.
    """
    said = text.strip().lower()
    if said in ("", "always"):
        return None
    if said == "tonight":
        local = now.astimezone(ZoneInfo(zone))
        day = local.date() + timedelta(days=0 if local.time() < NIGHT_ENDS else 1)
        return datetime.combine(day, NIGHT_ENDS, ZoneInfo(zone)).astimezone(UTC)
    try:
        if match := re.fullmatch(r"(\d{1,5})\s*([mhdw])", said):
            if int(match[1]) == 0:
                raise Conflict(f"{text!r} is no time at all")
            return now + timedelta(**{_UNITS[match[2]]: int(match[1])})
        at = datetime.fromisoformat(text.strip())
        if len(said) == 10:
            # A day is meant to its end.
            at += timedelta(days=1)
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Conflict(f"{text!r} is no end; write 2h, 3d, tonight, or an instant such as 2026-12-24T22:00") from None
    if at <= now:
        raise Conflict(f"{text!r} is past; an end lies ahead")
    return at
