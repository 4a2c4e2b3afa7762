"""Durable history: one database for readings, the journal and what the house consists of."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hub.clock import Clock
from hub.recorder.accounts import AccountStore
from hub.recorder.changes import ChangeStore
from hub.recorder.database import Database, check_reachable
from hub.recorder.documents import DocumentStore
from hub.recorder.facts import StorageHealth
from hub.recorder.incoming import Incoming
from hub.recorder.journal import JournalStore
from hub.recorder.mending import MendingStore
from hub.recorder.merging import MergeStore
from hub.recorder.reading import ReadingStore
from hub.recorder.trouble import explained
from hub.recorder.versions import prepare


class Recorder(ReadingStore, ChangeStore, MendingStore, MergeStore, AccountStore, JournalStore, DocumentStore):
    """Made by `open`; every method may raise StorageUnavailable, a write then kept nothing."""

    def __init__(self, database: Database, clock: Clock, household: str, backups: Path | None) -> None:
        super().__init__(database, clock, household)
        self._rules = {}
        self._due = asyncio.Event()
        self._mending = asyncio.Lock()
        self._incoming = Incoming(database, self._index, self._words, clock, self._marked)
        self._backups = backups
        self._notes: tuple[str, ...] = ()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, clock: Clock, household: str = "home", backups: Path | None = None) -> Recorder:
        """Open, and where needed make, migrate or restore the database.

        Raises StorageCorrupt when it is damaged and there is no good copy, StorageUnavailable when it can't be used
        now, ConfigInvalid for an address that can't work; each says what to do.
        """
        database = Database(url)
        try:
            await check_reachable(database)
            if database.sqlite:
                with explained():
                    async with database.writing.connect() as connection:
                        await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            await prepare(database)
            recorder = cls(database, clock, household, backups)
            await recorder._start()
        except BaseException:
            await database.dispose()
            raise
        return recorder

    async def _start(self) -> None:
        await self._reload()
        self._writer.on_conflict = self._reload
        self._writer.start()
        self._marked(self._index.marks)
        self._mender = asyncio.create_task(self._keep_mending(), name="recorder mender")

    async def _reload(self) -> None:
        async with self._database.snapshot() as connection:
            await self._index.load(self._database, connection)
            await self._load_rules(connection)

    async def close(self) -> None:
        """Finish what is waiting and close; harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        if self._mender is not None:
            self._mender.cancel()
            await asyncio.wait([self._mender])
        await self._writer.close()
        await self._database.dispose()

    @property
    def health(self) -> StorageHealth:
        """How the database is doing now; cheap, no I/O but a look at the file's size."""
        trouble = self._writer.trouble
        return StorageHealth(
            ok=trouble is None,
            message=trouble.message if trouble else "",
            remedy=trouble.remedy if trouble else "",
            database="SQLite" if self._database.sqlite else "PostgreSQL",
            size_bytes=self._database.size(),
            free_bytes=self._database.free(),
            notes=self._notes,
        )
