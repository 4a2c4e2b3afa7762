"""Verifies a backup by restoring it, and restores one; the present data is put aside, never deleted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pyrage import x25519

from hub.backup.create import Progress
from hub.backup.facts import BackupRefused, Manifest
from hub.backup.fill import BEFORE, Filled, fill
from hub.backup.keys import KEYRING, RECOVERY, Keyring, Keys, open_keyring, write
from hub.backup.swap import STAGED, planned, resume, swap
from hub.backup.unpack import Unpacked, unpack
from hub.backup.working import clear_away, working
from hub.clock import Clock
from hub.recorder.copies import stamp
from hub.recorder.database import Database, parse
from hub.vault import KEY_FILE, join_keys


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
    clear_away(keys.own_target)
    with working(keys.own_target, ".verifying-") as folder:
        opened, ring = _open(path, keys, identities, keyring, folder / "opened", progress)
        filled = await _fill_file(folder / "homeostat.db", opened, ring, progress)
    return Restored(opened.manifest, filled, "")


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
    ready = await prepare(path, url, data_dir, config_dir, identities, keyring, clock=clock, progress=progress)
    swap(data_dir, *ready.swapping)
    keep_keys(data_dir, ready)
    return ready.restored


class Ready(NamedTuple):
    """A restore of which only the last step is left."""

    restored: Restored
    staged: Path
    aside: Path
    files: list[tuple[Path, Path]]
    database: Path | None
    identity: x25519.Identity
    ring: Keyring

    @property
    def swapping(self) -> tuple[Path, Path, list[tuple[Path, Path]], Path | None]:
        return self.staged, self.aside, self.files, self.database

    @property
    def plan(self) -> dict[str, Any]:
        return planned(*self.swapping)


async def prepare(
    path: Path, url: str, data_dir: Path, config_dir: Path | None, identities: Sequence[x25519.Identity],
    keyring: Path | None, *, clock: Clock, progress: Progress,
) -> Ready:  # fmt: skip
    """Everything but the swap of files, which `decide` leaves to the next start; with SQLite beside a hub that runs.

    With PostgreSQL the tables are swapped at the end of this. Raises as `restore`.
    """
    keys, target = Keys(data_dir), parse(url)
    place = Path(target.database or "") if target.get_backend_name() == "sqlite" else None
    name = stamp(clock.now())
    aside = data_dir / f"before-restore-{name}"
    home = place.parent if place is not None else data_dir
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = Path(tempfile.mkdtemp(dir=home, prefix=STAGED))
    done = False
    try:
        opened, ring = _open(path, keys, identities, keyring, staged / "opened", progress)
        join_keys(opened.folder / "data" / KEY_FILE, data_dir / KEY_FILE)
        files = [
            (opened.path(file), where)
            for file in opened.manifest.files
            if (where := _place(file.name, data_dir, config_dir)) is not None
        ]
        if place is not None:
            filled = await _fill_file(staged / "homeostat.db", opened, ring, progress)
        else:
            filled = await _fill_server(url, opened, ring, progress, f"{BEFORE}{name.lower()}")
        done = True
    finally:
        if not done:
            shutil.rmtree(staged, ignore_errors=True)
    kept = str(aside) if place is not None else f"the schema {BEFORE}{name.lower()} of the database, and {aside}"
    return Ready(Restored(opened.manifest, filled, kept), staged, aside, files, place, opened.identity, ring)


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


def keep_keys(data_dir: Path, ready: Ready) -> None:
    """The keys that opened it go on being the household's."""
    keys, identity = Keys(data_dir), ready.identity
    with keys.held():
        known = keys.identities()
        if str(identity) not in {str(one) for one in known}:
            before = (keys.folder / RECOVERY).read_text() if known else ""
            text = f"# restored\n# public key: {identity.to_public()}\n{identity}\n"
            write(keys.folder / RECOVERY, (before + text).encode())
        ring = ready.ring
        if known:
            ring.join(keys.keyring())
        keys.save(ring)
