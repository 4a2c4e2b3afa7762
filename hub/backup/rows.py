"""Rows of the database as lines of JSON, and back; constant memory however many there are.

A line `{"table": name, "columns": [...]}` begins a table; each line after it is a row, an array in that order. Bytes
are written `{"base64": text}`.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson
from sqlalchemy import Boolean, LargeBinary, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.backup.facts import BackupRefused
from hub.backup.owners import HOUSE, Owners, by_series, order, tables
from hub.recorder.database import Database
from hub.recorder.packing import Unreadable, packed, unpacked

WIDE = frozenset(("journal", "journal_revisions", "documents"))
"""Tables whose bodies SQLite keeps packed."""
SIZE = 5_000
"""Rows at a time."""
Sink = Callable[[bytes], object]


async def dump(
    database: Database, connection: AsyncConnection, owners: Owners, owner: str, sink: Sink
) -> dict[str, int]:
    """Write the rows of one owner, in an order that is the same in every database; table -> rows."""
    counts: dict[str, int] = {}
    for table in tables():
        encode = _encoder(table)
        columns = ", ".join(column.name for column in table.columns)
        count = 0
        async for rows in _rows(database, connection, owners, owner, table, columns):
            if not count:
                head = {"table": str(table.name), "columns": [str(column.name) for column in table.columns]}
                sink(orjson.dumps(head) + b"\n")
            count += len(rows)
            sink(b"\n".join(map(encode, rows)) + b"\n")
        if count:
            counts[str(table.name)] = count
    return counts


async def _rows(
    database: Database, connection: AsyncConnection, owners: Owners, owner: str, table: Table, columns: str
) -> AsyncIterator[list[Any]]:
    ordered = order(table, sqlite=database.sqlite)
    if not by_series(table):
        where, parameters, keep = owners.query(table, owner)
        sql = f"SELECT {columns} FROM {table.name} WHERE {where} ORDER BY {ordered}"
        async for rows in stream(database, connection, sql, *parameters):
            kept = [row for row in rows if keep(row)] if keep is not None else rows
            if kept:
                yield kept
        return
    sql = f"SELECT {columns} FROM {table.name} WHERE series = ? ORDER BY {ordered}"
    async for series in _series(database, connection, table):
        if owners.series.get(series, HOUSE) == owner:
            async for rows in stream(database, connection, sql, series):
                yield rows


async def _series(database: Database, connection: AsyncConnection, table: Table) -> AsyncIterator[int]:
    """Every series that has rows, each by one look into the index."""
    last = -1
    while True:
        found = await database.rows(connection, f"SELECT min(series) FROM {table.name} WHERE series > ?", last)
        if found[0][0] is None:
            return
        last = found[0][0]
        yield last


async def stream(
    database: Database, connection: AsyncConnection, sql: str, *parameters: Any
) -> AsyncIterator[list[Any]]:
    """Rows of one statement within the connection's snapshot, some at a time. Placeholders are `?`."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if database.sqlite:
        async with driver.execute(sql, parameters) as cursor:
            while rows := list(await cursor.fetchmany(SIZE)):
                yield rows
        return
    cursor = await driver.cursor(database.sql(sql), *parameters)
    while rows := await cursor.fetch(SIZE):
        yield rows


def _encoder(table: Table) -> Callable[[Sequence[Any]], bytes]:
    special = [
        (place, column.type)
        for place, column in enumerate(table.columns)
        if isinstance(column.type, Boolean | LargeBinary) or (column.name == "body" and table.name in WIDE)
    ]
    if not special:
        return lambda row: orjson.dumps(tuple(row))

    def encode(row: Sequence[Any]) -> bytes:
        values = list(row)
        for place, kind in special:
            value = values[place]
            if isinstance(kind, Boolean) and value is not None:
                value = bool(value)
            elif isinstance(value, bytes) and not isinstance(kind, LargeBinary):
                with suppress(Unreadable):  # one damaged record goes along as it is
                    value = unpacked(value)
            values[place] = {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        return orjson.dumps(values)

    return encode


async def load(
    database: Database,
    connection: AsyncConnection,
    lines: Iterable[bytes],
    known: Mapping[str, frozenset[str]],
    tick: Callable[[int], object],
    *,
    pack: bool,
) -> None:
    """Put rows into an empty database; `known`: its tables and their columns. Raises BackupRefused.

    `pack`: its version keeps wide bodies packed.
    """
    table, columns, pending = "", list[str](), list[tuple[Any, ...]]()

    async def flush() -> None:
        if pending:
            if pack and table in WIDE and "body" in columns:
                at = columns.index("body")
                pending[:] = [(*row[:at], _packed(row[at]), *row[at + 1 :]) for row in pending]
            await _insert(database, connection, table, columns, pending)
            tick(len(pending))
            pending.clear()

    for line in lines:
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise BackupRefused("a row of the backup can't be read") from None
        if isinstance(said, dict):
            await flush()
            table, columns = str(said.get("table")), list(said.get("columns") or [])
            if table not in known or not known[table].issuperset(columns) or len(set(columns)) != len(columns):
                raise BackupRefused(
                    f"the backup holds a table {table!r} that its version of the database does not have"
                )
            continue
        if not table or not isinstance(said, list) or len(said) != len(columns):
            raise BackupRefused("a row of the backup does not fit its table")
        pending.append(tuple(base64.b64decode(one["base64"]) if isinstance(one, dict) else one for one in said))
        if len(pending) == SIZE:
            await flush()
    await flush()


def _packed(body: Any) -> Any:
    return packed(body) if isinstance(body, str) else body


async def _insert(
    database: Database, connection: AsyncConnection, table: str, columns: list[str], rows: list[tuple[Any, ...]]
) -> None:
    """`table` and `columns` are names of the database's own."""
    if database.sqlite:
        marks = ", ".join("?" * len(columns))
        await database.run_many(connection, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        return
    await connection.exec_driver_sql("SELECT 1")  # begins the transaction, which COPY by itself would not
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(table, records=rows, columns=columns)
