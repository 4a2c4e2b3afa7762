"""Logs without what was erased."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path


async def logs(folder: Path, words: Sequence[str]) -> None:
    """Take the lines that say one of the words out of every log file, in place: the hub goes on writing to it."""
    if words and folder.is_dir():
        await asyncio.to_thread(_scrub, folder, words)


async def old(folder: Path, before: datetime) -> int:
    """Take lines that were written before out of every log file; returns how many."""
    return await asyncio.to_thread(_old, folder, before) if folder.is_dir() else 0


async def older(folder: Path, before: datetime) -> int:
    """How many lines `old` would take."""
    return await asyncio.to_thread(_older, folder, before) if folder.is_dir() else 0


def _scrub(folder: Path, words: Sequence[str]) -> None:
    said = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(one) for one in words) + r")(?!\w)", re.IGNORECASE)
    for path in folder.glob("hub.log*"):
        _keep(path, lambda line: not said.search(line))


def _old(folder: Path, before: datetime) -> int:
    """A line says when it was written; those that don't belong to the one above."""
    return sum(_keep(path, _since(before)) for path in folder.glob("hub.log*"))


def _older(folder: Path, before: datetime) -> int:
    found = 0
    for path in folder.glob("hub.log*"):
        kept = _since(before)
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            found += sum(not kept(line) for line in file)
    return found


def _since(before: datetime) -> Callable[[str], bool]:
    last = True

    def kept(line: str) -> bool:
        nonlocal last
        said = _AT.match(line)
        if said:
            last = datetime.fromisoformat(said[1]) >= before
        return last

    return kept


def _keep(path: Path, wanted: Callable[[str], bool]) -> int:
    """In place: the hub goes on writing to it. Returns how many lines went."""
    with path.open("r+", encoding="utf-8", errors="surrogateescape") as file:
        lines = file.readlines()
        kept = [line for line in lines if wanted(line)]
        if len(kept) < len(lines):
            file.seek(0)
            file.writelines(kept)
            file.truncate()
    return len(lines) - len(kept)


_AT = re.compile(r'\{"at": "(\d{4}-[\d\-T:.]+\+\d\d:\d\d)"')
