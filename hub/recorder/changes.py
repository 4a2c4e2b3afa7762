"""What people do to readings: correct, remove, put back; nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite

import orjson

from hub.errors import BadReading, NotFound
from hub.model import Flag, Value
from hub.recorder.facts import Revision, Tombstone
from hub.recorder.incoming import INSERT, MARK, REVISION, UPDATE
from hub.recorder.index import HOUR
from hub.recorder.schema import TEXT
from hub.recorder.store import Store
from hub.recorder.words import Raw, check_text
from hub.recorder.writer import Transaction

_BURY = (
    'INSERT INTO tombstones (series, taken, value, delay, flags, "at", actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
)
_COLUMNS = "t.series, t.taken, t.value, t.delay, t.flags"


class ChangeStore(Store):
    _marked: Callable[[Iterable[tuple[int, int]]], None]

    async def correct(self, series: int, taken_us: int, value: Value, *, by: str, reason: str) -> None:
        """Give a reading another value; the old one stays in the trail, and no source changes it back.

        Raises NotFound when there is no reading at this instant, BadReading for a value that can't be kept.
        """
        if isinstance(value, str):
            check_text(value)
        elif not isfinite(value):
            raise BadReading(f"{value} is not a number that can be kept")

        async def job(transaction: Transaction) -> None:
            found = await self._at(transaction, "readings", series, [taken_us])
            if not found:
                raise NotFound("there is no reading at this instant")
            old = found[0]
            if isinstance(value, str):
                word = (await self._words.numbers(transaction, {(series, value)}))[series, value]
                new = (series, taken_us, float(word), old[3], old[4] | TEXT | Flag.CORRECTED)
            else:
                new = (series, taken_us, float(value), old[3], (old[4] & ~TEXT) | Flag.CORRECTED)
            row = (new[2], new[3], int(new[4]), series, taken_us)
            await self._database.run_many(transaction.connection, UPDATE, [row])
            await self._note(transaction, [(old, new)], by, reason)
            await self._touch(transaction, series, [taken_us])

        await self._writer.run(job)

    async def remove(self, series: int, taken_us: Sequence[int], *, by: str, reason: str) -> int:
        """Bury the readings at these instants; returns how many there were. Sources can't bring them back."""

        async def job(transaction: Transaction) -> int:
            found = await self._at(transaction, "readings", series, taken_us)
            now = self._now()
            await self._database.run_many(transaction.connection, _BURY, [(*raw, now, by, reason) for raw in found])
            await self._database.run_many(
                transaction.connection,
                "DELETE FROM readings WHERE series = ? AND taken = ?",
                [(raw[0], raw[1]) for raw in found],
            )
            await self._note(transaction, [(raw, None) for raw in found], by, reason)
            await self._touch(transaction, series, [raw[1] for raw in found])
            return len(found)

        return await self._writer.run(job)

    async def restore(self, series: int, taken_us: Sequence[int], *, by: str) -> int:
        """Put removed readings back; returns how many."""

        async def job(transaction: Transaction) -> int:
            found = await self._at(transaction, "tombstones", series, taken_us)
            keys = [(raw[0], raw[1]) for raw in found]
            await self._database.run_many(
                transaction.connection, "DELETE FROM tombstones WHERE series = ? AND taken = ?", keys
            )
            await self._database.run_many(transaction.connection, INSERT, found)
            await self._note(transaction, [(None, raw) for raw in found], by, "")
            await self._touch(transaction, series, [raw[1] for raw in found])
            return len(found)

        return await self._writer.run(job)

    async def revisions(self, series: int, start_us: int, end_us: int) -> list[Revision]:
        """Every change of readings with start <= taken < end, by instant and then in the order they were made."""
        rows = await self._database.fetch(
            'SELECT series, taken, old, new, "at", actor, reason FROM revisions '
            "WHERE series = ? AND taken >= ? AND taken < ? ORDER BY taken, id",
            *(series, start_us, end_us),
        )
        return [Revision(row[0], row[1], _value(row[2]), _value(row[3]), row[4], row[5], row[6]) for row in rows]

    async def removed(self, series: Iterable[int], since_us: int = 0) -> list[Tombstone]:
        """What was removed since an instant and not put back, for sources that mirror removals; oldest first."""
        found: list[Tombstone] = []
        for one in series:
            rows = await self._database.fetch(
                'SELECT series, taken, "at", actor, reason FROM tombstones WHERE series = ? AND "at" >= ?',
                *(one, since_us),
            )
            found += [Tombstone(*row) for row in rows]
        return sorted(found, key=lambda tombstone: (tombstone.at_us, tombstone.series, tombstone.taken_us))

    async def _at(self, transaction: Transaction, table: str, series: int, taken: Sequence[int]) -> list[Raw]:
        keys = [(series, one) for one in set(taken)]
        rows = await self._database.keyed(transaction.connection, table, ("series", "taken"), _COLUMNS, keys)
        return sorted((row[0], row[1], row[2], row[3], row[4]) for row in rows)

    async def _note(
        self, transaction: Transaction, changes: Sequence[tuple[Raw | None, Raw | None]], by: str, reason: str
    ) -> None:
        now = self._now()
        raws = [raw for pair in changes for raw in pair if raw is not None and raw[4] & TEXT]
        texts = await self._words.texts({(raw[0], int(raw[2])) for raw in raws}, transaction.connection)

        def value(raw: Raw | None) -> str | None:
            if raw is None:
                return None
            return orjson.dumps(texts[raw[0], int(raw[2])] if raw[4] & TEXT else raw[2]).decode()

        rows = []
        for old, new in changes:
            some = old or new
            assert some is not None
            rows.append((some[0], some[1], now, value(old), value(new), by, reason))
        await self._database.run_many(transaction.connection, REVISION, rows)

    async def _touch(self, transaction: Transaction, series: int, taken: Sequence[int]) -> None:
        """Have the statistics around these instants made again, and learn the series' newest reading anew."""
        if not taken:
            return
        index, hours = self._index, {(series, one // HOUR) for one in taken}
        missing = [hour for hour in hours if hour not in index.marks or hour in transaction.unmarked]
        await self._database.run_many(transaction.connection, MARK, missing)
        transaction.touched |= hours
        rows = await self._database.rows(
            transaction.connection,
            f"SELECT {_COLUMNS} FROM readings t WHERE t.series = ? ORDER BY t.taken DESC LIMIT 1",
            series,
        )

        def remember() -> None:
            if rows:
                raw = rows[0]
                index.newest[series] = (raw[0], raw[1], raw[2], raw[3], raw[4])
            else:
                index.newest.pop(series, None)
            index.mark(hours)
            self._marked(hours)

        transaction.after(remember)


def _value(text: str | None) -> Value | None:
    if text is None:
        return None
    value: Value = orjson.loads(text)
    return value
