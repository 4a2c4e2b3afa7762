"""Habits, learned once for the same entries on the same day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.insight import Habit, day_begins, learned
from hub.insight.learning import WINDOW
from hub.model import JournalEntry

_Mark = tuple[object, ...]


class Learner:
    """May be shared by all that look at the same household."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[_Mark, Habit]] = {}

    @staticmethod
    def since(now: datetime, time_zone: str) -> datetime:
        """From when on entries are wanted: whole days, so that a habit does not change by the hour."""
        return day_begins(now, ZoneInfo(time_zone)) - WINDOW

    def known(
        self, entries: Sequence[JournalEntry], person: str, kind: str, time_zone: str, now: datetime
    ) -> Habit | None:
        """What was learned before from these entries, today."""
        known = self._known.get((person, kind))
        return known[1] if known is not None and known[0] == self._mark(entries, time_zone, now) else None

    def learn(self, entries: Sequence[JournalEntry], person: str, kind: str, time_zone: str, now: datetime) -> Habit:
        found = self.known(entries, person, kind, time_zone, now)
        if found is None:
            found = learned(entries, person, kind, time_zone, now)
            self._known[person, kind] = (self._mark(entries, time_zone, now), found)
        return found

    def _mark(self, entries: Sequence[JournalEntry], time_zone: str, now: datetime) -> _Mark:
        today = now.astimezone(ZoneInfo(time_zone)).date()
        return (time_zone, today, *((one.id, one.revision) for one in entries))
