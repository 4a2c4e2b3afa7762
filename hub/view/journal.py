"""The journal, and whole foreign records, as far as the actor may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hub.access import READ, RECORD
from hub.errors import BadReading, NotFound
from hub.model import JournalDraft, JournalEntry, Receipt, Verb
from hub.recorder import Document
from hub.view.base import Base, microseconds


class JournalView(Base):
    def writer(self, entry: JournalEntry) -> str:
        """Who wrote an entry that the actor sees: the account's name, the title of what brought it, or ""."""
        kind, _, source = entry.author.partition(":")
        if kind == "entry" and source:
            brought = self._rooms.supervisor.entries.get(source)
            return brought.title if brought is not None else ""
        return next((one.display_name for one in self._rooms.accounts.all if one.name == entry.author), "")

    async def journal(
        self,
        persons: Sequence[str] | None = None,
        kinds: Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        limit: int = 100,
        cursor: str | None = None,
        deleted: bool = False,
        descending: bool = True,
    ) -> tuple[list[JournalEntry], str | None]:
        """Entries the actor may see, newest first, and the cursor of the next page."""
        scope = self.scope()
        wanted = [*self._rooms.people.all, "household"] if persons is None else list(persons)
        wanted = [one for one in wanted if scope.touches(one)]
        if not wanted:
            return [], None
        found = await self._rooms.journal.find(
            wanted,
            kinds=kinds,
            start_us=microseconds(start) if start is not None else None,
            end_us=microseconds(end) if end is not None else None,
            limit=limit,
            after=_after(cursor),
            deleted=deleted,
            descending=descending,
        )
        seen = [one for one in found if scope.covers(one.person, f"journal:{one.kind}") and self._still(one)]
        for one in seen:
            self._saw(one.person, f"journal:{one.kind}")
        more = len(found) >= limit and bool(found)
        return seen, f"{microseconds(found[-1].start)}.{found[-1].id}" if more else None

    async def journal_entry(self, entry_id: str) -> JournalEntry:
        """Raises NotFound also for what the actor may not see."""
        return await self._entry(entry_id, Verb.VIEW)

    async def add_journal(self, person: str, draft: JournalDraft) -> JournalEntry:
        """Raises Forbidden, NotFound (person), BadReading (what cannot be true)."""
        self._wrote(person, draft.kind)
        return await self._rooms.journal.add(person, draft, author=self._author)

    async def accept_journal(self, person: str, drafts: Sequence[JournalDraft], *, source: str) -> Receipt:
        """Many at once from a client that repeats itself: the same `external_id` replaces, never doubles."""
        for kind in {draft.kind for draft in drafts}:
            self._wrote(person, kind)
        return await self._rooms.journal.accept(person, drafts, source=source)

    async def journal_by_external(
        self, person: str, source: str, external_ids: Sequence[str]
    ) -> dict[str, JournalEntry]:
        found = await self._rooms.journal.by_external(person, source, external_ids)
        seen = {key: one for key, one in found.items() if self.allowed(Verb.VIEW, person, f"journal:{one.kind}")}
        for one in seen.values():
            self._saw(person, f"journal:{one.kind}")
        return seen

    async def change_journal(
        self, entry_id: str, draft: JournalDraft, *, expected_revision: int | None = None
    ) -> JournalEntry:
        old = await self._entry(entry_id, Verb.RECORD)
        self._wrote(old.person, draft.kind)
        return await self._rooms.journal.change(
            entry_id, draft, author=self._author, expected_revision=expected_revision
        )

    async def remove_journal(self, entry_id: str) -> JournalEntry:
        await self._entry(entry_id, Verb.RECORD)
        return await self._rooms.journal.remove(entry_id, author=self._author)

    async def undo_journal(self, entry_id: str) -> JournalEntry:
        await self._entry(entry_id, Verb.RECORD)
        return await self._rooms.journal.undo(entry_id, author=self._author)

    async def journal_revisions(self, entry_id: str) -> list[JournalEntry]:
        await self._entry(entry_id, Verb.VIEW)
        return await self._rooms.journal.revisions(entry_id)

    # `subject` is what the records are about, where one metric or kind says it all; without it, all of the person.
    async def documents_put(
        self, person: str, collection: str, documents: Sequence[Document], *, subject: str | None = None
    ) -> None:
        """Keep whole foreign records; the same id replaces."""
        self._require(Verb.RECORD, person, subject)
        self._saw(person, subject or f"records of {collection}", action=RECORD)
        await self._rooms.recorder.documents_put(person, collection, documents)

    async def documents_find(
        self,
        person: str,
        collection: str,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
        modified_after_us: int | None = None,
        limit: int = 100,
        descending: bool = True,
        id: str | Sequence[str] | None = None,  # the word of the records themselves
        deleted: bool = False,
        subject: str | None = None,
    ) -> list[Document]:
        self._require(Verb.VIEW, person, subject)
        self._saw(person, subject or f"records of {collection}")
        return await self._rooms.recorder.documents_find(
            person,
            collection,
            start_us=start_us,
            end_us=end_us,
            modified_after_us=modified_after_us,
            limit=limit,
            descending=descending,
            id=id,
            deleted=deleted,
        )

    async def documents_remove(
        self, person: str, collection: str, ids: Sequence[str], *, subject: str | None = None
    ) -> int:
        self._require(Verb.RECORD, person, subject)
        self._saw(person, subject or f"records of {collection}", action=RECORD)
        return await self._rooms.recorder.documents_remove(person, collection, ids)

    def _still(self, entry: JournalEntry) -> bool:
        """False for what waits to be erased, unless the owner or the hub itself asks."""
        return entry.source not in self._rooms.erasures.hidden_sources or self._owner()

    async def _entry(self, entry_id: str, verb: Verb) -> JournalEntry:
        found = await self._rooms.journal.get(entry_id)
        if not self.allowed(Verb.VIEW, found.person, f"journal:{found.kind}") or not self._still(found):
            raise NotFound(f"there is no journal entry {entry_id!r}")
        self._require(verb, found.person, f"journal:{found.kind}")
        self._saw(found.person, f"journal:{found.kind}", action=READ if verb is Verb.VIEW else RECORD)
        return found

    def _wrote(self, person: str, kind: str) -> None:
        self._require(Verb.RECORD, person, f"journal:{kind}")
        self._saw(person, f"journal:{kind}", action=RECORD)


def _after(cursor: str | None) -> tuple[int, str] | None:
    if not cursor:
        return None
    start, _, entry_id = cursor.partition(".")
    if not start.lstrip("-").isdigit() or not entry_id or len(cursor) > 80:
        raise BadReading(f"cursor {cursor[:40]!r} is not one that this hub gave; begin again without it")
    return int(start), entry_id
