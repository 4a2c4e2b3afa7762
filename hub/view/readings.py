"""States, readings and statistics of what the actor may see; recording and correcting what they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from hub.errors import BadReading, NotFound
from hub.model import (
    HOUSEHOLD,
    ConfigEntry,
    Entity,
    Flag,
    Merged,
    Reading,
    ReadingsRecorded,
    ReadingsRemoved,
    Receipt,
    Refusal,
    Sample,
    State,
    Statistic,
    Value,
    Verb,
)
from hub.recorder import Revision, StoredReading, StoredStatistic
from hub.view.base import Base, instant, microseconds, subject_of
from hub.view.chart import Chart, resolution_for

API_ENTRY = ConfigEntry("api", "api", "REST API")
PAGE_ENTRY = ConfigEntry("page", "page", "Entered by hand")
LATE_US = 900_000_000
"""Microseconds after which a reading that was received is late."""


@dataclass(frozen=True, slots=True)
class IncomingReading:
    """One reading as a client hands it in."""

    person: str
    metric: str
    value: Any
    taken_at: datetime | None
    unit: str | None = None
    source: str = ""
    increment: bool = False


class Rows(NamedTuple):
    """A page of history as it is stored: for answers of 100,000 rows, for which an object each is too much."""

    stored: Sequence[StoredReading]
    entities: Mapping[int, str]
    """Series -> entity id."""
    cursor: str | None


class ReadingsView(Base):
    def entities(self, person: str | None = None) -> list[Entity]:
        scope = self.scope()
        if scope.unlimited and person is None:
            return list(self._rooms.entities.all.values())
        return [
            one
            for one in self._rooms.entities.all.values()
            if (person is None or one.person == person) and scope.covers(one.person, subject_of(one))
        ]

    def entity(self, entity_id: str) -> Entity:
        """Raises NotFound also for what the actor may not see."""
        found = self._rooms.entities.all.get(entity_id)
        if found is None or not self._may_entity(found):
            raise NotFound(f"there is no entity {entity_id!r}")
        return found

    def sources(self, person: str, metric: str) -> list[Entity]:
        """A person's entities of a metric, the one that speaks first first."""
        self._require(Verb.VIEW, person, metric)
        return self._rooms.entities.sources(person, metric)

    def states(self, person: str | None = None) -> list[tuple[Entity, State | None]]:
        return [(one, self._rooms.states.get(one.id)) for one in self.entities(person) if one.enabled]

    def state(self, entity_id: str) -> tuple[Entity, State | None]:
        return self.entity(entity_id), self._rooms.states.get(entity_id)

    def states_version(self) -> int:
        """Grows with every change of any state or entity, for caches."""
        return self._rooms.states.version + self._rooms.entities.version

    def state_version(self, entity_id: str) -> int:
        return self._rooms.states.version_of(entity_id)

    async def record(self, items: Sequence[IncomingReading], *, entry: ConfigEntry = API_ENTRY) -> Receipt:
        """Keep readings of several people; each is asked for by itself. Returns after the commit."""
        batches: dict[str, list[tuple[int, Sample]]] = {}
        refusals: list[Refusal] = []
        for index, item in enumerate(items):
            reason = self._refused(item)
            if reason:
                refusals.append(Refusal(index, reason))
                continue
            sample = Sample(
                metric=item.metric,
                value=item.value,
                taken_at=item.taken_at,
                unit=item.unit,
                source=item.source,
                increment=item.increment,
            )
            batches.setdefault(item.person, []).append((index, sample))
        accepted = unchanged = 0
        for person, numbered in batches.items():
            receipt = await self._rooms.intake.accept(entry, [sample for _, sample in numbered], person)
            accepted += receipt.accepted
            unchanged += receipt.unchanged
            refusals += [Refusal(numbered[one.index][0], one.reason) for one in receipt.rejected]
        return Receipt(accepted, unchanged, tuple(sorted(refusals, key=lambda one: one.index)))

    def _refused(self, item: IncomingReading) -> str:
        if not item.person:
            return "person is missing; name one by its slug, or `household`"
        if item.metric not in self._rooms.vocabulary.metrics:
            return self._rooms.vocabulary.unknown_metric(item.metric)
        if not self._rooms.people.known(item.person) or not self.allowed(Verb.RECORD, item.person, item.metric):
            return f"there is no person {item.person!r} for whom you may record {item.metric}"
        return ""

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
        sources = self._rooms.entities.sources(person, metric)
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
        entity = self.entity(entity_id)
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
        sources = self._rooms.entities.sources(person, metric)
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
        entity = self.entity(entity_id)
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
        entity = self.entity(entity_id)
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

    async def correct_reading(
        self, entity_id: str, taken_at: datetime, value: Value, *, reason: str = "", unit: str | None = None
    ) -> None:
        """Change a value; the old one stays in the trail. Raises Forbidden, NotFound, BadReading."""
        entity = self._writable(entity_id)
        kept = self._rooms.intake.check(entity, value, unit)
        await self._rooms.recorder.correct(
            entity.series, microseconds(taken_at), kept, by=self._author, reason=reason or "corrected"
        )
        await self.refresh(entity_id)
        now = self.clock.now()
        reading = Reading(entity_id, taken_at, now, kept, Flag.CORRECTED, late=True)
        self._rooms.bus.publish(ReadingsRecorded(now, entity, (reading,)))

    async def remove_readings(self, entity_id: str, taken_at: Sequence[datetime], *, reason: str = "") -> int:
        """Tombstones; `restore_readings` takes them back. Returns how many were there."""
        entity = self._writable(entity_id)
        removed = await self._rooms.recorder.remove(
            entity.series, [microseconds(one) for one in taken_at], by=self._author, reason=reason or "removed"
        )
        await self.refresh(entity_id)
        self._rooms.bus.publish(ReadingsRemoved(self.clock.now(), entity, tuple(taken_at)))
        return removed

    async def restore_readings(self, entity_id: str, taken_at: Sequence[datetime]) -> int:
        entity = self._writable(entity_id)
        restored = await self._rooms.recorder.restore(
            entity.series, [microseconds(one) for one in taken_at], by=self._author
        )
        await self.refresh(entity_id)
        return restored

    async def revisions(self, entity_id: str, start: datetime, end: datetime) -> list[Revision]:
        entity = self.entity(entity_id)
        return await self._rooms.recorder.revisions(entity.series, microseconds(start), microseconds(end))

    async def prioritise(self, person: str, metric: str, entity_ids: Sequence[str]) -> None:
        """Say which source speaks first for a person's metric."""
        self._require(Verb.RECORD, person, metric)
        await self._rooms.entities.prioritise(person, metric, entity_ids)

    async def refresh(self, entity_id: str) -> None:
        """Read a state from history anew, after a correction or removal."""
        await self._rooms.intake.refresh(self._rooms.entities.get(entity_id))

    def _writable(self, entity_id: str) -> Entity:
        entity = self.entity(entity_id)
        self._require(Verb.RECORD, entity.person, entity.metric or entity.id)
        return entity

    def _require_person(self, person: str, metric: str) -> None:
        if not self._rooms.people.known(person) or not self.scope().touches(person):
            raise NotFound(f"there is no person {person!r}")
        self._require(Verb.VIEW, person, metric)


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
