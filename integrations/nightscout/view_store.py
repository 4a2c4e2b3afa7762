"""The way to the hub of the HTTP surface: the view of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from hub.api import (
    ConfigEntry,
    Document,
    Entity,
    JournalDraft,
    JournalEntry,
    NotFound,
    Receipt,
    Sample,
    Verb,
)
from integrations.nightscout.names import subject
from integrations.nightscout.store import OWN_SOURCES, SOURCE, Row, parts
from integrations.nightscout.times import to_us

SERVER = "nightscout_server"
"""Domain and entry id of the HTTP surface."""
_ENTRY = ConfigEntry(SERVER, SERVER, "Nightscout server")


class _Reading(NamedTuple):
    """What `View.record` takes."""

    person: str
    metric: str
    value: Any
    taken_at: datetime | None
    unit: str | None
    source: str
    increment: bool
    imported: bool


class ViewStore:
    """A `Store` of one person, as the caller may see and change it; every question passes the hub's one rule."""

    origin = ""

    def __init__(self, view: Any, person: str) -> None:
        self._view = view
        self._person = person

    @property
    def person(self) -> str:
        return self._person

    @property
    def now(self) -> datetime:
        moment: datetime = self._view.clock.now()
        return moment

    def may_view(self, subject: str | None = None) -> bool:
        return bool(self._view.allowed(Verb.VIEW, self._person, subject))

    def may_record(self, subject: str | None = None) -> bool:
        return bool(self._view.allowed(Verb.RECORD, self._person, subject))

    def may_manage(self) -> bool:
        return bool(self._view.allowed(Verb.MANAGE, self._person))

    async def record(self, samples: Sequence[Sample]) -> Receipt:
        readings = [
            _Reading(
                self._person, one.metric, one.value, one.taken_at, one.unit, one.source, one.increment, one.imported
            )
            for one in samples
        ]
        receipt: Receipt = await self._view.record(readings, entry=_ENTRY)
        return receipt

    async def remove_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> int:
        removed = 0
        for entity in self._entities(metric, source):
            removed += await self._view.remove_readings(
                entity.id, list(taken_at), reason="removed by Nightscout client"
            )
        return removed

    async def restore_readings(self, metric: str, source: str, taken_at: Sequence[datetime]) -> None:
        for entity in self._entities(metric, source):
            await self._view.restore_readings(entity.id, list(taken_at))

    async def remove_other(self, entity_id: str, taken_at: Sequence[datetime]) -> int:
        removed: int = await self._view.remove_readings(
            entity_id, list(taken_at), reason="removed by Nightscout client"
        )
        return removed

    async def own(self, metric: str, source: str, start: datetime, end: datetime, limit: int) -> list[Row]:
        found: dict[datetime, Row] = {}
        for entity in self._entities(metric, source):
            page = await self._view.entity_readings(entity.id, start, end, limit=limit, descending=True)
            for row in _rows(page.readings, {entity.id: source}):
                found.setdefault(row.taken_at, row)
        return sorted(found.values(), key=lambda row: row.taken_at, reverse=True)[:limit]

    async def merged(self, metric: str, start: datetime, end: datetime, limit: int) -> list[Row]:
        sources = {one.id: one.source for one in self._measuring(metric)}
        if set(sources.values()) <= OWN_SOURCES:
            return []
        page = await self._view.readings(self._person, metric, start, end, limit=limit, descending=True)
        return list(_rows(page.readings, sources))

    async def write_journal(self, drafts: Sequence[JournalDraft]) -> Receipt:
        receipt: Receipt = await self._view.accept_journal(self._person, drafts, source=SOURCE)
        return receipt

    async def revive_journal(self, drafts: Sequence[JournalDraft]) -> None:
        known = await self.journal_of("", [draft.external_id for draft in drafts])
        await self.write_journal([draft for draft in drafts if draft.external_id not in known])
        for draft in drafts:
            if draft.external_id in known:
                await self._view.change_journal(known[draft.external_id].id, draft)

    async def remove_journal(self, external_ids: Sequence[str]) -> int:
        known = await self.journal_of("", external_ids)
        for entry in known.values():
            await self._view.remove_journal(entry.id)
        return len(known)

    async def change_journal(self, entry: JournalEntry, draft: JournalDraft) -> None:
        await self._view.change_journal(entry.id, draft)

    async def remove_entry(self, entry: JournalEntry) -> None:
        await self._view.remove_journal(entry.id)

    async def journal(self, start: datetime, end: datetime, limit: int) -> list[JournalEntry]:
        entries, _ = await self._view.journal([self._person], None, start, end, limit=limit)
        return list(entries)

    async def journal_changes(self, since: datetime, after: datetime) -> list[JournalEntry]:
        found: list[JournalEntry] = []
        cursor: str | None = None
        while True:
            entries, cursor = await self._view.journal(
                [self._person], None, since, None, limit=1_000, cursor=cursor, deleted=True
            )
            found += [one for one in entries if one.updated_at > after]
            if cursor is None:
                return found

    async def journal_of(self, origin: str, external_ids: Sequence[str]) -> dict[str, JournalEntry]:
        known: dict[str, JournalEntry] = await self._view.journal_by_external(
            self._person, origin or SOURCE, list(external_ids)
        )
        return known

    async def put(self, collection: str, documents: Sequence[Document]) -> None:
        await self._view.documents_put(self._person, collection, documents, subject=subject(collection))

    async def get(self, collection: str, document_id: str) -> Document | None:
        found: list[Document] = await self._view.documents_find(
            self._person, collection, id=document_id, limit=1, deleted=True, subject=subject(collection)
        )
        return found[0] if found else None

    async def get_many(self, collection: str, document_ids: Sequence[str]) -> dict[str, Document]:
        known: dict[str, Document] = {}
        for some in parts(document_ids):
            found: list[Document] = await self._view.documents_find(
                self._person, collection, id=some, limit=len(some), deleted=True, subject=subject(collection)
            )
            known |= {one.id: one for one in found}
        return known

    async def find(
        self, collection: str, start: datetime, end: datetime, limit: int, *, descending: bool = True
    ) -> list[Document]:
        found: list[Document] = await self._view.documents_find(
            self._person,
            collection,
            start_us=to_us(start),
            end_us=to_us(end),
            limit=limit,
            descending=descending,
            deleted=True,
            subject=subject(collection),
        )
        return found

    async def changed(self, collection: str, after: datetime, limit: int) -> list[Document]:
        found: list[Document] = await self._view.documents_find(
            self._person,
            collection,
            modified_after_us=to_us(after),
            limit=limit,
            descending=False,
            deleted=True,
            subject=subject(collection),
        )
        return found

    async def last_change(self, collection: str) -> Document | None:
        found: list[Document] = await self._view.documents_find(
            self._person, collection, modified_after_us=0, limit=1, deleted=True, subject=subject(collection)
        )
        return found[0] if found else None

    async def purge(self, collection: str, document_ids: Sequence[str]) -> None:
        await self._view.documents_remove(self._person, collection, list(document_ids), subject=subject(collection))

    def _measuring(self, metric: str) -> list[Entity]:
        with suppress(NotFound):
            return [one for one in self._view.entities(self._person) if one.metric == metric and one.enabled]
        return []

    def _entities(self, metric: str, source: str) -> list[Entity]:
        return [one for one in self._measuring(metric) if one.source == source]


def _rows(readings: Iterable[Any], sources: Mapping[str, str]) -> Iterable[Row]:
    for one in readings:
        if isinstance(one.value, (int, float)):
            yield Row(one.taken_at, one.received_at, float(one.value), sources.get(one.entity_id, ""), one.entity_id)
