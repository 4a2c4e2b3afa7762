"""History in the order in which it came, for going through it again; connections of its own that only read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from hub.model import Flag, JournalEntry, Value
from hub.recorder.codec import load_all
from hub.recorder.database import Database
from hub.recorder.facts import StoredReading
from hub.recorder.incoming import SOURCE
from hub.recorder.instants import to_us
from hub.recorder.words import Words

DAY = 86_400_000_000
"""Microseconds."""
NEAR = DAY
"""What came later than this after it was taken is looked for apart, over all of its series."""
MOST_FAR = 100_000
MOST_ENTRIES = 200_000
_AHEAD = DAY
"""How far ahead of the hub's clock a source's may have been."""
_SELECT = "SELECT series, taken, {came}, value, flags FROM readings WHERE series = ? AND taken >= ? AND taken < ?"


class Edit(NamedTuple):
    """What a person did to a reading at an instant; `value` None: it was removed."""

    at_us: int
    series: int
    taken_us: int
    value: Value | None
    corrected: bool
    """It got another value; else it was removed, or brought back."""


class KnownEntry(NamedTuple):
    """A revision of a journal entry, and when the house knew it."""

    at_us: int
    entry: JournalEntry
    by: str


class Received:
    """Reads one household; `look` first."""

    def __init__(self, url: str, household: str) -> None:
        self._database, self._household = Database(url), household
        self._words = Words(self._database)
        self._in_time: dict[int, int] = {}

    async def close(self) -> None:
        await self._database.dispose()

    async def look(self, series: Sequence[int], start_us: int, end_us: int, *, as_received: bool) -> int:
        """Prepare for a stretch of time; how many of its readings count as if they had come in time.

        Those are imported ones that were taken before the first that came by itself: nobody lived with their absence.
        """
        imported = 0
        for one in series:
            self._in_time[one] = 0
            if as_received:
                continue
            live = await self._database.fetch(
                f"SELECT taken FROM readings WHERE series = ? AND taken < ? AND (flags & {Flag.IMPORTED.value}) = 0 "
                "ORDER BY taken LIMIT 1",
                *(one, end_us),
            )
            self._in_time[one] = live[0][0] if live else end_us
            imported += (
                await self._database.fetch(
                    f"SELECT count(*) FROM readings WHERE series = ? AND taken >= ? AND taken < ? "
                    f"AND (flags & {Flag.IMPORTED.value}) <> 0",
                    *(one, start_us, min(end_us, self._in_time[one])),
                )
            )[0][0]
        return imported

    async def count(self, series: Sequence[int], start_us: int, end_us: int) -> int:
        """About how many readings there are to go through."""
        total = 0
        for one in series:
            sql = "SELECT count(*) FROM readings WHERE series = ? AND taken >= ? AND taken < ?"
            total += (await self._database.fetch(sql, one, start_us, end_us))[0][0]
        return total

    async def standing(self, series: int, at_us: int) -> StoredReading | None:
        """The newest reading that the house knew at an instant."""
        return await self.before(series, at_us + _AHEAD, at_us)

    async def since(self, series: int, taken_us: int) -> int:
        """When the value that a reading has became known, first of those before it that have it too."""
        came = self._came(series)
        value = "(SELECT value FROM readings WHERE series = ? AND taken = ?)"
        rows = await self._database.fetch(
            f"SELECT {came} FROM readings WHERE series = ? AND taken <= ? AND taken > coalesce((SELECT max(taken) "
            f"FROM readings WHERE series = ? AND taken < ? AND value <> {value}), ?) ORDER BY taken LIMIT 1",
            *(series, taken_us, series, taken_us, series, taken_us, -(1 << 62)),
        )
        return int(rows[0][0]) if rows else taken_us

    async def known(self, series: int, start_us: int, end_us: int) -> list[StoredReading]:
        """Readings taken in a stretch of time, those that were known at its end."""
        came = self._came(series)
        rows = await self._database.fetch(
            f"{_SELECT.format(came=came)} AND {came} < ?", *(series, start_us, end_us, end_us)
        )
        return await self._words.readings(rows)

    async def window(self, series: int, start_us: int, end_us: int) -> list[StoredReading]:
        """Readings that came with start <= received < end, no more than a day late; by (received, taken)."""
        came = self._came(series)
        rows = await self._database.fetch(
            f"{_SELECT.format(came=came)} AND {came} >= ? AND {came} < ? AND {came} - taken <= ?",
            *(series, start_us - NEAR, end_us + _AHEAD, start_us, end_us, NEAR),
        )
        return await self._words.readings(rows)

    async def far(self, series: int, start_us: int, end_us: int) -> tuple[list[StoredReading], bool]:
        """Readings that came then and more than a day late; False: there are more than can be told."""
        came = self._came(series)
        rows = await self._database.fetch(
            f"{_SELECT.format(came=came)} AND {came} >= ? AND {came} < ? AND {came} - taken > ? LIMIT ?",
            *(series, -(1 << 62), end_us, start_us, end_us, NEAR, MOST_FAR + 1),
        )
        return await self._words.readings(rows[:MOST_FAR]), len(rows) <= MOST_FAR

    async def revised(self, series: Sequence[int], start_us: int) -> tuple[list[StoredReading], list[Edit]]:
        """Readings that were changed since an instant: as they came each time, and what people made of them."""
        came: list[StoredReading] = []
        edits: list[Edit] = []
        for one in series:
            rows = await self._database.fetch(
                'SELECT taken, "at", old, new, actor FROM revisions WHERE series = ? AND "at" >= ? ORDER BY id',
                *(one, start_us),
            )
            seen: set[int] = set()
            for taken, at, old, new, actor in rows:
                if taken not in seen and old is not None:
                    first = await self._first_came(one, taken, by_source=actor == SOURCE)
                    came.append(StoredReading(one, taken, first, orjson.loads(old), 0))
                seen.add(taken)
                value = orjson.loads(new) if new is not None else None
                if actor == SOURCE and value is not None:
                    came.append(StoredReading(one, taken, at, value, 0))
                else:
                    edits.append(Edit(at, one, taken, value, old is not None and value is not None))
        return came, sorted(edits, key=lambda edit: edit.at_us)

    async def before(self, series: int, taken_us: int, at_us: int) -> StoredReading | None:
        """The newest reading taken before an instant, of those that were known at another."""
        came = self._came(series)
        rows = await self._database.fetch(
            f"{_SELECT.format(came=came)} AND {came} <= ? ORDER BY taken DESC LIMIT 1",
            *(series, -(1 << 62), taken_us, at_us),
        )
        found = await self._words.readings(rows)
        return found[0] if found else None

    async def _first_came(self, series: int, taken: int, *, by_source: bool) -> int:
        """A source that changes its mind leaves no word of when it first spoke: then, when it was taken."""
        if by_source:
            return taken
        for table in ("readings", "tombstones"):
            rows = await self._database.fetch(
                f"SELECT {self._came(series)} FROM {table} WHERE series = ? AND taken = ?", series, taken
            )
            if rows:
                return int(rows[0][0])
        return taken

    async def entries(self, start_us: int, end_us: int, *, as_received: bool) -> list[KnownEntry]:
        """Every revision of entries that began since `start` or were changed since, in the order they became known.

        Unless `as_received`, what an integration brought more than a day after it happened counts as told in time.
        """
        rows = await self._database.fetch(
            "SELECT r.id, r.at_us, r.actor, r.body FROM journal_revisions r JOIN journal j "
            "ON j.household_id = r.household_id AND j.id = r.id WHERE r.household_id = ? "
            "AND ((j.start_us >= ? AND j.start_us < ?) OR (r.at_us >= ? AND r.at_us < ?)) "
            "ORDER BY r.id, r.revision LIMIT ?",
            *(self._household, start_us, end_us, start_us, end_us, MOST_ENTRIES),
        )
        bodies = defaultdict[str, list[tuple[Any, ...]]](list)
        for row in rows:
            bodies[row[0]].append(row)
        found: list[KnownEntry] = []
        for same in bodies.values():
            for row, entry in zip(same, load_all(JournalEntry, [(row[0], row[3]) for row in same]), strict=False):
                at = row[1]
                over = to_us(entry.end or entry.start)
                if not as_received and entry.author.startswith("entry:") and at - over > DAY:
                    at = over
                found.append(KnownEntry(at, entry, row[2]))
        found.sort(key=lambda one: (one.at_us, one.entry.revision))
        return [one for one in found if one.at_us < end_us]

    def _came(self, series: int) -> str:
        """SQL of when a reading became known."""
        until = self._in_time.get(series, 0)
        if not until:
            return "taken + delay"
        flag = Flag.IMPORTED.value
        return f"(CASE WHEN (flags & {flag}) <> 0 AND taken < {until} THEN taken ELSE taken + delay END)"
