"""Keeps stored statistics up with the readings, in the background; whoever reads does not depend on it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from hub.errors import HubError
from hub.recorder.days import day_of, day_stretch
from hub.recorder.incoming import MARK
from hub.recorder.index import HOUR
from hub.recorder.instants import from_us
from hub.recorder.partial import Partial, Rule
from hub.recorder.schema import FINAL
from hub.recorder.statistics import StatisticStore
from hub.recorder.survey import COLUMNS, Survey, columns, runs
from hub.recorder.writer import Transaction

log = logging.getLogger(__name__)
HOURS_AT_ONCE = 2_000
SERIES_AT_ONCE = 50
QUIET = 1.0
"""Seconds between a late reading and the mending, so that a burst is mended once."""
RETRY = 30.0
PASSES = 3
"""What goes on being changed is left for the next time."""
_PLACES = ", ".join("?" * 14)
_UPSERT = (
    f"INSERT INTO {{table}} (series, {{key}}, {COLUMNS}) VALUES ({_PLACES}) "
    "ON CONFLICT (series, {key}) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", "))
)
_UPSERT_HOUR = _UPSERT.format(table="hours", key="hour")
_UPSERT_DAY = _UPSERT.format(table="days", key="day")


class MendingStore(StatisticStore):
    _due: asyncio.Event
    _mending: asyncio.Lock
    _mender: asyncio.Task[None] | None = None

    async def mend(self) -> None:
        """Bring all stored statistics of hours and days that are over up to date."""
        async with self._mending:
            for _ in range(PASSES):
                present, due = self._now() // HOUR, dict[int, list[int]]()
                for series, hour in self._index.marks:
                    if hour < present and series in self._rules:
                        due.setdefault(series, []).append(hour)
                if not due:
                    break
                await self._mend_hours({series: due[series] for series in sorted(due)})
            await self._mend_days()

    def _marked(self, hours: Iterable[tuple[int, int]]) -> None:
        present = self._now() // HOUR
        if not self._due.is_set() and any(hour < present for _, hour in hours):
            self._due.set()

    async def _keep_mending(self) -> None:
        while True:
            present = self._now() // HOUR
            if not self._due.is_set():
                await self._until_due(present)
            self._due.clear()
            await self._clock.sleep(QUIET)
            try:
                await self.mend()
            except HubError as error:
                log.warning("statistics could not be stored, will try again: %s", error)
                await self._clock.sleep(RETRY)
                self._due.set()
            except Exception:
                log.exception("statistics could not be made, will try again")
                await self._clock.sleep(RETRY)
                self._due.set()

    async def _until_due(self, present: int) -> None:
        """Wait for a late reading or for the hour to be over, whichever comes first."""
        over = from_us((present + 1) * HOUR) + timedelta(seconds=1)
        waits = [asyncio.ensure_future(self._due.wait()), asyncio.ensure_future(self._clock.sleep_until(over))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _mend_hours(self, due: dict[int, list[int]]) -> None:
        index, batch, size = self._index, list[_Hours](), 0
        for series, hours in due.items():
            hours.sort()
            for start in range(0, len(hours), HOURS_AT_ONCE):
                some = hours[start : start + HOURS_AT_ONCE]
                versions = {hour: index.marks.get((series, hour)) for hour in some}
                rule, time_zone = self._rules[series]
                async with self._database.snapshot() as connection:
                    survey = Survey(self._database, connection, series, rule, time_zone, self._now())
                    made = await survey.remake(some)
                batch.append(_Hours(series, rule, time_zone, versions, made, survey.now))
                size += len(made)
                if size >= HOURS_AT_ONCE or len(batch) >= SERIES_AT_ONCE:
                    await self._writer.submit(self._store_hours, batch, size)
                    batch, size = [], 0
        if batch:
            await self._writer.submit(self._store_hours, batch, size)

    async def _store_hours(self, transaction: Transaction, batches: list[list[_Hours]]) -> list[None]:
        on, database, index = transaction.connection, self._database, self._index
        done: set[tuple[int, int]] = set()
        days: set[tuple[int, int]] = set()
        ahead: set[tuple[int, int]] = set()
        rows, gone = list[Any](), list[tuple[int, int]]()
        for work in (work for batch in batches for work in batch):
            series = work.series
            if self._outlived(transaction, series, work.rule, work.time_zone):
                continue
            final = await database.keyed(
                on, "hours", ("series", "hour"), "t.hour, t.flags", [(series, hour) for hour in work.made]
            )
            kept = {row[0] for row in final if row[1] & FINAL}
            for hour, version in work.versions.items():
                key = (series, hour)
                if version is not None and index.marks.get(key) == version and key not in transaction.touched:
                    done.add(key)
            for hour, partial in work.made.items():
                key = (series, hour)
                if hour in kept or (key not in done and (key in index.marks or key in transaction.touched)):
                    continue
                if (hour + 1) * HOUR > work.now:
                    # The next reading lies in an hour that is not over, or that a clock set back has made the future.
                    ahead.add(key)
                elif partial.count:
                    rows.append((series, hour, *columns(partial, hour * HOUR, hour * HOUR + HOUR)))
                else:
                    gone.append(key)
            days |= {(series, day_of(hour * HOUR + at, work.time_zone)) for hour in work.made for at in (0, HOUR - 1)}
        days -= index.day_marks
        ahead -= index.marks.keys()
        await database.run_many(on, MARK, list(ahead))
        await database.replace(on, "hours", "hour", _UPSERT_HOUR, rows, gone)
        await database.run_many(on, "DELETE FROM marks WHERE series = ? AND hour = ?", list(done))
        await database.run_many(
            on, "INSERT INTO day_marks (series, day) VALUES (?, ?) ON CONFLICT DO NOTHING", list(days)
        )
        transaction.unmarked |= done

        def remember() -> None:
            for key in done:
                index.marks.pop(key, None)
            index.mark(ahead)
            index.day_marks |= days

        transaction.after(remember)
        return [None] * len(batches)

    async def _mend_days(self) -> None:
        now, due = self._now(), dict[int, list[int]]()
        for series, day in self._index.day_marks:
            if series in self._rules and day_stretch(day, self._rules[series][1])[1] <= now:
                due.setdefault(series, []).append(day)
        batch, size = list[_Days](), 0
        for series in sorted(due):
            rule, time_zone = self._rules[series]
            for run in runs(sorted(due[series])):
                async with self._database.snapshot() as connection:
                    survey = Survey(self._database, connection, series, rule, time_zone, now)
                    made = await survey.make_days(run)
                batch.append(_Days(series, rule, time_zone, made))
                size += len(made)
                if size >= HOURS_AT_ONCE or len(batch) >= SERIES_AT_ONCE:
                    await self._writer.submit(self._store_days, batch, size)
                    batch, size = [], 0
        if batch:
            await self._writer.submit(self._store_days, batch, size)

    async def _store_days(self, transaction: Transaction, batches: list[list[_Days]]) -> list[None]:
        """What changed since the days were made has marked its hours, which will mark the days again."""
        rows, gone, done = list[Any](), list[tuple[int, int]](), list[tuple[int, int]]()
        for work in (work for batch in batches for work in batch):
            if self._outlived(transaction, work.series, work.rule, work.time_zone):
                continue
            for day, partial in work.made.items():
                done.append((work.series, day))
                if partial.count:
                    rows.append((work.series, day, *columns(partial, *day_stretch(day, work.time_zone))))
                else:
                    gone.append((work.series, day))
        on = transaction.connection
        await self._database.replace(on, "days", "day", _UPSERT_DAY, rows, gone)
        await self._database.run_many(on, "DELETE FROM day_marks WHERE series = ? AND day = ?", done)
        transaction.after(lambda: self._index.day_marks.difference_update(done))
        return [None] * len(batches)

    def _outlived(self, transaction: Transaction, series: int, rule: Rule, time_zone: str) -> bool:
        """True when the series' rule or zone is no longer that of the work."""
        return series in transaction.registered or self._rules.get(series) != (rule, time_zone)


class _Hours(NamedTuple):
    series: int
    rule: Rule
    time_zone: str
    versions: dict[int, int | None]
    """Marked hours, and the commit that marked each last."""
    made: dict[int, Partial]
    now: int


class _Days(NamedTuple):
    series: int
    rule: Rule
    time_zone: str
    made: dict[int, Partial]
