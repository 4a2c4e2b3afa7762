"""Reading entries and activity back: the hub's readings with what their senders told beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hub.api import Document
from integrations.nightscout import names
from integrations.nightscout.backed import WHOLE, BackedWriter
from integrations.nightscout.found import Found, Page, at_of, visible
from integrations.nightscout.ids import is_object_id, second_of
from integrations.nightscout.kinds import BACKED, Backed, Record, plain
from integrations.nightscout.query import Query
from integrations.nightscout.store import OWN_SOURCES, Row, Store
from integrations.nightscout.times import from_us, to_us
from integrations.nightscout.window import Fetch, windows

BEGINNING = from_us(0)
SIZE = 300
"""Records of one window: a day of five-minute values."""


class BackedShelf(BackedWriter):
    """Puts records in and gives them back."""

    def __init__(self, collection: str, store: Store) -> None:
        super().__init__(collection, store)
        self._store = store
        self._kinds = [one for one in BACKED if one.collection == collection]

    async def pages(self, query: Query, *, type_: str = "", size: int = SIZE) -> AsyncIterator[Page]:
        """What matches, newest first, window after window."""
        if query.id is not None:
            one = await self.get(query.id)
            if one is not None and query.matches(one.record):
                yield Page([one], one.modified)
            return
        end = query.end or self._store.now + timedelta(days=3650)
        start = query.start or BEGINNING
        kinds = [kind for kind in self._kinds if type_ in ("", kind.type)]
        async for lists in windows(self._sources(kinds), start, end, size):
            page = self._joined(kinds, lists, type_)
            matching = [one for one in page.found if query.matches(one.record)]
            yield Page(matching, page.modified)

    async def get(self, record_id: str) -> Found | None:
        """One record by `_id` or `identifier`."""
        document = await names.find(self._store, self.collection, record_id)
        around: datetime | None = at_of(document) if document is not None else None
        if around is None and is_object_id(record_id):
            around = second_of(record_id)
        if around is None:
            return None
        second = timedelta(seconds=1)
        everything = Query(lambda _: True, around.replace(microsecond=0), around + second)
        async for page in self.pages(everything):
            for one in page.found:
                same = one.document is not None and document is not None and one.document.id == document.id
                if same or record_id in (one.record["_id"], one.record.get("identifier")):
                    return one
        return None

    async def shown(self, documents: Sequence[Document]) -> dict[str, Found]:
        """Documents, by their ids, as they are read; those removed on the page are left out."""
        wanted = sorted((one for one in documents if not one.deleted), key=lambda one: one.at_us)
        found: dict[str, Found] = {}
        while wanted:
            first, last = at_of(wanted[0]), at_of(wanted[0]) + timedelta(days=1)
            run = {one.id for one in wanted if at_of(one) < last}
            wanted = [one for one in wanted if at_of(one) >= last]
            async for page in self.pages(Query(lambda _: True, first, last)):
                found |= {one.document.id: one for one in page.found if one.document and one.document.id in run}
        return found

    async def remove(self, found: Sequence[Found]) -> int:
        """Take records out of sight: tombstones for readings, removed documents for those who ask for changes."""
        for kind in self._kinds:
            moments = [one.at for one in found if one.row is not None and self._is(one, kind)]
            if moments:
                await self._store.remove_readings(kind.metric, kind.source, moments)
        for one in found:
            if one.row is not None and one.row.source not in OWN_SOURCES:
                await self._store.remove_other(one.row.entity_id, [one.at])
        now_us = to_us(self._store.now)
        await self._store.put(
            self.collection, [self._tombstone(one, now_us + index) for index, one in enumerate(found)]
        )
        return len(found)

    def _tombstone(self, one: Found, modified_us: int) -> Document:
        if one.document is not None:
            return one.document._replace(deleted=True, modified_us=modified_us)
        body = {} if one.record.get("type") == "sgv" else {"type": one.record.get("type")}
        return Document(one.record["_id"], to_us(one.at), modified_us, True, body)

    def _is(self, one: Found, kind: Backed) -> bool:
        return one.record.get("type") == kind.type and one.row is not None and one.row.source in OWN_SOURCES

    def _sources(self, kinds: Sequence[Backed]) -> list[tuple[Fetch, Callable[[Any], datetime]]]:
        sources: list[tuple[Fetch, Callable[[Any], datetime]]] = [
            (lambda low, high, limit: self._store.find(self.collection, low, high, limit), at_of)
        ]
        sources += [(partial(self._store.own, kind.metric, kind.source), _taken) for kind in kinds]
        sources += [(partial(self._store.merged, metric), _taken) for metric in dict.fromkeys(_metrics(kinds))]
        return sources

    def _joined(self, kinds: Sequence[Backed], lists: Sequence[Sequence[Any]], type_: str) -> Page:
        documents: Sequence[Document] = lists[0]
        beside = {(self.type_of(one), one.at_us): one for one in documents}
        modified = max((from_us(one.modified_us) for one in documents), default=None)
        found: list[Found] = []
        taken: set[tuple[str, int]] = set()
        for kind, rows in zip(kinds, lists[1 : 1 + len(kinds)], strict=True):
            for row in rows:
                key = (kind.type, to_us(row.taken_at))
                taken.add(key)
                document = beside.get(key)
                found.append(
                    self._found(kind, row, document if document is not None and not document.deleted else None)
                )
        for metric, rows in zip(dict.fromkeys(_metrics(kinds)), lists[1 + len(kinds) :], strict=True):
            kind = next(one for one in kinds if one.metric == metric)
            found += [
                self._foreign(kind, row)
                for row in rows
                if row.source not in OWN_SOURCES and (kind.type, to_us(row.taken_at)) not in taken
            ]
        # A document beside a reading that is gone was removed on the page: it stays out of sight.
        found += [
            self._whole(document)
            for key, document in beside.items()
            if key not in taken and not document.deleted and WHOLE in document.body and type_ in ("", key[0])
        ]
        found.sort(key=lambda one: one.at, reverse=True)
        newest = max((one.modified for one in found), default=None)
        return Page(found, max((one for one in (modified, newest) if one is not None), default=None))

    def _found(self, kind: Backed, row: Row, document: Document | None) -> Found:
        record = plain(kind, row.taken_at, row.value)
        modified = row.received_at
        document_id = self.derive(row.taken_at, kind.type)
        if document is not None:
            record.update(visible(document.body))
            modified = max(modified, from_us(document.modified_us))
            document_id = document.id
        return Found(self._named(record, row.taken_at, document_id), row.taken_at, modified, row, document)

    def _foreign(self, kind: Backed, row: Row) -> Found:
        record = plain(kind, row.taken_at, row.value)
        record["device"] = row.source
        return Found(
            self._named(record, row.taken_at, self.derive(row.taken_at, kind.type)), row.taken_at, row.received_at, row
        )

    def _whole(self, document: Document) -> Found:
        at = at_of(document)
        return Found(
            self._named(visible(document.body), at, document.id), at, from_us(document.modified_us), None, document
        )

    def _named(self, record: Record, at: datetime, document_id: str) -> Record:
        known = record.pop("_id", None)
        if not is_object_id(known):
            known = document_id if is_object_id(document_id) else self.derive(at, str(record.get("type", "")))
        return {"_id": known, **record}


def _taken(row: Row) -> datetime:
    return row.taken_at


def _metrics(kinds: Iterable[Backed]) -> list[str]:
    return [kind.metric for kind in kinds]
