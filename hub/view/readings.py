"""Recording readings, and correcting them, as far as the actor may."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.access import RECORD
from hub.errors import PartlyKept, StorageUnavailable
from hub.model import (
    ConfigEntry,
    Entity,
    Flag,
    Reading,
    ReadingsRecorded,
    ReadingsRemoved,
    Receipt,
    Refusal,
    Sample,
    Value,
    Verb,
)
from hub.recorder import Revision
from hub.view.base import microseconds
from hub.view.history import HistoryView

API_ENTRY = ConfigEntry("api", "api", "REST API")
PAGE_ENTRY = ConfigEntry("page", "page", "Entered by hand")


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
    imported: bool = False
    """Part of a history that is brought in; it is not late then."""


class ReadingsView(HistoryView):
    async def record(
        self, items: Sequence[IncomingReading], *, entry: ConfigEntry = API_ENTRY, imported: bool = False
    ) -> Receipt:
        """Keep readings of several people; each is asked for by itself. Returns after the commit of each person's.

        Raises StorageUnavailable, or PartlyKept when the first of them were kept.

        `imported`: they are history that is brought in, so that none of them is late.
        """
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
                imported=imported or item.imported,
            )
            batches.setdefault(item.person, []).append((index, sample))
            self._saw(item.person, item.metric, action=RECORD)
        accepted = unchanged = 0
        for person, numbered in batches.items():
            try:
                receipt = await self._rooms.intake.accept(entry, [sample for _, sample in numbered], person)
            except StorageUnavailable as error:
                kept = accepted + (error.kept if isinstance(error, PartlyKept) else 0)
                if not kept:
                    raise
                raise PartlyKept(str(error), kept) from error
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
            known = [one for one in self._rooms.people.all if self.allowed(Verb.RECORD, one, item.metric)]
            near = difflib.get_close_matches(item.person.lower(), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            return f"there is no person {item.person!r} for whom you may record {item.metric}{hint}"
        return ""

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
        entity = self._looked_at(entity_id)
        return await self._rooms.recorder.revisions(entity.series, microseconds(start), microseconds(end))

    async def prioritise(self, person: str, metric: str, entity_ids: Sequence[str]) -> None:
        """Say which source speaks first for a person's metric."""
        self._require(Verb.RECORD, person, metric)
        await self._rooms.entities.prioritise(person, metric, entity_ids)
        await self._note("source.order", person=person, detail=metric)

    async def refresh(self, entity_id: str) -> None:
        """Read a state from history anew, after a correction or removal."""
        await self._rooms.intake.refresh(self._rooms.entities.get(entity_id))

    def _writable(self, entity_id: str) -> Entity:
        entity = self.entity(entity_id)
        self._require(Verb.RECORD, entity.person, entity.metric or entity.id)
        self._saw(entity.person, entity.metric or entity.id, action=RECORD)
        return entity
