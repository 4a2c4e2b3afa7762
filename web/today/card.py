"""A card of Today as its template reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from web.drawing import DayPicture, Spark


@dataclass(frozen=True, slots=True)
class Row:
    """One metric: its newest value, how old it is, and its last day."""

    entity_id: str
    href: str
    name: str
    icon: str
    family: str
    text: str
    unit: str = ""
    at: datetime | None = None
    freshness: str = "fresh"
    """`fresh`, `ageing` or `stale`."""
    trend: str = ""
    """`up`, `down`, `flat` or empty."""
    spark: Spark | None = None
    note: str = ""
    fixed: bool = False
    """The value is a sum that only the server knows; a new reading does not replace it."""


@dataclass(frozen=True, slots=True)
class Chip:
    text: str
    icon: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is often logged for this person."""

    kind: str
    name: str
    icon: str
    ends: str = ""
    """Id of the entry that still goes on and that this ends."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one place of the house measures."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PersonCard:
    slug: str
    name: str
    headline: str
    """One sentence with what matters now."""
    initials: str = ""
    """Empty for the household."""
    colour: str = "0"
    born: str = ""
    lines: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    day: DayPicture | None = None
    rows: tuple[Row, ...] = ()
    acts: tuple[Act, ...] = ()
    rooms: tuple[Room, ...] = ()
    """For the household, in place of rows."""

    @property
    def blank(self) -> bool:
        """True while nothing is known that could be shown."""
        return not (self.rows or self.rooms or self.day)
