"""Makes a backup: one file that `age` and `tar` open, of one instant of the database, while the hub goes on.

Nothing unencrypted of a person, and nothing of the settings, is written on the way; the rows of the house are, into a
folder that only the hub's user can open, beside the database that holds the same.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple

import orjson
from pyrage import x25519

from hub import __version__
from hub.backup.facts import FORMAT, BackupRefused, File, Manifest, Member
from hub.backup.keys import KEYRING, OWN, Keys, write
from hub.backup.owners import HOUSE, Owners
from hub.backup.pipes import Sealer
from hub.backup.rows import dump
from hub.backup.working import clear_away, named, working
from hub.clock import Clock
from hub.recorder.database import Database, free_bytes
from hub.recorder.versions import version
from hub.vault import KEY_FILE, Vault

MANIFEST, SIGNATURE = "manifest.json", "manifest.hmac"
LARGEST = 64 << 20
"""Bytes of a file of the settings that is taken along."""
ROOM = 64 << 20
"""Bytes that stay free on a disk."""
Progress = Callable[[float | None, str], None]


class Made(NamedTuple):
    path: Path
    bytes: int
    rows: int
    left_out: tuple[str, ...]


async def create(
    url: str, data_dir: Path, config_dir: Path | None, to: Path, *, clock: Clock, progress: Progress,
    vault: Vault | None = None,
) -> Made:  # fmt: skip
    """Write one backup into a folder, and the keyring beside it. Raises BackupRefused, StorageUnavailable, OSError.

    The vault's key goes along, wherever it lies: without it a restored hub would have no passwords.
    """
    keys = Keys(data_dir)
    identities = keys.identities()
    if not identities:
        raise BackupRefused(
            "there is no recovery key yet; make one with `homeostat backup key` and keep what it prints"
        )
    now = clock.now()
    if to != keys.own_target and not to.is_dir():
        raise BackupRefused(f"there is no folder {to}; is the disk plugged in? Nothing was written")
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys.own_target.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear_away(keys.own_target)
    clear_away(to)
    with working(keys.own_target, ".making-") as folder:
        schema, members = await _dump(url, folder, keys, progress)
        files, left_out = _files(data_dir, config_dir)
        _take_key(vault or Vault.open(data_dir), files, left_out)
        manifest = Manifest(
            format=FORMAT,
            program=__version__,
            schema=schema,
            household="home",
            created_at=now.isoformat(),
            members=tuple(members),
            files=tuple(file for file, _ in files),
            left_out=tuple(left_out),
        )
        progress(0.9, "encrypting")
        path = _seal(manifest, folder, files, to, identities[0], now)
    write(to / KEYRING, (keys.folder / KEYRING).read_bytes())
    keys.spread()
    return Made(path, path.stat().st_size, manifest.rows, manifest.left_out)


async def _dump(url: str, folder: Path, keys: Keys, progress: Progress) -> tuple[str, list[Member]]:
    database = Database(url)
    try:
        if database.path is not None and not database.path.exists():
            raise BackupRefused("there is no database yet, so there is nothing to back up")
        async with database.snapshot() as connection:
            schema = await version(connection)
            if schema is None:
                raise BackupRefused("the database is empty, so there is nothing to back up")
            owners = await Owners.read(database, connection)
            everyone = [HOUSE, *sorted(owners.people)]
            with keys.held():
                ring = keys.keyring()
                held = {owner: ring.of(owner) for owner in everyone if owner != HOUSE}
                # Before the first backup that needs them: a key that is lost loses the backup.
                keys.save(ring)
            members = []
            for place, owner in enumerate(everyone):
                progress(0.9 * place / len(everyone), "reading the database")
                key, identity = held.get(owner, ("", None))
                name = f"people/{key}.jsonl.gz.age" if identity else "house.jsonl.gz"
                with _packing(folder / Path(name).name, identity) as packed:
                    rows = await dump(database, connection, owners, owner, packed.write)
                members.append(packed.member(name, key, rows))
            return schema, members
    finally:
        await database.dispose()


class _Packed:
    """Compresses, and counts what goes in."""

    def __init__(self, out: Sealer | IO[bytes], path: Path) -> None:
        self._out, self._path = out, path
        self._digest, self._bytes = hashlib.sha256(), 0
        self._zip = zlib.compressobj(3, wbits=31)

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._bytes += len(data)
        self._out.write(self._zip.compress(data))

    def end(self) -> None:
        self._out.write(self._zip.flush())

    def member(self, name: str, key: str, rows: dict[str, int]) -> Member:
        with self._path.open("rb") as file:
            stored = hashlib.file_digest(file, "sha256").hexdigest()
        size = self._path.stat().st_size
        return Member(name, key, self._digest.hexdigest(), self._bytes, size, stored, rows)


@contextmanager
def _packing(path: Path, identity: x25519.Identity | None) -> Iterator[_Packed]:
    with path.open("xb") as file:
        if identity is None:
            packed = _Packed(file, path)
            yield packed
            packed.end()
            return
        with Sealer(file, identity.to_public()) as sealer:
            packed = _Packed(sealer, path)
            yield packed
            packed.end()


def _files(data_dir: Path, config_dir: Path | None) -> tuple[list[tuple[File, bytes]], list[str]]:
    """The settings, what integrations keep, and keys of other rooms; links and what is large are left out."""
    found: list[tuple[File, bytes]] = []
    left_out: list[str] = []
    wanted = [("data/entries", data_dir / "entries"), ("data/keys", data_dir / "keys")]
    if config_dir is not None:
        wanted.append(("config", config_dir))
    for prefix, top in wanted:
        for path in _walk(top, data_dir if prefix == "config" else None):
            name = f"{prefix}/{path.relative_to(top).as_posix()}"
            if prefix == "data/keys" and path.relative_to(top).as_posix() in OWN:
                continue
            if path.is_symlink() or not path.is_file():
                left_out.append(f"{name} (a link or no plain file)")
            elif path.stat().st_size > LARGEST:
                left_out.append(f"{name} (larger than {LARGEST >> 20} MB)")
            else:
                content = path.read_bytes()
                found.append((File(name, len(content), hashlib.sha256(content).hexdigest()), content))
    return found, left_out


def _take_key(vault: Vault, files: list[tuple[File, bytes]], left_out: list[str]) -> None:
    """A key that lies outside the data folder; one within is there already."""
    name = f"data/{KEY_FILE}"
    if vault.problem:
        left_out.append(f"the key of stored passwords ({vault.problem})")
    elif vault.source != vault.own and (content := vault.dump()):
        files[:] = [one for one in files if one[0].name != name]
        files.append((File(name, len(content), hashlib.sha256(content).hexdigest()), content))


def _walk(top: Path, without: Path | None) -> Iterator[Path]:
    for folder, names, files in os.walk(top, followlinks=False):
        here = Path(folder)
        names[:] = sorted(
            name
            for name in names
            if name not in ("__pycache__", "node_modules")
            and not (name.startswith(".") and here == top)
            and (without is None or (here / name).resolve() != without.resolve())
        )
        yield from (here / name for name in names if (here / name).is_symlink())
        yield from (here / name for name in sorted(files) if not name.endswith((".pyc", ".part")))


def _seal(
    manifest: Manifest, folder: Path, files: list[tuple[File, bytes]], to: Path, identity: x25519.Identity,
    now: datetime,
) -> Path:  # fmt: skip
    """Everything into one file, which has its name only when it is whole and on the disk."""
    size = sum(member.stored for member in manifest.members) + sum(file.bytes for file in manifest.files)
    free = free_bytes(to)
    if free is not None and free < size + ROOM:
        raise BackupRefused(f"the backup needs {size >> 20:,} MB in {to} and {free >> 20:,} MB are free")
    recipient, content = identity.to_public(), orjson.dumps(manifest.plain())
    with named(to, now, str(recipient)) as (path, part, out):
        with (
            Sealer(out, recipient) as sealer,
            tarfile.open(fileobj=sealer, mode="w|", format=tarfile.PAX_FORMAT) as tar,  # type: ignore[call-overload] # writes only
        ):
            _add(tar, MANIFEST, io.BytesIO(content), len(content))
            signature = signed(content, identity)
            _add(tar, SIGNATURE, io.BytesIO(signature), len(signature))
            for member in manifest.members:
                with (folder / Path(member.name).name).open("rb") as source:
                    _add(tar, member.name, source, member.stored)
            for file, one in files:
                _add(tar, file.name, io.BytesIO(one), file.bytes)
        out.flush()
        os.fsync(out.fileno())
        part.replace(path)
        descriptor = os.open(to, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return path


def signed(content: bytes, identity: x25519.Identity) -> bytes:
    """Proof that a holder of the recovery key wrote it: anybody can encrypt to the public half."""
    return hmac.new(b"homeostat backup\0" + str(identity).encode(), content, hashlib.sha256).hexdigest().encode()


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, source)
