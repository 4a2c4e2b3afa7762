"""What the Nightscout surface and its follower need of the hub, for one person; the only way they reach it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from hub.api import Document, JournalDraft, JournalEntry, Receipt, Sample

SOURCE = "nightscout"
"""Source name of sensor values, heart rates and steps; the hub's entities carry it."""
METER_SOURCE = "nightscout_meter"
CHECK_SOURCE = "nightscout_check"
"""Finger sticks told in a treatment: readings, but no entries of their own."""
OWN_SOURCES = frozenset({SOURCE, METER_SOURCE, CHECK_SOURCE})


class Row(NamedTuple):
    """One kept reading."""

    taken_at: datetime
    received_at: datetime
    value: float
    source: str
    entity_id: str = ""


class Writer(Protocol):
    """Where records go: an API caller's view, or a follower's context."""

    @property
    def person(self) -> str: ...

    @property
    def origin(self) -> str:
        """Who writes: empty for the surface, a config entry's id for a follower. Names the journal's source."""
        ...

    @property
    def now(self) -> datetime: ...

    async def record(self, samples: Sequence[Sample]) -> Receipt:
        """Keep readings; returns after the commit."""
        ...

    async def remove_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> int:
        """Tombstones; returns how many were there."""
        ...

    async def restore_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> None:
        """Take tombstones back, for a record that its sender deleted and sends again."""
        ...

    async def write_journal(self, drafts: Sequence[JournalDraft]) -> Receipt: ...

    async def revive_journal(self, drafts: Sequence[JournalDraft]) -> None:
        """Write entries of records that their sender deleted and sends again."""
        ...

    async def remove_journal(self, external_ids: Sequence[str]) -> int: ...

    async def put(self, collection: str, documents: Sequence[Document]) -> None: ...

    async def get(self, collection: str, document_id: str) -> Document | None: ...

    async def get_many(self, collection: str, document_ids: Sequence[str]) -> dict[str, Document]:
        """Those that are there, by id; removed ones too."""
        ...

    async def find(
        self, collection: str, start: datetime, end: datetime, limit: int, *, descending: bool = True
    ) -> list[Document]:
        """Documents with start <= time < end, deleted ones too."""
        ...

    async def changed(self, collection: str, after: datetime, limit: int) -> list[Document]:
        """Documents modified later than `after`, in the order of their changes."""
        ...

    async def last_change(self, collection: str) -> Document | None:
        """The document that was modified last, perhaps removed."""
        ...

    async def purge(self, collection: str, document_ids: Sequence[str]) -> None:
        """Remove documents without a trace."""
        ...


class Store(Writer, Protocol):
    """A writer that can also look."""

    def may_view(self, subject: str | None = None) -> bool: ...

    def may_record(self, subject: str | None = None) -> bool: ...

    def may_manage(self) -> bool: ...

    async def own(self, metric: str, source: str, start: datetime, end: datetime, limit: int) -> list[Row]:
        """What came in as Nightscout records under a source name, newest first."""
        ...

    async def merged(self, metric: str, start: datetime, end: datetime, limit: int) -> list[Row]:
        """The person's merged series, whoever speaks, newest first."""
        ...

    async def remove_other(self, entity_id: str, taken_at: Sequence[datetime]) -> int:
        """Remove readings of any entity."""
        ...

    async def journal(self, start: datetime, end: datetime, limit: int) -> list[JournalEntry]:
        """Newest first, without removed ones."""
        ...

    async def journal_changes(self, since: datetime, after: datetime) -> list[JournalEntry]:
        """Entries that start later than `since` and were changed or removed later than `after`."""
        ...

    async def change_journal(self, entry: JournalEntry, draft: JournalDraft) -> None: ...

    async def remove_entry(self, entry: JournalEntry) -> None:
        """Remove a journal entry of any source."""
        ...

    async def journal_of(self, origin: str, external_ids: Sequence[str]) -> dict[str, JournalEntry]:
        """The journal entries made from records, removed ones too."""
        ...


def parts(document_ids: Sequence[str]) -> list[list[str]]:
    """Few enough at a time for any database."""
    names = list(dict.fromkeys(document_ids))
    return [names[start : start + 500] for start in range(0, len(names), 500)]
