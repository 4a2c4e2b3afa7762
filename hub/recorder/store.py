"""What the recorder's parts have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.sql.dml import ReturningInsert

from hub.clock import Clock
from hub.recorder.database import Database
from hub.recorder.index import Index
from hub.recorder.instants import to_us
from hub.recorder.packing import packed
from hub.recorder.words import Words
from hub.recorder.writer import Transaction, Writer

_MANY = 50
"""Bodies: a millisecond's work, more than which the loop does not wait for."""

Change = Insert | Update | Delete | ReturningInsert[Any]


class Store:
    """A part of the recorder: one database, one writer, one household."""

    def __init__(self, database: Database, clock: Clock, household: str) -> None:
        self._database = database
        self._clock = clock
        self._household = household
        self._writer = Writer(database)
        self._index = Index()
        self._words = Words(database)

    def _now(self) -> int:
        return to_us(self._clock.now())

    async def _select(self, statement: Select[Any]) -> Sequence[Any]:
        async with self._database.snapshot() as connection:
            rows: Sequence[Any] = (await connection.execute(statement)).fetchall()
            return rows

    async def _packed(self, texts: Sequence[str]) -> Sequence[str | bytes]:
        """Wide bodies as this database keeps them: PostgreSQL compresses large values itself."""
        if not self._database.sqlite:
            return texts
        if len(texts) < _MANY:
            return [packed(text) for text in texts]
        return await asyncio.to_thread(lambda: [packed(text) for text in texts])

    async def _change(self, *statements: Change) -> int:
        """Execute statements in one commit; the number of rows that the last one touched."""

        async def job(transaction: Transaction) -> int:
            touched = 0
            for statement in statements:
                touched = (await transaction.connection.execute(statement)).rowcount
            return touched

        return await self._writer.run(job)
