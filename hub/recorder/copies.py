"""Backup copies: made while the hub goes on writing, checked before they count, the newest few kept."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from hub.errors import StorageUnavailable
from hub.recorder.instants import to_us
from hub.recorder.trouble import explained

KEEP = 3
_NAME = re.compile(r"homeostat-(\d{8}T\d{6}Z)\.(db|dump)")
_OURS = re.compile(r"homeostat-\d{8}T\d{6}Z\.(db|dump)([-.](wal|shm|journal|part.*))?")
_STAMP = "%Y%m%dT%H%M%SZ"
INDEX = ".made"
"""Names of copies that the hub made in a folder and that don't say so themselves."""


def stamp(now: datetime) -> str:
    """An instant as it stands in file names."""
    return now.astimezone(UTC).strftime(_STAMP)


def copies(folder: Path) -> list[Path]:
    """Finished copies in a folder, the newest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)


def made_us(copy: Path) -> int:
    """When a copy was made, by its name."""
    found = _NAME.fullmatch(copy.name)
    assert found is not None
    return to_us(datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC))


def remember(copy: Path) -> None:
    """A copy that somebody had made under a name of their own: what is erased later is to go from it too."""
    if _OURS.fullmatch(copy.name):
        return
    with (copy.parent / INDEX).open("a") as file:
        file.write(f"{copy.name}\n")


def ours(folder: Path) -> list[Path]:
    """Files in a folder of copies that the hub made: by their names, or by the index of those named otherwise."""
    index = folder / INDEX
    named = set(index.read_text().splitlines()) if index.exists() else set()
    found = folder.iterdir() if folder.is_dir() else ()
    return [path for path in found if path.is_file() and (path.name in named or _OURS.fullmatch(path.name))]


def set_aside(database: Path) -> list[Path]:
    """What was kept of a damaged database, beside it."""
    kept = re.compile(rf"{re.escape(database.name)}\.(corrupt|salvaged)-\d{{8}}T\d{{6}}Z.*")
    return [path for path in database.parent.iterdir() if kept.fullmatch(path.name) and path.is_file()]


def name_for(now: datetime, url: URL) -> str:
    return f"homeostat-{stamp(now)}.{'db' if url.get_backend_name() == 'sqlite' else 'dump'}"


def keep_newest(folder: Path) -> None:
    """Delete older copies, and what an interrupted one left."""
    for path in copies(folder)[KEEP:]:
        path.unlink(missing_ok=True)
    for path in folder.glob("homeostat-*.part*"):
        path.unlink(missing_ok=True)


def copy_sqlite(source: Path, to: Path) -> None:
    """A consistent, checked, durable copy, made in one read transaction that holds no writer up. Blocks."""
    part = to.with_name(to.name + ".part")
    try:
        with explained():
            to.parent.mkdir(parents=True, exist_ok=True)
            _check_room(source, to.parent)
            part.unlink(missing_ok=True)
            origin = sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)
            try:
                copy = sqlite3.connect(part)
                try:
                    copy.execute("PRAGMA synchronous=OFF")  # made durable as a whole below
                    origin.backup(copy)
                    copy.execute("PRAGMA journal_mode=DELETE")
                finally:
                    copy.close()
            finally:
                origin.close()
            problem = unsound(part)
            if problem:
                raise StorageUnavailable(
                    f"The backup copy {to.name} is not sound ({problem}), so it was not kept. "
                    "Restart the hub: it checks the database itself and repairs it where it must."
                )
            put_in_place(part, to)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


async def copy_postgres(url: URL, to: Path) -> None:
    """A dump by pg_dump, in its custom format; `pg_restore` reads it."""
    program = shutil.which("pg_dump")
    if program is None:
        raise StorageUnavailable("pg_dump is not installed: install PostgreSQL's client programs to make backups.")
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(to.name + ".part")
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    try:
        process = await asyncio.create_subprocess_exec(
            *(program, "--format=custom", f"--file={part}", "--no-password", plain),
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise StorageUnavailable(f"pg_dump made no backup: {said.decode(errors='replace').strip()}")
        put_in_place(part, to)
    finally:
        part.unlink(missing_ok=True)


def unsound(copy: Path) -> str:
    """Why a copy can't stand in for the database; empty when it can. Blocks."""
    found = damage(copy)
    if found:
        return found
    with sqlite3.connect(f"file:{_quoted(copy)}?mode=ro", uri=True) as connection:
        known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'readings'").fetchone()
    connection.close()
    return "" if known[0] else "it has no readings"


def damage(path: Path) -> str:
    """What SQLite's own check finds wrong with a database file; empty when it is sound. Blocks."""
    try:
        connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
        try:
            connection.execute("PRAGMA cell_size_check=ON")
            found = connection.execute("PRAGMA quick_check(3)").fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and (error.sqlite_errorcode & 0xFF) in (5, 8, 10, 13, 14):
            raise  # locked, read-only, full, unreadable: says nothing about the file
        return str(error)
    return "" if found == [("ok",)] else "; ".join(str(row[0]).replace("\n", " ") for row in found)


def put_in_place(part: Path, to: Path) -> None:
    """Rename, so that the new name only ever shows a whole file that is on the disk."""
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(to)
    sync_folder(to.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_room(source: Path, folder: Path) -> None:
    size = sum(path.stat().st_size for path in (source, Path(f"{source}-wal")) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < size + (32 << 20):
        raise StorageUnavailable(
            f"A backup copy needs {size >> 20:,} MB and the disk has {free >> 20:,} MB left. "
            "Free some space, or let backups go to another disk."
        )


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
