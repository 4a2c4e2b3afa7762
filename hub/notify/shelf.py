"""Every notice, in memory and in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import TypeAdapter

from hub.model import HOUSEHOLD, Document, Notice, NoticeState
from hub.recorder.instants import to_us

COLLECTION = "hub.notices"
KEPT = timedelta(days=90)
"""How long a notice stays that somebody dealt with."""
MOST = 2_000
"""Notices in memory; the oldest that are dealt with go first."""
_notice = TypeAdapter(Notice)


class Documents(Protocol):
    async def documents_put(self, person: str, collection: str, docs: Sequence[Document]) -> None: ...
    async def documents_find(self, person: str, collection: str, *, limit: int = 100) -> list[Document]: ...
    async def documents_remove(self, person: str, collection: str, ids: Sequence[str]) -> int: ...


class Shelf:
    def __init__(self, store: Documents) -> None:
        self._store = store
        self._all: dict[str, Notice] = {}

    async def load(self, persons: Iterable[str]) -> None:
        """Those about these persons and the household."""
        found = []
        for person in dict.fromkeys((HOUSEHOLD, *persons)):
            documents = await self._store.documents_find(person, COLLECTION, limit=MOST)
            found += [_notice.validate_python(document.body) for document in documents]
        self._all = {one.id: one for one in sorted(found, key=lambda one: one.at)}

    @property
    def all(self) -> Mapping[str, Notice]:
        """Oldest first."""
        return self._all

    def of(self, keys: Iterable[str]) -> list[Notice]:
        """Of these recipients, newest first."""
        wanted = frozenset(keys)
        return [one for one in reversed(self._all.values()) if one.to in wanted]

    def get(self, notice: str) -> Notice | None:
        return self._all.get(notice)

    def tagged(self, to: str, by: str, tag: str) -> Notice | None:
        """The newest open one of a sender with this tag."""
        found = (one for one in reversed(self._all.values()) if (one.to, one.by, one.tag) == (to, by, tag) and one.open)
        return next(found, None)

    def batch(self, batch: str) -> list[Notice]:
        return [one for one in self._all.values() if one.batch == batch]

    async def put(self, *notices: Notice) -> None:
        """Returns after the commit."""
        for one in notices:
            self._all[one.id] = one
        by_person: dict[str, list[Document]] = {}
        for one in notices:
            by_person.setdefault(one.about, []).append(_document(one))
        for person, documents in by_person.items():
            await self._store.documents_put(person, COLLECTION, documents)

    async def tidy(self, now: datetime) -> None:
        """Let go of what is long done."""
        done = [one for one in self._all.values() if not one.open]
        old = [one for one in done if now - one.at > KEPT]
        if (over := len(self._all) - MOST) > len(old):
            old = done[:over]
        await self.remove(old)

    async def remove(self, notices: Iterable[Notice]) -> None:
        by_person: dict[str, list[str]] = {}
        for one in list(notices):
            by_person.setdefault(one.about, []).append(one.id)
            self._all.pop(one.id, None)
        for person, ids in by_person.items():
            await self._store.documents_remove(person, COLLECTION, ids)

    async def forget(self, person: str) -> None:
        """Somebody is erased: what was about them or to them."""
        await self.remove([one for one in self._all.values() if person in (one.about, one.to)])


def _document(notice: Notice) -> Document:
    body: dict[str, Any] = _notice.dump_python(notice, mode="json")
    at = to_us(notice.at)
    return Document(notice.id, at, to_us(notice.changed or notice.at), False, body)


def overall(notice: Notice) -> NoticeState:
    """What has become of a notice that nobody dealt with, from how it fared on its ways."""
    if notice.held is not None:
        return NoticeState.WAITING
    further = [one.state for key, one in notice.ways.items() if key != "app"]
    if notice.state is NoticeState.SEEN:
        return NoticeState.SEEN
    for state in (NoticeState.SEEN, NoticeState.DELIVERED, NoticeState.SENT, NoticeState.WAITING):
        if state in further:
            return state
    if further:
        return NoticeState.FAILED
    return NoticeState.SENT if "app" in notice.ways else NoticeState.FAILED
