"""Bytes that only one person's data has, and every file that might hold them."""

from __future__ import annotations

import struct
from pathlib import Path

NUMBER = 7316.0625 / 100
WORD = "Quixotic-walrus-0417"
NAME = "Zyxwanda"
PICTURE = bytes(range(200, 256)) * 4
SIGNS = (
    WORD.encode(), WORD.lower().encode(), NAME.encode(), repr(NUMBER).encode(),
    struct.pack(">d", NUMBER), struct.pack("<d", NUMBER), PICTURE,
)  # fmt: skip
"""The short name is not among them: the audit trail keeps it, so that its chain stays whole."""


def found_in(folder: Path) -> dict[str, list[bytes]]:
    """File below the folder -> the signs that its bytes hold."""
    hits = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if there := [sign for sign in SIGNS if sign in data]:
                hits[str(path.relative_to(folder))] = there
    return hits
