"""What was backed up comes back, row for row, on the same kind of database and on the other."""

import asyncio
import shutil
import tarfile
import zlib
from pathlib import Path

import pyrage
import pytest
from sqlalchemy import LargeBinary, String
from sqlalchemy import types as kinds

from hub.backup import BackupRefused, WrongKey, forget
from hub.backup.keys import KEYRING, Keys, open_keyring
from hub.backup.targets import Book, Spec
from hub.backup.unpack import read_manifest, unpack
from hub.recorder import Recorder, to_us
from hub.recorder.schema import metadata
from tests.backup.conftest import NOW, SECRET, House, entry


async def everything(url: str, house: House) -> dict[str, object]:
    """What the recorder says of the house; statistics too."""
    recorder = await Recorder.open(url, clock=house.clock)
    try:
        start, end = to_us(NOW) - 40 * 86_400_000_000, to_us(NOW)
        numbers = list(house.series.values())
        return {
            "people": await recorder.load_people(),
            "entities": await recorder.load_entities(),
            "readings": await recorder.readings(numbers, start, end, limit=100_000),
            "revisions": [await recorder.revisions(number, start, end) for number in numbers],
            "journal": await recorder.journal_find(None),
            "documents": await recorder.documents_find("ben", "profile"),
            "audit": await recorder.audit_tail(),
            "next": min(await recorder.allocate_series(1)) > max(numbers),
        }
    finally:
        await recorder.close()


async def test_a_backup_that_is_restored_says_what_the_house_said(house: House) -> None:
    before = await everything(house.url, house)
    assert before["documents"]
    assert before["journal"]
    made = await house.backup()
    recorder = await house.open()
    await recorder.remove_person("anna")
    await recorder.journal_save(entry("ben", "later", 2), by="ben")
    await recorder.close()
    (house.config / "hub.yaml").write_text("household: {name: Changed}\n")
    done = await house.restore(made.path)
    assert done.filled.rows == made.rows
    assert done.filled.compared
    assert await everything(house.url, house) == before
    assert (house.config / "hub.yaml").read_text() == "household: {name: Home}\n"
    aside = next(house.data.glob("before-restore-*"))
    assert any("Changed" in path.read_text() for path in aside.glob("files/*hub.yaml"))
    assert not list(house.data.glob(".restore-*"))
    if "sqlite" in house.url:
        assert (aside / "database" / "homeostat.db").stat().st_size > 10_000


async def test_a_backup_moves_from_one_kind_of_database_to_the_other(
    house: House, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    before = await everything(house.url, house)
    made = await house.backup()
    if "sqlite" in house.url:
        other: str = request.getfixturevalue("postgres_database")
    else:
        other = f"sqlite+aiosqlite:///{tmp_path / 'other' / 'homeostat.db'}"
    await house.restore(made.path, other)
    assert await everything(other, house) == before


async def test_verifying_changes_nothing_and_leaves_nothing_behind(house: House) -> None:
    made = await house.backup()
    files = sorted(path for path in house.folder.rglob("*") if "homeostat.db" not in path.name)
    done = await house.verify(made.path)
    assert (done.filled.rows, done.filled.people, done.filled.compared) == (made.rows, 2, True)
    assert sorted(path for path in house.folder.rglob("*") if "homeostat.db" not in path.name) == files


async def test_an_erased_person_is_unreadable_in_older_backups_and_a_restored_one_stays_erased(house: House) -> None:
    other = house.folder / "stick"
    other.mkdir()
    Book(house.data).put(Spec("other", "folder", "other", str(other)))
    made = await house.backup()
    shutil.copy(made.path, other)
    house.keys.spread()
    old_ring = (other / KEYRING).read_bytes()
    assert forget(house.data, "ben") == []
    identities = house.keys.identities()
    for folder in (house.keys.folder, house.keys.own_target, other):
        ring = open_keyring(folder / KEYRING, identities)
        assert "ben" not in {person for person, _ in ring.keys.values()}
        assert (folder / KEYRING).read_bytes() != old_ring
    opened = house.folder / "opened"
    opened.mkdir()
    content = unpack(other / made.path.name, identities, opened, lambda _: None)
    known = [identity for _, identity in house.keys.keyring().keys.values()]
    closed = [member for member in content.manifest.members if member.key and not _opens(content.path(member), known)]
    assert len(closed) == 1
    for path in opened.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            raw += zlib.decompress(raw, 31) if path.name == "house.jsonl.gz" else b""
            assert SECRET.encode() not in raw
            assert b"sensor.ben" not in raw
    # Even with the keyring as it was: this hub knows that the person was erased.
    (other / KEYRING).write_bytes(old_ring)
    done = await house.restore(other / made.path.name)
    assert (done.filled.people, done.filled.erased) == (1, 1)
    said = await everything(house.url, house)
    assert [one.slug for one in said["people"]] == ["anna"]  # type: ignore[attr-defined] # a list of people
    assert SECRET not in repr(said)


def _opens(path: Path, identities: list[pyrage.x25519.Identity]) -> bool:
    try:
        pyrage.decrypt(path.read_bytes(), identities)
    except pyrage.DecryptError:
        return False
    return True


async def test_a_target_that_is_away_when_somebody_is_erased_is_named_and_brought_up_to_date_later(
    house: House,
) -> None:
    stick = house.folder / "stick"
    stick.mkdir()
    Book(house.data).put(Spec("stick", "folder", "stick", str(stick)))
    await house.backup()
    stick.rename(house.folder / "drawer")
    assert forget(house.data, "ben") == ["stick"]
    (house.folder / "drawer").rename(stick)
    await house.backup()
    ring = open_keyring(stick / KEYRING, house.keys.identities())
    # A new key, for what is still in the database; never the old one.
    assert ring.erased
    assert not ring.erased & set(ring.keys)


async def test_backups_made_with_the_first_the_last_and_todays_key_all_open(house: House) -> None:
    made = []
    for _ in range(3):
        made.append(await house.backup())
        house.keys.make(house.clock.now())
    for one in made:
        assert (await house.verify(one.path)).filled.rows == one.rows
    first = house.keys.identities()[-1]
    assert (await house.verify(made[0].path, identities=[first])).filled.people == 2


async def test_a_backup_needs_no_program_of_ours_to_be_read(house: House) -> None:
    made = await house.backup()
    plain = house.folder / "plain.tar"
    plain.write_bytes(pyrage.decrypt(made.path.read_bytes(), house.keys.identities()))
    with tarfile.open(plain) as tar:
        names = tar.getnames()
        people = [name for name in names if name.startswith("people/")]
        content = [tar.extractfile(name).read() for name in people]  # type: ignore[union-attr] # they are files
    assert "config/custom_integrations/scale/__init__.py" in names
    assert "data/entries/kept.json" in names
    assert not any("recovery" in name for name in names)
    ring = pyrage.decrypt((made.path.parent / KEYRING).read_bytes(), house.keys.identities()).decode()
    secrets = [line for line in ring.splitlines() if line.startswith("AGE-SECRET-KEY-")]
    keys = [pyrage.x25519.Identity.from_str(line) for line in secrets]
    rows = b"".join(zlib.decompress(pyrage.decrypt(one, keys), 31) for one in content)
    assert SECRET.encode() in rows
    assert rows.count(b"\n") > 6_000


async def test_a_backup_under_load_holds_one_instant_and_holds_nothing_up(house: House) -> None:
    recorder = await house.open()
    series, start = house.series["anna"], to_us(NOW) + 1_000_000
    written, longest, going = 0, 0.0, True
    loop = asyncio.get_running_loop()

    async def load() -> None:
        nonlocal written, longest
        while going:
            began = loop.time()
            # Two series in one commit: a backup has both or neither.
            row = start + written
            await recorder.write(
                [(series, row, 1.0, None, row, 0), (house.series["household"], row, 1.0, None, row, 0)]
            )
            longest = max(longest, loop.time() - began)
            written += 1
            await asyncio.sleep(0.002)

    writing = asyncio.create_task(load())
    try:
        made = [await house.backup() for _ in range(3)]
    finally:
        going = False
        await writing
        await recorder.close()
    assert written > 30
    assert longest < 1.0
    for one in made:
        done = await house.verify(one.path)
        assert done.filled.compared
    await house.restore(made[1].path)
    said = await house.open()
    end = start + 10**12
    anna = [one.taken_us for one in await said.readings([series], start, end, limit=100_000)]
    home = [one.taken_us for one in await said.readings([house.series["household"]], start, end, limit=100_000)]
    await said.close()
    assert anna == home
    assert 0 < len(anna) < written


def test_every_column_of_the_schema_is_of_a_kind_that_backups_know() -> None:
    known = (kinds.Text, String, kinds.Integer, kinds.BigInteger, kinds.SmallInteger, kinds.Double, kinds.Boolean)
    for table in metadata.tables.values():
        for column in table.columns:
            assert isinstance(column.type, (*known, LargeBinary)), f"{table.name}.{column.name}: {column.type!r}"


async def test_without_a_recovery_key_nothing_is_written(house: House) -> None:
    shutil.rmtree(house.keys.folder)
    with pytest.raises(BackupRefused, match="homeostat backup key"):
        await house.backup()
    assert not list(house.keys.own_target.glob("homeostat-*"))


async def test_a_foreign_key_is_named_at_once_and_the_table_of_contents_is_quick_to_read(house: House) -> None:
    made = await house.backup()
    other = Keys(house.folder / "elsewhere").make(NOW)
    with pytest.raises(WrongKey, match="does not open"):
        read_manifest(made.path, [other])
    with pytest.raises(WrongKey, match=made.path.stem[-8:]):
        await house.verify(made.path, identities=[other])
    assert read_manifest(made.path, house.keys.identities()).rows == made.rows
