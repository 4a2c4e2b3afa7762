"""Verifies a backup by restoring it, and restores one; the present data is put aside, never deleted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import orjson
from pyrage import x25519

from hub.backup.create import Progress, clear_away
from hub.backup.facts import BackupRefused, Manifest
from hub.backup.fill import BEFORE, Filled, fill
from hub.backup.keys import KEYRING, RECOVERY, Keyring, Keys, open_keyring, write
from hub.backup.swap import STAGED, resume, swap
from hub.backup.unpack import Unpacked, unpack
from hub.clock import Clock
from hub.recorder.copies import stamp
from hub.recorder.database import Database, parse

VERIFIED = "verified.json"


class Restored(NamedTuple):
    manifest: Manifest
    filled: Filled
    aside: str
    """Where what was there before is kept."""


async def verify(
    path: Path, data_dir: Path, identities: Sequence[x25519.Identity], keyring: Path | None, *, clock: Clock,
    progress: Progress,
) -> Restored:  # fmt: skip
    """Restore into a database of its own, compare every row, and throw that away. Raises WrongKey, BackupRefused."""
    keys = Keys(data_dir)
    keys.own_target.mkdir(parents=True, exist_ok=True, mode=0o700)
    clear_away(keys.own_target, clock.now())
    with tempfile.TemporaryDirectory(dir=keys.own_target, prefix=".verifying-") as name:
        folder = Path(name)
        opened, ring = _open(path, keys, identities, keyring, folder / "opened", progress)
        filled = await _fill_file(folder / "homeostat.db", opened, ring, progress)
    return Restored(opened.manifest, filled, "")


def note(data_dir: Path, path: Path, clock: Clock, restored: Restored | None, problem: str = "") -> None:
    """Remember how verifying went, for the list. Raises OSError."""
    known = notes(data_dir)
    known[path.name] = {
        "at": clock.now().isoformat(timespec="seconds"),
        "rows": restored.filled.rows if restored else 0,
        "problem": problem,
    }
    folder = Keys(data_dir).own_target
    write(folder / VERIFIED, orjson.dumps(dict(sorted(known.items())[-100:])))


def notes(data_dir: Path) -> dict[str, dict[str, object]]:
    """Name of a backup -> when it was verified last (`at`), `rows`, `problem`."""
    try:
        known: dict[str, dict[str, object]] = orjson.loads((Keys(data_dir).own_target / VERIFIED).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return known


async def restore(
    path: Path,
    url: str,
    data_dir: Path,
    config_dir: Path | None,
    identities: Sequence[x25519.Identity],
    keyring: Path | None,
    *,
    clock: Clock,
    progress: Progress,
) -> Restored:
    """Only for who holds the lock on the data folder. `config_dir`: None leaves the settings as they are.

    Raises WrongKey, BackupRefused, StorageUnavailable, OSError; nothing was changed then.
    """
    resume(data_dir)
    keys, target = Keys(data_dir), parse(url)
    place = Path(target.database or "") if target.get_backend_name() == "sqlite" else None
    name = stamp(clock.now())
    aside = data_dir / f"before-restore-{name}"
    home = place.parent if place is not None else data_dir
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = Path(tempfile.mkdtemp(dir=home, prefix=STAGED))
    planned = False
    try:
        opened, ring = _open(path, keys, identities, keyring, staged / "opened", progress)
        files = [
            (opened.path(file), where)
            for file in opened.manifest.files
            if (where := _place(file.name, data_dir, config_dir)) is not None
        ]
        if place is not None:
            filled = await _fill_file(staged / "homeostat.db", opened, ring, progress)
        else:
            filled = await _fill_server(url, opened, ring, progress, f"{BEFORE}{name.lower()}")
        planned = True
        swap(data_dir, staged, aside, files, place)
    finally:
        if not planned:
            shutil.rmtree(staged, ignore_errors=True)
    _keep_keys(keys, opened, ring)
    kept = str(aside) if place is not None else f"the schema {BEFORE}{name.lower()} of the database, and {aside}"
    return Restored(opened.manifest, filled, kept)


def _open(
    path: Path, keys: Keys, identities: Sequence[x25519.Identity], keyring: Path | None, folder: Path,
    progress: Progress,
) -> tuple[Unpacked, Keyring]:  # fmt: skip
    if not path.is_file():
        raise BackupRefused(f"there is no file {path}")
    folder.mkdir(mode=0o700)
    opened = unpack(path, identities, folder, lambda share: progress(share * 0.3, "opening"))
    ring = Keyring()
    beside = keyring or path.parent / KEYRING
    if keyring is not None or beside.exists():
        ring = open_keyring(beside, identities)
    if (keys.folder / KEYRING).exists() and keys.identities():
        ring.join(keys.keyring())
    return opened, ring


async def _fill_file(path: Path, opened: Unpacked, ring: Keyring, progress: Progress) -> Filled:
    database = Database(f"sqlite+aiosqlite:///{path.absolute()}")
    try:
        filled = await fill(database, opened, ring, progress)
    finally:
        await database.dispose()
    os.chmod(path, 0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return filled


async def _fill_server(url: str, opened: Unpacked, ring: Keyring, progress: Progress, aside: str) -> Filled:
    database = Database(url)
    try:
        return await fill(database, opened, ring, progress, aside=aside)
    finally:
        await database.dispose()


def _place(name: str, data_dir: Path, config_dir: Path | None) -> Path | None:
    root, _, rest = name.partition("/")
    if root == "config":
        if config_dir is None:
            return None
        place, top = config_dir / rest, config_dir
        if place.resolve().is_relative_to(data_dir.resolve()):
            raise BackupRefused(f"the backup names {name!r} as a setting, which would lie among the data")
    else:
        place, top = data_dir / rest, data_dir
    if not place.parent.resolve().is_relative_to(top.resolve()):
        raise BackupRefused(
            f"{place.parent} leads out of {top} by a link; remove that link first. Nothing was changed."
        )
    return place


def _keep_keys(keys: Keys, opened: Unpacked, ring: Keyring) -> None:
    """The keys that opened it go on being the household's."""
    with keys.held():
        if not keys.identities():
            identity = opened.identity
            text = f"# restored\n# public key: {identity.to_public()}\n{identity}\n"
            write(keys.folder / RECOVERY, text.encode())
        keys.save(ring)
