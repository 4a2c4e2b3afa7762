"""A damaged database is noticed at the start, kept aside, and never replaced by an empty one."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.errors import StorageCorrupt, StorageUnavailable
from hub.model import Entity, JournalEntry, Kind, Person
from hub.recorder import Outcome, Recorder, Row, to_us
from hub.recorder import guard as guard_module
from hub.recorder.copies import copies, damage, made_us
from tests.recorder.conftest import NOW

MINUTE = 60_000_000
T0 = to_us(NOW - timedelta(days=40))
PAGE = 1024


def rows(first: int, last: int, series: int = 1) -> list[Row]:
    return [
        (series, T0 + step * MINUTE, 50 + step % 37 + 0.25, None, T0 + step * MINUTE + 9, 0)
        for step in range(first, last)
    ]


def entry(number: int, revision: int, note: str) -> JournalEntry:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    return JournalEntry(f"j{number}", "note", "anna", "anna", at, None, {}, note, "", "", revision, False, at, at)


class House:
    """A database with a backup copy of its first half."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.path = folder / "data" / "homeostat.db"
        self.backups = folder / "data" / "backups"
        self.clock = clock

    async def open(self) -> Recorder:
        return await Recorder.open(f"sqlite+aiosqlite:///{self.path}", clock=self.clock, backups=self.backups)

    async def live(self) -> None:
        recorder = await self.open()
        await recorder.save_person(Person("anna", "Anna"))
        await recorder.allocate_series(3)
        for series in (1, 2):
            await recorder.register_series(series, kind=Kind.GAUGE, hold_s=3_600, time_zone="UTC")
            await recorder.write(rows(0, 20_000, series))
        await recorder.journal_save(entry(1, 1, "first"), by="anna")
        await recorder.backup(self.backups / "homeostat-20261119T000000Z.db")
        for series in (1, 2):
            await recorder.write(rows(20_000, 40_000, series))
        await recorder.write([(3, T0, None, "neu", T0, 0)])
        entity = Entity("sensor.new", 3, "mqtt", "k", "anna", "New", kind=Kind.TEXT)
        await recorder.save_entities([entity])
        await recorder.remove(1, [T0 + 5 * MINUTE], by="anna", reason="wrong")
        await recorder.journal_save(entry(1, 2, "second"), by="anna")
        await recorder.journal_save(entry(2, 1, "later"), by="anna")
        await recorder.close()

    def files(self) -> set[str]:
        return {path.name for path in self.path.parent.iterdir()}

    def overwrite(self, at: int, content: bytes) -> None:
        with self.path.open("r+b") as file:
            file.seek(at)
            file.write(content)


@pytest.fixture(scope="module")
async def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    await House(folder, VirtualClock(NOW)).live()
    return folder


@pytest.fixture
def house(template: Path, tmp_path: Path, clock: VirtualClock) -> House:
    shutil.copytree(template / "data", tmp_path / "data")
    return House(tmp_path, clock)


def garble_pages(house: House) -> None:
    for page in (40, 41, 300, 301):
        house.overwrite(page * PAGE, os.urandom(PAGE))


def zero_a_page(house: House) -> None:
    house.overwrite(120 * PAGE, bytes(PAGE))


def zero_the_header(house: House) -> None:
    house.overwrite(0, bytes(100))


def garble_the_first_page(house: House) -> None:
    house.overwrite(0, os.urandom(PAGE))


def garble_where_the_tables_are_listed(house: House) -> None:
    with sqlite3.connect(house.path) as connection:
        sql = "SELECT pageno FROM dbstat WHERE name IN ('sqlite_schema', 'sqlite_master') AND pagetype = 'leaf'"
        pages = [row[0] for row in connection.execute(sql)]
    connection.close()
    assert len(pages) > 5
    for page in pages[::4]:
        house.overwrite((page - 1) * PAGE, os.urandom(PAGE))


def cut_in_half(house: House) -> None:
    os.truncate(house.path, house.path.stat().st_size // 2 // PAGE * PAGE + 100)


SALVAGEABLE = [
    garble_pages,
    zero_a_page,
    zero_the_header,
    garble_the_first_page,
    garble_where_the_tables_are_listed,
]
DAMAGES = [*SALVAGEABLE, cut_in_half]


@pytest.mark.parametrize("harm", DAMAGES)
async def test_a_damaged_database_is_put_aside_and_the_newest_copy_restored_with_what_is_newer(
    house: House, harm: Callable[[House], None]
) -> None:
    harm(house)
    broken = house.path.read_bytes()
    recorder = await house.open()
    aside = [name for name in house.files() if name.startswith("homeostat.db.corrupt-")]
    assert len(aside) == 1
    assert (house.path.parent / aside[0]).read_bytes()[: len(broken)] == broken or harm is not garble_pages
    notes = " ".join(recorder.health.notes)
    assert "was damaged" in notes
    assert "homeostat-20261119T000000Z.db was restored" in notes
    assert aside[0] in notes
    kept = await recorder.readings([1, 2], 0, 1 << 62, limit=100_000)
    assert len(kept) >= 39_999  # all of the copy, but what was removed after it
    assert all(reading.value == 50 + (reading.taken_us - T0) // MINUTE % 37 + 0.25 for reading in kept)
    assert await recorder.load_people() == [Person("anna", "Anna")]
    assert await recorder.write(rows(50_000, 50_001)) == [Outcome.NEW]
    assert recorder.health.ok
    await recorder.close()
    again = await house.open()
    assert again.health.notes == ()
    assert (await again.newest([1]))[1].taken_us == T0 + 50_000 * MINUTE
    await again.close()


@pytest.mark.parametrize("harm", SALVAGEABLE)
async def test_nearly_all_that_is_newer_than_the_copy_is_salvaged(house: House, harm: Callable[[House], None]) -> None:
    harm(house)
    recorder = await house.open()
    kept = await recorder.readings([1, 2], 0, 1 << 62, limit=100_000)
    assert len(kept) > 79_000  # four pages hold some 500 of the 80,000 readings
    found = await recorder.statistics(1, "day", T0, T0 + 50_000 * MINUTE, time_zone="UTC")
    assert sum(day.count for day in found) == sum(reading.series == 1 for reading in kept)
    await recorder.close()


async def test_what_changed_after_the_copy_is_as_it_was_last(house: House) -> None:
    zero_the_header(house)
    recorder = await house.open()
    assert len(await recorder.readings([1], 0, 1 << 62, limit=100_000)) == 39_999
    assert await recorder.write(rows(5, 6)) == [Outcome.BURIED]
    assert [r.value for r in await recorder.readings([3], 0, 1 << 62)] == ["neu"]
    assert [entity.id for entity in await recorder.load_entities()] == ["sensor.new"]
    assert [one.note for one in await recorder.journal_find(None, descending=False)] == ["second", "later"]
    assert len(await recorder.revisions(1, 0, 1 << 62)) == 1
    assert 3 not in await recorder.allocate_series(2)
    await recorder.close()


@pytest.mark.parametrize("harm", DAMAGES)
async def test_without_a_good_copy_it_refuses_to_start_says_what_to_do_and_saves_what_it_can(
    house: House, harm: Callable[[House], None]
) -> None:
    for copy in copies(house.backups):
        copy.write_bytes(b"not a database")
    harm(house)
    broken = house.path.read_bytes()
    for _ in range(2):
        with pytest.raises(StorageCorrupt, match=r"damaged.*no good backup copy.*Put a copy of your own"):
            await house.open()
        assert house.path.read_bytes() == broken
    salvaged = [name for name in house.files() if ".salvaged-" in name]
    if harm in SALVAGEABLE:
        house.path.unlink()
        (house.path.parent / salvaged[0]).rename(house.path)
        recorder = await house.open()
        assert len(await recorder.readings([1, 2], 0, 1 << 62, limit=100_000)) > 79_000
        assert await recorder.load_people() == [Person("anna", "Anna")]
        await recorder.close()


async def test_a_damaged_copy_is_passed_over_for_an_older_good_one(house: House) -> None:
    (house.backups / "homeostat-20261120T000000Z.db").write_bytes(b"SQLite format 3\0" + os.urandom(10_000))
    zero_the_header(house)
    recorder = await house.open()
    assert "homeostat-20261119T000000Z.db was restored" in " ".join(recorder.health.notes)
    await recorder.close()


@pytest.mark.parametrize("how", ["deleted", "emptied"])
async def test_a_database_that_vanished_is_restored_and_never_replaced_by_an_empty_one(house: House, how: str) -> None:
    if how == "deleted":
        house.path.unlink()
    else:
        os.truncate(house.path, 0)
    recorder = await house.open()
    assert len(await recorder.readings([1], 0, 1 << 62, limit=100_000)) == 20_000
    await recorder.close()
    house.path.unlink()
    for copy in copies(house.backups):
        copy.unlink()
    with pytest.raises(StorageCorrupt, match="not there any more"):
        await house.open()
    assert not house.path.exists()
    (house.path.parent / "homeostat.db.left").unlink()
    fresh = await house.open()
    assert await fresh.newest() == {}
    await fresh.close()


async def test_a_database_in_use_by_another_program_is_not_put_aside(house: House) -> None:
    first = await house.open()
    zero_a_page(house)
    second = await house.open()  # may read what is sound, must not touch the file
    assert not [name for name in house.files() if "corrupt" in name]
    await second.close()
    await first.close()
    third = await house.open()
    assert [name for name in house.files() if "corrupt" in name]
    await third.close()


async def test_a_large_file_left_cleanly_is_not_read_at_the_start_but_soon_after(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "SMALL", 1000)
    await (await house.open()).close()
    seen = house.path.stat()
    zero_a_page(house)
    os.utime(house.path, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # as a card does that forgets
    recorder = await house.open()
    before = recorder.health
    assert before.ok
    await house.clock.advance(301)
    for _ in range(100):
        await asyncio.sleep(0.02)
        if not recorder.health.ok:
            break
    assert "damaged" in recorder.health.message
    assert "Restart" in recorder.health.remedy
    await recorder.close()
    restored = await house.open()
    assert "was restored" in " ".join(restored.health.notes)
    await restored.close()


async def test_a_large_file_that_somebody_wrote_to_is_read_at_the_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "SMALL", 1000)
    await (await house.open()).close()
    zero_a_page(house)
    recorder = await house.open()
    assert "was restored" in " ".join(recorder.health.notes)
    await recorder.close()


async def test_a_copy_made_under_load_is_whole_and_sound(tmp_path: Path, clock: VirtualClock) -> None:
    house = House(tmp_path, clock)
    recorder = await house.open()
    await recorder.write(rows(0, 60_000))
    stop, written = asyncio.Event(), [0]

    async def load() -> None:
        while not stop.is_set():
            first = 60_000 + written[0]
            await recorder.write(rows(first, first + 50))
            written[0] += 50

    loading = asyncio.create_task(load())
    await asyncio.sleep(0.05)
    before = written[0]
    await recorder.backup(tmp_path / "copy.db")
    stop.set()
    await loading
    await recorder.close()
    assert damage(tmp_path / "copy.db") == ""
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        count, newest = copy.execute("SELECT count(*), max(taken) FROM readings").fetchone()
    copy.close()
    assert 60_000 + before <= count <= 60_000 + written[0]
    assert newest == T0 + (count - 1) * MINUTE
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]


async def test_a_copy_is_made_every_day_and_three_are_kept(tmp_path: Path, clock: VirtualClock) -> None:
    house = House(tmp_path, clock)
    recorder = await house.open()
    await recorder.write(rows(0, 10))
    seen: list[int | None] = []
    for _ in range(5):
        await clock.advance(86_400)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if recorder.health.newest_backup_us not in (None, *seen):
                break
        seen.append(recorder.health.newest_backup_us)
    assert len(set(seen)) == 5
    assert [made_us(copy) for copy in copies(house.backups)] == [
        one and one // 1_000_000 * 1_000_000 for one in seen[:1:-1]
    ]
    await recorder.close()


async def test_a_copy_that_fails_is_told_and_leaves_nothing_behind(tmp_path: Path, clock: VirtualClock) -> None:
    house = House(tmp_path, clock)
    recorder = await house.open()
    house.backups.write_bytes(b"a file where the folder should be")
    await clock.advance(301)
    for _ in range(200):
        await asyncio.sleep(0.01)
        if recorder.health.notes:
            break
    assert "backup copy could not be made" in " ".join(recorder.health.notes)
    with pytest.raises(StorageUnavailable):
        await recorder.backup(house.backups / "copy.db")
    await recorder.close()


async def test_postgresql_is_dumped_and_the_dump_can_be_read_back(
    postgres_database: str, clock: VirtualClock, tmp_path: Path
) -> None:
    recorder = await Recorder.open(postgres_database, clock=clock)
    await recorder.write(rows(0, 500))
    await recorder.backup(tmp_path / "copies" / "one.dump")
    await recorder.close()
    listing = await asyncio.create_subprocess_exec(
        *("pg_restore", "--list", str(tmp_path / "copies" / "one.dump")), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await listing.communicate()
    assert b"TABLE DATA public readings" in told
