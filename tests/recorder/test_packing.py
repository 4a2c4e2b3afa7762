"""Wide bodies take little room in SQLite, and whatever form they have they are read."""

import asyncio
import hashlib
import logging
import os
import random
import sqlite3
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import VirtualClock
from hub.errors import StorageCorrupt
from hub.model import JournalEntry
from hub.recorder import Document, Recorder, to_us
from hub.recorder import guard as guard_module
from hub.recorder.packing import DICTIONARY, Unreadable, packed, unpacked
from hub.recorder.versions import downgrade, status, upgrade
from tests.recorder.conftest import NOW
from tests.recorder.test_versions import execute
from tests.support.thorough import thorough

ROOT = Path(__file__).parent.parent.parent
AT = to_us(NOW)
DIGEST = "a0bf99f2f27d8dfe332328d26c2cf39d734983d5f473a7c91e1c228a795efc38"
WRITTEN = "58a48f654b83abc65d9ec1ba4cc6a668551900c8b510a7"


def treatment(number: int) -> dict[str, Any]:
    """What Loop uploads for a temporary basal rate."""
    chance = random.Random(number)
    moment = (NOW + timedelta(minutes=5 * number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    rate = round(chance.random() * 3, 2)
    return {
        "_id": f"{number:08x}{chance.getrandbits(64):016x}",
        "enteredBy": "loop://iPhone",
        "created_at": moment,
        "timestamp": moment,
        "syncIdentifier": chance.randbytes(17).hex(),
        "utcOffset": 0,
        "eventType": "Temp Basal",
        "temp": "absolute",
        "rate": rate,
        "absolute": rate,
        "duration": round(5 + chance.random(), 13),
        "automatic": True,
        "insulinType": "Humalog",
        "notes": "größer als sonst 🍎" if number % 7 == 0 else "",
    }


def documents(count: int) -> list[Document]:
    bodies = [treatment(number) for number in range(count)]
    return [
        Document(body["_id"], AT + 300_000_000 * number, AT + number, number % 5 == 0, body)
        for number, body in enumerate(bodies)
    ]


def entries(count: int) -> list[JournalEntry]:
    return [
        JournalEntry(
            *(f"j{number:05}", "insulin", "anna", "entry:nightscout", NOW + timedelta(minutes=number), None),
            *({"units": number / 20, "delivery": "bolus"}, "Käse", "nightscout", f"ns:{number:024x}:insulin", revision),
            *(False, NOW, NOW),
        )
        for number in range(count)
        for revision in (1, 2)
    ]


async def fill(url: str, clock: VirtualClock, count: int) -> list[Any]:
    recorder = await Recorder.open(url, clock=clock)
    await recorder.documents_put("anna", "treatments", documents(count))
    await recorder.documents_put("bo", "profile", [Document("p", 1, 2, False, {"a": 1}), Document("q", 1, 2, True, {})])
    await recorder.journal_save_many(entries(count), by="anna")
    told = await everything(recorder)
    await recorder.close()
    assert len(told[0]) == count
    assert len(told[2]) == count
    return told


async def everything(recorder: Recorder) -> list[Any]:
    return [
        await recorder.documents_find("anna", "treatments", limit=1_000_000, deleted=True),
        await recorder.documents_find("bo", "profile", limit=10, deleted=True, descending=False),
        await recorder.journal_find(None, limit=1_000_000),
        await recorder.journal_revisions("j00003"),
        await recorder.journal_by_external("anna", "nightscout", [f"ns:{5:024x}:insulin"]),
        await recorder.documents_find("anna", "treatments", modified_after_us=AT + 20, limit=3, descending=False),
    ]


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite+aiosqlite:///"))


@given(st.text() | st.text('[]{},:"0123456789.eE-abcdehilmnorstu', min_size=200))
def test_every_text_comes_back_as_it_was_and_never_takes_more_room(text: str) -> None:
    body = packed(text)
    assert unpacked(body) == text
    assert len(body if isinstance(body, bytes) else body.encode()) <= len(text.encode())


def test_the_dictionary_is_the_one_that_databases_were_written_with() -> None:
    assert hashlib.sha256(DICTIONARY).hexdigest() == DIGEST
    assert unpacked(bytes.fromhex(WRITTEN)) == '{"eventType":"Temp Basal","rate":0.35,"duration":30}'


def test_a_body_with_a_wrong_byte_or_cut_short_is_never_taken_for_another() -> None:
    body = packed(str(treatment(1)))
    assert isinstance(body, bytes)
    for place in range(len(body)):
        with pytest.raises(Unreadable):
            unpacked(body[:place] + bytes([body[place] ^ 0x10]) + body[place + 1 :])
        with pytest.raises(Unreadable):
            unpacked(body[:place])
    with pytest.raises(Unreadable):
        unpacked(body + b"x")


async def test_a_file_takes_less_than_a_third_of_the_room_that_it_took_and_gives_the_rest_back(
    sqlite_database: str, clock: VirtualClock
) -> None:
    size: dict[str, float] = {}
    await fill(sqlite_database, clock, 1_000)
    for go, version in ((downgrade, "0004"), (upgrade, "0005")):
        assert (await go(sqlite_database, version)).current == version
        size[version] = path_of(sqlite_database).stat().st_size
    with sqlite3.connect(path_of(sqlite_database)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] < 100
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert size["0005"] * 3 < size["0004"]
    assert size["0005"] / 1_000 < 1_500  # a treatment, a journal entry and its two revisions, indexes and all


async def test_what_is_kept_whole_goes_back_and_forward_unchanged(database_url: str, clock: VirtualClock) -> None:
    before = await fill(database_url, clock, 300)
    for _ in range(2):
        assert (await downgrade(database_url, "0004")).current == "0004"
        for table in ("documents", "journal", "journal_revisions"):
            bodies = [row[0] for row in await execute(database_url, f"SELECT body FROM {table}")]
            assert all(isinstance(body, str) and body.startswith("{") for body in bodies)
        assert (await upgrade(database_url)).current == "0005"
        recorder = await Recorder.open(database_url, clock=clock)
        assert await everything(recorder) == before
        await recorder.documents_put("anna", "treatments", documents(300)[:10])
        await recorder.close()


@thorough
async def test_a_program_killed_in_the_middle_of_the_upgrade_leaves_the_database_as_it_was(
    sqlite_database: str, clock: VirtualClock
) -> None:
    before = await fill(sqlite_database, clock, 20_000)
    await downgrade(sqlite_database, "0004")
    path = path_of(sqlite_database)
    log = Path(f"{path}-wal")
    killed = 0
    for amount in (0, 1_000_000, 6_000_000):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.recorder.upgrading", sqlite_database),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdout is not None
        assert await child.stdout.readline() == b"begun\n"
        while child.returncode is None and (not log.exists() or log.stat().st_size < amount):
            await asyncio.sleep(0.002)
        if child.returncode is None:
            child.kill()
        said = await child.stdout.read()
        await child.wait()
        if said or (await status(sqlite_database)).current == "0005":
            break
        killed += 1
        assert (await execute(sqlite_database, "SELECT count(*), min(typeof(body)) FROM documents"))[0] == (
            20_002,
            "text",
        )
        assert await execute(sqlite_database, "SELECT name FROM sqlite_master WHERE name LIKE '%_old'") == []
    assert killed >= 2
    recorder = await Recorder.open(sqlite_database, clock=clock)
    assert (await status(sqlite_database)).current == "0005"
    assert await everything(recorder) == before
    await recorder.close()


async def test_the_start_says_that_it_brings_the_database_up_to_date(
    database_url: str, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(database_url, clock, 10)
    await downgrade(database_url, "0004")
    with caplog.at_level(logging.INFO, "hub.recorder"):
        await (await Recorder.open(database_url, clock=clock)).close()
        told = caplog.text
        caplog.clear()
        await (await Recorder.open(database_url, clock=clock)).close()
    assert "from version 0004 of its schema to 0005" in told
    assert "takes a while" in told
    assert "in a third of the space" in told
    assert "schema" not in caplog.text


async def test_a_damaged_body_is_left_out_and_named_and_hides_no_other(
    sqlite_database: str, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(sqlite_database, clock, 20)
    second = documents(2)[1].id
    await execute(sqlite_database, f"UPDATE documents SET body = x'78bbffff' WHERE id = '{second}'",
                  "UPDATE journal SET body = x'78bbffff' WHERE id = 'j00001'")  # fmt: skip
    recorder = await Recorder.open(sqlite_database, clock=clock)
    found = await recorder.documents_find("anna", "treatments", limit=100, deleted=True)
    assert [one.id for one in found] == [one.id for one in documents(20)[::-1] if one.id != second]
    assert len(await recorder.journal_find(None)) == 19
    assert f"record {second} of treatments can't be read" in caplog.text
    assert "JournalEntry j00001 can't be read" in caplog.text
    await recorder.documents_put("anna", "treatments", documents(2))
    assert len(await recorder.documents_find("anna", "treatments", limit=100, deleted=True)) == 20
    await recorder.close()
    await execute(sqlite_database, f"UPDATE documents SET body = x'78bbffff' WHERE id = '{second}'")
    await downgrade(sqlite_database, "0004")
    await upgrade(sqlite_database)
    again = await Recorder.open(sqlite_database, clock=clock)
    assert len(await again.documents_find("anna", "treatments", limit=100, deleted=True)) == 19
    await again.close()


@pytest.mark.parametrize("version", ["0004", "0005"])
async def test_damage_that_only_the_upgrade_or_the_check_meets_is_mended_in_the_same_start_with_what_can_be_saved(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    path, backups = tmp_path / "homeostat.db", tmp_path / "backups"
    url = f"sqlite+aiosqlite:///{path}"
    recorder = await Recorder.open(url, clock=clock, backups=backups)
    await recorder.documents_put("anna", "treatments", documents(500))
    await recorder.backup(backups / "homeostat-20261119T000000Z.db")
    await recorder.documents_put("anna", "treatments", documents(1_000))
    await recorder.close()
    await downgrade(url, version)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'documents' AND pagetype = 'leaf' ORDER BY pageno"
        ).fetchall()
    connection.close()
    monkeypatch.setattr(guard_module, "SMALL", 1_000)
    with path.open("r+b") as file:
        file.seek((pages[len(pages) // 4][0] - 1) * 1_024)  # in the part that the copy has
        file.write(os.urandom(1_024))
    if version == "0004":
        guard_module.note_closed(path)  # as if the card had forgotten it after a clean end
    recorder = await Recorder.open(url, clock=clock, backups=backups)
    assert "was restored" in " ".join(recorder.health.notes)
    found = await recorder.documents_find("anna", "treatments", limit=10_000, deleted=True, descending=False)
    assert found == documents(1_000)
    await recorder.close()


@pytest.mark.parametrize("version", ["0004", "0005"])
async def test_without_a_copy_every_record_is_salvaged_that_lies_on_a_sound_page(
    tmp_path: Path, clock: VirtualClock, version: str
) -> None:
    path = tmp_path / "homeostat.db"
    url = f"sqlite+aiosqlite:///{path}"
    recorder = await Recorder.open(url, clock=clock)
    await recorder.documents_put("anna", "treatments", documents(1_000))
    await recorder.close()
    await downgrade(url, version)
    harmed = "sqlite_autoindex_documents_1" if version == "0005" else "documents_by_time"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = connection.execute("SELECT pageno FROM dbstat WHERE name = ?", (harmed,)).fetchall()
    connection.close()
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page[0] - 1) * 1_024)
            file.write(os.urandom(1_024))
    with pytest.raises(StorageCorrupt, match="1,000 other rows were saved"):
        await Recorder.open(url, clock=clock)
    salvaged = next(one for one in tmp_path.iterdir() if ".salvaged-" in one.name)
    saved = await Recorder.open(f"sqlite+aiosqlite:///{salvaged}", clock=clock)
    assert await saved.documents_find("anna", "treatments", limit=10_000, deleted=True, descending=False) == documents(
        1_000
    )
    await saved.close()
