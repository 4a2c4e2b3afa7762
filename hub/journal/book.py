"""Adding, changing, removing and undoing entries; every step is a revision, kept before it is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import BadReading, Conflict, NotFound
from hub.journal import rules
from hub.journal.store import JournalStore
from hub.model import JournalChanged, JournalDraft, JournalEntry, Receipt, Refusal
from hub.registry import People, Vocabulary

_NAMESPACE = uuid.UUID("6f1d2a0e-6c1c-5e0b-9a6e-0b6a1c0f7a51")


class Journal:
    def __init__(
        self,
        store: JournalStore,
        bus: Bus,
        clock: Clock,
        people: People,
        vocabulary: Vocabulary,
        latest: Callable[[datetime], datetime] = lambda now: now + rules.AHEAD,
    ) -> None:
        """`latest`: the instant after which, seen from now, nothing has happened yet."""
        self._store, self._bus, self._clock = store, bus, clock
        self._people, self._vocabulary, self._latest = people, vocabulary, latest

    async def add(self, person: str, draft: JournalDraft, *, author: str) -> JournalEntry:
        """A new entry. Raises BadReading for what cannot be true, NotFound for an unknown person."""
        self._check_person(person)
        entry = self._made(person, draft, author)
        await self._store.journal_save(entry, by=author)
        self._tell(None, entry)
        return entry

    async def accept(self, person: str, drafts: Sequence[JournalDraft], *, source: str) -> Receipt:
        """Drafts of a config entry; the same `external_id` replaces, an equal one changes nothing."""
        self._check_person(person)
        known = await self._store.journal_by_external(
            person, source, [draft.external_id for draft in drafts if draft.external_id]
        )
        changes: dict[str, tuple[JournalEntry | None, JournalEntry]] = {}
        refusals: list[Refusal] = []
        unchanged = 0
        for index, draft in enumerate(drafts):
            draft = replace(draft, source=source)
            try:
                made = self._made(person, draft, f"entry:{source}")
            except BadReading as error:
                refusals.append(Refusal(index, str(error)))
                continue
            old = known.get(draft.external_id) if draft.external_id else None
            if old is None:
                changes[made.id] = (None, made)
            elif _same(old, made) or (old.deleted and old.author != made.author):
                unchanged += 1
            else:
                newer = replace(made, id=old.id, revision=old.revision + 1, created_at=old.created_at)
                changes[old.id] = (old, newer)
                known[draft.external_id] = newer
                continue
            if draft.external_id:
                known.setdefault(draft.external_id, made)
        if changes:
            await self._store.journal_save_many([new for _, new in changes.values()], by=f"entry:{source}")
            for old, new in changes.values():
                self._tell(old, new)
        return Receipt(len(changes), unchanged, tuple(refusals))

    async def get(self, entry_id: str) -> JournalEntry:
        found = await self._store.journal_get(entry_id)
        if found is None:
            raise NotFound(f"there is no journal entry {entry_id!r}")
        return found

    async def by_external(self, person: str, source: str, external_ids: Sequence[str]) -> dict[str, JournalEntry]:
        return await self._store.journal_by_external(person, source, external_ids)

    async def change(
        self, entry_id: str, draft: JournalDraft, *, author: str, expected_revision: int | None = None
    ) -> JournalEntry:
        """A newer revision. Raises Conflict when somebody changed it since `expected_revision`."""
        old = await self.get(entry_id)
        if expected_revision is not None and expected_revision != old.revision:
            raise Conflict(f"somebody changed this entry meanwhile (now revision {old.revision}); look at it again")
        made = self._made(old.person, replace(draft, source=old.source, external_id=old.external_id), author)
        new = replace(made, id=old.id, revision=old.revision + 1, created_at=old.created_at)
        return await self._keep(old, new, author)

    async def remove(self, entry_id: str, *, author: str) -> JournalEntry:
        """Taken out of sight; `undo` brings it back."""
        old = await self.get(entry_id)
        if old.deleted:
            return old
        new = replace(old, deleted=True, revision=old.revision + 1, author=author, updated_at=self._clock.now())
        return await self._keep(old, new, author)

    async def undo(self, entry_id: str, *, author: str) -> JournalEntry:
        """Back to the revision before the present one; undoing the first revision removes the entry."""
        old = await self.get(entry_id)
        past = await self._store.journal_revisions(entry_id)
        before = [one for one in past if one.revision == old.revision - 1]
        if not before:
            return await self.remove(entry_id, author=author)
        new = replace(before[0], revision=old.revision + 1, author=author, updated_at=self._clock.now())
        return await self._keep(old, new, author)

    async def revisions(self, entry_id: str) -> list[JournalEntry]:
        """Oldest first, the present one last."""
        await self.get(entry_id)
        return sorted(await self._store.journal_revisions(entry_id), key=lambda one: one.revision)

    async def find(self, persons: Sequence[str] | None, **query: Any) -> list[JournalEntry]:
        return await self._store.journal_find(persons, **query)

    async def _keep(self, old: JournalEntry, new: JournalEntry, author: str) -> JournalEntry:
        await self._store.journal_save(new, by=author)
        self._tell(old, new)
        return new

    def _made(self, person: str, draft: JournalDraft, author: str) -> JournalEntry:
        kind = rules.kind_of(self._vocabulary, draft.kind)
        now = self._clock.now()
        start, end, data = rules.check(kind, draft, now, self._latest(now))
        # An id that follows from the source's own makes a repeat after a crash the same entry.
        identity = (
            uuid.uuid5(_NAMESPACE, f"{person}\0{draft.source}\0{draft.external_id}")
            if draft.external_id
            else uuid.uuid4()
        )
        return JournalEntry(
            id=str(identity),
            kind=kind.key,
            person=person,
            author=author,
            start=start,
            end=end,
            data=data,
            note=draft.note.strip(),
            source=draft.source,
            external_id=draft.external_id,
            revision=1,
            deleted=False,
            created_at=now,
            updated_at=now,
        )

    def _check_person(self, person: str) -> None:
        if not self._people.known(person):
            raise NotFound(f"there is no person {person!r}")

    def _tell(self, old: JournalEntry | None, new: JournalEntry) -> None:
        self._bus.publish(JournalChanged(self._clock.now(), old, new))


def _same(old: JournalEntry, new: JournalEntry) -> bool:
    return not old.deleted and (old.kind, old.start, old.end, dict(old.data), old.note) == (
        new.kind,
        new.start,
        new.end,
        dict(new.data),
        new.note,
    )
