"""A SQLite database as a file: checked before it is opened, copied while it runs, noted as sound when it is left."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hub.clock import Clock
from hub.errors import HubError
from hub.recorder.copies import copies, copy_postgres, copy_sqlite, damage, keep_newest, made_us, name_for
from hub.recorder.database import Database
from hub.recorder.guard import Verdict, examine, forget_closed, note_closed, note_opened
from hub.recorder.instants import to_us
from hub.recorder.lock import Lock
from hub.recorder.salvage import salvage_into
from hub.recorder.trouble import explained

log = logging.getLogger(__name__)
SETTLED = timedelta(minutes=5)
"""After a start, before the first copy is made or a large file is read through."""
EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)
RESERVE = 512 << 10
TIGHT = 100 << 20
"""Free bytes below which the owner is told."""


class Files:
    """Owns the lock, the copies and the task that makes them."""

    def __init__(self, database: Database, clock: Clock, backups: Path | None) -> None:
        self._database = database
        self._clock = clock
        self.backups = self._backups = backups
        self._lock: Lock | None = None
        self._verdict = Verdict()
        self._examined = False
        self._notes: list[str] = []
        self._copying = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.problem = ""
        """Why the last copy failed; empty when it did not."""
        self.newest_us: int | None = None
        self.damage = ""
        """What a check in the background found."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What happened at the start, and what the owner should look at."""
        notes = [*self._notes, self.problem]
        free = self._database.free()
        if free is not None and free < TIGHT:
            notes.append(f"The disk of the database has only {free >> 20} MB left.")
        return tuple(note for note in notes if note)

    async def examine(self) -> None:
        """Before anything else opens the file. Raises StorageCorrupt, StorageUnavailable."""
        path = self._database.path
        if path is None or self._examined:
            return
        with explained():
            self._lock = self._lock or Lock(path)
        if self._lock.alone():
            try:
                self._verdict = await asyncio.to_thread(examine, path, self._backups, self._clock.now())
            finally:
                self._lock.share()
        self._examined = True
        self._notes += self._verdict.notes

    async def examine_again(self) -> None:
        """Read through the whole file, which was believed sound, after something in it could not be read."""
        if self._database.path is not None:
            await self._database.dispose()
            forget_closed(self._database.path)
            self._examined = False
            await self.examine()

    async def opened(self) -> bool:
        """After the schema is up to date: bring in what a damaged file still has; True when something was."""
        path = self._database.path
        if path is None:
            return False
        if self._verdict.damaged is not None:
            try:
                self._notes.append(await asyncio.to_thread(salvage_into, self._verdict.damaged, path))
            except Exception:
                log.exception("what is newer than the copy could not be saved from %s", self._verdict.damaged.name)
                self._notes.append("What is newer than the copy could not be read from the damaged file.")
        try:
            note_opened(path)
            self._make_reserve()
        except OSError as error:  # a full disk: what is there can be read all the same
            log.warning("%s could not be written: %s", error.filename, error.strerror)
        return self._verdict.damaged is not None

    def give_up_reserve(self) -> bool:
        """Free what is kept for a start on a full disk; False when nothing is."""
        if self._database.path is None:
            return False
        try:
            self._reserve().unlink()
        except OSError:
            return False
        return True

    def _reserve(self) -> Path:
        return Path(f"{self._database.path}.reserve")

    def _make_reserve(self) -> None:
        """Room that SQLite needs to open a database even for reading (its index of the log)."""
        free = self._database.free()
        if self._database.path is None or free is None or free < TIGHT // 50 or self._reserve().exists():
            return
        with self._reserve().open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, RESERVE)

    def start(self) -> None:
        """Begin to make copies, and to read through what the start did not."""
        if self._backups is not None:
            made = copies(self._backups)
            self.newest_us = made_us(made[0]) if made else None
        self._task = asyncio.create_task(self._keep(), name="recorder copies")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def closed(self) -> None:
        """After every connection is closed: note how the file was left, unless somebody else has it open."""
        path = self._database.path
        if self._lock is None or path is None:
            return
        try:
            if self._lock.alone() and not self.damage:
                note_closed(path)
            elif self.damage:
                forget_closed(path)
        except OSError as error:
            log.warning("the next start will check the whole database: %s", error)
        finally:
            self._lock.close()

    def release(self) -> None:
        """After an opening that failed."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def copy(self, to: Path) -> None:
        """Make a consistent copy of the database. Raises StorageUnavailable."""
        async with self._copying:
            path = self._database.path
            if path is None:
                await copy_postgres(self._database.url, to)
            else:
                await asyncio.to_thread(copy_sqlite, path, to)

    async def _keep(self) -> None:
        await self._clock.sleep(SETTLED.total_seconds())
        await self._read_through()
        while self._backups is not None:
            now = self._clock.now()
            due = self.newest_us is None or to_us(now) - self.newest_us >= EVERY / timedelta(microseconds=1)
            if due:
                try:
                    await self.copy(self._backups / name_for(now, self._database.url))
                    async with self._copying:  # what another copy is writing is no leftover
                        await asyncio.to_thread(keep_newest, self._backups)
                    self.newest_us, self.problem = to_us(now), ""
                except (HubError, OSError) as error:
                    self.problem = f"Today's backup copy could not be made: {error}"
                    log.error("%s", self.problem)
            with suppress(OSError):
                self._make_reserve()
            await self._clock.sleep(AGAIN.total_seconds())

    async def _read_through(self) -> None:
        path = self._database.path
        if path is None or not self._verdict.unchecked:
            return
        try:
            with explained():
                self.damage = await asyncio.to_thread(damage, path)
        except HubError as error:
            log.warning("the database could not be read through: %s", error)
        if self.damage:
            log.error("the database is damaged: %s", self.damage)
