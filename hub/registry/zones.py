"""Time zones by their IANA names."""

from __future__ import annotations

import difflib
import zoneinfo

from hub.errors import Conflict


def check_zone(name: str) -> None:
    """Raises Conflict for a name that is not in the IANA database, with the one that was probably meant."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(name, sorted(zoneinfo.available_timezones()), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "use a name such as 'Europe/Madrid'."
        raise Conflict(f"{name!r} is not a time zone; {hint}") from None
