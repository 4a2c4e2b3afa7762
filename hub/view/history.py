"""Readings and statistics of what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from hub.errors import BadReading
from hub.model import (
    HOUSEHOLD,
    Entity,
    Flag,
    Merged,
    Reading,
    Statistic,
    Verb,
)
from hub.recorder import StoredReading, StoredStatistic
from hub.view.base import instant, microseconds, subject_of
from hub.view.chart import Chart, resolution_for
from hub.view.states import StatesView

LATE_US = 900_000_000
"""Microseconds after which a reading that was received is late."""


class Rows(NamedTuple):
    """A page of history as it is stored: for answers of 100,000 rows, for which an object each is too much."""

    stored: Sequence[StoredReading]
    entities: Mapping[int, str]
    """Series -> entity id."""
    cursor: str | None


class HistoryView(StatesView):
    async def readings(
        self,
        person: str,
        metric: str,
        start: datetime,
        end: datetime,
        *,
        limit: int = 1_000,
        cursor: str | None = None,
        descending: bool = False,
    ) -> Merged:
        """The person's merged series; each reading's entity says which source spoke. Raises NotFound, Forbidden."""
        return _merged(
            await self.reading_rows(person, metric, start, end, limit=limit, cursor=cursor, descending=descending)
        )

    async def reading_rows(
        self,
        person: str,
        metric: str,
        start: datetime,
        end: datetime,
        *,
        limit: int = 1_000,
        cursor: str | None = None,
        descending: bool = False,
    ) -> Rows:
        """Like `readings`, as stored."""
        found = self.metric(metric)
        self._require_person(person, metric)
        sources = self._sources(person, metric)
        if not sources:
            return Rows((), {}, None)
        stored = await self._rooms.recorder.merged(
            [one.series for one in sources],
            found.merge_interval,
            microseconds(start),
            microseconds(end),
            limit=limit,
            after=_after(cursor),
            descending=descending,
        )
        return _rows(sources, stored, limit)

    async def entity_readings(
        self,
        entity_id: str,
        start: datetime,
        end: datetime,
        *,
        limit: int = 1_000,
        cursor: str | None = None,
        descending: bool = False,
    ) -> Merged:
        return _merged(await self.entity_rows(entity_id, start, end, limit=limit, cursor=cursor, descending=descending))

    async def entity_rows(
        self,
        entity_id: str,
        start: datetime,
        end: datetime,
        *,
        limit: int = 1_000,
        cursor: str | None = None,
        descending: bool = False,
    ) -> Rows:
        """Like `entity_readings`, as stored."""
        entity = self._looked_at(entity_id)
        stored = await self._rooms.recorder.readings(
            [entity.series],
            microseconds(start),
            microseconds(end),
            limit=limit,
            after=_after(cursor),
            descending=descending,
        )
        return _rows([entity], stored, limit)

    async def statistics(
        self, person: str, metric: str, period: Literal["hour", "day"], start: datetime, end: datetime
    ) -> list[Statistic]:
        """Hours or local days of the merged series."""
        found = self.metric(metric)
        self._require_person(person, metric)
        sources = self._sources(person, metric)
        if not sources:
            return []
        stored = await self._rooms.recorder.merged_statistics(
            [one.series for one in sources],
            found.merge_interval,
            period,
            microseconds(start),
            microseconds(end),
            time_zone=self.time_zone(person),
        )
        names = {one.series: one.id for one in sources}
        return [_statistic(one, names.get(one.series or -1, "")) for one in stored]

    async def entity_statistics(
        self, entity_id: str, period: Literal["hour", "day"], start: datetime, end: datetime
    ) -> list[Statistic]:
        entity = self._looked_at(entity_id)
        stored = await self._rooms.recorder.statistics(
            entity.series,
            period,
            microseconds(start),
            microseconds(end),
            time_zone=self.time_zone(entity.person or HOUSEHOLD),
        )
        return [_statistic(one, entity.id) for one in stored]

    async def chart(self, entity_id: str, start: datetime, end: datetime, *, points: int = 1_500) -> Chart:
        """Columns for drawing one entity between two instants."""
        entity = self._looked_at(entity_id)
        span = (end - start).total_seconds()
        if entity.kind.value not in ("gauge", "counter", "duration"):
            stored = await self._rooms.recorder.readings(
                [entity.series], microseconds(start), microseconds(end), limit=20_000
            )
            return Chart(entity_id, "", "raw", [one.taken_us / 1e6 for one in stored], [str(o.value) for o in stored])
        resolution = resolution_for(span, points, 300.0)
        if resolution == "raw":
            times, values = await self._rooms.recorder.arrays(entity.series, microseconds(start), microseconds(end))
            if len(times) <= points * 4:
                return Chart(entity_id, entity.unit, "raw", [one / 1e6 for one in times], values)
            resolution = "hour"
        rows = await self.entity_statistics(entity_id, resolution, start, end)
        level = [one.sum if entity.kind.value == "counter" else one.mean for one in rows]
        return Chart(
            entity_id,
            entity.unit,
            resolution,
            [one.start.timestamp() for one in rows],
            level,
            [one.min for one in rows],
            [one.max for one in rows],
        )

    def _require_person(self, person: str, metric: str) -> None:
        self.require_whose(person)
        self._require(Verb.VIEW, person, metric)
        self._saw(person, metric)

    def _looked_at(self, entity_id: str) -> Entity:
        entity = self.entity(entity_id)
        self._saw(entity.person, subject_of(entity))
        return entity


def _rows(sources: Sequence[Entity], stored: Sequence[StoredReading], limit: int) -> Rows:
    more = len(stored) >= limit and bool(stored)
    cursor = f"{stored[-1].taken_us}.{stored[-1].series}" if more else None
    return Rows(stored, {one.series: one.id for one in sources}, cursor)


def _merged(rows: Rows) -> Merged:
    return Merged(
        tuple(
            Reading(
                rows.entities[one.series],
                instant(one.taken_us),
                instant(one.received_us),
                one.value,
                Flag(one.flags),
                one.received_us - one.taken_us > LATE_US,
            )
            for one in rows.stored
        ),
        rows.cursor,
    )


def _after(cursor: str | None) -> tuple[int, int] | None:
    if not cursor:
        return None
    taken, _, series = cursor.partition(".")
    if not (taken.lstrip("-").isdigit() and series.isdigit()) or len(cursor) > 40:
        raise BadReading(f"cursor {cursor[:40]!r} is not one that this hub gave; begin again without it")
    return int(taken), int(series)


def _statistic(one: StoredStatistic, entity_id: str) -> Statistic:
    durations: Mapping[str, float] = one.durations or {}
    return Statistic(
        start=instant(one.start_us),
        end=instant(one.end_us),
        count=one.count,
        min=one.min,
        max=one.max,
        mean=one.mean,
        time_weighted_mean=one.time_weighted_mean,
        sum=one.sum,
        last=one.last,
        durations=durations,
        entity_id=entity_id,
    )
