"""What the journal needs from storage; the recorder has it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hub.model import JournalEntry


class JournalStore(Protocol):
    async def journal_save(self, entry: JournalEntry, *, by: str) -> None: ...
    async def journal_save_many(self, entries: Sequence[JournalEntry], *, by: str) -> None: ...
    async def journal_get(self, entry_id: str) -> JournalEntry | None: ...
    async def journal_by_external(
        self, person: str, source: str, external_ids: Sequence[str]
    ) -> dict[str, JournalEntry]: ...
    async def journal_find(
        self,
        persons: Sequence[str] | None,
        *,
        kinds: Sequence[str] | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 100,
        after: tuple[Any, ...] | None = None,
        deleted: bool = False,
        descending: bool = True,
    ) -> list[JournalEntry]: ...
    async def journal_revisions(self, entry_id: str) -> list[JournalEntry]: ...
