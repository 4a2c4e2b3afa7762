"""The way to the hub of a follower or an import: the context of its running entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.api import Context, Document, JournalDraft, Receipt, Sample
from integrations.nightscout.store import parts
from integrations.nightscout.times import to_us

FRESH = timedelta(minutes=15)
"""What is younger was on its way, also in the first page of a history."""


class ContextStore:
    """A `Writer` for the person of a running entry; `imported`: what it is given is history that is brought in."""

    def __init__(self, context: Context, *, imported: bool = False) -> None:
        self._context, self._imported = context, imported

    @property
    def person(self) -> str:
        return self._context.entry.person

    @property
    def origin(self) -> str:
        return self._context.entry.id

    @property
    def now(self) -> datetime:
        return self._context.clock.now()

    async def record(self, samples: Sequence[Sample]) -> Receipt:
        if self._imported:
            fresh = self.now - FRESH
            samples = [
                replace(one, imported=True) if one.taken_at is not None and one.taken_at < fresh else one
                for one in samples
            ]
        return await self._context.accept(samples)

    async def remove_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> int:
        return await self._context.remove_readings(metric, taken_at, source)

    async def restore_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> None:
        """What its source removed and has again is for the owner to restore: a tombstone may be a person's wish."""

    async def write_journal(self, drafts: Sequence[JournalDraft]) -> Receipt:
        return await self._context.journal(drafts)

    async def revive_journal(self, drafts: Sequence[JournalDraft]) -> None:
        await self._context.journal(drafts)

    async def remove_journal(self, external_ids: Sequence[str]) -> int:
        return await self._context.remove_journal(external_ids)

    async def put(self, collection: str, documents: Sequence[Document]) -> None:
        await self._context.documents_put(collection, documents)

    async def get(self, collection: str, document_id: str) -> Document | None:
        found = await self._context.documents_find(collection, id=document_id, limit=1, deleted=True)
        return found[0] if found else None

    async def get_many(self, collection: str, document_ids: Sequence[str]) -> dict[str, Document]:
        known: dict[str, Document] = {}
        for some in parts(document_ids):
            found = await self._context.documents_find(collection, id=some, limit=len(some), deleted=True)
            known |= {one.id: one for one in found}
        return known

    async def find(
        self, collection: str, start: datetime, end: datetime, limit: int, *, descending: bool = True
    ) -> list[Document]:
        return await self._context.documents_find(
            collection, start_us=to_us(start), end_us=to_us(end), limit=limit, descending=descending, deleted=True
        )

    async def changed(self, collection: str, after: datetime, limit: int) -> list[Document]:
        return await self._context.documents_find(
            collection, modified_after_us=to_us(after), limit=limit, descending=False, deleted=True
        )

    async def last_change(self, collection: str) -> Document | None:
        found = await self._context.documents_find(collection, modified_after_us=0, limit=1, deleted=True)
        return found[0] if found else None

    async def purge(self, collection: str, document_ids: Sequence[str]) -> None:
        await self._context.documents_remove(collection, document_ids)
