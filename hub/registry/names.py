"""Slugs and entity ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_TRANSLITERATED = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "œ": "oe", "ı": "i"})


def slug(text: str, fallback: str = "unknown") -> str:
    """Lower-case ASCII words joined by `_`; `fallback` when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_TRANSLITERATED))
    words = _NOT_WORD.sub("_", plain.encode("ascii", "ignore").decode()).strip("_")
    return words or fallback


def object_id(entity_id: str) -> str:
    """The part after the dot."""
    return entity_id.partition(".")[2]


def free(wished: str, taken: Container[str]) -> str:
    """`wished`, or it with the first `_2`, `_3` ... that is not in the container `taken`."""
    candidate, number = wished, 1
    while candidate in taken:
        number += 1
        candidate = f"{wished}_{number}"
    return candidate
