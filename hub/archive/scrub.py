"""Logs without what was erased."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path


async def logs(folder: Path, words: Sequence[str]) -> None:
    """Take the lines that say one of the words out of every log file, in place: the hub goes on writing to it."""
    if words and folder.is_dir():
        await asyncio.to_thread(_scrub, folder, words)


def _scrub(folder: Path, words: Sequence[str]) -> None:
    said = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(one) for one in words) + r")(?!\w)", re.IGNORECASE)
    for path in folder.glob("hub.log*"):
        with path.open("r+", encoding="utf-8", errors="surrogateescape") as file:
            kept = [line for line in file if not said.search(line)]
            file.seek(0)
            file.writelines(kept)
            file.truncate()
