"""All that is kept of a series or a person, in order and in constant memory; and putting it back as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.recorder.packing import unpacked
from hub.recorder.schema import FINAL, PUBLIC_FLAGS, TEXT
from hub.recorder.store import Store
from hub.recorder.survey import COLUMNS
from hub.recorder.writer import Transaction

PAGE = 5_000
"""Rows in memory at a time."""
Rows = Sequence[Sequence[Any]]
STATISTIC = tuple(COLUMNS.split(", "))
_LAST, _FLAGS, _STATES = STATISTIC.index("last"), STATISTIC.index("flags"), STATISTIC.index("states")


class _Kept(NamedTuple):
    table: str
    columns: str
    where: str
    keys: tuple[str, ...]
    """Columns by which a page goes on; they are the last of `columns`."""


_OF_SERIES = {
    "readings": _Kept("readings", "value, delay, flags, taken", "series = ?", ("taken",)),
    "tombstones": _Kept("tombstones", 'value, delay, flags, "at", actor, reason, taken', "series = ?", ("taken",)),
    "revisions": _Kept("revisions", '"at", old, new, actor, reason, taken, id', "series = ?", ("taken", "id")),
    "hours": _Kept("hours", f"{COLUMNS}, hour", "series = ?", ("hour",)),
    "days": _Kept("days", f"{COLUMNS}, day", "series = ?", ("day",)),
}
_OF_PERSON = {
    "journal": _Kept("journal", "body, id", "household_id = ? AND person = ?", ("id",)),
    "journal_revisions": _Kept(
        "journal_revisions", "actor, at_us, body, id, revision",
        "household_id = ? AND id IN (SELECT id FROM journal WHERE household_id = ? AND person = ?)", ("id", "revision"),
    ),
    "documents": _Kept(
        "documents", "at_us, modified_us, deleted, body, collection, id", "household_id = ? AND person = ?",
        ("collection", "id"),
    ),
}  # fmt: skip


class Whole:
    """One commit's state of the database; texts stand where the tables have their numbers."""

    def __init__(self, store: WholeStore, connection: AsyncConnection) -> None:
        self._store, self._connection = store, connection

    async def of_series(self, what: str, series: int) -> AsyncIterator[list[list[Any]]]:
        """Pages of `readings` (value, delay, flags, taken), `tombstones`, `revisions`, or final `hours` and `days`."""
        kept = _OF_SERIES[what]
        async for page in self._pages(kept, (series,)):
            yield await self._said(what, series, page)

    async def of_person(self, what: str, person: str) -> AsyncIterator[Rows]:
        """Pages of `journal`, `journal_revisions`, `documents`, by their keys."""
        home = self._store.household_id
        given = (home, home, person) if what == "journal_revisions" else (home, person)
        body = _OF_PERSON[what].columns.split(", ").index("body")
        async for page in self._pages(_OF_PERSON[what], given):
            yield [(*row[:body], unpacked(row[body]), *row[body + 1 :]) for row in page]

    async def purged(self, series: int) -> int | None:
        """Microseconds: retention has removed the readings before it."""
        sql = "SELECT purged_us FROM series WHERE series = ?"
        rows = await self._store.rows_of(self._connection, sql, series)
        return rows[0][0] if rows else None

    async def _pages(self, kept: _Kept, given: tuple[Any, ...]) -> AsyncIterator[Rows]:
        order = ", ".join(kept.keys)
        marks = ", ".join("?" * len(kept.keys))
        begin = f"SELECT {kept.columns} FROM {kept.table} WHERE {kept.where}"
        after: tuple[Any, ...] = ()
        while True:
            more = f" AND ({order}) > ({marks})" if after else ""
            sql = f"{begin}{more} ORDER BY {order} LIMIT {PAGE}"
            rows = await self._store.rows_of(self._connection, sql, *given, *after)
            if rows:
                yield rows
            if len(rows) < PAGE:
                return
            after = tuple(rows[-1][-len(kept.keys) :])

    async def _said(self, what: str, series: int, page: Rows) -> list[list[Any]]:
        rows = [list(row) for row in page]
        if what == "revisions":
            return rows
        value, flags = (_LAST, _FLAGS) if what in ("hours", "days") else (0, 2)
        if what in ("hours", "days"):
            rows = [row for row in rows if row[_FLAGS] & FINAL]
        words = {int(row[value]) for row in rows if row[flags] & TEXT}
        if what in ("hours", "days"):
            for row in rows:
                row[_STATES] = orjson.loads(row[_STATES]) if row[_STATES] else {}
                words |= {int(one) for one in row[_STATES] if one[0] != "="}
        texts = await self._store.texts_of({(series, word) for word in words}, self._connection) if words else {}
        for row in rows:
            if row[flags] & TEXT:
                row[value] = texts.get((series, int(row[value])), "")
            row[flags] &= PUBLIC_FLAGS
            if what in ("hours", "days"):
                row[_STATES] = {
                    one if one[0] == "=" else "#" + texts.get((series, int(one)), ""): length
                    for one, length in row[_STATES].items()
                }
        return rows


class WholeStore(Store):
    @property
    def household_id(self) -> str:
        return self._household

    @asynccontextmanager
    async def whole(self) -> AsyncIterator[Whole]:
        """Everything as one commit left it, however long reading it takes. Raises StorageUnavailable."""
        async with self._database.snapshot() as connection:
            yield Whole(self, connection)

    async def rows_of(self, connection: AsyncConnection, sql: str, *given: Any) -> Rows:
        return await self._database.rows(connection, sql, *given)

    async def texts_of(self, words: set[tuple[int, int]], connection: AsyncConnection) -> Mapping[tuple[int, int], str]:
        return await self._words.texts(words, connection)

    async def put_tombstones(self, series: int, rows: Rows) -> int:
        """Rows of `Whole.of_series`; what is buried already, or is there, stays. Returns how many were new."""

        async def job(transaction: Transaction) -> int:
            numbers = await self._words.numbers(transaction, {(series, row[0]) for row in rows if _text(row[0])})
            added, horizon = 0, 0
            for value, delay, flags, at, actor, reason, taken in rows:
                number = float(numbers[series, value]) if _text(value) else value
                added += await self._database.run(
                    transaction.connection,
                    'INSERT INTO tombstones (series, taken, value, delay, flags, "at", actor, reason) '
                    "SELECT CAST(? AS integer), CAST(? AS bigint), CAST(? AS double precision), CAST(? AS bigint), "
                    "CAST(? AS smallint), CAST(? AS bigint), CAST(? AS text), CAST(? AS text) "
                    "WHERE NOT EXISTS (SELECT 1 FROM readings WHERE series = ? AND taken = ?) ON CONFLICT DO NOTHING",
                    *(series, taken, number, delay, flags | TEXT * _text(value), at, actor, reason, series, taken),
                )
                horizon = max(horizon, taken)
            known = self._index.horizon
            transaction.after(lambda: known.update({series: max(known.get(series, horizon), horizon)}))
            return added

        return await self._writer.run(job)

    async def put_revisions(self, series: int, rows: Rows) -> int:
        """The same change is kept once. Returns how many are new."""

        async def job(transaction: Transaction) -> int:
            on, known = transaction.connection, list[tuple[Any, ...]]()
            for start in range(0, len(rows), 500):
                keys = [(series, row[5]) for row in rows[start : start + 500]]
                columns = 't.taken, t."at", t.old, t.new, t.actor, t.reason'
                pair = ("series", "taken")
                known += map(tuple, await self._database.keyed(on, "revisions", pair, columns, list(set(keys))))
            there, new = set(known), []
            for at, old, new_value, actor, reason, taken, *_ in rows:
                if (taken, at, old, new_value, actor, reason) not in there:
                    new.append((series, taken, at, old, new_value, actor, reason))
            sql = 'INSERT INTO revisions (series, taken, "at", old, new, actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?)'
            await self._database.run_many(on, sql, new)
            return len(new)

        return await self._writer.run(job)

    async def put_statistics(self, what: str, series: int, rows: Rows, purged: int | None) -> int:
        """Final `hours` or `days` whose readings are gone; those that are there stay. Returns how many are new."""
        key = {"hours": "hour", "days": "day"}[what]

        async def job(transaction: Transaction) -> int:
            on, texts = transaction.connection, set[tuple[int, str]]()
            for row in rows:
                texts |= {(series, one[1:]) for one in row[_STATES] if one[0] == "#"}
                texts |= {(series, row[_LAST])} if _text(row[_LAST]) else set()
            numbers = await self._words.numbers(transaction, texts)
            added = 0
            for row in rows:
                made = list(row)
                if _text(row[_LAST]):
                    made[_LAST] = float(numbers[series, row[_LAST]])
                made[_FLAGS] |= FINAL | TEXT * _text(row[_LAST])
                states = {
                    one if one[0] == "=" else str(numbers[series, one[1:]]): length
                    for one, length in row[_STATES].items()
                }
                made[_STATES] = orjson.dumps(states).decode() if states else None
                sql = (
                    f"INSERT INTO {what} ({COLUMNS}, {key}, series) VALUES ({', '.join('?' * (len(STATISTIC) + 2))}) "
                    f"ON CONFLICT (series, {key}) DO UPDATE SET "
                    f"{', '.join(f'{name} = excluded.{name}' for name in STATISTIC)} WHERE {what}.flags & {FINAL} = 0"
                )
                added += await self._database.run(on, sql, *made, series)
            marks = {"hours": "marks", "days": "day_marks"}[what]
            gone = [(series, row[-1]) for row in rows]
            await self._database.run_many(on, f"DELETE FROM {marks} WHERE series = ? AND {key} = ?", gone)
            transaction.after(lambda: self._made(what, gone))
            if purged is not None:
                sql = "UPDATE series SET purged_us = ? WHERE series = ? AND (purged_us IS NULL OR purged_us < ?)"
                if await self._database.run(on, sql, purged, series, purged):
                    transaction.after(lambda: self._index.purged.update({series: purged}))
            return added

        return await self._writer.run(job)

    def _made(self, what: str, gone: Sequence[tuple[int, int]]) -> None:
        """They can't be made again, so they need not be."""
        if what == "days":
            self._index.day_marks.difference_update(gone)
        for hour in gone if what == "hours" else ():
            self._index.marks.pop(hour, None)

    async def put_rows(self, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Rows of a root table (`journal`, `journal_revisions`, `documents`); those that are there stay."""
        if not rows:
            return 0
        names = ["household_id", *rows[0]]
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) ON CONFLICT DO NOTHING"

        bodies = await self._packed([row["body"] for row in rows])

        async def job(transaction: Transaction) -> int:
            added = 0
            for row, body in zip(rows, bodies, strict=True):
                values = {**row, "body": body}.values()
                added += await self._database.run(transaction.connection, sql, self._household, *values)
            return added

        return await self._writer.run(job)


def _text(value: Any) -> bool:
    return isinstance(value, str)
