"""Rows on their way to disk: what is new, repeated, corrected or buried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any

import orjson

from hub.clock import Clock
from hub.errors import BadReading
from hub.model import Flag
from hub.recorder.database import Database
from hub.recorder.facts import Outcome, Row
from hub.recorder.index import HOUR, Index
from hub.recorder.instants import to_us
from hub.recorder.schema import FINAL, TEXT
from hub.recorder.words import Raw, Words, check_text
from hub.recorder.writer import Transaction

INSERT = "INSERT INTO readings (series, taken, value, delay, flags) VALUES (?, ?, ?, ?, ?)"
UPDATE = "UPDATE readings SET value = ?, delay = ?, flags = ? WHERE series = ? AND taken = ?"
REVISION = 'INSERT INTO revisions (series, taken, "at", old, new, actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?)'
MARK = "INSERT INTO marks (series, hour) VALUES (?, ?) ON CONFLICT DO NOTHING"
SOURCE = "source"
LONG_AGO = -(1 << 62)
NEW, UNCHANGED, CORRECTED, BURIED = Outcome.NEW, Outcome.UNCHANGED, Outcome.CORRECTED, Outcome.BURIED
Key = tuple[int, int]


def check(rows: Sequence[Row]) -> None:
    """Raise BadReading, naming the row, for what can't be stored."""
    for index, (_, _, number, text, _, _) in enumerate(rows):
        if text is None:
            if number is None or not isfinite(number):
                raise BadReading(f"row {index}: {number} is not a number that can be kept")
        elif number is None:
            check_text(text)
        else:
            raise BadReading(f"row {index} has a number and a text; give one of them")


class Incoming:
    """Writes rows of many callers in one go."""

    def __init__(
        self, database: Database, index: Index, words: Words, clock: Clock, marked: Callable[[Iterable[Key]], None]
    ) -> None:
        self._database = database
        self._index = index
        self._words = words
        self._clock = clock
        self._marked = marked

    async def write(self, transaction: Transaction, batches: list[Sequence[Row]]) -> list[list[Outcome]]:
        """Insert or correct the rows of each batch within the transaction; outcomes in their order."""
        texts = {(row[0], row[3]) for rows in batches for row in rows if row[3] is not None}
        numbers = await self._words.numbers(transaction, texts) if texts else {}
        horizon, ahead = self._index.horizon, dict[int, int]()
        fresh: list[Raw] = []
        late: list[tuple[list[Outcome], int, Raw]] = []
        outcomes: list[list[Outcome]] = []
        for rows in batches:
            own = [NEW] * len(rows)
            outcomes.append(own)
            for position, (series, taken, number, text, received, flags) in enumerate(rows):
                known = ahead.get(series)
                if known is None:
                    known = horizon.get(series, LONG_AGO)
                if text is not None:
                    raw = (series, taken, float(numbers[series, text]), received - taken, flags | TEXT)
                else:
                    assert number is not None
                    raw = (series, taken, number, received - taken, flags)
                if taken > known:
                    ahead[series] = taken
                    fresh.append(raw)
                else:
                    late.append((own, position, raw))
        changes = await self._judge(transaction, fresh, late) if late else _Changes(fresh)
        await self._store(transaction, changes, ahead)
        return outcomes

    async def _judge(
        self, transaction: Transaction, fresh: list[Raw], late: list[tuple[list[Outcome], int, Raw]]
    ) -> _Changes:
        changes = _Changes(fresh)
        pending = {(raw[0], raw[1]): place for place, raw in enumerate(fresh)}
        keys = list({(raw[0], raw[1]) for _, _, raw in late if (raw[0], raw[1]) not in pending})
        stored, buried = await self._look_up(transaction, keys)
        for own, position, raw in late:
            key = (raw[0], raw[1])
            if key in buried:
                own[position] = BURIED
                continue
            place = pending.get(key)
            old = changes.inserts[place] if place is not None else stored.get(key)
            if old is None:
                pending[key] = len(changes.inserts)
                changes.inserts.append(raw)
            elif old[2] == raw[2] and (old[4] ^ raw[4]) & TEXT == 0:
                own[position] = UNCHANGED
            elif old[4] & Flag.CORRECTED:
                own[position] = UNCHANGED  # a person's word stands against a source that repeats itself
            else:
                own[position] = CORRECTED
                changes.revisions.append((old, raw))
                if place is not None:
                    changes.inserts[place] = raw
                else:
                    changes.updates[key] = stored[key] = raw
        return changes

    async def _look_up(self, transaction: Transaction, keys: list[Key]) -> tuple[dict[Key, Raw], set[Key]]:
        """What is stored at the keys, and which keys are buried."""
        on, pair = transaction.connection, ("series", "taken")
        columns = "t.series, t.taken, t.value, t.delay, t.flags"
        rows = await self._database.keyed(on, "readings", pair, columns, keys)
        stored = {(row[0], row[1]): (row[0], row[1], row[2], row[3], row[4]) for row in rows}
        missing = [key for key in keys if key not in stored]
        buried = {(row[0], row[1]) for row in await self._database.keyed(on, "tombstones", pair, columns, missing)}
        purged = self._index.purged
        old = [(s, t) for s, t in missing if t < purged.get(s, LONG_AGO)]
        if old:
            hours = {(series, taken // HOUR) for series, taken in old}
            rows = await self._database.keyed(on, "hours", ("series", "hour"), "t.series, t.hour, t.flags", list(hours))
            gone = {(row[0], row[1]) for row in rows if row[2] & FINAL}
            buried |= {(series, taken) for series, taken in old if (series, taken // HOUR) in gone}
        return stored, buried

    async def _store(self, transaction: Transaction, changes: _Changes, ahead: dict[int, int]) -> None:
        on, database, index = transaction.connection, self._database, self._index
        inserts = changes.inserts
        await database.insert_readings(on, inserts if len(inserts) < 2 else sorted(inserts))
        updates = [(raw[2], raw[3], raw[4], raw[0], raw[1]) for raw in changes.updates.values()]
        await database.run_many(on, UPDATE, updates)
        if changes.revisions:
            at = to_us(self._clock.now())
            await database.run_many(on, REVISION, await self._revision_rows(transaction, changes.revisions, at))
        touched = {(raw[0], raw[1] // HOUR) for raw in inserts}
        touched |= {(series, taken // HOUR) for series, taken in changes.updates}
        await database.run_many(
            on, MARK, [hour for hour in touched if hour not in index.marks or hour in transaction.unmarked]
        )
        transaction.touched |= touched

        def remember() -> None:
            index.horizon.update(ahead)
            newest = index.newest
            for raw in inserts:
                old = newest.get(raw[0])
                if old is None or raw[1] >= old[1]:
                    newest[raw[0]] = raw
            for raw in changes.updates.values():
                if newest[raw[0]][1] == raw[1]:
                    newest[raw[0]] = raw
            if touched:
                index.mark(touched)
                self._marked(touched)

        transaction.after(remember)

    async def _revision_rows(self, transaction: Transaction, changed: list[tuple[Raw, Raw]], at: int) -> list[Any]:
        both = [raw for pair in changed for raw in pair]
        words = {(raw[0], int(raw[2])) for raw in both if raw[4] & TEXT}
        texts = await self._words.texts(words, transaction.connection) if words else {}

        def value(raw: Raw) -> str:
            return orjson.dumps(texts[raw[0], int(raw[2])] if raw[4] & TEXT else raw[2]).decode()

        return [(new[0], new[1], at, value(old), value(new), SOURCE, "") for old, new in changed]


class _Changes:
    def __init__(self, inserts: list[Raw]) -> None:
        self.inserts = inserts
        self.updates: dict[Key, Raw] = {}
        self.revisions: list[tuple[Raw, Raw]] = []
