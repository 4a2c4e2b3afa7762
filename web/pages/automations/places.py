"""Where something stands in what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def line_of(path: tuple[Any, ...], lines: Mapping[Any, int]) -> int | None:
    """Of the innermost part of a path that stands in the text."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
