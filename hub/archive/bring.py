"""An archive into this hub: all of it is read and judged before the first row is written."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from hub.archive import lines
from hub.archive.house import House, Progress, silent
from hub.archive.judged import Judged, judge
from hub.archive.sealed import Reader
from hub.model import Entity, JournalEntry
from hub.recorder.codec import dump, load
from hub.recorder.facts import Outcome
from hub.recorder.instants import to_us
from hub.registry.names import free

AT_ONCE = 1_000
ELSEWHERE = "archive:"
"""Stands before the config entry of what this hub already has from an entry of that name for somebody else."""

__all__ = ["Brought", "bring", "same"]


@dataclass(slots=True)
class Brought:
    """What became of an archive."""

    person: str | None
    persons: list[str] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)
    there: int = 0
    """Lines that were here already."""


async def bring(house: House, path: Path, person_as: str | None = None, *, progress: Progress = silent) -> Brought:
    """Bring everything in; what is there stays, so doing it twice adds nothing.

    `person_as`: name or slug under which the archive's one person is kept here. Raises BadArchive (then nothing was
    changed), Conflict (the person), StorageUnavailable (bring it in again: it goes on).
    """
    reader = await asyncio.to_thread(Reader, path)
    try:
        progress(None, f"checking {path.name}")
        judged = await asyncio.to_thread(judge, house, reader, person_as)
        return await _Bringing(house, reader, judged, progress).run()
    finally:
        reader.close()


class _Bringing:
    def __init__(self, house: House, reader: Reader, judged: Judged, progress: Progress) -> None:
        self._house, self._reader, self._judged, self._progress = house, reader, judged, progress
        self._entities: dict[str, Entity] = {}
        """The archive's id -> the entity here."""
        self.done = Brought(reader.manifest.get("person"))

    async def run(self) -> Brought:
        await self._people()
        await self._things()
        works = {
            "readings": self._readings, "tombstones": self._tombstones, "revisions": self._revisions,
            "hours": self._hours, "days": self._days, "journal": self._journal,
            "journal_revisions": self._journal_revisions, "documents": self._documents,
            "priorities": self._priorities,
        }  # fmt: skip
        for number, (name, work) in enumerate(works.items()):
            self._progress(number / len(works), name.replace("_", " "))
            async for some in self._batches(f"{name}.jsonl"):
                await work(some)
        for entity in self._entities.values():
            await self._house.refresh(entity)
        return self.done

    def _count(self, what: str, added: int, of: int) -> None:
        self.done.added[what] = self.done.added.get(what, 0) + added
        self.done.there += of - added

    async def _batches(self, name: str) -> AsyncIterator[list[dict[str, Any]]]:
        found = self._reader.lines(name)
        while batch := await asyncio.to_thread(_some, found):
            yield batch

    async def _people(self) -> None:
        people, judged = self._house.people, self._judged
        if judged.household is not None:
            await people.save_household(judged.household)
        for person in judged.people:
            if not people.known(person.slug):
                await people.adopt(person)
                self._count("people", 1, 1)
            self.done.persons.append(person.slug)

    async def _things(self) -> None:
        """Entities and their devices, under names and keys that nothing here has."""
        entities, judged = self._house.entities, self._judged
        new: list[Entity] = []
        taken = set(entities.all)
        devices = {}
        for device in judged.devices:
            there = entities.devices.get(device.id)
            mine = replace(device, id=f"{ELSEWHERE}{device.id}") if there and there.person != device.person else device
            devices[device.id] = mine
        for old, wished in judged.entities:
            if wished.device in devices:
                wished = replace(wished, device=devices[wished.device].id)
            found = same(entities.all.values(), wished)
            if found is None:
                clash = entities.described(wished.entry, wished.key)
                entry = f"{ELSEWHERE}{wished.entry}" if clash is not None else wished.entry
                found = replace(wished, id=free(wished.id, taken), entry=entry)
                taken.add(found.id)
                new.append(found)
            self._entities[old] = found
        numbers = dict(zip((one.id for one in new), await self._house.recorder.allocate_series(len(new)), strict=True))
        new = [replace(one, series=numbers[one.id]) for one in new]
        fresh = {one.id: one for one in new}
        self._entities = {old: fresh.get(one.id, one) for old, one in self._entities.items()}
        await entities.adopt(new, [one for one in devices.values() if one.id not in entities.devices])
        self._count("entities", len(new), len(self._entities))

    async def _readings(self, some: Sequence[dict[str, Any]]) -> None:
        rows = []
        for line in some:
            taken, received, number, text, flags, _ = lines.raw_reading(line)
            rows.append((self._entities[line["entity"]].series, taken, number, text, received, flags))
        outcomes = await self._house.recorder.write(rows)
        self._count("readings", outcomes.count(Outcome.NEW), len(rows))

    async def _tombstones(self, some: Sequence[dict[str, Any]]) -> None:
        for entity, group in _grouped(some):
            rows = [lines.raw_tombstone(line) for line in group]
            put = self._house.recorder.put_tombstones
            self._count("removed readings", await put(self._entities[entity].series, rows), len(rows))

    async def _revisions(self, some: Sequence[dict[str, Any]]) -> None:
        for entity, group in _grouped(some):
            rows = [lines.raw_revision(line) for line in group]
            put = self._house.recorder.put_revisions
            self._count("revisions", await put(self._entities[entity].series, rows), len(rows))

    async def _hours(self, some: Sequence[dict[str, Any]]) -> None:
        await self._statistics(some, "hours", "hour")

    async def _days(self, some: Sequence[dict[str, Any]]) -> None:
        await self._statistics(some, "days", "day")

    async def _statistics(self, some: Sequence[dict[str, Any]], what: str, key: str) -> None:
        for entity, group in _grouped(some):
            rows = [lines.raw_statistic(line, key) for line in group if key in line]
            purged = next((lines.us(line["purged_until"]) for line in group if "purged_until" in line), None)
            put = self._house.recorder.put_statistics
            self._count(what, await put(what, self._entities[entity].series, rows, purged), len(rows))

    async def _journal(self, some: Sequence[dict[str, Any]]) -> None:
        rows = [_journal_row(self._moved(line)) for line in some]
        self._count("journal", await self._house.recorder.put_rows("journal", rows), len(rows))

    async def _journal_revisions(self, some: Sequence[dict[str, Any]]) -> None:
        rows = []
        for line in some:
            entry = self._moved(line["entry"])
            kept = {"id": entry.id, "revision": entry.revision, "actor": line["by"], "at_us": lines.us(line["at"])}
            rows.append({**kept, "body": dump(entry)})
        self._count("journal revisions", await self._house.recorder.put_rows("journal_revisions", rows), len(rows))

    async def _documents(self, some: Sequence[dict[str, Any]]) -> None:
        rows = [
            {
                "person": self._judged.whose(line["person"]), "collection": line["collection"], "id": line["id"],
                "at_us": lines.us(line["at"]), "modified_us": lines.us(line["modified"]), "deleted": line["deleted"],
                "body": orjson.dumps(line["body"]).decode(),
            }
            for line in some
        ]  # fmt: skip
        self._count("documents", await self._house.recorder.put_rows("documents", rows), len(rows))

    async def _priorities(self, some: Sequence[dict[str, Any]]) -> None:
        for line in some:
            person, metric = self._judged.whose(line["person"]), line["metric"]
            if (person, metric) in self._house.entities.priorities:
                continue
            ids = [self._entities[one].id for one in line["entities"] if one in self._entities]
            known = {one.id for one in self._house.entities.sources(person, metric)}
            await self._house.entities.prioritise(person, metric, [one for one in ids if one in known])

    def _moved(self, line: dict[str, Any]) -> JournalEntry:
        entry = load(JournalEntry, orjson.dumps(line).decode())
        person = self._judged.whose(entry.person)
        if person == entry.person:
            return entry
        # Its own here, and the same one when it is brought in again.
        return replace(entry, person=person, id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{person}/{entry.id}")))


def same(known: Iterable[Entity], wished: Entity) -> Entity | None:
    """The series here that an archive's one goes on."""
    for one in known:
        if one.person == wished.person and one.key == wished.key and one.metric == wished.metric:
            alike = one.unit == wished.unit and one.kind == wished.kind
            if alike and one.entry in (wished.entry, f"{ELSEWHERE}{wished.entry}"):
                return one
    return None


def _journal_row(entry: JournalEntry) -> dict[str, Any]:
    return {
        "id": entry.id, "person": entry.person, "kind": entry.kind, "start_us": to_us(entry.start),
        "deleted": entry.deleted, "source": entry.source, "external_id": entry.external_id,
        "revision": entry.revision, "body": dump(entry),
    }  # fmt: skip


def _some(found: Iterator[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    batch = []
    for _, line in found:
        batch.append(line)
        if len(batch) == AT_ONCE:
            break
    return batch


def _grouped(some: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in some:
        groups.setdefault(line["entity"], []).append(line)
    return list(groups.items())
