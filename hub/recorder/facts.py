"""What the recorder takes and gives back; instants are integer microseconds since 1970, UTC (`*_us`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from hub.model import Document as Document
from hub.model import Value

Row = tuple[int, int, float | None, str | None, int, int]
"""series, taken_us, number, text, received_us, flags; exactly one of number and text is given."""


class Outcome(IntEnum):
    """What became of one row of a batch."""

    NEW = 0
    UNCHANGED = 1
    """The same reading was there, or a person has corrected it and their word stands."""
    CORRECTED = 2
    """The source changed its value; the old one is in the revision trail."""
    BURIED = 3
    """A person removed it, or retention did: it is not kept again."""


class StoredReading(NamedTuple):
    series: int
    taken_us: int
    received_us: int
    value: Value
    flags: int


class StoredStatistic(NamedTuple):
    """One UTC hour or one local day; `series` is the only source that spoke, None when several did."""

    series: int | None
    start_us: int
    end_us: int
    count: int  # type: ignore[assignment] # hides tuple.count, which nobody wants here
    min: float | None
    max: float | None
    mean: float | None
    time_weighted_mean: float | None
    sum: float | None
    last: Value | None
    durations: Mapping[str, float]
    """Seconds in each state, for enums."""


class Revision(NamedTuple):
    """One change of one reading; `new` is None when it was removed, `old` is None when it was put back."""

    series: int
    taken_us: int
    old: Value | None
    new: Value | None
    at_us: int
    by: str
    reason: str


class Tombstone(NamedTuple):
    """A removed reading, for sources that mirror removals."""

    series: int
    taken_us: int
    at_us: int
    by: str
    reason: str


class Session(NamedTuple):
    """A browser's session; only a digest of its id is kept."""

    id_digest: str
    account: str
    created_us: int
    expires_us: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """How the database is doing; `message` and `remedy` are plain words for the owner."""

    ok: bool
    message: str = ""
    remedy: str = ""
    database: str = ""
    """`SQLite` or `PostgreSQL`, with its version."""
    size_bytes: int | None = None
    free_bytes: int | None = None
    """Free space where a SQLite file lies; None when it can't be known."""
    rows_estimate: int | None = None
    notes: tuple[str, ...] = field(default=())
    """What happened at start that the owner should know (restored from a copy, salvaged readings)."""
    newest_backup_us: int | None = None
