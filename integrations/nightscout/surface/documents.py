"""Collections as API v3 sees them: single documents by identifier, and what changed since a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from hub.api import Document
from integrations.nightscout import diary, names
from integrations.nightscout.found import Found, at_of, visible
from integrations.nightscout.ids import is_object_id
from integrations.nightscout.incoming import Incoming, number
from integrations.nightscout.kinds import Record
from integrations.nightscout.query import Query
from integrations.nightscout.shelf import BackedShelf
from integrations.nightscout.store import OWN_SOURCES, SOURCE, Store
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import from_us, iso, parse, to_ms

_MOMENT = timedelta(milliseconds=1)
_READINGS_BACK, _JOURNAL_BACK = timedelta(days=2), timedelta(days=3)
"""How far back late readings and journal changes of other sources are noticed."""
_TIES = 1_000
"""Documents that one millisecond can hold, so that a page never ends in the middle of one."""
_FALLBACK = {
    "entries": ("date", "type"),
    "treatments": ("created_at", "eventType"),
    "devicestatus": ("created_at", "device"),
    "food": ("created_at",),
    "profile": ("created_at",),
    "settings": (),
}
"""The fields that make a document without identifier the same one."""


class Documents:
    """One collection of one person."""

    def __init__(self, collection: str, store: Store) -> None:
        self.collection = collection
        self._store = store
        self._shelf = shelf(collection, store)

    async def get(self, identifier: str) -> tuple[Found | None, bool]:
        """The document, and whether it was removed (then it is shown as it was)."""
        found = await self._shelf.get(identifier)
        if found is not None:
            return found, False
        document = await names.find(self._store, self.collection, identifier)
        if document is None:
            return None, False
        return self._removed(document), True

    async def twin(self, record: Record) -> tuple[Found | None, bool]:
        """A document without an identifier of its own that is the same by its fields."""
        fields = _FALLBACK[self.collection]
        at = moment_of(record)
        if not fields or at is None or any(record.get(name) is None for name in fields):
            return None, False
        near = Query(lambda _: True, at, at + _MOMENT)
        async for page in self._shelf.pages(near):
            for one in page.found:
                own = one.record.get("identifier") is None and (one.document is None or is_object_id(one.document.id))
                if own and one.entry is None and all(_same(one.record.get(name), record.get(name)) for name in fields):
                    return one, False
        return None, False

    async def save(self, item: Incoming, *, over: Found | None) -> None:
        """Keep a document, in place of another one."""
        if isinstance(self._shelf, BackedShelf):
            await self._shelf.keep([item], merge=False)
        else:
            await self._shelf.keep([item], over=over.document if over is not None else None)

    async def remove(self, found: Found, *, permanent: bool) -> None:
        await self._shelf.remove([found])
        if permanent and found.document is not None:
            await self._store.purge(self.collection, [found.document.id])

    def pages(self, query: Query) -> AsyncIterator[Sequence[Found]]:
        return self._found(query)

    async def _found(self, query: Query) -> AsyncIterator[Sequence[Found]]:
        async for page in self._shelf.pages(query, size=500):
            yield page.found

    async def changes(self, after: datetime, until: datetime, limit: int) -> list[Found]:
        """What was made, changed or removed later than `after`, in that order; records of one instant stay together.

        The millisecond of `until` is left for the next time, as it may not be over.
        """
        documents = await self._store.changed(self.collection, after, limit + _TIES)
        alive = await self._shelf.shown(documents)
        found: dict[str, Found] = {}
        for document in documents:
            made = alive.get(document.id) or self._removed(document)
            found[document.id] = made._replace(modified=max(made.modified, from_us(document.modified_us)))
        for one in await self._others(after):
            found.setdefault(one.document.id if one.document is not None else one.record["_id"], one)
        settled = [one for one in found.values() if to_ms(one.modified) < to_ms(until)]
        ordered = sorted(settled, key=lambda one: one.modified)
        if len(ordered) <= limit:
            return ordered
        last = to_ms(ordered[limit - 1].modified)
        return [one for index, one in enumerate(ordered) if index < limit or to_ms(one.modified) == last]

    async def last_modified(self) -> int | None:
        """Milliseconds of the newest change; None for an empty collection."""
        newest = await self._store.last_change(self.collection)
        moments = [newest.modified_us // 1000] if newest is not None else []
        after = from_us(newest.modified_us) if newest is not None else from_us(0)
        moments += [to_ms(one.modified) for one in await self._others(after)]
        return max(moments, default=None)

    async def _others(self, after: datetime) -> list[Found]:
        """Changes that no document tells of: plain readings, and the journal's."""
        now = self._store.now
        if isinstance(self._shelf, BackedShelf):
            recent = Query(lambda _: True, now - _READINGS_BACK, None)
            return [
                one
                async for page in self._shelf.pages(recent)
                for one in page.found
                if one.modified > after and (one.document is None or one.row is None or _foreign(one))
            ]
        if self.collection != "treatments":
            return []
        found: list[Found] = []
        for entry in await self._store.journal_changes(now - _JOURNAL_BACK, after):
            if entry.external_id.startswith(diary.PREFIX):
                document = await self._store.get(self.collection, entry.external_id.split(":")[1])
                if document is None or document.deleted or entry.author == f"entry:{SOURCE}":
                    continue
                shown = await self._shelf.get(document.id)
                made = shown if shown is not None else self._removed(document)
                found.append(made._replace(modified=max(made.modified, entry.updated_at)))
                continue
            record = diary.treatment_of(entry)
            if record is not None:
                if entry.deleted:
                    record["isValid"] = False
                found.append(Found(record, entry.start, entry.updated_at, entry=entry))
        return found

    def _removed(self, document: Document) -> Found:
        at = at_of(document)
        record = {"_id": document.id, **visible(document.body), "isValid": False}
        record.setdefault("created_at" if self.collection != "entries" else "dateString", iso(at))
        return Found(record, at, from_us(document.modified_us), document=document)


def shown(found: Found, fields: str | None = None) -> Record:
    """A document as v3 shows it, or only the fields asked for."""
    record = dict(found.record)
    own = record.pop("_id", None)
    if not record.get("identifier"):
        record["identifier"] = found.document.id if found.document is not None else own
    date = record.get("date")
    # Clients read it as a whole number.
    exact = number(date) if isinstance(date, (int, float)) else None
    record["date"] = int(exact) if exact is not None and abs(exact) < 2**53 else to_ms(found.at)
    modified = to_ms(found.modified)
    record["srvModified"] = modified
    record.setdefault("srvCreated", modified)
    if not fields or fields == "_all":
        return record
    wanted = fields.split(",")
    return {name: record[name] for name in wanted if name in record}


def moment_of(record: Record) -> datetime | None:

    return parse(record.get("date")) or parse(record.get("created_at"))


def _same(one: object, other: object) -> bool:

    first, second = parse(one), parse(other)
    return first == second if first is not None and second is not None else one == other


def _foreign(found: Found) -> bool:
    return found.row is not None and found.row.source not in OWN_SOURCES
