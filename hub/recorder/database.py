"""Engines, connections and statements, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Insert, Table, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from hub.errors import ConfigInvalid, StorageUnavailable
from hub.recorder.trouble import explained

READERS = 4
PAGE = 1_024
"""Bytes of a page: a small commit writes one, and its log then touches one or two blocks of the disk."""
LOG = 4 << 20
"""Bytes of write-ahead log after which it is merged into the database."""
_SHARED = (
    ("busy_timeout", 5_000),
    ("temp_store", "MEMORY"),
    ("cell_size_check", "ON"),
    ("trusted_schema", "OFF"),
    ("mmap_size", 0),  # a failing card must raise an error, not SIGBUS
)
_WRITER = (
    ("page_size", PAGE),  # of a database that is yet to be made
    *_SHARED,
    ("synchronous", "FULL"),
    ("wal_autocheckpoint", LOG // (PAGE + 24)),
    ("journal_size_limit", 16 << 20),
    ("cache_size", -4_000),
)
_READER = (*_SHARED, ("query_only", "ON"), ("cache_size", -1_000))


@lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    numbers = count(1)
    return "".join(f"${next(numbers)}" if character == "?" else character for character in sql)


class Database:
    """One database: a connection for the writer, a few for readers that never wait for it."""

    def __init__(self, url: str) -> None:
        self.url: URL = parse(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.path: Path | None = Path(self.url.database or "") if self.sqlite else None
        options: dict[str, Any] = {"poolclass": AsyncAdaptedQueuePool, "max_overflow": 0, "pool_timeout": 30}
        if self.sqlite:
            # The writer ends every transaction itself, so there is nothing to reset between commits.
            self.writing = create_async_engine(self.url, pool_size=1, pool_reset_on_return=None, **options)
            self.reading = create_async_engine(self.url, pool_size=READERS, **options)
            _pragmas(self.writing, _WRITER)
            _pragmas(self.reading, _READER)
        else:
            options |= {"pool_pre_ping": True, "connect_args": {"timeout": 10, "command_timeout": 600}}
            self.writing = create_async_engine(self.url, pool_size=1, **options)
            self.reading = create_async_engine(
                self.url, pool_size=READERS, isolation_level="REPEATABLE READ", **options
            )

    async def dispose(self) -> None:
        """Close every connection."""
        await self.reading.dispose()
        await self.writing.dispose()

    async def shrink_readers(self) -> None:
        """Return what SQLite's idle readers keep as cache; one that is at work keeps its own."""
        pool = self.reading.pool
        assert isinstance(pool, AsyncAdaptedQueuePool)
        with explained():
            async with AsyncExitStack() as idle:
                # Closing the pool instead would leave a reader that is at work to the collector.
                for _ in range(pool.checkedin()):
                    connection = await idle.enter_async_context(self.reading.connect())
                    await connection.exec_driver_sql("PRAGMA shrink_memory")

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements all see the same commit; never waits for the writer."""
        with explained():
            async with self.reading.connect() as connection:
                if self.sqlite:
                    await connection.exec_driver_sql("BEGIN")
                yield connection
                await connection.rollback()

    async def fetch(self, sql: str, *parameters: Any) -> Sequence[tuple[Any, ...]]:
        """All rows of one statement, straight from the driver: the fast path for many rows. Placeholders are `?`."""
        with explained():
            async with self.reading.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                if self.sqlite:
                    rows: Sequence[tuple[Any, ...]] = await driver.execute_fetchall(sql, parameters)
                else:
                    rows = await driver.fetch(_numbered(sql), *parameters)
                return rows

    async def rows(self, connection: AsyncConnection, sql: str, *parameters: Any) -> Sequence[Any]:
        """All rows of one statement on a connection. Placeholders are `?`."""
        result = await connection.exec_driver_sql(self.sql(sql), parameters)
        return result.fetchall()

    async def run(self, connection: AsyncConnection, sql: str, *parameters: Any) -> int:
        """Execute one statement; returns the number of rows it touched."""
        result = await connection.exec_driver_sql(self.sql(sql), parameters)
        return result.rowcount

    async def run_many(self, connection: AsyncConnection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute one statement for each row, in one call to the driver."""
        if rows:
            await connection.exec_driver_sql(self.sql(sql), list(rows))

    async def keyed(
        self,
        connection: AsyncConnection,
        table: str,
        key: tuple[str, str],
        columns: str,
        keys: Sequence[tuple[int, int]],
    ) -> Sequence[Any]:
        """Columns (of `t`) of the rows whose two key columns are among `keys`; one statement however many."""
        if not keys:
            return []
        first, second = key
        if self.sqlite:
            sql = (
                f"SELECT {columns} FROM json_each(?) k CROSS JOIN {table} t "
                f"ON t.{first} = json_extract(k.value, '$[0]') AND t.{second} = json_extract(k.value, '$[1]')"
            )
            return await self.rows(connection, sql, orjson.dumps(keys).decode())
        sql = (
            f"SELECT {columns} FROM unnest(CAST(? AS integer[]), CAST(? AS bigint[])) k(a, b) "
            f"JOIN {table} t ON t.{first} = k.a AND t.{second} = k.b"
        )
        return await self.rows(connection, sql, [pair[0] for pair in keys], [pair[1] for pair in keys])

    async def insert_readings(
        self, connection: AsyncConnection, rows: Sequence[tuple[int, int, float, int, int]]
    ) -> None:
        """New rows of `readings`, by the driver's fastest way; they must not be there yet."""
        if self.sqlite or len(rows) < 100:
            await self.run_many(
                connection, "INSERT INTO readings (series, taken, value, delay, flags) VALUES (?, ?, ?, ?, ?)", rows
            )
            return
        await connection.exec_driver_sql("SELECT 1")  # begins the transaction, which COPY by itself would not
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.copy_records_to_table(
            "readings", records=rows, columns=("series", "taken", "value", "delay", "flags")
        )

    async def replace(
        self,
        connection: AsyncConnection,
        table: str,
        key: str,
        upsert: str,
        rows: Sequence[tuple[Any, ...]],
        gone: Sequence[tuple[int, int]],
    ) -> None:
        """Overwrite whole rows keyed (series, `key`), all columns in the table's order; delete those `gone`."""
        if self.sqlite or len(rows) + len(gone) < 50:
            await self.run_many(connection, upsert, rows)
            await self.run_many(connection, f"DELETE FROM {table} WHERE series = ? AND {key} = ?", gone)
            return
        old = [*gone, *((row[0], row[1]) for row in rows)]
        await self.run(
            connection,
            f"DELETE FROM {table} t USING unnest(CAST(? AS integer[]), CAST(? AS integer[])) k(a, b) "
            f"WHERE t.series = k.a AND t.{key} = k.b",
            *([pair[0] for pair in old], [pair[1] for pair in old]),
        )
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.copy_records_to_table(table, records=rows)

    def sql(self, text: str) -> str:
        """`text` with the driver's own placeholders."""
        return text if self.sqlite else _numbered(text)

    def upsert(self, table: Table, **values: Any) -> Insert:
        """Insert a row, or overwrite the columns given of the row with the same primary key."""
        if self.sqlite:
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # the same methods
        statement = insert(table).values(**values)
        keys = [column.name for column in table.primary_key.columns]
        changed = {name: value for name, value in values.items() if name not in keys}
        if not changed:
            return statement.on_conflict_do_nothing(index_elements=keys)
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)

    async def upsert_many(self, connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Like `upsert` for rows with the same columns, in one call to the driver."""
        if not rows:
            return
        if self.sqlite:
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment] # the same methods
        keys = [column.name for column in table.primary_key.columns]
        statement = insert(table)
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))

    def size(self) -> int | None:
        """Bytes of a SQLite database with its log; None for a server."""
        if self.path is None:
            return None
        return sum(_size(Path(f"{self.path}{suffix}")) for suffix in ("", "-wal"))

    def free(self) -> int | None:
        """Free bytes where a SQLite database lies; None for a server."""
        if self.path is None:
            return None
        return free_bytes(self.path.parent)


def lengthen_log(path: Path) -> None:
    """Give the write-ahead log its whole length now, so that no commit has to make the file longer.

    A longer file costs a commit some 10 kB of the file system's own journal. Only for who holds the write lock. Blocks.
    """
    with Path(f"{path}-wal").open("r+b") as file:
        length = file.seek(0, os.SEEK_END)
        if length < LOG + LOG // 8:
            file.write(bytes(LOG + LOG // 8 - length))
            file.flush()
            os.fsync(file.fileno())


def parse(url: str) -> URL:
    """A checked database URL; raises ConfigInvalid."""
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ConfigInvalid(f"not a database address: {error}", key="database") from error
    if parsed.drivername == "sqlite+aiosqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigInvalid("a SQLite database needs a file: sqlite+aiosqlite:///path/to/file.db", key="database")
    elif parsed.drivername != "postgresql+asyncpg":
        raise ConfigInvalid(
            f"{parsed.drivername} is not supported; use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME",
            key="database",
        )
    return parsed


def free_bytes(folder: Path) -> int | None:
    """Bytes that the hub may still write in a folder; None when it can't be known."""
    try:
        info = os.statvfs(folder)
    except OSError:
        return None
    return info.f_bavail * info.f_frsize


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _pragmas(engine: AsyncEngine, settings: Sequence[tuple[str, int | str]]) -> None:
    def apply(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for name, value in settings:
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", apply)


def make_folder(folder: Path) -> None:
    """Raise StorageUnavailable in words when the database's folder can't be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(
            f"The folder {folder} for the database can't be made: {error.strerror}. "
            "Make it, writable for the hub, or name another one in the configuration."
        ) from error
