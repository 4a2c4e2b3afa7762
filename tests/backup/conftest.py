"""A house with readings, words, corrections, a journal and records, on either database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from hub.backup.create import Made, create
from hub.backup.keys import Keys
from hub.backup.restore import Restored, restore, verify
from hub.clock import VirtualClock
from hub.model import Entity, JournalEntry, Kind, Person
from hub.recorder import Document, Recorder, to_us

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
SECRET = "what nobody else may read of Ben"


def silent(_: float | None, __: str) -> None:
    """Nobody watches."""


@dataclass
class House:
    url: str
    folder: Path
    clock: VirtualClock
    series: dict[str, int] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def keys(self) -> Keys:
        return Keys(self.data)

    async def open(self) -> Recorder:
        return await Recorder.open(self.url, clock=self.clock)

    async def backup(self, to: Path | None = None) -> Made:
        await self.clock.advance(1)
        return await create(
            self.url, self.data, self.config, to or self.keys.own_target, clock=self.clock, progress=silent
        )

    async def verify(
        self, path: Path, *, identities: Sequence[x25519.Identity] | None = None, keyring: Path | None = None
    ) -> Restored:
        used = self.keys.identities() if identities is None else identities
        return await verify(path, self.data, used, keyring, clock=self.clock, progress=silent)

    async def restore(self, path: Path, url: str | None = None) -> Restored:
        await self.clock.advance(1)
        return await restore(
            *(path, url or self.url, self.data, self.config, self.keys.identities(), None),
            clock=self.clock,
            progress=silent,
        )


def entry(person: str, text: str, number: int = 1) -> JournalEntry:
    return JournalEntry(
        id=f"{person}-{number}",
        kind="note",
        person=person,
        author="anna",
        start=NOW,
        end=None,
        data={"text": text},
        note="",
        source="page",
        external_id="",
        revision=1,
        deleted=False,
        created_at=NOW,
        updated_at=NOW,
    )


async def furnish(house: House) -> None:
    """Anna, Ben, the house's own, and a series that waits for its person."""
    recorder = await house.open()
    try:
        numbers = await recorder.allocate_series(4)
        entities = []
        for person, series in zip(("anna", "ben", "household", ""), numbers, strict=True):
            if person in ("anna", "ben"):
                await recorder.save_person(Person(person, person.title()))
            entities.append(
                Entity(
                    id=f"sensor.{person or 'new'}_heart_rate", series=series, device="watch", key="heart_rate/watch",
                    person=person, metric="heart_rate", name="Heart rate", entry="watch", kind=Kind.GAUGE,
                )
            )  # fmt: skip
            house.series[person] = series
        await recorder.save_entities(entities)
        start = to_us(NOW) - 30 * 86_400_000_000
        for series in numbers:
            rows = [
                (series, start + 60_000_000 * i, 60 + i / 7, None, start + 60_000_000 * i + 5, 0) for i in range(3_000)
            ]
            await recorder.write(rows)
        await recorder.write([(numbers[1], start + 1, None, SECRET, start + 2, 0)])
        await recorder.correct(numbers[0], start, 99.5, by="anna", reason="mistyped")
        await recorder.remove(numbers[0], [start + 60_000_000], by="anna", reason="wrong arm")
        await recorder.journal_save(entry("anna", "slept well"), by="anna")
        await recorder.journal_save(entry("ben", SECRET), by="ben")
        await recorder.documents_put("ben", "profile", [Document("p", to_us(NOW), to_us(NOW), False, {"text": SECRET})])
        await recorder.audit(to_us(NOW), "anna", "set_up", "", "done", "")
    finally:
        await recorder.close()


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> House:
    made = House(database_url, tmp_path, VirtualClock(NOW))
    made.data.mkdir()
    (made.config / "custom_integrations" / "scale").mkdir(parents=True)
    (made.config / "hub.yaml").write_text("household: {name: Home}\n")
    (made.config / "custom_integrations" / "scale" / "__init__.py").write_text("X = 1\n")
    (made.data / "entries").mkdir()
    (made.data / "entries" / "kept.json").write_text("{}")
    await furnish(made)
    made.keys.make(NOW - timedelta(days=1))
    return made
