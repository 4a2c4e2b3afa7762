"""Raw readings go when their time is over; their statistics stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.model import Kind
from hub.recorder.days import day_of, day_stretch
from hub.recorder.index import HOUR
from hub.recorder.mending import MendingStore
from hub.recorder.registry import RegistryStore
from hub.recorder.schema import FINAL, TEXT
from hub.recorder.writer import Transaction

AT_ONCE = 2_000
"""Readings removed in one commit: few enough that new ones hardly wait."""
ENTRIES_AT_ONCE = 500
_OF_SERIES = ("readings", "tombstones", "revisions", "words", "hours", "days", "marks", "day_marks", "series")


class Purgeable(NamedTuple):
    readings: int
    """Raw ones that would go."""
    oldest_us: int
    before_us: int
    """Those taken before this."""
    hours: int
    """With readings among them, whose statistics stay."""


class RetentionStore(MendingStore, RegistryStore):
    async def purge(self, retention: Mapping[str, int | None] | None = None) -> int:
        """Remove raw readings older than their metric's retention; returns how many.

        `retention`: metric key or `*` -> days, None: for ever; left out: what `save_retention` kept. Whole local days
        go, when their statistics are made; of each series the last reading before stays, so that counters go on and a
        state is never lost.
        """
        limits = await self._limits(await self.load_retention() if retention is None else retention)
        if not limits:
            return 0
        await self.mend()
        removed = 0
        for series, (_, before) in sorted(limits.items()):
            removed += await self._purge(series, before)
        return removed

    async def purgeable(self, retention: Mapping[str, int | None]) -> dict[str, Purgeable]:
        """Metric key (or entity id) -> what `purge` would remove now; changes nothing."""
        found: dict[str, Purgeable] = {}
        for series, (name, before) in (await self._limits(retention)).items():
            rows = await self._database.fetch(
                "SELECT count(*), min(taken) FROM readings WHERE series = ? AND taken < ?", series, before
            )
            async with self._database.snapshot() as connection:
                spared = len(await self._spared(connection, series, before))
            count, oldest = rows[0][0] - spared, rows[0][1]
            if count > 0:
                hours = await self._database.fetch(
                    "SELECT count(DISTINCT taken / ?) FROM readings WHERE series = ? AND taken < ?",
                    *(HOUR, series, before),
                )
                known = found.get(name, Purgeable(0, oldest, before, 0))
                found[name] = Purgeable(
                    known.readings + count, min(known.oldest_us, oldest), max(known.before_us, before),
                    known.hours + hours[0][0],
                )  # fmt: skip
        return found

    async def _limits(self, retention: Mapping[str, int | None]) -> dict[int, tuple[str, int]]:
        """Series -> (metric or entity id, the instant before which its readings go)."""
        found = {}
        for entity in await self.load_entities():
            days = retention.get(entity.metric, retention.get("*"))
            if days is not None and entity.series in self._rules:
                time_zone = self._rules[entity.series][1]
                first = day_stretch(day_of(self._now(), time_zone) - days, time_zone)[0] // HOUR * HOUR
                found[entity.series] = (entity.metric or entity.id, first)
        return found

    async def journal_before(self, kind: str, before_us: int) -> tuple[int, int | None]:
        """How many entries of a kind began before, and when the oldest did."""
        sql = "SELECT count(*), min(start_us) FROM journal WHERE household_id = ? AND kind = ? AND start_us < ?"
        count, oldest = (await self._database.fetch(sql, self._household, kind, before_us))[0]
        return count, oldest

    async def purge_journal(self, kind: str, before_us: int) -> int:
        """Remove entries of a kind that began before, with every revision; returns how many."""
        home, removed = self._household, 0
        while True:
            rows = await self._database.fetch(
                "SELECT id FROM journal WHERE household_id = ? AND kind = ? AND start_us < ? ORDER BY start_us LIMIT ?",
                *(home, kind, before_us, ENTRIES_AT_ONCE),
            )
            if not rows:
                return removed

            async def job(transaction: Transaction, gone: tuple[str, ...] = tuple(row[0] for row in rows)) -> None:
                places = ", ".join("?" * len(gone))
                for table in ("journal_revisions", "journal"):
                    sql = f"DELETE FROM {table} WHERE household_id = ? AND id IN ({places})"
                    await self._database.run(transaction.connection, sql, home, *gone)

            await self._writer.run(job)
            removed += len(rows)
            await self._clock.sleep(0)

    async def erase_series(self, series: Sequence[int]) -> None:
        """Remove all that was ever kept of these series, beyond recall."""
        for one in series:
            while await self._erase_some(one):
                await self._clock.sleep(0)

            async def rest(transaction: Transaction, one: int = one) -> None:
                for table in _OF_SERIES:
                    await self._database.run(transaction.connection, f"DELETE FROM {table} WHERE series = ?", one)
                transaction.registered.add(one)
                transaction.after(lambda: self._forget(one))

            await self._writer.run(rest)

    async def _purge(self, series: int, before: int) -> int:
        removed = 0
        while True:
            until = await self._portion(series, before)
            if until is None:
                return removed
            some = await self._writer.submit(self._remove_all, (series, until))
            if some is None:
                return removed  # readings came in for just these hours: another time
            removed += some
            await self._clock.sleep(0)

    async def _portion(self, series: int, before: int) -> int | None:
        """The hour up to which about AT_ONCE readings can go; None when nothing is to be removed."""
        rows = await self._database.fetch(
            "SELECT taken FROM readings WHERE series = ? AND taken < ? ORDER BY taken LIMIT ?",
            *(series, before, AT_ONCE + 1),
        )
        if len(rows) > AT_ONCE:
            until: int = rows[-1][0] // HOUR * HOUR
            return until if until > rows[2][0] else min(before, until + HOUR)
        async with self._database.snapshot() as connection:
            spared = await self._spared(connection, series, before)
        return before if len(rows) > len(spared) else None

    async def _spared(self, connection: AsyncConnection, series: int, before: int) -> list[int]:
        """The last reading before an instant, and the last number."""
        found = set()
        for only in ("", f" AND flags < {TEXT}"):
            sql = f"SELECT max(taken) FROM readings WHERE series = ? AND taken < ?{only}"
            found |= {row[0] for row in await self._database.rows(connection, sql, series, before)}
        return sorted(found - {None})

    async def _remove_all(self, transaction: Transaction, portions: list[tuple[int, int]]) -> list[int | None]:
        return [await self._remove_portion(transaction, series, until) for series, until in portions]

    async def _remove_portion(self, transaction: Transaction, series: int, until: int) -> int | None:
        hours = until // HOUR
        for changed in (self._index.marks, transaction.touched):
            if any(one == series and hour < hours for one, hour in changed):
                return None
        on, database = transaction.connection, self._database
        spared = await self._spared(on, series, until)
        places = ", ".join("?" * len(spared))
        removed = await database.run(
            on,
            f"DELETE FROM readings WHERE series = ? AND taken < ? AND taken NOT IN ({places})",
            *(series, until, *spared),
        )
        today = day_of(until, self._rules[series][1])
        for table, key, limit in (("hours", "hour", hours), ("days", "day", today)):
            await database.run(
                on,
                f"UPDATE {table} SET flags = flags | {FINAL} WHERE series = ? AND {key} < ? AND flags & {FINAL} = 0",
                *(series, limit),
            )
        await database.run(on, "UPDATE series SET purged_us = ? WHERE series = ?", until, series)
        if self._rules[series][0].kind is Kind.TEXT:
            await self._drop_words(transaction, series)
        transaction.after(lambda: self._index.purged.update({series: until}))
        return removed

    async def _drop_words(self, transaction: Transaction, series: int) -> None:
        """Texts that nothing points to any more."""
        used = " UNION ".join(
            f"SELECT CAST({column} AS integer) FROM {table} WHERE series = ? AND flags & {TEXT} <> 0"
            for table, column in (("readings", "value"), ("tombstones", "value"), ("hours", "last"), ("days", "last"))
        )
        await self._database.run(
            transaction.connection, f"DELETE FROM words WHERE series = ? AND word NOT IN ({used})", *[series] * 5
        )
        transaction.after(lambda: self._words.forget(series))

    async def _erase_some(self, series: int) -> bool:
        rows = await self._database.fetch(
            "SELECT taken FROM readings WHERE series = ? ORDER BY taken LIMIT 1 OFFSET ?", series, AT_ONCE
        )
        if not rows:
            return False
        until = rows[0][0]

        async def job(transaction: Transaction) -> None:
            sql = "DELETE FROM readings WHERE series = ? AND taken < ?"
            await self._database.run(transaction.connection, sql, series, until)

        await self._writer.run(job)
        return True

    def _forget(self, series: int) -> None:
        index = self._index
        for memory in (index.newest, index.horizon, index.purged, self._rules):
            cast(dict[int, object], memory).pop(series, None)
        for mark in [mark for mark in index.marks if mark[0] == series]:
            del index.marks[mark]
        index.day_marks = {mark for mark in index.day_marks if mark[0] != series}
        self._words.forget(series)
