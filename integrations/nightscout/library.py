"""Reading whole records back, treatments together with what the journal knows beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.api import Document, JournalDraft, JournalEntry
from integrations.nightscout import diary, names
from integrations.nightscout.backed import BY
from integrations.nightscout.found import Found, Page, at_of, visible
from integrations.nightscout.ids import is_object_id, second_of
from integrations.nightscout.incoming import Incoming
from integrations.nightscout.kinds import Record
from integrations.nightscout.papers import PaperWriter
from integrations.nightscout.query import Query
from integrations.nightscout.store import Store
from integrations.nightscout.times import from_us, to_us
from integrations.nightscout.treatments import TreatmentWriter, forget
from integrations.nightscout.window import Fetch, windows

BEGINNING, END = from_us(0), from_us(4_102_444_800_000_000)
_AROUND = timedelta(days=2)
SIZE = 200


class PaperShelf:
    """Puts records in and gives them back."""

    def __init__(self, collection: str, store: Store, writer: PaperWriter | None = None) -> None:
        self.collection = collection
        self._store = store
        self._writer = writer or PaperWriter(collection, store)

    async def put(self, raws: Sequence[Mapping[str, Any]]) -> list[Record]:
        """Keep records; answers them with their `_id`s."""
        return await self._writer.put(raws)

    async def keep(self, items: Sequence[Incoming], *, over: Document | None = None) -> list[Record]:
        """The same, of records that were made uniform; `over` is the document whose place the only one takes."""
        return await self._writer.keep(items, over=over)

    async def pages(self, query: Query, *, type_: str = "", size: int = SIZE) -> AsyncIterator[Page]:
        """What matches, newest first, window after window."""
        if query.id is not None:
            one = await self.get(query.id)
            if one is not None and query.matches(one.record):
                yield Page([one], one.modified)
            return
        sources = self._sources()
        async for lists in windows(sources, query.start or BEGINNING, query.end or END, size):
            found = await self._joined(lists)
            found.sort(key=lambda one: one.at, reverse=True)
            documents: Sequence[Document] = lists[0]
            changes = [from_us(one.modified_us) for one in documents] + [one.modified for one in found]
            yield Page([one for one in found if query.matches(one.record)], max(changes, default=None))

    async def get(self, record_id: str) -> Found | None:
        """One record by `_id` or `identifier`."""
        document = await names.find(self._store, self.collection, record_id)
        if document is not None:
            return (await self.shown([document])).get(document.id)
        if not is_object_id(record_id):
            return None
        second = second_of(record_id)
        for start, end in ((second, second + timedelta(seconds=1)), (second - _AROUND, second + _AROUND)):
            query = Query(lambda record: record["_id"] == record_id, start, end)
            async for page in self.pages(query):
                if page.found:
                    return page.found[0]
        return None

    async def shown(self, documents: Sequence[Document]) -> dict[str, Found]:
        """Documents, by their ids, as they are read; those removed on the page are left out."""
        alive = [one for one in documents if not one.deleted]
        found = await self._joined([alive, *([] for _ in self._sources()[1:])]) if alive else []
        return {one.document.id: one for one in found if one.document is not None}

    async def remove(self, found: Sequence[Found]) -> int:
        """Take records out of sight; those who ask for changes hear of it."""
        now_us = to_us(self._store.now)
        documents = [
            one.document._replace(deleted=True, modified_us=now_us + index)
            for index, one in enumerate(found)
            if one.document is not None
        ]
        if documents:
            await self._store.put(self.collection, documents)
        return len(found)

    def _sources(self) -> list[tuple[Fetch, Callable[[Any], datetime]]]:
        return [(lambda low, high, limit: self._store.find(self.collection, low, high, limit), at_of)]

    async def _joined(self, lists: Sequence[Sequence[Any]]) -> list[Found]:
        documents: Sequence[Document] = lists[0]
        return [
            Found(self._writer.rendered(one), at_of(one), from_us(one.modified_us), document=one)
            for one in documents
            if not one.deleted
        ]


class TreatmentShelf(PaperShelf):
    """Treatments as they were sent, with what was changed in the journal since, and the journal's own entries."""

    def __init__(self, store: Store) -> None:
        super().__init__("treatments", store, TreatmentWriter(store))

    async def keep(self, items: Sequence[Incoming], *, over: Document | None = None) -> list[Record]:
        """A record that is a journal entry of another source changes that one."""
        kept: list[Record] = []
        for item in items:
            entry = await self._entry_of(item) if over is None else None
            if entry is None:
                kept += await super().keep([item], over=over)
                continue
            for draft in diary.drafts_of(item.record, "", item.at):
                if draft.kind == entry.kind:
                    await self._store.change_journal(entry, draft)
            kept.append({"_id": diary.object_id_of(entry), **item.record})
        return kept

    async def put(self, raws: Sequence[Mapping[str, Any]]) -> list[Record]:
        """Keep treatments; answers them with their `_id`s."""
        now = self._store.now
        items = [item for raw in raws for item in self._writer._arrive(raw, now)]
        if any(item.wished_id or item.identifier for item in items):
            return await self.keep(items)
        return await super().keep(items)

    async def get(self, record_id: str) -> Found | None:
        found = await super().get(record_id)
        if found is not None or await names.find(self._store, self.collection, record_id) is not None:
            return found
        # Of another source: the `_id` is the beginning of the entry's own, which tells no moment.
        wanted = record_id.replace("-", "").lower()[:24]
        async for (entries,) in windows(
            [(self._store.journal, _start_of)], self._store.now - timedelta(days=366), END, 500
        ):
            for entry in entries:
                if diary.object_id_of(entry) == wanted and (made := _foreign(entry)) is not None:
                    return made
        return None

    async def remove(self, found: Sequence[Found]) -> int:
        for one in found:
            if one.document is None and one.entry is not None:
                await self._store.remove_entry(one.entry)
            elif one.document is not None:
                await self._store.remove_journal([draft.external_id for draft in _drafts(one.document)])
        await forget(self._store, [one.document for one in found if one.document is not None])
        return await super().remove(found)

    def _sources(self) -> list[tuple[Fetch, Callable[[Any], datetime]]]:
        return [*super()._sources(), (self._store.journal, _start_of)]

    async def _joined(self, lists: Sequence[Sequence[Any]]) -> list[Found]:
        documents: Sequence[Document] = [one for one in lists[0] if not one.deleted]
        entries: Sequence[JournalEntry] = lists[1]
        near = {entry.external_id: entry for entry in entries if entry.external_id.startswith(diary.PREFIX)}
        known = await self._with_absent(documents, near)
        found: list[Found] = []
        for one in documents:
            record = diary.overlaid(self._writer.rendered(one), one.id, at_of(one), known)
            if record is not None:
                entries_of = [known.get(draft.external_id) for draft in _drafts(one)]
                # What came with the record itself is no later change of it: a cursor would step over others.
                changes = [entry.updated_at for entry in entries_of if entry is not None and not _by_source(entry)]
                modified = max([from_us(one.modified_us), *changes])
                found.append(Found(record, at_of(one), modified, document=one))
        found += [made for entry in entries if (made := _foreign(entry)) is not None]
        return found

    async def _with_absent(
        self, documents: Sequence[Document], near: Mapping[str, JournalEntry]
    ) -> dict[str, JournalEntry]:
        """Journal entries of these documents; those not near in time were moved or removed, and are asked for."""
        absent: dict[str, list[str]] = {}
        for one in documents:
            for draft in _drafts(one):
                if draft.external_id not in near:
                    absent.setdefault(str(one.body.get(BY, "")), []).append(draft.external_id)
        known = dict(near)
        for origin, external_ids in absent.items():
            known.update(await self._store.journal_of(origin, external_ids))
        return known

    async def _entry_of(self, item: Incoming) -> JournalEntry | None:
        name = item.wished_id or item.identifier.replace("-", "").lower()[:24]
        if not name or await names.find(self._store, self.collection, item.identifier or item.wished_id) is not None:
            return None
        near = await self._store.journal(item.at - _AROUND, item.at + _AROUND, 1_000)
        for entry in near:
            if diary.object_id_of(entry) == name and not entry.external_id.startswith(diary.PREFIX):
                return entry
        return None


def _drafts(document: Document) -> list[JournalDraft]:
    return diary.drafts_of(visible(document.body), document.id, at_of(document))


def _by_source(entry: JournalEntry) -> bool:
    """True while nobody changed it on the page."""
    return entry.author.startswith("entry:")


def _start_of(entry: JournalEntry) -> datetime:
    return entry.start


def _foreign(entry: JournalEntry) -> Found | None:
    if entry.external_id.startswith(diary.PREFIX):
        return None
    record = diary.treatment_of(entry)
    return Found(record, entry.start, entry.updated_at, entry=entry) if record is not None else None
