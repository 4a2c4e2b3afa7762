"""Which document a record's `_id` or `identifier` means."""

from __future__ import annotations

from collections.abc import Iterable

from hub.api import Document
from integrations.nightscout.ids import key
from integrations.nightscout.store import Writer

SUBJECTS = {"entries": "blood_glucose", "activity": "heart_rate"}
"""Collections that are about one metric, so that a token for that metric alone is enough."""
MARK = "#id"
"""Ends the name of the collection that leads from an `_id` to a document that is kept under its `identifier`."""


async def find(store: Writer, collection: str, name: str) -> Document | None:
    """The document kept under a name, or under another name of the same record; removed ones too."""
    name = key(name)
    found = await store.get(collection, name)
    if found is not None:
        return found
    sign = await store.get(collection + MARK, name)
    return await store.get(collection, str(sign.body.get("is"))) if sign is not None else None


async def find_many(store: Writer, collection: str, names: Iterable[str]) -> dict[str, Document]:
    """The same for many names, by name."""
    wanted = {name: key(name) for name in names if name}
    if not wanted:
        return {}
    known = await store.get_many(collection, list(wanted.values()))
    others = [own for own in wanted.values() if own not in known]
    led = await store.get_many(collection + MARK, others) if others else {}
    ends = await store.get_many(collection, [str(sign.body.get("is")) for sign in led.values()]) if led else {}
    for own, sign in led.items():
        if (end := ends.get(str(sign.body.get("is")))) is not None:
            known[own] = end
    return {name: known[own] for name, own in wanted.items() if own in known}


def signs(documents: Iterable[tuple[str, Document]]) -> list[Document]:
    """What leads from second names to documents."""
    return [
        Document(name, one.at_us, one.modified_us, False, {"is": one.id})
        for name, one in documents
        if name and name != one.id
    ]


def subject(collection: str) -> str | None:
    """The metric that a token must reach for a collection; None: all of the person."""
    return SUBJECTS.get(collection.removesuffix(MARK))
