"""Puts restored files in place of the present ones, which are kept; what a kill interrupts, the next start finishes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from hub.backup.keys import write

PLAN = "restore.json"
STAGED = ".restore-"
_BESIDE = ("-wal", "-shm", "-journal", ".left")
"""What belongs to a SQLite file and to no other."""


def swap(data_dir: Path, staged: Path, aside: Path, files: Sequence[tuple[Path, Path]], database: Path | None) -> None:
    """From the moment the plan is written it is carried out, whatever happens. Raises OSError.

    `files`: restored file -> its place. `database`: place of the SQLite file that lies in `staged`.
    """
    plan = planned(staged, aside, files, database)
    decide(data_dir, plan)
    _carry_out(data_dir, plan)


def planned(staged: Path, aside: Path, files: Sequence[tuple[Path, Path]], database: Path | None) -> dict[str, Any]:
    """What `swap` is to do, as it is written down."""
    return {
        "staged": str(staged),
        "aside": str(aside),
        "files": [[str(source), str(place)] for source, place in files],
        "database": str(database or ""),
    }


def decide(data_dir: Path, plan: dict[str, Any]) -> None:
    """From now on it is carried out: by the next start, if not before. Raises OSError."""
    write(data_dir / PLAN, orjson.dumps(plan))


def resume(data_dir: Path) -> str:
    """Before anything opens the data: finish a restore that was killed, or clear away one that changed nothing yet.

    Only for who holds the lock on the folder. Returns what was done, in words; empty for nothing. Raises OSError.
    """
    path = data_dir / PLAN
    if path.exists():
        plan = orjson.loads(path.read_bytes())
        _carry_out(data_dir, plan)
        return f"A restore is finished; what was there before is in {plan['aside']}."
    for left in data_dir.glob(f"{STAGED}*"):
        shutil.rmtree(left, ignore_errors=True)
    return ""


def _carry_out(data_dir: Path, plan: dict[str, Any]) -> None:
    staged, aside = Path(plan["staged"]), Path(plan["aside"])
    aside.mkdir(parents=True, exist_ok=True, mode=0o700)
    if plan["database"]:
        _put_database(staged / "homeostat.db", Path(plan["database"]), aside / "database")
    for number, (source, place) in enumerate(plan["files"]):
        _put_file(Path(source), Path(place), aside / "files" / f"{number:04}-{Path(place).name}")
    (data_dir / PLAN).unlink()
    shutil.rmtree(staged, ignore_errors=True)


def _put_database(source: Path, place: Path, aside: Path) -> None:
    if not source.exists():
        return
    aside.mkdir(exist_ok=True, mode=0o700)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (place.name, *(place.name + ending for ending in _BESIDE)):
        present = place.with_name(name)
        if present.exists() and not (aside / name).exists():
            _move(present, aside / name)
    source.replace(place)
    _sync(place.parent)


def _put_file(source: Path, place: Path, aside: Path) -> None:
    if not source.exists():
        return
    if place.is_symlink() or (place.exists() and not place.is_file()):
        # Never through a link to somewhere else.
        aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.rename(aside)
    elif place.exists() and not aside.exists():
        write_to = aside.with_name(aside.name + ".part")
        write_to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(place, write_to)
        write_to.replace(aside)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write(place, source.read_bytes())
    source.unlink()


def _move(present: Path, aside: Path) -> None:
    try:
        present.rename(aside)
    except OSError:  # another disk
        part = aside.with_name(aside.name + ".part")
        shutil.copy2(present, part)
        part.replace(aside)
        present.unlink()
    _sync(aside.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
