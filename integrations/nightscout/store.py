"""What the Nightscout surface and its follower need of the hub, for one person; all use of the hub goes through here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from hub.api import JournalDraft, JournalEntry, Receipt, Sample

SURFACE = "nightscout"
"""Source name of what comes in as Nightscout records; the hub's journal and entities carry it."""
OWN_SOURCES = frozenset({SURFACE, "nightscout_meter", "nightscout_check"})


class Document(NamedTuple):
    """A whole foreign record, as the recorder keeps it."""

    id: str
    at_us: int
    modified_us: int
    deleted: bool
    body: dict[str, Any]


class Row(NamedTuple):
    """One kept reading."""

    taken_at: datetime
    received_at: datetime
    value: float
    source: str


class Writer(Protocol):
    """Where records go: an API caller's view, or a follower's context."""

    @property
    def person(self) -> str: ...

    @property
    def now(self) -> datetime: ...

    async def record(self, samples: Sequence[Sample]) -> Receipt:
        """Keep readings; returns after the commit."""
        ...

    async def remove_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> int:
        """Tombstones; how many were there."""
        ...

    async def restore_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> None:
        """Take tombstones back, for a record that its sender deleted and sends again."""
        ...

    async def write_journal(self, drafts: Sequence[JournalDraft]) -> Receipt: ...

    async def remove_journal(self, external_ids: Sequence[str]) -> int: ...

    async def put(self, collection: str, documents: Sequence[Document]) -> None: ...

    async def get(self, collection: str, document_id: str) -> Document | None: ...

    async def find(
        self,
        collection: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        *,
        descending: bool = True,
        modified_after: datetime | None = None,
    ) -> list[Document]:
        """Documents with start <= time < end, deleted ones too; by change, oldest first, with `modified_after`."""
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

    async def others(self, metric: str, start: datetime, end: datetime, limit: int) -> list[Row]:
        """The person's merged series where another source speaks, newest first."""
        ...

    async def journal(self, start: datetime, end: datetime, limit: int) -> list[JournalEntry]:
        """Newest first, removed ones too."""
        ...
