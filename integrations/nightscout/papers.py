"""Records that are kept whole: device statuses, profiles, foods, settings; treatments build on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.api import Document
from integrations.nightscout import names
from integrations.nightscout.backed import BY
from integrations.nightscout.found import at_of, visible
from integrations.nightscout.ids import derived_id, is_object_id
from integrations.nightscout.incoming import Incoming, document
from integrations.nightscout.kinds import Record
from integrations.nightscout.store import Writer
from integrations.nightscout.times import to_us

DATE_FIELDS = {
    "entries": "date",
    "activity": "created_at",
    "treatments": "created_at",
    "devicestatus": "created_at",
    "profile": "startDate",
    "food": "created_at",
    "settings": "created_at",
}
"""The field by which a collection is sorted and asked."""


Key = tuple[str, str]


class PaperWriter:
    """Takes whole records in; needs no more than a writer, so that followers use it too."""

    def __init__(self, collection: str, store: Writer) -> None:
        self.collection = collection
        self._out = store

    async def put(self, raws: Sequence[Mapping[str, Any]]) -> list[Record]:
        """Keep records; one that is there already is replaced. Answers them with their `_id`s."""
        now = self._out.now
        return await self.keep([item for raw in raws for item in self._arrive(raw, now)])

    async def keep(self, items: Sequence[Incoming], *, over: Document | None = None) -> list[Record]:
        """The same, of records that were made uniform; `over` is the document whose place the only one takes."""
        now_us = to_us(self._out.now)
        documents: dict[str, Document] = {}
        seconds: list[tuple[str, Document]] = []
        answers: list[str] = []
        olds: dict[str, Document] = {}
        known = {} if over is not None else await self._known(items)
        for item in items:
            old = over or self._old(item, known)
            if old is not None and self._is_others(old):
                # Sent to this hub by its own client: that one is the truth here, and no second one is made of it.
                documents.setdefault(old.id, old)
                olds.setdefault(old.id, old)
                answers.append(old.id)
                continue
            document_id = old.id if old is not None else item.identifier or item.wished_id or self._derived(item)
            if old is not None and document_id not in documents:
                olds[document_id] = old
            body = self._body(item, document_id, old)
            made = Document(document_id, to_us(item.at), now_us + len(documents), False, body)
            documents[document_id] = made
            self._learn(known, item, made)
            seconds += [(item.wished_id, made), (item.identifier, made)]
            answers.append(document_id)
        changed = [
            one for one in documents.values() if one is not olds.get(one.id) and not self._same(olds.get(one.id), one)
        ]
        if changed:
            # The journal first: a document that is there says that its entries are.
            await self._before_put(changed, olds)
            await self._out.put(self.collection, changed)
        signs = names.signs((name, one) for name, one in seconds if one in changed)
        if signs:
            await self._out.put(self.collection + names.MARK, signs)
        return [self.rendered(documents[one]) for one in answers]

    def rendered(self, document: Document) -> Record:
        """The record as v1 shows it."""
        record = visible(document.body)
        known = record.pop("_id", None)
        if not is_object_id(known):
            known = document.id if is_object_id(document.id) else self.object_id(document)
        return {"_id": known, **record}

    def object_id(self, document: Document) -> str:
        """The `_id` of a document that is kept under an identifier."""
        return derived_id(at_of(document), self._out.person, self.collection, document.id)

    def _arrive(self, raw: Mapping[str, Any], now: datetime) -> list[Incoming]:
        return [document(raw, now, date_field=DATE_FIELDS[self.collection])]

    async def _known(self, items: Sequence[Incoming]) -> dict[Key, Document]:
        """Documents there are, by what tells that a record is the same."""
        wanted = [name for item in items for name in (item.identifier, item.wished_id)]
        return {
            ("name", name): one for name, one in (await names.find_many(self._out, self.collection, wanted)).items()
        }

    def _keys(self, item: Incoming) -> list[Key]:
        """What tells that a record is the same, the strongest first."""
        return [("name", name) for name in (item.identifier, item.wished_id) if name]

    def _old(self, item: Incoming, known: Mapping[Key, Document]) -> Document | None:
        return next((known[key] for key in self._keys(item) if key in known), None)

    def _learn(self, known: dict[Key, Document], item: Incoming, made: Document) -> None:
        """A later record of the same batch may be this one."""
        for key in self._keys(item):
            known[key] = made

    def _derived(self, item: Incoming) -> str:
        """The same record sent twice is the same document."""
        content = json.dumps(item.record, sort_keys=True, default=str)
        return derived_id(item.at, self._out.person, self.collection, content)

    def _body(self, item: Incoming, document_id: str, old: Document | None) -> Record:
        body = dict(item.record)
        if self._out.origin:
            body[BY] = self._out.origin
        shown = old is not None and old.body.get("_id")
        if item.wished_id and item.wished_id != document_id:
            body["_id"] = item.wished_id
        elif shown:
            body["_id"] = shown
        elif old is not None and not is_object_id(old.id) and old.at_us != to_us(item.at):
            # It was derived from the moment that changes now, and must stay.
            body["_id"] = self.object_id(old)
        return body

    def _is_others(self, old: Document) -> bool:
        return bool(self._out.origin) and old.body.get(BY, "") != self._out.origin

    @staticmethod
    def _same(old: Document | None, new: Document) -> bool:
        return old is not None and not old.deleted and old.at_us == new.at_us and old.body == new.body

    async def _before_put(self, changed: Sequence[Document], olds: Mapping[str, Document]) -> None:
        return None
