"""Earlier days, remembered for a while: they hardly change, and every card looks at them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from hub.api import Clock

Days = list[tuple[date, float]]
LONG, SHORT = 900.0, 20.0
"""Seconds that earlier days are remembered; briefly while there are few, as they may just be arriving."""
ENOUGH = 14
MOST = 4_000


class Memory:
    """Figures by (person, metric, what) and local day. It decides nothing: who asks was let in before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str, str], tuple[float, date, Days]] = {}

    async def days(self, person: str, metric: str, what: str, today: date, make: Callable[[], Awaitable[Days]]) -> Days:
        """The remembered days, or those that `make` finds now."""
        key, now = (person, metric, what), self._clock.monotonic()
        known = self._kept.get(key)
        if known is not None and known[0] > now and known[1] == today:
            return known[2]
        made = await make()
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (now + (LONG if len(made) >= ENOUGH else SHORT), today, made)
        return made
