"""A token bucket: so many at once, so many an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.notify.prefs import Prefs


class Buckets:
    """One for each recipient, and one more for what is critical: chatter can't hold an alarm up."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, bool], tuple[datetime, float]] = {}

    def take(self, key: str, critical: bool, prefs: Prefs, now: datetime) -> bool:
        """Whether one more may go now; takes it."""
        left = self._refilled(key, critical, prefs, now)
        if left < 1.0:
            self._left[key, critical] = (now, left)
            return False
        self._left[key, critical] = (now, left - 1.0)
        return True

    def next(self, key: str, critical: bool, prefs: Prefs, now: datetime) -> datetime:
        """When one more may go."""
        missing = max(0.0, 1.0 - self._refilled(key, critical, prefs, now))
        # Not a hair too early, or it would be asked for again and again.
        return now + timedelta(seconds=missing * 3_600 / prefs.per_hour + 0.001)

    def _refilled(self, key: str, critical: bool, prefs: Prefs, now: datetime) -> float:
        at, left = self._left.get((key, critical), (now, float(prefs.burst)))
        passed = max(0.0, (now - at).total_seconds())
        return min(float(prefs.burst), left + passed * prefs.per_hour / 3_600)
