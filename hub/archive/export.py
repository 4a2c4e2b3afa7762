"""Everything that is kept of a person, or of the whole household, into one file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from hub.archive import lines
from hub.archive.house import House, Progress, silent
from hub.archive.sealed import Part, Writer
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.model import HOUSEHOLD, Entity, JournalEntry
from hub.recorder.codec import dump, load
from hub.recorder.copies import put_in_place
from hub.recorder.whole import Whole


async def export(
    house: House, path: Path, person: str | None, *, progress: Progress = silent, over: bool = False
) -> dict[str, Any]:
    """Write an archive of `person` (None: of the household and everybody); returns its manifest.

    The file appears when it is whole. Raises NotFound (person), Conflict (`path` is there and not `over`), OSError.
    """
    if person is not None and not house.people.known(person):
        there = ", ".join([*house.people.all, HOUSEHOLD])
        raise NotFound(f"there is no person {person!r}; there are: {there}")
    if path.exists() and not over:
        raise Conflict(f"{path} is there already; name another file, or remove it first")
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent}; make it first")
    part = path.with_name(f".{path.name}.part")
    try:
        writer = await asyncio.to_thread(_private, part)
        try:
            async with house.recorder.whole() as whole:
                manifest = await _Export(house, writer, whole, person, progress).run()
        except BaseException:
            with suppress(ValueError, OSError):
                writer.abandon()
            raise
        await asyncio.to_thread(put_in_place, part, path)
        return manifest
    finally:
        with suppress(OSError):
            part.unlink()


def _private(part: Path) -> Writer:
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # health data: for its owner's eyes
    return Writer(part)


class _Export:
    def __init__(self, house: House, writer: Writer, whole: Whole, person: str | None, progress: Progress) -> None:
        self._house, self._writer, self._whole, self._progress = house, writer, whole, progress
        self._person = person
        self._clock: Clock = house.clock
        self._persons = [*house.people.all, HOUSEHOLD] if person is None else [person]
        mine = [one for one in house.entities.all.values() if person is None or one.person == person]
        self._entities = sorted(mine, key=lambda one: one.id)

    async def run(self) -> dict[str, Any]:
        metrics = {one.metric for one in self._entities if one.metric}
        self._facts(metrics)
        for name in ("readings.jsonl", "readings.csv", "tombstones.jsonl", "revisions.jsonl", "hours.jsonl",
                     "days.jsonl"):  # fmt: skip
            await self._of_entities(name)
        for name in ("journal", "journal_revisions", "documents"):
            await self._of_persons(name)
        people = self._house.people
        manifest = {
            "hub": self._house.version,
            "created_at": self._clock.now(),
            "household": people.household.name,
            "person": self._person,
            "persons": sorted(one for one in self._persons if one != HOUSEHOLD),
            "units": {key: found.unit for key in sorted(metrics) if (found := self._metric(key)) is not None},
        }
        return await asyncio.to_thread(self._writer.close, orjson.loads(orjson.dumps(manifest)))

    def _metric(self, key: str) -> Any:
        return self._house.vocabulary.metrics.get(key)

    def _facts(self, metrics: Iterable[str]) -> None:
        people, entities = self._house.people, self._house.entities
        devices = sorted({one.device for one in self._entities if one.device})
        households = [people.household] if self._person in (None, HOUSEHOLD) else []
        self._small("household.jsonl", households)
        self._small("people.jsonl", [people.all[one] for one in sorted(self._persons) if one != HOUSEHOLD])
        known = [self._metric(key) for key in sorted(metrics)]
        told = ("key", "name", "unit", "kind", "aggregation", "options", "loinc", "description")
        self._small("metrics.jsonl", [{name: getattr(one, name) for name in told} for one in known if one])
        self._small("devices.jsonl", [_shared(entities.devices[one]) for one in devices if one in entities.devices])
        self._small("entities.jsonl", [_told(one) for one in self._entities])
        ranks = sorted(entities.priorities.items())
        mine = [{"person": who, "metric": what, "entities": ids} for (who, what), ids in ranks if who in self._persons]
        self._small("priorities.jsonl", mine)

    def _small(self, name: str, things: Sequence[Any]) -> None:
        self._writer.part(name, iter([(len(things), lines.packed(things))]))

    async def _of_entities(self, name: str) -> None:
        what = name.partition(".")[0]
        is_table = name.endswith(".csv")
        with Part(self._writer, name) as part:
            if is_table:
                part.write(1, f"{','.join(lines.CSV_HEADER)}\n".encode())
            for number, entity in enumerate(self._entities):
                self._progress(number / len(self._entities), f"{what.replace('_', ' ')}: {entity.id}")
                async for page in self._whole.of_series(what, entity.series):
                    await asyncio.to_thread(_write, part, entity, what, page, is_table)
                if what == "hours" and (purged := await self._whole.purged(entity.series)) is not None:
                    part.write(1, lines.packed([{"entity": entity.id, "purged_until": lines.when(purged)}]))

    async def _of_persons(self, what: str) -> None:
        with Part(self._writer, f"{what}.jsonl") as part:
            for person in sorted(self._persons):
                self._progress(None, f"{what.replace('_', ' ')} of {person}")
                async for rows in self._pages(what, person):
                    await asyncio.to_thread(part.write, len(rows), lines.packed(rows))

    async def _pages(self, what: str, person: str) -> AsyncIterator[list[dict[str, Any]]]:
        async for page in self._whole.of_person(what, person):
            if what == "journal":
                yield [_entry(body) for body, _ in page]
            elif what == "journal_revisions":
                yield [{"by": by, "at": lines.when(at), "entry": _entry(body)} for by, at, body, _, _ in page]
            else:
                yield [
                    {"person": person, "collection": collection, "id": number, "at": lines.when(at),
                     "modified": lines.when(modified), "deleted": bool(deleted), "body": _document(body)}
                    for at, modified, deleted, body, collection, number in page
                ]  # fmt: skip


def _write(part: Part, entity: Entity, what: str, page: list[list[Any]], is_table: bool) -> None:
    if is_table:
        part.write(len(page), lines.table(entity, page))
    elif what == "readings":
        part.write(len(page), lines.packed(lines.reading(entity, row) for row in page))
    elif what == "tombstones":
        part.write(len(page), lines.packed(lines.tombstone(entity, row) for row in page))
    elif what == "revisions":
        part.write(len(page), lines.packed(lines.revision(entity, row) for row in page))
    else:
        key = {"hours": "hour", "days": "day"}[what]
        part.write(len(page), lines.packed(lines.statistic(entity, key, row) for row in page))


def _entry(body: str | bytes) -> Any:
    return orjson.loads(dump(load(JournalEntry, body)))


def _document(body: str | bytes) -> Any:
    if isinstance(body, bytes):
        from hub.recorder.packing import unpacked

        body = unpacked(body)
    return orjson.loads(body)


def _told(entity: Entity) -> dict[str, Any]:
    """All but the number of its series, which is this hub's own."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(entity))
    del found["series"]
    return found


def _shared(device: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(device))
    # An address may carry a password.
    found["description"]["configuration_url"] = ""
    return found
