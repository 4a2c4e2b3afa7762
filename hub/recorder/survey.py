"""Exact statistics of one series as one snapshot of the database shows it, made anew where they are not up to date."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.recorder.database import Database
from hub.recorder.days import day_of, day_stretch
from hub.recorder.index import HOUR
from hub.recorder.partial import STATEFUL, Partial, Point, Rule, Stretch, compose, fold
from hub.recorder.schema import FINAL, TEXT

COLUMNS = "count, low, high, total, rise, integral, gap, last, since_last, flags, states, slots"
_POINTS = "SELECT taken, value, flags FROM readings WHERE series = ?"
BIG, SMALL = 20_000, 200
"""Readings fetched at a time when many or few hours are to be made."""


class Survey:
    """Reads within one snapshot; hours are counted since 1970 in UTC, days by `date.toordinal`."""

    def __init__(
        self, database: Database, connection: AsyncConnection, series: int, rule: Rule, time_zone: str, now: int
    ) -> None:
        self._database = database
        self._connection = connection
        self.series = series
        self.rule = rule
        self.time_zone = time_zone
        self.now = now
        self._made: dict[int, Partial] = {}
        self._closed: set[int] = set()
        self._only = "" if rule.kind in STATEFUL else f" AND flags < {TEXT}"

    async def extent(self) -> Stretch | None:
        """A stretch in which the hours and days lie that the series reaches; None when it has no readings."""
        rows = await self._rows("SELECT min(taken), max(taken) FROM readings WHERE series = ?")
        low, high = rows[0]
        if low is None:
            return None
        hours = await self._rows("SELECT min(hour) FROM hours WHERE series = ?")
        if hours[0][0] is not None:
            low = min(low, hours[0][0] * HOUR)
        return low - 48 * HOUR, high + self.rule.hold + 48 * HOUR

    async def hours(self, first: int, last: int) -> list[tuple[int, Partial]]:
        """Hours in [first, last) that have readings, exact."""
        rows = await self._rows(
            f"SELECT hour, {COLUMNS} FROM hours WHERE series = ? AND hour >= ? AND hour < ?", first, last
        )
        known = {row[0]: part(row[1:], row[0] * HOUR, row[0] * HOUR + HOUR) for row in rows}
        await self.remake(await self._outdated(first, last))
        for hour, partial in self._made.items():
            if first <= hour < last and not (hour in known and known[hour].final):
                known[hour] = partial
        return sorted((hour, partial) for hour, partial in known.items() if partial.count)

    async def present(self, first: int, last: int) -> dict[int, int]:
        """Hours in [first, last) that have readings -> their slots; negative where the readings are gone."""
        rows = await self._rows(
            "SELECT hour, slots, flags FROM hours WHERE series = ? AND hour >= ? AND hour < ?", first, last
        )
        found = {row[0]: -row[1] if row[2] & FINAL else row[1] for row in rows}
        await self.remake(await self._outdated(first, last))
        for hour, partial in self._made.items():
            if first <= hour < last and found.get(hour, 0) >= 0:
                found[hour] = partial.slots
        return {hour: slots for hour, slots in found.items() if slots}

    async def days(self, first: int, last: int, *, stored: bool = True) -> list[tuple[int, Partial]]:
        """Local days in [first, last) that have readings, exact. `stored`: days kept in the table are of this zone."""
        start, end = day_stretch(first, self.time_zone)[0], day_stretch(last - 1, self.time_zone)[1]
        known: dict[int, Partial] = {}
        dirty = set(range(first, last))
        low, high = start // HOUR, -(-end // HOUR)
        if stored:
            rows = await self._rows(
                f"SELECT day, {COLUMNS} FROM days WHERE series = ? AND day >= ? AND day < ?", first, last
            )
            known = {row[0]: part(row[1:], *day_stretch(row[0], self.time_zone)) for row in rows}
            remade = await self.remake(await self._outdated(low, high))
            dirty = {row[0] for row in await self._rows("SELECT day FROM day_marks WHERE series = ?")}
            dirty |= {day_of(hour * HOUR + at, self.time_zone) for hour in remade for at in (0, HOUR - 1)}
            dirty |= {day for day in known if day_stretch(day, self.time_zone)[1] > self.now}
            dirty &= set(range(first, last))
        for run in runs(sorted(dirty)):
            for day in run:
                known.pop(day, None)
            known |= await self.make_days(run)
        return sorted((day, partial) for day, partial in known.items() if partial.count)

    async def make_days(self, days: Sequence[int]) -> dict[int, Partial]:
        """Statistics of days that follow one another, from their hours; from the readings where days cut hours."""
        stretches = [day_stretch(day, self.time_zone) for day in days]
        start, end = stretches[0][0], stretches[-1][1]
        before = await self.before(start)
        whole = all(edge % HOUR == 0 for stretch in stretches for edge in stretch)
        hours = await self.hours(start // HOUR, -(-end // HOUR))
        if whole or any(partial.final for _, partial in hours):
            parts = [(hour * HOUR, hour * HOUR + HOUR, partial) for hour, partial in hours if hour * HOUR >= start]
            made = compose(parts, before, stretches, self.rule, self.now)
        else:
            made = fold(await self.points(start, end), before, stretches, self.rule, self.now)
        return {day: made[stretch[0]] for day, stretch in zip(days, stretches, strict=True)}

    async def before(self, taken: int) -> Point | None:
        """The last reading before an instant, also when only its hour's statistics are left."""
        point = await self._last_before(taken)
        rows = await self._rows(
            f"SELECT hour, since_last, last, flags FROM hours WHERE series = ? AND hour < ? AND flags & {FINAL} <> 0 "
            "ORDER BY hour DESC LIMIT 1",
            taken // HOUR,
        )
        if rows and (point is None or rows[0][0] * HOUR + HOUR - rows[0][1] > point[0]):
            return rows[0][0] * HOUR + HOUR - rows[0][1], rows[0][2], rows[0][3] & ~FINAL
        return point

    async def remake(self, marked: Iterable[int]) -> dict[int, Partial]:
        """Statistics, from the readings, of marked hours and of those whose first reading follows a marked hour.

        What is removed, added or changed in an hour alters that hour, and how the next reading relates to the last.
        """
        closed, only = sorted(set(marked) - self._closed), set[int]()
        made = self._made
        self._closed.update(closed)
        while closed or only:
            start = min([*closed[:1], *only])
            left = bisect_left(closed, start)
            size = BIG if len(closed) - left > 8 else SMALL
            points, until = await self._points_from(start, size)
            before = await self._last_before(start * HOUR)
            taken = [point[0] for point in points]
            done = {hour for hour in (*closed, *only) if hour < until}
            for hour in closed:
                if hour >= until:
                    break
                following = bisect_left(taken, (hour + 1) * HOUR)
                if following < len(taken):
                    done.add(taken[following] // HOUR)
            for hour in sorted(done):
                if hour >= until:
                    only.add(hour)
                    continue
                begin, end = bisect_left(taken, hour * HOUR), bisect_left(taken, (hour + 1) * HOUR)
                previous = points[begin - 1] if begin else before
                stretch = (hour * HOUR, (hour + 1) * HOUR)
                made[hour] = fold(points[begin:end], previous, [stretch], self.rule, self.now)[stretch[0]]
                only.discard(hour)
            closed = [hour for hour in closed if hour >= until]
        return made

    async def _outdated(self, first: int, last: int) -> set[int]:
        """Hours in [first, last) whose stored statistics, if any, are not to be used."""
        rows = await self._rows("SELECT hour FROM marks WHERE series = ? AND hour >= ? AND hour < ?", first, last)
        found = {row[0] for row in rows}
        present = self.now // HOUR
        if last > present:
            # The present hour, and what a wrong clock has put in the future, changes with every minute.
            rows = await self._rows(
                f"SELECT DISTINCT taken / {HOUR} FROM readings WHERE series = ? AND taken >= ? AND taken < ?",
                *(max(first, present) * HOUR, last * HOUR),
            )
            found |= {row[0] for row in rows}
        point = await self._last_before(first * HOUR)
        since = point[0] // HOUR if point else -(1 << 31)
        if await self._rows("SELECT hour FROM marks WHERE series = ? AND hour >= ? AND hour < ? LIMIT 1", since, first):
            rows = await self._rows(
                f"SELECT taken FROM readings WHERE series = ? AND taken >= ?{self._only} ORDER BY taken LIMIT 1",
                first * HOUR,
            )
            if rows and rows[0][0] // HOUR < last:
                found.add(rows[0][0] // HOUR)
        return found

    async def _points_from(self, hour: int, size: int) -> tuple[list[Point], int]:
        """Readings from an hour on, and the hour up to which they are complete."""
        while True:
            rows = await self._rows(
                f"{_POINTS} AND taken >= ?{self._only} ORDER BY taken LIMIT ?",
                *(hour * HOUR, size),
            )
            points = [(row[0], row[1], row[2]) for row in rows]
            if len(points) < size:
                return points, 1 << 62
            if points[-1][0] // HOUR > hour:
                return points, points[-1][0] // HOUR
            size *= 8

    async def points(self, start: int, end: int) -> list[Point]:
        """Readings with start <= taken < end."""
        rows = await self._rows(
            f"{_POINTS} AND taken >= ? AND taken < ?{self._only} ORDER BY taken",
            *(start, end),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def _last_before(self, taken: int) -> Point | None:
        rows = await self._rows(
            f"{_POINTS} AND taken < ?{self._only} ORDER BY taken DESC LIMIT 1",
            taken,
        )
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    async def _rows(self, sql: str, *parameters: int) -> Sequence[Any]:
        return await self._database.rows(self._connection, sql, self.series, *parameters)


def part(row: Sequence[Any], start: int, end: int) -> Partial:
    """A row of `hours` or `days` (COLUMNS) as a partial."""
    count, low, high, total, rise, integral, gap, last, since_last, flags, states, slots = row
    return Partial(
        count,
        low,
        high,
        total,
        rise,
        integral,
        end - start - gap,
        (end - since_last, last, flags & ~FINAL),
        orjson.loads(states) if states else {},
        slots,
        flags & FINAL != 0,
    )


def columns(partial: Partial, start: int, end: int) -> tuple[Any, ...]:
    """The other way round."""
    assert partial.last is not None
    taken, last, flags = partial.last
    states = orjson.dumps(partial.states).decode() if partial.states else None
    return (
        *(partial.count, partial.low, partial.high, partial.total, partial.rise, partial.integral),
        *(end - start - partial.held, last, end - taken, flags | FINAL * partial.final, states, partial.slots),
    )


def runs(numbers: Sequence[int]) -> list[list[int]]:
    """Sorted numbers as stretches without gaps."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
