"""Readings in and out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hub.recorder.facts import Outcome, Row, StoredReading
from hub.recorder.incoming import Incoming, check
from hub.recorder.schema import TEXT
from hub.recorder.store import Store

COLUMNS = "series, taken, taken + delay, value, flags"
After = tuple[int, int]
"""Cursor of a page: (taken_us, series) of its last reading."""


class ReadingStore(Store):
    _incoming: Incoming

    async def write(self, rows: Sequence[Row]) -> list[Outcome]:
        """Keep rows for good; returns after the durable commit. StorageUnavailable: none of them was kept."""
        if not rows:
            return []
        check(rows)
        return await self._writer.submit(self._incoming.write, rows, len(rows))

    async def readings(
        self,
        series: Sequence[int],
        start_us: int,
        end_us: int,
        *,
        limit: int = 1000,
        after: After | None = None,
        descending: bool = False,
    ) -> list[StoredReading]:
        """Readings with start <= taken < end, ordered by (taken, series), at most `limit`, those past `after`."""
        order, rows = "DESC" if descending else "ASC", list[Any]()
        for one in sorted(set(series)):
            low, high = bounds(one, start_us, end_us, after, descending)
            rows += await self._database.fetch(
                f"SELECT {COLUMNS} FROM readings WHERE series = ? AND taken >= ? AND taken < ? "
                f"ORDER BY taken {order} LIMIT ?",
                *(one, low, high, limit),
            )
        if len(set(series)) > 1:
            rows.sort(key=lambda row: (row[1], row[0]), reverse=descending)
            del rows[limit:]
        return await self._words.readings(rows)

    async def arrays(self, series: int, start_us: int, end_us: int) -> tuple[list[int], list[float]]:
        """Instants and numbers with start <= taken < end, for charts; texts are left out."""
        rows = await self._database.fetch(
            f"SELECT taken, value FROM readings WHERE series = ? AND taken >= ? AND taken < ? AND flags < {TEXT} "
            "ORDER BY taken",
            *(series, start_us, end_us),
        )
        return [row[0] for row in rows], [row[1] for row in rows]

    async def newest(self, series: Iterable[int] | None = None) -> dict[int, StoredReading]:
        """The newest reading of each series that has one; of all series when none are named."""
        newest = self._index.newest
        raws = list(newest.values()) if series is None else [newest[one] for one in series if one in newest]
        rows = [(raw[0], raw[1], raw[1] + raw[3], raw[2], raw[4]) for raw in raws]
        return {reading.series: reading for reading in await self._words.readings(rows)}

    async def neighbours(self, series: int, taken_us: int) -> tuple[StoredReading | None, StoredReading | None]:
        """The readings next before and next after an instant, not at it."""
        sql = f"SELECT {COLUMNS} FROM readings WHERE series = ? AND taken "
        before = await self._database.fetch(f"{sql} < ? ORDER BY taken DESC LIMIT 1", series, taken_us)
        after = await self._database.fetch(f"{sql} > ? ORDER BY taken LIMIT 1", series, taken_us)
        found = await self._words.readings([*before, *after])
        return (found[0] if before else None, found[-1] if after else None)

    async def reading(self, series: int, taken_us: int) -> StoredReading | None:
        """The reading at exactly this instant."""
        rows = await self._database.fetch(
            f"SELECT {COLUMNS} FROM readings WHERE series = ? AND taken = ?", series, taken_us
        )
        found = await self._words.readings(rows)
        return found[0] if found else None

    def late(self, series: int, taken_us: int) -> bool:
        """True when the series has a newer reading than this instant."""
        newest = self._index.newest.get(series)
        return newest is not None and newest[1] > taken_us


def bounds(series: int, start: int, end: int, after: After | None, descending: bool) -> tuple[int, int]:
    """The part of [start, end) that lies past the cursor, for one series."""
    if after is None:
        return start, end
    taken, cursor = after
    if descending:
        return start, min(end, taken + (1 if series < cursor else 0))
    return max(start, taken + (0 if series > cursor else 1)), end
