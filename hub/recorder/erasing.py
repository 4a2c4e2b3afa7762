"""Rows that go for good, and the files they were in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import StorageUnavailable
from hub.recorder import schema
from hub.recorder.changes import ChangeStore
from hub.recorder.copies import name_for, ours, set_aside
from hub.recorder.files import Files
from hub.recorder.index import HOUR
from hub.recorder.retention import RetentionStore
from hub.recorder.schema import FINAL
from hub.recorder.writer import GROUP, Transaction

_OF_SPAN = ("readings", "tombstones", "revisions")
_TABLES = (
    "readings", "words", "tombstones", "revisions", "hours", "days", "journal", "journal_revisions", "documents",
    "entities", "devices", "people", "grants", "tokens", "accounts", "sessions", "priorities", "settings",
    "entry_store", "entries",
)  # fmt: skip
TRIES = 20
FOREVER = 1 << 62


class ErasingStore(RetentionStore, ChangeStore):
    _files: Files

    async def count_series(self, series: Sequence[int], start_us: int, end_us: int) -> dict[int, int]:
        """Readings, kept or removed, taken in the span, of each series that has any."""
        found: dict[int, int] = {}
        for one in series:
            total = 0
            for table in ("readings", "tombstones"):
                sql = f"SELECT count(*) FROM {table} WHERE series = ? AND taken >= ? AND taken < ?"
                total += (await self._database.fetch(sql, one, start_us, end_us))[0][0]
            found[one] = total
        return found

    async def count_records(
        self, person: str | None, source: str | None, start_us: int, end_us: int
    ) -> Mapping[str, int]:
        """`journal:<kind>` and `document:<collection>` -> how many; `source`: journal entries of it only."""
        home, found = self._household, dict[str, int]()
        where, given = _journal_of(person, source)
        sql = (
            f"SELECT kind, count(*) FROM journal WHERE household_id = ? AND {where} AND start_us >= ? AND start_us < ? "
            "GROUP BY kind"
        )
        for kind, count in await self._database.fetch(sql, home, *given, start_us, end_us):
            found[f"journal:{kind}"] = count
        if person is not None:
            sql = (
                "SELECT collection, count(*) FROM documents WHERE household_id = ? AND person = ? AND at_us >= ? "
                "AND at_us < ? GROUP BY collection"
            )
            for collection, count in await self._database.fetch(sql, home, person, start_us, end_us):
                found[f"document:{collection}"] = count
        return found

    async def lost_series(self) -> set[int]:
        """Series of entities that were forgotten: nobody can see their readings, nor say whose they were."""
        sql = "SELECT series FROM series WHERE household_id = ? AND series NOT IN (SELECT series FROM entities)"
        return {row[0] for row in await self._database.fetch(sql, self._household)}

    async def erase_span(self, series: int, start_us: int, end_us: int) -> None:
        """Remove all that was kept of a series between two instants; statistics around it are made anew."""

        async def job(transaction: Transaction) -> None:
            on, run = transaction.connection, self._database.run
            sql = "SELECT DISTINCT taken / ? FROM readings WHERE series = ? AND taken >= ? AND taken < ?"
            found = await self._database.rows(on, sql, HOUR, series, start_us, end_us)
            for table in _OF_SPAN:
                await run(
                    on, f"DELETE FROM {table} WHERE series = ? AND taken >= ? AND taken < ?", series, start_us, end_us
                )
            for table, key, first, last in (
                ("hours", "hour", start_us // HOUR, -(-end_us // HOUR)),
                ("days", "day", start_us // HOUR // 24 + 719_162, -(-end_us // HOUR) // 24 + 719_165),
            ):
                # A final hour can't be made again without what goes: all of it goes.
                sql = f"DELETE FROM {table} WHERE series = ? AND {key} >= ? AND {key} < ? AND flags & {FINAL} <> 0"
                await run(on, sql, series, first, last)
            await self._touch(transaction, series, [hour * HOUR for (hour,) in found] or [start_us])
            await self._drop_words(transaction, series)

        await self._writer.run(job)

    async def erase_records(self, person: str | None, source: str | None, start_us: int, end_us: int) -> None:
        """Journal entries with every revision, and whole foreign records."""
        where, given = _journal_of(person, source)
        home = self._household
        own = f"household_id = ? AND {where} AND start_us >= ? AND start_us < ?"

        async def job(transaction: Transaction) -> None:
            on, run = transaction.connection, self._database.run
            sql = f"DELETE FROM journal_revisions WHERE household_id = ? AND id IN (SELECT id FROM journal WHERE {own})"
            await run(on, sql, home, home, *given, start_us, end_us)
            await run(on, f"DELETE FROM journal WHERE {own}", home, *given, start_us, end_us)
            if person is not None:
                sql = "DELETE FROM documents WHERE household_id = ? AND person = ? AND at_us >= ? AND at_us < ?"
                await run(on, sql, home, person, start_us, end_us)
                if end_us - start_us >= FOREVER:
                    await run(on, "DELETE FROM priorities WHERE household_id = ? AND person = ?", home, person)

        await self._writer.run(job)

    async def overwrite(self) -> None:
        """Write the database anew, so that no page, freed or in the log, still has what was erased.

        Writers wait meanwhile: 3 s for 70 MB were measured. Raises StorageUnavailable.
        """

        async def job(transaction: Transaction) -> None:
            on = transaction.connection
            if not self._database.sqlite:
                await on.execution_options(isolation_level="AUTOCOMMIT")
                await self._overwrite_postgres(on)
                return
            await on.exec_driver_sql("PRAGMA temp_store=FILE")
            try:
                await on.exec_driver_sql("VACUUM")
            finally:
                await on.exec_driver_sql("PRAGMA temp_store=MEMORY")

        await self._alone(job)
        for _ in range(TRIES if self._database.sqlite else 0):
            if await self._alone(_truncate):
                return
            await self._clock.sleep(0.5)  # a reader still looks at what was
        if self._database.sqlite:
            raise StorageUnavailable("the database's log could not be emptied, because it is being read; try again")

    async def _overwrite_postgres(self, on: AsyncConnection) -> None:
        """Its tables, and the planner's own notes of common values; a database's owner may do all but the last."""
        for name in _TABLES:
            await on.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {name}")
            if not await self._database.rows(on, f"SELECT 1 FROM {name} LIMIT 1"):
                # What is empty is not looked at anew; a column that is given its type again loses its notes.
                for column in schema.metadata.tables[name].columns:
                    kind = column.type.compile(on.dialect)
                    await on.exec_driver_sql(f'ALTER TABLE {name} ALTER COLUMN "{column.name}" TYPE {kind}')
        for statement in ("VACUUM (FULL) pg_catalog.pg_statistic", "CHECKPOINT"):
            with suppress(DBAPIError):
                await on.exec_driver_sql(statement)

    async def renew_copies(self) -> None:
        """Put a fresh copy in the place of the hub's own older ones, and of what was kept of damaged files."""
        folder, path = self._files.backups, self._database.path
        old = ours(folder) if folder is not None else []
        if path is not None:
            old += set_aside(path)
        if not old:
            return
        made: Path | None = None
        if folder is not None and folder.is_dir():
            made = folder / name_for(self._clock.now(), self._database.url)
            await self._files.copy(made)
        for one in old:
            if one != made and one.is_file():
                await asyncio.to_thread(one.unlink, missing_ok=True)

    async def _alone(self, job: object) -> bool:
        async def batch(transaction: Transaction, payloads: list[None]) -> list[bool]:
            return [bool(await job(transaction)) for _ in payloads]  # type: ignore[operator]

        return await self._writer.submit(batch, None, GROUP + 1)  # heavier than any group takes: no transaction is open


async def _truncate(transaction: Transaction) -> bool:
    result = await transaction.connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    row = result.fetchone()
    return row is not None and row[0] == 0


def _journal_of(person: str | None, source: str | None) -> tuple[str, tuple[str, ...]]:
    if person is not None:
        return "person = ?", (person,)
    return "source = ?", (source or "",)
