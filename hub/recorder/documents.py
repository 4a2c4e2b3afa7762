"""Whole foreign records."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import delete, select

from hub.recorder import schema
from hub.recorder.facts import Document
from hub.recorder.packing import unpacked
from hub.recorder.store import Store
from hub.recorder.writer import Transaction

log = logging.getLogger(__name__)


class DocumentStore(Store):
    async def documents_put(self, person: str, collection: str, docs: Sequence[Document]) -> None:
        """Insert or overwrite by id, all in one commit."""
        bodies = await self._packed([orjson.dumps(document.body).decode() for document in docs])
        rows = [
            {
                "household_id": self._household,
                "person": person,
                "collection": collection,
                **document._asdict(),
                "body": body,
            }
            for document, body in zip(docs, bodies, strict=True)
        ]

        async def job(transaction: Transaction) -> None:
            await self._database.upsert_many(transaction.connection, schema.documents, rows)

        if rows:
            await self._writer.run(job)

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
        id: str | Sequence[str] | None = None,
        deleted: bool = False,
    ) -> list[Document]:
        """Records with start_us <= at < end_us, of these ids; ordered by `modified` when asked by it, else by `at`."""
        table = schema.documents
        statement = select(*(table.c[name] for name in Document._fields)).where(
            table.c.household_id == self._household, table.c.person == person, table.c.collection == collection
        )
        if id is not None:
            statement = statement.where(table.c.id.in_([id] if isinstance(id, str) else list(id)))
        if start_us is not None:
            statement = statement.where(table.c.at_us >= start_us)
        if end_us is not None:
            statement = statement.where(table.c.at_us < end_us)
        if modified_after_us is not None:
            statement = statement.where(table.c.modified_us > modified_after_us)
        if not deleted:
            statement = statement.where(table.c.deleted.is_(False))
        order: list[Any] = [table.c.at_us if modified_after_us is None else table.c.modified_us, table.c.id]
        statement = statement.order_by(*(column.desc() if descending else column.asc() for column in order))
        rows = await self._select(statement.limit(limit))
        found = []
        for row in rows:
            try:
                body = orjson.loads(unpacked(row[4]))
            except ValueError as error:
                log.error("the stored record %s of %s can't be read (%s); it is left out", row[0], collection, error)
                continue
            found.append(Document(row[0], row[1], row[2], row[3], body))
        return found

    async def documents_remove(self, person: str, collection: str, ids: Sequence[str]) -> int:
        """Forget records; to let others see that they are gone, put them with `deleted` instead."""
        table = schema.documents
        removed = 0
        for start in range(0, len(ids), 500):
            removed += await self._change(
                delete(table).where(
                    table.c.household_id == self._household,
                    table.c.person == person,
                    table.c.collection == collection,
                    table.c.id.in_(list(ids[start : start + 500])),
                )
            )
        return removed
