"""What a world remembers: the journal, readings, habits and usual ranges, as an automation may look at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.insight import Baseline, Habit, Period
from hub.model import JournalEntry, Reading


class Memory(Protocol):
    """Answers only what its account may see; the past's, only what was known at its clock's now."""

    unwatched_since: datetime | None
    """Since when nobody watched before this world began; None: nothing was missed, or it is made up for by now."""

    def time_zone(self, person: str | None) -> str:
        """The IANA name of a person's days; None: the household's."""
        ...

    async def entries(self, kind: str, person: str | None, since: datetime, until: datetime) -> Sequence[JournalEntry]:
        """With since <= start < until, by start, without deleted ones. `person`: None for everybody's."""
        ...

    def sources(self, person: str, metric: str) -> Sequence[str]:
        """The entities of a person's metric, first in priority first."""
        ...

    async def readings(self, entity_id: str, since: datetime, until: datetime) -> Sequence[Reading]:
        """With since <= taken_at < until, by `taken_at`."""
        ...

    async def habit(self, person: str, kind: str) -> Habit:
        """The usual times of a journal kind; an empty one where there is nothing to learn from."""
        ...

    async def baseline(self, person: str, metric: str, period: Period) -> Baseline | None:
        """A person's usual range; None where too few complete periods have a value."""
        ...

    def quiet(self, person: str | None) -> bool | None:
        """Whether it is quiet time now; None: nothing is set."""
        ...

    def home(self, person: str) -> bool | None:
        """Whether somebody is at home; None: it is not known."""
        ...


class Forgetful:
    """Of a world without memory."""

    unwatched_since: datetime | None = None

    def __init__(self, time_zone: str = "UTC") -> None:
        self._time_zone = time_zone

    def time_zone(self, person: str | None) -> str:
        return self._time_zone

    async def entries(self, kind: str, person: str | None, since: datetime, until: datetime) -> Sequence[JournalEntry]:
        return ()

    def sources(self, person: str, metric: str) -> Sequence[str]:
        return ()

    async def readings(self, entity_id: str, since: datetime, until: datetime) -> Sequence[Reading]:
        return ()

    async def habit(self, person: str, kind: str) -> Habit:
        return Habit(person, kind, self._time_zone)

    async def baseline(self, person: str, metric: str, period: Period) -> Baseline | None:
        return None

    def quiet(self, person: str | None) -> bool | None:
        return None

    def home(self, person: str) -> bool | None:
        return None
