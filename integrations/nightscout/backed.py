"""Taking in entries and activity: their numbers become readings, their other fields are kept beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.api import Document, Sample
from integrations.nightscout import incoming as arrive
from integrations.nightscout import names
from integrations.nightscout.found import visible
from integrations.nightscout.ids import derived_id, is_object_id
from integrations.nightscout.incoming import Incoming
from integrations.nightscout.kinds import BY_TYPE, Record, extras
from integrations.nightscout.nearby import nearby
from integrations.nightscout.store import Writer
from integrations.nightscout.times import from_us, to_us

WHOLE = "$whole"
"""Marks a document that holds all of a record, because no reading does."""
BY = "$by"
"""Which config entry brought the document; absent for the surface."""

Key = tuple[str, int]


class BackedWriter:
    """Takes records in; needs no more than a writer, so that followers use it too."""

    def __init__(self, collection: str, store: Writer) -> None:
        self.collection = collection
        self._out = store
        self._arrive: Callable[[Mapping[str, Any], datetime], Incoming] = (
            arrive.entry if collection == "entries" else arrive.activity
        )

    async def put(self, raws: Sequence[Mapping[str, Any]]) -> list[Record]:
        """Keep records; a repeat of type and moment changes the one that is there. Answers them with their `_id`s."""
        now = self._out.now
        return await self.keep([self._arrive(raw, now) for raw in raws])

    async def keep(self, items: Sequence[Incoming], *, merge: bool = True) -> list[Record]:
        """The same, of records that were made uniform; without `merge` fields that are not sent anew are dropped."""
        now = self._out.now
        near = await nearby(self._out, self.collection, (item.at for item in items))
        known = {(self.type_of(one), one.at_us): one for one in near}
        latest: dict[Key, tuple[Incoming, str]] = {}
        keys: list[Key] = []
        for item in items:
            key = self._key_of(item, known)
            before = latest.get(key)
            old = known.get(key)
            if merge and before is not None:
                item = replace(item, record={**before[0].record, **item.record})
            elif merge and old is not None and not old.deleted:
                item = replace(item, record={**visible(old.body), **item.record})
            latest[key] = (item, self._id_for(item, key, old))
            keys.append(key)
        await self._revive(known[key] for key in latest if key in known and known[key].deleted)
        kept = await self._record([item for item, _ in latest.values()])
        await self._put_documents(latest, known, kept, now)
        return [{"_id": self.object_id(latest[key][0], latest[key][1]), **latest[key][0].record} for key in keys]

    def object_id(self, item: Incoming, document_id: str) -> str:
        """The `_id` that v1 shows."""
        if is_object_id(document_id):
            return document_id
        return item.wished_id or self.derive(item.at, item.type)

    def derive(self, at: datetime, kind: str) -> str:
        """The `_id` of a record that nobody gave one."""
        return derived_id(at, self._out.person, self.collection, kind)

    def type_of(self, document: Document) -> str:
        """The record's type; entries without a word are sensor values."""
        return str(document.body.get("type", "sgv" if self.collection == "entries" else ""))

    def _id_for(self, item: Incoming, key: Key, old: Document | None) -> str:
        if old is not None:
            return old.id
        return item.identifier or item.wished_id or self.derive(item.at, item.type)

    def _key_of(self, item: Incoming, known: Mapping[Key, Document]) -> Key:
        """Type and moment; a record that says the same `sysTime` for another moment means the same one."""
        key = (item.type, to_us(item.at))
        if key in known or "sysTime" not in item.record:
            return key
        for (kind, at_us), document in known.items():
            if kind == item.type and document.body.get("sysTime") == item.record["sysTime"] and not document.deleted:
                return (kind, at_us)
        return key

    async def _revive(self, buried: Iterable[Document]) -> None:
        for document in buried:
            kind = BY_TYPE.get((self.collection, self.type_of(document)))
            if kind is not None:
                await self._out.restore_readings(kind.metric, kind.source, [from_us(document.at_us)])

    async def _record(self, items: Sequence[Incoming]) -> set[Key]:
        """Hand readings in; returns those that were kept, so that the others are kept as documents."""
        wanted = [item for item in items if item.kind is not None and item.value is not None]
        if not wanted:
            return set()
        receipt = await self._out.record([sample(item) for item in wanted])
        refused = {one.index for one in receipt.rejected}
        return {(item.type, to_us(item.at)) for index, item in enumerate(wanted) if index not in refused}

    async def _put_documents(
        self,
        latest: Mapping[Key, tuple[Incoming, str]],
        known: Mapping[Key, Document],
        kept: set[Key],
        now: datetime,
    ) -> None:
        documents: list[Document] = []
        seconds: list[tuple[str, Document]] = []
        for key, (item, document_id) in latest.items():
            old = known.get(key)
            body = self._body(item, (item.type, to_us(item.at)) in kept)
            plain_id = document_id == self.derive(item.at, item.type)
            if old is None and plain_id and not body:
                continue
            if item.type not in ("", "sgv"):
                body["type"] = item.type
            by = self._out.origin if old is None or not self._out.origin else old.body.get(BY)
            if by:
                body[BY] = by
            if item.wished_id and document_id != item.wished_id:
                body["_id"] = item.wished_id
            if old is not None and not old.deleted and old.body == body:
                continue
            # Each a microsecond later than the one before, so that changes have an order.
            documents.append(Document(document_id, key[1], to_us(now) + len(documents), False, body))
            seconds += [(item.wished_id, documents[-1]), (item.identifier, documents[-1])]
        if documents:
            await self._out.put(self.collection, documents)
        signs = names.signs(seconds)
        if signs:
            await self._out.put(self.collection + names.MARK, signs)

    def _body(self, item: Incoming, kept: bool) -> Record:
        if kept and item.kind is not None and item.value is not None:
            return extras(item.kind, item.at, item.value, item.record)
        return {**item.record, WHOLE: True}


def sample(item: Incoming) -> Sample:
    """The reading of a record that has one."""
    assert item.kind is not None
    return Sample(
        metric=item.kind.metric,
        value=item.value,
        taken_at=item.at,
        unit=item.kind.unit,
        source=item.kind.source,
    )
