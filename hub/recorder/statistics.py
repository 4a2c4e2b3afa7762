"""Hourly and daily statistics, exact whenever they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.model import Kind
from hub.recorder.days import day_of, day_stretch, zone
from hub.recorder.facts import StoredStatistic
from hub.recorder.index import HOUR
from hub.recorder.partial import Partial, Point, Rule, Stretch, compose
from hub.recorder.schema import TEXT
from hub.recorder.store import Store
from hub.recorder.survey import Survey
from hub.recorder.writer import Transaction

Period = Literal["hour", "day"]
Registration = tuple[int, Rule, str]
_REGISTER = (
    "INSERT INTO series (series, household_id, kind, hold_us, time_zone) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (series) DO UPDATE "
    "SET kind = excluded.kind, hold_us = excluded.hold_us, time_zone = excluded.time_zone"
)
_FLOOR = f"(taken - ((taken % {HOUR}) + {HOUR}) % {HOUR}) / {HOUR}"


class StatisticStore(Store):
    _rules: dict[int, tuple[Rule, str]]
    _marked: Callable[[Iterable[tuple[int, int]]], None]

    async def register_series(self, series: int, *, kind: Kind, hold_s: float, time_zone: str) -> None:
        """Say how readings of a series become statistics; cheap when nothing changed.

        `hold_s`: seconds that a value lasts when no other follows; `time_zone`: whose days they are, an IANA name.
        """
        zone(time_zone)
        wanted = (Rule(Kind(kind), round(hold_s * 1_000_000)), time_zone)
        if self._rules.get(series) != wanted:
            await self._writer.submit(self._register, (series, *wanted))

    async def statistics(
        self, series: int, period: Period, start_us: int, end_us: int, *, time_zone: str
    ) -> list[StoredStatistic]:
        """Every hour (UTC) or day (of the time zone) that touches [start, end) and has readings, or states held."""
        zone(time_zone)
        rule, own = self._rules.get(series, (Rule(), ""))
        async with self._database.snapshot() as connection:
            survey = Survey(self._database, connection, series, rule, time_zone, self._now())
            start, end = within((start_us, end_us), [await survey.extent()])
            if end <= start:
                return []
            parts, before = await self._parts(survey, period, start, end, stored=time_zone == own)
            if rule.kind is Kind.ENUM:
                parts = _filled(parts, before, period, (start, end), survey)
            return await self._told(parts, rule.kind, series, connection)

    async def _parts(
        self, survey: Survey, period: Period, start: int, end: int, *, stored: bool
    ) -> tuple[list[tuple[int, int, Partial]], Point | None]:
        """(start, end, partial) of the hours or days, and the last reading before them where states are held on."""
        if period == "hour":
            hours = await survey.hours(start // HOUR, -(-end // HOUR))
            parts = [(hour * HOUR, hour * HOUR + HOUR, partial) for hour, partial in hours]
            first = start // HOUR * HOUR
        else:
            low, high = day_of(start, survey.time_zone), day_of(end - 1, survey.time_zone) + 1
            days = await survey.days(low, high, stored=stored)
            parts = [(*day_stretch(day, survey.time_zone), partial) for day, partial in days]
            first = day_stretch(low, survey.time_zone)[0]
        return parts, await survey.before(first) if survey.rule.kind is Kind.ENUM else None

    async def _told(
        self,
        parts: Iterable[tuple[int, int, Partial]],
        kind: Kind,
        series: int,
        connection: AsyncConnection,
    ) -> list[StoredStatistic]:
        parts = list(parts)
        words = {int(partial.last[1]) for _, _, partial in parts if partial.last and partial.last[2] & TEXT}
        words |= {int(state) for _, _, partial in parts for state in partial.states if state[0] != "="}
        texts = await self._words.texts({(series, word) for word in words}, connection) if words else {}
        names = {word: text for (_, word), text in texts.items()}
        return [statistic(series, start, end, partial, kind, names) for start, end, partial in parts]

    async def _register(self, transaction: Transaction, wanted: list[Registration]) -> list[None]:
        on, database = transaction.connection, self._database
        rows = [(series, self._household, rule.kind.value, rule.hold, time_zone) for series, rule, time_zone in wanted]
        await database.run_many(on, _REGISTER, rows)
        marks: set[tuple[int, int]] = set()
        day_marks: set[tuple[int, int]] = set()
        for series, rule, time_zone in wanted:
            known = self._rules.get(series)
            if known is not None and known[0] != rule:
                found = await database.rows(
                    on,
                    f"SELECT DISTINCT {_FLOOR} FROM readings WHERE series = ? AND taken >= ?",
                    series,
                    self._since(series),
                )
                marks |= {(series, row[0]) for row in found}
            if known is not None and known[1] != time_zone:
                await database.run(on, "DELETE FROM days WHERE series = ?", series)
                found = await database.rows(on, "SELECT hour FROM hours WHERE series = ?", series)
                day_marks |= {(series, day_of(row[0] * HOUR + at, time_zone)) for row in found for at in (0, HOUR - 1)}
        await database.run_many(
            on, "INSERT INTO marks (series, hour) VALUES (?, ?) ON CONFLICT DO NOTHING", list(marks)
        )
        await database.run_many(
            on, "INSERT INTO day_marks (series, day) VALUES (?, ?) ON CONFLICT DO NOTHING", list(day_marks)
        )
        transaction.touched |= marks
        transaction.registered |= {series for series, _, _ in wanted}

        def remember() -> None:
            for series, rule, time_zone in wanted:
                self._rules[series] = (rule, time_zone)
            self._index.mark(marks)
            self._index.day_marks |= day_marks
            self._marked(marks)

        transaction.after(remember)
        return [None] * len(wanted)

    def _since(self, series: int) -> int:
        return self._index.purged.get(series, -(1 << 62))

    async def _load_rules(self, connection: AsyncConnection) -> None:
        rows = await self._database.rows(
            connection, "SELECT series, kind, hold_us, time_zone FROM series WHERE kind IS NOT NULL"
        )
        self._rules = {row[0]: (Rule(Kind(row[1]), row[2]), row[3]) for row in rows}


def statistic(
    series: int | None, start: int, end: int, partial: Partial, kind: Kind, names: dict[int, str]
) -> StoredStatistic:
    """A partial as what it says; `names`: texts of words."""
    count = partial.count
    last = None
    if partial.last is not None:
        last = names.get(int(partial.last[1]), "") if partial.last[2] & TEXT else partial.last[1]
    return StoredStatistic(
        series,
        start,
        end,
        count,
        partial.low,
        partial.high,
        partial.total / count if count and partial.total is not None else None,
        partial.integral / partial.held if partial.held and partial.integral is not None else None,
        partial.rise if kind is Kind.COUNTER else partial.total,
        last,
        {_state(state, names): length / 1_000_000 for state, length in partial.states.items()},
    )


def _state(state: str, names: dict[int, str]) -> str:
    return state[1:] if state[0] == "=" else names.get(int(state), "")


def within(asked: Stretch, extents: Iterable[Stretch | None]) -> Stretch:
    """The part of a stretch that can hold anything at all; empty when its end is not past its start."""
    known = [extent for extent in extents if extent is not None]
    if not known:
        return 0, 0
    return max(asked[0], min(low for low, _ in known)), min(asked[1], max(high for _, high in known))


def bucket_of(period: Period, taken: int, time_zone: str) -> int:
    """Number of the hour or local day of an instant."""
    return taken // HOUR if period == "hour" else day_of(taken, time_zone)


def stretch_of(period: Period, number: int, time_zone: str) -> Stretch:
    """Start and end of an hour or local day."""
    return (number * HOUR, number * HOUR + HOUR) if period == "hour" else day_stretch(number, time_zone)


def reached(
    parts: Sequence[tuple[int, int, Partial]],
    before: Point | None,
    period: Period,
    asked: Stretch,
    time_zone: str,
    hold: int,
    now: int,
) -> set[int]:
    """Numbers of the hours or days in [asked) that have readings, or into which a state is held."""
    if asked[1] <= asked[0]:
        return set()
    first, last = bucket_of(period, asked[0], time_zone), bucket_of(period, asked[1] - 1, time_zone)
    found = {bucket_of(period, start, time_zone) for start, _, _ in parts}
    points = [before, *(partial.last for _, _, partial in parts)]
    nexts = [start for start, _, _ in parts] + [stretch_of(period, last, time_zone)[1]]
    for point, following in zip(points, nexts, strict=True):
        if point is not None:
            until = min(point[0] + hold, following, now)
            if until > point[0]:
                low = max(first, bucket_of(period, point[0], time_zone))
                found |= set(range(low, min(last, bucket_of(period, until - 1, time_zone)) + 1))
    return found


def _filled(
    parts: Sequence[tuple[int, int, Partial]], before: Point | None, period: Period, asked: Stretch, survey: Survey
) -> list[tuple[int, int, Partial]]:
    """With the hours or days that have no reading but a state that was still held."""
    zone_, rule, now = survey.time_zone, survey.rule, survey.now
    numbers = reached(parts, before, period, asked, zone_, rule.hold, now)
    stretches = [stretch_of(period, number, zone_) for number in sorted(numbers)]
    made = compose(parts, before, stretches, rule, now)
    return [(start, end, made[start]) for start, end in stretches if made[start].count or made[start].states]
