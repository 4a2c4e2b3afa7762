"""Journal entries with every revision they had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select

from hub.model import JournalEntry
from hub.recorder import schema
from hub.recorder.codec import dump, load, load_all
from hub.recorder.instants import to_us
from hub.recorder.store import Store
from hub.recorder.writer import Transaction

AfterEntry = tuple[int, str]
"""Cursor of a page: (start_us, id) of its last entry."""


class JournalStore(Store):
    async def journal_save(self, entry: JournalEntry, *, by: str) -> None:
        """Keep an entry as it now is, and this revision of it, in one commit."""
        await self.journal_save_many([entry], by=by)

    async def journal_save_many(self, entries: Sequence[JournalEntry], *, by: str) -> None:
        """Keep all of them, or none."""
        at = self._now()
        present: list[dict[str, Any]] = []
        revisions: list[dict[str, Any]] = []
        bodies = await self._packed([dump(entry) for entry in entries])
        for entry, body in zip(entries, bodies, strict=True):
            own = {"household_id": self._household, "id": entry.id, "revision": entry.revision}
            present.append(
                {
                    **own,
                    "person": entry.person,
                    "kind": entry.kind,
                    "start_us": to_us(entry.start),
                    "deleted": entry.deleted,
                    "source": entry.source,
                    "external_id": entry.external_id,
                    "body": body,
                }
            )
            revisions.append({**own, "actor": by, "at_us": at, "body": body})

        async def job(transaction: Transaction) -> None:
            await self._database.upsert_many(transaction.connection, schema.journal, present)
            await self._database.upsert_many(transaction.connection, schema.journal_revisions, revisions)

        if present:
            await self._writer.run(job)

    async def journal_get(self, entry_id: str) -> JournalEntry | None:
        table = schema.journal
        rows = await self._select(
            select(table.c.body).where(table.c.household_id == self._household, table.c.id == entry_id)
        )
        return load(JournalEntry, rows[0][0]) if rows else None

    async def journal_by_external(
        self, person: str, source: str, external_ids: Sequence[str]
    ) -> dict[str, JournalEntry]:
        """External id -> entry, deleted ones too, for those that are known."""
        table = schema.journal
        found: dict[str, JournalEntry] = {}
        for start in range(0, len(external_ids), 500):
            some = list(external_ids[start : start + 500])
            rows = await self._select(
                select(table.c.id, table.c.body).where(
                    table.c.household_id == self._household,
                    table.c.person == person,
                    table.c.source == source,
                    table.c.external_id.in_(some),
                )
            )
            entries = load_all(JournalEntry, [(row[0], row[1]) for row in rows])
            found |= {entry.external_id: entry for entry in entries}
        return found

    async def journal_find(
        self,
        persons: Sequence[str] | None,
        *,
        kinds: Sequence[str] | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
        limit: int = 100,
        after: AfterEntry | None = None,
        deleted: bool = False,
        descending: bool = True,
    ) -> list[JournalEntry]:
        """Entries by (start, id) with start_us <= start < end_us, of these persons and kinds; None: of all."""
        table = schema.journal
        statement = select(table.c.id, table.c.body).where(table.c.household_id == self._household)
        if persons is not None:
            statement = statement.where(table.c.person.in_(list(persons)))
        if kinds is not None:
            statement = statement.where(table.c.kind.in_(list(kinds)))
        if start_us is not None:
            statement = statement.where(table.c.start_us >= start_us)
        if end_us is not None:
            statement = statement.where(table.c.start_us < end_us)
        if not deleted:
            statement = statement.where(table.c.deleted.is_(False))
        start, own = table.c.start_us, table.c.id
        if after is not None:
            past = (start < after[0], own < after[1]) if descending else (start > after[0], own > after[1])
            statement = statement.where(or_(past[0], and_(start == after[0], past[1])))
        order = (start.desc(), own.desc()) if descending else (start.asc(), own.asc())
        rows = await self._select(statement.order_by(*order).limit(limit))
        return load_all(JournalEntry, [(row[0], row[1]) for row in rows])

    async def journal_revisions(self, entry_id: str) -> list[JournalEntry]:
        """Every revision, the first one first."""
        table = schema.journal_revisions
        rows = await self._select(
            select(table.c.id, table.c.body)
            .where(table.c.household_id == self._household, table.c.id == entry_id)
            .order_by(table.c.revision)
        )
        return load_all(JournalEntry, [(row[0], row[1]) for row in rows])
