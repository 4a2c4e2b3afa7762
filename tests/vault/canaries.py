"""Secrets that can be found again wherever they end up, in whatever spelling."""

from __future__ import annotations

import base64
import html
import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote, quote_plus


@dataclass
class Canaries:
    """Every secret with the places in which it has to be."""

    known: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Name -> its spellings."""
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def new(self, name: str, *places: str) -> str:
        """A text that is nowhere else in the world."""
        return self.take(name, f"Kanari{secrets.token_hex(9)}", *places)

    def take(self, name: str, text: str, *places: str) -> str:
        """One that the hub made itself; `places`: patterns of the files that may hold it."""
        assert len(text) >= 10, f"{name} is too short to be found"
        assert name not in self.known
        self.known[name], self.places[name] = tuple(spellings(text)), places
        return text

    def hits(self, place: str, data: bytes) -> list[str]:
        """`name in place`, for each secret that should not be there."""
        return [
            f"{name} in {place}"
            for name, forms in self.known.items()
            if any(one in data for one in forms) and not any(fnmatch(place, one) for one in self.places[name])
        ]

    def in_files(self, folder: Path) -> list[str]:
        return [
            hit
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
            for hit in self.hits(str(path.relative_to(folder)), path.read_bytes() + cells(path))
        ]


def cells(path: Path) -> bytes:
    """Every value of a SQLite file as a whole: in the file it may lie in pieces, on several pages."""
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            return b""
    found: list[bytes] = []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                found += [one.encode() if isinstance(one, str) else one for one in row if isinstance(one, str | bytes)]
    return b"\n".join(found)


def spellings(text: str) -> Iterator[bytes]:
    raw = text.encode()
    yield from {raw, quote(text, safe="").encode(), quote_plus(text).encode(), html.escape(text).encode()}
    yield json.dumps(text)[1:-1].encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield raw[::-1]
    yield text.encode("utf-16-le")
    for shift in range(3):
        # Within a longer text that is encoded as a whole; the ends depend on what stands around.
        code = base64.b64encode(b"\0" * shift + raw)
        middle = code[-(-shift * 8 // 6) + 1 : -4] if shift else code[: len(raw) * 8 // 6]
        yield middle
        yield middle.replace(b"+", b"-").replace(b"/", b"_")
