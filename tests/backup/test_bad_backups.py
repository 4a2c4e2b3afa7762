"""Backups that are damaged, newer, foreign or made to harm: each is refused in words, and nothing is changed."""

import io
import random
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyrage
import pytest

from hub.backup import BackupRefused
from hub.backup.create import MANIFEST, SIGNATURE, signed
from hub.backup.facts import Manifest
from hub.backup.unpack import unpack
from hub.clock import VirtualClock
from tests.backup.conftest import NOW, House, furnish

Parts = dict[str, tuple[bytes, bytes]]
"""Name -> (tar's kind, content)."""


@pytest.fixture
async def small(sqlite_database: str, tmp_path: Path) -> House:
    house = House(sqlite_database, tmp_path, VirtualClock(NOW))
    house.data.mkdir()
    house.config.mkdir()
    (house.config / "hub.yaml").write_text("household: {name: Home}\n")
    await furnish(house)
    house.keys.make(NOW)
    return house


def state(house: House) -> dict[str, bytes]:
    """Every file of the house, but for the backups and the recorder's lock."""
    return {
        str(path): path.read_bytes()
        for path in house.folder.rglob("*")
        if path.is_file() and path.suffix != ".age" and not path.name.endswith((".lock", "-shm"))
    }


async def refused(house: House, path: Path) -> str:
    before = state(house)
    with pytest.raises(BackupRefused) as told:
        await house.verify(path)
    with pytest.raises(BackupRefused) as again:
        await house.restore(path)
    assert state(house) == before
    assert not list(house.data.glob(".restore-*"))
    assert str(told.value) == str(again.value)
    return str(told.value)


async def test_a_backup_cut_short_anywhere_is_refused(small: House) -> None:
    made = await small.backup()
    whole = made.path.read_bytes()
    for length in (0, 10, 150, 300, len(whole) // 2, len(whole) - 1):
        made.path.write_bytes(whole[:length])
        assert "damaged" in await refused(small, made.path)
    made.path.write_bytes(whole + b"x")
    assert "damaged" in await refused(small, made.path)


async def test_one_changed_byte_anywhere_is_found(small: House) -> None:
    made = await small.backup()
    whole = made.path.read_bytes()
    draw = random.Random(7)
    opened = small.folder / "opened"
    for place in [0, 30, 60, 120, 200, *(draw.randrange(len(whole)) for _ in range(40)), len(whole) - 1]:
        changed = bytearray(whole)
        changed[place] ^= 1 << draw.randrange(8)
        made.path.write_bytes(bytes(changed))
        target = opened / str(place)
        target.mkdir(parents=True, exist_ok=True)
        with pytest.raises(BackupRefused, match="damaged"):
            unpack(made.path, small.keys.identities(), target, lambda _: None)


def rebuilt(house: House, path: Path, change: Callable[[dict[str, Any], Parts], None], *, sign: bool = True) -> Path:
    """The backup with its content changed by somebody who holds the recovery key."""
    identity = house.keys.identities()[0]
    parts: Parts = {}
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(path.read_bytes(), [identity]))) as tar:
        for info in tar:
            file = tar.extractfile(info)
            parts[info.name] = (info.type, file.read() if file else b"")
    manifest = orjson.loads(parts.pop(MANIFEST)[1])
    parts.pop(SIGNATURE)
    change(manifest, parts)
    content = orjson.dumps(manifest)
    signature = signed(content, identity if sign else pyrage.x25519.Identity.generate())
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, (kind, data) in {MANIFEST: (b"0", content), SIGNATURE: (b"0", signature), **parts}.items():
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(data) if kind == b"0" else 0
            if kind in (b"1", b"2"):
                info.linkname = data.decode()
            tar.addfile(info, io.BytesIO(data) if kind == b"0" else None)
    made = path.with_name(path.name.replace("Z-", "Z-", 1))
    made.write_bytes(pyrage.encrypt(out.getvalue(), [identity.to_public()]))
    return made


async def test_what_is_rebuilt_unchanged_is_taken(small: House) -> None:
    made = await small.backup()
    assert (await small.verify(rebuilt(small, made.path, lambda _, __: None))).filled.rows == made.rows


NAMES = (
    "../evil", "config/../../evil", "/etc/evil", "config//evil", "config/./evil", "config/a\\..\\evil", "config/a\x00b",
    "evil", "data/homeostat.db", "data/keys/../../evil", "config/" + "x" * 300, "~/evil",
    "data/entries/../keys/recovery.key", "data/keys/recovery.key", "data/keys/keyring.age",
)  # fmt: skip


async def test_no_name_leaves_its_folder(small: House) -> None:
    made = await small.backup()
    whole = made.path.read_bytes()
    for name in NAMES:

        def add(manifest: dict[str, Any], parts: Parts, name: str = name) -> None:
            digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of "x"
            manifest["files"].append({"name": name, "bytes": 1, "sha256": digest})
            parts[name] = (b"0", b"x")

        made.path.write_bytes(whole)
        said = await refused(small, rebuilt(small, made.path, add))
        assert "the backup" in said, name
    assert not list(small.folder.rglob("*evil*"))


@pytest.mark.parametrize(
    "kind", [b"1", b"2", b"3", b"4", b"5", b"6"], ids=["hard", "link", "char", "block", "dir", "pipe"]
)
async def test_only_plain_files_are_taken(small: House, kind: bytes) -> None:
    made = await small.backup()

    def change(manifest: dict[str, Any], parts: Parts) -> None:
        parts["config/hub.yaml"] = (kind, b"/etc/passwd")

    assert "config/hub.yaml" in await refused(small, rebuilt(small, made.path, change))


async def test_more_than_was_promised_is_not_unpacked(small: House) -> None:
    made = await small.backup()
    whole = made.path.read_bytes()

    def bomb(manifest: dict[str, Any], parts: Parts) -> None:
        manifest["members"][0]["bytes"] = 1 << 50

    assert "out of all measure" in await refused(small, rebuilt(small, made.path, bomb))
    made.path.write_bytes(whole)

    def longer(manifest: dict[str, Any], parts: Parts) -> None:
        manifest["members"][0]["bytes"] -= 100

    assert "larger than" in await refused(small, rebuilt(small, made.path, longer))
    made.path.write_bytes(whole)

    def hidden(manifest: dict[str, Any], parts: Parts) -> None:
        parts["config/more.yaml"] = (b"0", b"x")

    assert "does not name" in await refused(small, rebuilt(small, made.path, hidden))
    made.path.write_bytes(whole)

    def lacking(manifest: dict[str, Any], parts: Parts) -> None:
        del parts["config/hub.yaml"]

    assert "lacks 'config/hub.yaml'" in await refused(small, rebuilt(small, made.path, lacking))


async def test_a_newer_format_or_a_newer_schema_is_named(small: House) -> None:
    made = await small.backup()
    whole = made.path.read_bytes()

    def newer_format(manifest: dict[str, Any], parts: Parts) -> None:
        manifest["format"], manifest["program"] = 2, "9.1"

    said = await refused(small, rebuilt(small, made.path, newer_format))
    assert "made by a newer Homeostat (9.1; format 2" in said
    made.path.write_bytes(whole)

    def newer_schema(manifest: dict[str, Any], parts: Parts) -> None:
        manifest["schema"] = "9999"

    said = await refused(small, rebuilt(small, made.path, newer_schema))
    assert "version 9999 of its schema" in said


async def test_a_backup_that_somebody_else_made_for_our_public_key_is_refused(small: House) -> None:
    made = await small.backup()
    said = await refused(small, rebuilt(small, made.path, lambda _, __: None, sign=False))
    assert "somebody else made it" in said


async def test_rows_that_were_changed_with_their_digests_do_not_reach_other_tables(small: House) -> None:
    made = await small.backup()

    def change(manifest: dict[str, Any], parts: Parts) -> None:
        import gzip
        import hashlib

        text = b'{"table": "readings; DROP TABLE people", "columns": ["series"]}\n[1]\n'
        packed = gzip.compress(text)
        parts["house.jsonl.gz"] = (b"0", packed)
        member = manifest["members"][0]
        member |= {
            "bytes": len(text),
            "sha256": hashlib.sha256(text).hexdigest(),
            "stored": len(packed),
            "stored_sha256": hashlib.sha256(packed).hexdigest(),
        }

    assert "a table 'readings; DROP TABLE people'" in await refused(small, rebuilt(small, made.path, change))


async def test_a_keyring_that_lacks_a_person_is_told_from_one_that_erased_them(small: House) -> None:
    made = await small.backup()
    ring = small.keys.keyring()
    ring.keys.popitem()
    small.keys.save(ring)
    small.keys.spread()
    assert "the keyring lacks the key of 1" in await refused(small, made.path)


def test_a_table_of_contents_that_is_none_is_refused() -> None:
    good = Manifest(1, "1", "0001", "home", NOW.isoformat(), (), ())
    assert Manifest.parse(good.plain()) == replace(good)
    bad: list[Any] = [[], {}, {"format": "x"}, {**good.plain(), "members": [{}]}, {**good.plain(), "files": 3}, None]
    for raw in bad:
        with pytest.raises(BackupRefused):
            Manifest.parse(raw)
