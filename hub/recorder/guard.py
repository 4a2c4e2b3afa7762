"""Before a SQLite database is opened: is it the one we left, and is it sound? If not, the newest good copy steps in."""

from __future__ import annotations

import logging
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from hub.errors import StorageCorrupt
from hub.recorder.copies import copies, damage, put_in_place, stamp, sync_folder, unsound
from hub.recorder.salvage import salvage_alone
from hub.recorder.trouble import explained

log = logging.getLogger(__name__)
SMALL = 64 << 20
"""Bytes that are read through at every start: a quarter of a second."""


class Verdict(NamedTuple):
    notes: tuple[str, ...] = ()
    """What the owner should know."""
    damaged: Path | None = None
    """The file that was put aside; what it has and the copy lacks is to be salvaged."""
    unchecked: bool = False
    """True when the file is large and just as it was left: it was not read through."""


def left(path: Path) -> Path:
    """The file that tells how the database was left."""
    return path.with_name(path.name + ".left")


def note_closed(path: Path) -> None:
    """Remember a clean end, and what the file looked like then; the next start need not read all of it."""
    seen = _look(path)
    if seen is not None:
        part = left(path).with_suffix(".left-part")
        part.write_bytes(orjson.dumps(seen))
        put_in_place(part, left(path))


def forget_closed(path: Path) -> None:
    """Have the next start read the whole file."""
    left(path).write_bytes(b"{}")


def note_opened(path: Path) -> None:
    """From now on the file is in use: an end without `note_closed` has it checked whole."""
    forget_closed(path)


def examine(path: Path, backups: Path | None, now: datetime) -> Verdict:
    """Check the database and, when it is damaged, put it aside and the newest good copy in its place. Blocks.

    The whole file is read (1.5 s for ten million readings) unless it is large and just as a clean end left it. Raises
    StorageCorrupt when it is damaged and there is no good copy.
    """
    with explained():
        known = _read(left(path))
        if not path.exists() or path.stat().st_size == 0:
            # A file of no bytes is what a cut while it was being made leaves; it held nothing if it is not known.
            if known is None and not (backups and copies(backups)):
                return Verdict()
            return _replace(path, backups, now, "it is not there" if not path.exists() else "it is empty")
        large = path.stat().st_size > SMALL
        if large and known and known == _look(path) and _header_is_sound(path):
            return Verdict(unchecked=True)
        problem = damage(path)
        if problem:
            return _replace(path, backups, now, problem)
        return Verdict()


def _replace(path: Path, backups: Path | None, now: datetime, problem: str) -> Verdict:
    log.error("the database %s is damaged: %s", path.name, problem)
    for copy in copies(backups) if backups else []:
        reason = unsound(copy) if copy.suffix == ".db" else "it is not of this kind of database"
        if reason:
            log.error("the backup copy %s can't be used: %s", copy.name, reason)
            continue
        part = path.with_name(path.name + ".restored")
        part.write_bytes(b"")
        _copy(copy, part)
        aside = _put_aside(path, now)
        put_in_place(part, path)
        note = f"The database was damaged ({problem}), so the backup copy {copy.name} was restored. " + (
            f"The damaged file is kept as {aside.name}." if aside else "There was no file left to keep."
        )
        log.error("%s", note)
        return Verdict((note,), aside)
    if not path.exists():
        raise StorageCorrupt(
            f"The database {path} is not there any more, and there is no backup copy to restore. If it was moved, "
            f"move it back. To start with an empty one, delete {left(path).name} beside it."
        )
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    kept = salvage_alone(path, path.with_name(f"{path.name}.salvaged-{stamp(changed)}"))
    raise StorageCorrupt(
        f"The database {path} is damaged ({problem}), and there is no good backup copy to restore. {kept} "
        "The damaged file was left as it is. Put a copy of your own or the salvaged file in its place and start again."
    )


def _put_aside(path: Path, now: datetime) -> Path | None:
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.corrupt-{stamp(now)}")
    # The log first: without its database it is of no use, and the copy must not meet it.
    for suffix in ("-wal", "-shm"):
        old = Path(f"{path}{suffix}")
        if old.exists():
            old.replace(Path(f"{aside}{suffix}"))
    path.replace(aside)
    sync_folder(path.parent)
    return aside


def _copy(source: Path, to: Path) -> None:
    origin = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    target = sqlite3.connect(to)
    try:
        origin.backup(target)
    finally:
        target.close()
        origin.close()


def _look(path: Path) -> dict[str, int] | None:
    """What changes whenever somebody writes to the file."""
    log_size = 0
    try:
        info = path.stat()
        log_file = Path(f"{path}-wal")
        log_size = log_file.stat().st_size if log_file.exists() else 0
    except OSError:
        return None
    return {"size": info.st_size, "changed": info.st_mtime_ns, "inode": info.st_ino, "log": log_size}


def _read(path: Path) -> dict[str, int] | None:
    """None: we have never had a database here. Empty: it was in use when the hub ended."""
    try:
        return dict(orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (orjson.JSONDecodeError, ValueError, TypeError):
        return {}


def _header_is_sound(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(100)
        size = os.fstat(file.fileno()).st_size
    if len(header) < 100 or header[:16] != b"SQLite format 3\0":
        return False
    page = int.from_bytes(header[16:18], "big")
    page = 65_536 if page == 1 else page
    return page >= 512 and int.from_bytes(header[28:32], "big") * page == size
