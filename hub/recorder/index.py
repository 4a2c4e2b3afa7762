"""What the writer remembers of each series, so that a row in order of time needs no look-up."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.recorder.database import Database
from hub.recorder.words import Raw

HOUR = 3_600_000_000
"""Microseconds."""

_EACH_SERIES = """
WITH RECURSIVE known(series) AS (
    SELECT min(series) FROM {table}
    UNION ALL
    SELECT (SELECT min(t.series) FROM {table} t WHERE t.series > known.series) FROM known WHERE known.series IS NOT NULL
)
"""
_NEWEST = (
    _EACH_SERIES.format(table="readings")
    + """
SELECT r.series, r.taken, r.value, r.delay, r.flags FROM known JOIN readings r
ON r.series = known.series AND r.taken = (SELECT max(m.taken) FROM readings m WHERE m.series = known.series)
"""
)
_BURIED = (
    _EACH_SERIES.format(table="tombstones")
    + """
SELECT known.series, (SELECT max(m.taken) FROM tombstones m WHERE m.series = known.series)
FROM known WHERE known.series IS NOT NULL
"""
)


class Index:
    """In memory, true as of the last commit."""

    def __init__(self) -> None:
        self.newest: dict[int, Raw] = {}
        """The newest reading of each series."""
        self.horizon: dict[int, int] = {}
        """The newest `taken` that ever was, removed ones included: later rows are new for sure."""
        self.purged: dict[int, int] = {}
        """Retention has removed raw readings before this."""
        self.marks: dict[tuple[int, int], int] = {}
        """Hours (series, hour) whose statistics are to be made again -> number of the commit that said so last."""
        self.day_marks: set[tuple[int, int]] = set()
        self.commit = 0

    async def load(self, database: Database, connection: AsyncConnection) -> None:
        """Read it anew; a few microseconds for each series."""
        self.newest = {row[0]: tuple(row) for row in await database.rows(connection, _NEWEST)}
        self.horizon = {series: row[1] for series, row in self.newest.items()}
        for series, taken in await database.rows(connection, _BURIED):
            self.horizon[series] = max(taken, self.horizon.get(series, taken))
        purged = await database.rows(connection, "SELECT series, purged_us FROM series WHERE purged_us IS NOT NULL")
        self.purged = {row[0]: row[1] for row in purged}
        self.commit += 1
        marks = await database.rows(connection, "SELECT series, hour FROM marks")
        self.marks = dict.fromkeys(marks, self.commit)
        self.day_marks = {
            (row[0], row[1]) for row in await database.rows(connection, "SELECT series, day FROM day_marks")
        }

    def mark(self, hours: set[tuple[int, int]]) -> None:
        """Hours changed in a commit that has just succeeded."""
        self.commit += 1
        for hour in hours:
            self.marks[hour] = self.commit
