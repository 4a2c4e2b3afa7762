"""Versions as templates compare them: part by part, and what is not finished before what is."""

from __future__ import annotations

import re
from typing import Any

_VERSION = re.compile(
    r"v?(?P<sections>\d+(?:\.\d+)*)(?:[.\-_]?(?P<word>dev|alpha|a|beta|b|rc|c)[.\-]?(?P<number>\d*))?(?:\+.*)?",
    re.IGNORECASE,
)
_ORDER = ("dev", "alpha", "beta", "rc", "")
_LONG = {"a": "alpha", "b": "beta", "c": "rc"}


class Version:
    """`version('2026.11.0b1') < '2026.11.0'`; also has major, minor, patch, beta and the like."""

    def __init__(self, text: Any) -> None:
        self.string = str(text).strip()
        found = _VERSION.fullmatch(self.string)
        self.valid = found is not None
        word = (found["word"] or "").lower() if found is not None else ""
        self.modifier_type = _LONG.get(word, word)
        self.sections = [int(one) for one in found["sections"].split(".")] if found is not None else []
        self._rank = (_ORDER.index(self.modifier_type), int((found["number"] or "0") if found is not None else 0))

    major = property(lambda self: self._section(0))
    minor = property(lambda self: self._section(1))
    patch = property(lambda self: self._section(2))
    dev = property(lambda self: self.modifier_type == "dev")
    alpha = property(lambda self: self.modifier_type == "alpha")
    beta = property(lambda self: self.modifier_type == "beta")
    release_candidate = property(lambda self: self.modifier_type == "rc")

    def _section(self, place: int) -> int | None:
        return self.sections[place] if place < len(self.sections) else None

    def _keys(self, other: object) -> tuple[Any, Any]:
        against = other if isinstance(other, Version) else Version(other)
        if not self.valid or not against.valid:
            wrong = against if self.valid else self
            raise ValueError(f"{wrong.string[:60]!r} is no version that can be compared")
        length = max(len(self.sections), len(against.sections))
        first, second = ([*one.sections, *[0] * (length - len(one.sections))] for one in (self, against))
        return (first, self._rank), (second, against._rank)

    def __lt__(self, other: object) -> bool:
        mine, others = self._keys(other)
        return bool(mine < others)

    def __le__(self, other: object) -> bool:
        return self == other or self < other

    def __gt__(self, other: object) -> bool:
        mine, others = self._keys(other)
        return bool(mine > others)

    def __ge__(self, other: object) -> bool:
        return self == other or self > other

    def __eq__(self, other: object) -> bool:
        return self.string == (other.string if isinstance(other, Version) else str(other))

    def __hash__(self) -> int:
        return hash(self.string)

    def __str__(self) -> str:
        return self.string
