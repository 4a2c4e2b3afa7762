"""Folders for work under way, each held by who works in it: what a kill left behind is told from what is in use."""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from hub.backup.facts import name_for

KINDS = (".making-", ".verifying-", ".fetching-", ".incoming-")


@contextmanager
def working(top: Path, kind: str) -> Iterator[Path]:
    """A new folder in `top`, gone at the end. `kind`: one of KINDS."""
    assert kind in KINDS
    top.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(top):
        folder = Path(tempfile.mkdtemp(dir=top, prefix=kind))
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def named(top: Path, now: datetime, recipient: str) -> Iterator[tuple[Path, Path, io.BufferedWriter]]:
    """The name of a new backup, and its part-file, open: the first second from now on that no other backup has."""
    while True:
        path = top / name_for(now, recipient)
        part = path.with_name(path.name + ".part")
        now += timedelta(seconds=1)
        with _held(top):
            try:
                out = part.open("xb")
            except FileExistsError:
                continue
            with suppress(OSError):  # a share without locks
                fcntl.flock(out.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            with out:
                if path.exists():  # asked while the part-file is ours: nobody else takes the name from now on
                    continue
                os.chmod(part, 0o600)
                yield path, part, out
            return
        finally:
            part.unlink(missing_ok=True)


def clear_away(top: Path) -> None:
    """Remove folders and unfinished files of programs that are no more. Harmless when repeated."""
    if not top.is_dir():
        return
    with _held(top):
        for left in top.iterdir():
            if (left.name.startswith(KINDS) and left.is_dir()) or _part(left):
                _remove(left)


def _part(path: Path) -> bool:
    return path.name.startswith("homeostat-") and path.name.endswith(".age.part") and path.is_file()


def _remove(left: Path) -> None:
    try:
        descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    except OSError:  # somebody works on it, or the file system can't tell
        return
    finally:
        os.close(descriptor)


@contextmanager
def _held(top: Path) -> Iterator[None]:
    """Nobody clears away between a folder's making and its being held."""
    descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            pass  # a share without locks: what is left there is left
        yield
    finally:
        os.close(descriptor)
