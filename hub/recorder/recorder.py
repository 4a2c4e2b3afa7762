"""Durable history: one database for readings, the journal and what the house consists of."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from sqlalchemy import delete, false

from hub.clock import Clock
from hub.errors import HubError, StorageCorrupt, StorageUnavailable
from hub.recorder import schema
from hub.recorder.accounts import AccountStore
from hub.recorder.audit import AuditStore
from hub.recorder.copies import remember
from hub.recorder.database import Database, lengthen_log, make_folder
from hub.recorder.documents import DocumentStore
from hub.recorder.erasing import ErasingStore
from hub.recorder.facts import StorageHealth
from hub.recorder.files import Files
from hub.recorder.incoming import Incoming
from hub.recorder.journal import JournalStore
from hub.recorder.merging import MergeStore
from hub.recorder.reading import ReadingStore
from hub.recorder.sealing import SealingStore
from hub.recorder.trouble import explained
from hub.recorder.versions import prepare
from hub.recorder.whole import WholeStore
from hub.recorder.writer import Transaction

log = logging.getLogger(__name__)
STAYS = 10.0
"""Seconds after which a hub is taken to stay."""
PROBE_EVERY = 10.0
"""Seconds between tries while the database takes no writes."""
DAMAGED = "Restart the hub: it keeps the damaged file aside and restores the newest good backup copy."
DAMAGED_ALONE = (
    "There is no backup copy to restore. Restart the hub: it leaves the damaged file as it is, saves what can still be "
    "read of it beside it, and says what to do."
)


class Recorder(
    ReadingStore,
    ErasingStore,
    MergeStore,
    AccountStore,
    SealingStore,
    JournalStore,
    DocumentStore,
    AuditStore,
    WholeStore,
):
    """Made by `open`; every method may raise StorageUnavailable, a write then kept nothing."""

    def __init__(self, database: Database, clock: Clock, household: str, backups: Path | None) -> None:
        super().__init__(database, clock, household)
        self._rules = {}
        self._due = asyncio.Event()
        self._mending = asyncio.Lock()
        self._incoming = Incoming(database, self._index, self._words, clock, self._marked)
        self._files = Files(database, clock, backups)
        self._closed = False
        self._prober: asyncio.Task[None] | None = None
        self._lengthener: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, *, clock: Clock, household: str = "home", backups: Path | None = None) -> Recorder:
        """Open, and where needed make, migrate or restore the database.

        `backups`: folder of the copies that are made daily and restored from. Raises StorageCorrupt when the database
        is damaged and there is no good copy, StorageUnavailable when it can't be used now, ConfigInvalid for an
        address that can't work; each says what to do.
        """
        recorder = cls(Database(url), clock, household, backups)
        try:
            await recorder._open()
        except BaseException:
            await recorder._database.dispose()
            recorder._files.release()
            raise
        return recorder

    async def _open(self) -> None:
        database = self._database
        if database.path is not None:
            make_folder(database.path.parent)
        try:
            await self._prepare()
        except StorageUnavailable:
            if not self._files.give_up_reserve():
                raise
            await self._prepare()
        if await self._files.opened():
            await self._reload()
        self._writer.on_conflict = self._reload
        self._writer.start()
        self._marked(self._index.marks)
        self._mender = asyncio.create_task(self._keep_mending(), name="recorder mender")
        self._lengthener = asyncio.create_task(self._lengthen_log(), name="recorder log")
        self._prober = asyncio.create_task(self._keep_probing(), name="recorder prober")
        self._files.start()

    async def _prepare(self) -> None:
        await self._files.examine()
        with explained():
            async with self._database.writing.connect() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL" if self._database.sqlite else "SELECT 1")
                await connection.rollback()
        try:
            await prepare(self._database)
        except StorageCorrupt:
            await self._files.examine_again()
            await prepare(self._database)
        await self._reload()

    async def _reload(self) -> None:
        async with self._database.snapshot() as connection:
            await self._index.load(self._database, connection)
            await self._load_rules(connection)

    async def _keep_probing(self) -> None:
        """While writes fail, try again even when nobody else does, so that health tells when it is over."""
        while True:
            await self._writer.troubled.wait()
            await self._clock.sleep(PROBE_EVERY)
            try:
                await self.set_setting("storage.probe", self._now())
            except HubError:
                continue

    async def _lengthen_log(self) -> None:
        """Once, when the hub has come to stay: a command that is over in a moment need not pay for it."""
        path = self._database.path
        if path is None:
            return
        await self._clock.sleep(STAYS)

        async def job(transaction: Transaction) -> None:
            # Changes nothing, and takes the write lock: no other program may append to the log meanwhile.
            await transaction.connection.execute(delete(schema.settings).where(false()))
            await asyncio.to_thread(lengthen_log, path)

        try:
            await self._writer.run(job)
        except (HubError, OSError) as error:
            log.info("the log keeps its length: %s", error)

    async def give_back(self) -> None:
        """Return memory that SQLite keeps as cache; the next statements fill it anew. Raises StorageUnavailable."""
        if not self._database.sqlite:
            return

        async def job(transaction: Transaction) -> None:
            await transaction.connection.exec_driver_sql("PRAGMA shrink_memory")

        await self._writer.run(job)
        await self._database.shrink_readers()

    async def close(self) -> None:
        """Finish what is waiting and close; harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        tasks = [task for task in (self._mender, self._prober, self._lengthener) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._files.stop()
        await self._writer.close()
        await self._database.dispose()
        self._files.closed()

    async def backup(self, to: Path) -> None:
        """A consistent, checked copy of the whole database, while readings go on coming in.

        SQLite: a database file; PostgreSQL: a dump for pg_restore. Raises StorageUnavailable.
        """
        await self._files.copy(to)
        if self._files.backups is not None and to.parent.resolve() == self._files.backups.resolve():
            remember(to)

    @property
    def health(self) -> StorageHealth:
        """How the database is doing now; cheap, no I/O but a look at the file's size."""
        trouble, files = self._writer.trouble, self._files
        message, remedy = (trouble.message, trouble.remedy) if trouble else ("", "")
        if files.damage:
            message = f"The database is damaged ({files.damage})."
            remedy = DAMAGED if files.newest_us is not None else DAMAGED_ALONE
        return StorageHealth(
            ok=not message,
            message=message,
            remedy=remedy,
            database="SQLite" if self._database.sqlite else "PostgreSQL",
            size_bytes=self._database.size(),
            free_bytes=self._database.free(),
            notes=files.notes,
            newest_backup_us=files.newest_us,
        )
