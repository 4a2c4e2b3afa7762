"""Where each value of the configuration stands, and what is wrong there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.errors import ConfigInvalid

Path = tuple[str | int, ...]
"""Keys and positions from the top: ("integrations", 0, "options", "url")."""


class Place(NamedTuple):
    file: str
    """Relative to the configuration folder."""
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Flaw(NamedTuple):
    """One thing wrong; `message` never quotes a value, since that may be a secret."""

    path: Path
    place: Place | None
    message: str
    hint: str = ""

    def error(self) -> ConfigInvalid:
        file, line = self.place if self.place is not None else (None, None)
        return ConfigInvalid(self.message, file=file, line=line, key=dotted(self.path) or None, hint=self.hint)


@dataclass(slots=True)
class Places:
    """Path -> place; a path that is not there stands where the nearest one above it does."""

    known: dict[Path, Place] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)

    def of(self, path: Path) -> Place | None:
        for length in range(len(path), -1, -1):
            if (place := self.known.get(path[:length])) is not None:
                return place
        return None

    def flawed(self, path: Path) -> bool:
        """True when something at, above or below this path was found wrong already."""
        return any(
            flaw.path[: len(path)] == path or path[: len(flaw.path)] == flaw.path for flaw in self.flaws if flaw.path
        )

    def flaw(self, path: Path, message: str, hint: str = "", place: Place | None = None) -> None:
        self.flaws.append(Flaw(path, place or self.of(path), message, hint))


def dotted(path: Path) -> str:
    """`integrations[0].options.url`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def meant(word: str, known: Iterable[str]) -> str:
    """`Did you mean ...?`, or the words there are; empty when there are none."""
    words = list(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"There are: {', '.join(sorted(words))}." if words else ""
