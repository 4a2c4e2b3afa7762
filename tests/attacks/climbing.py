"""Two thousand names that climb: traversal, encodings, links, devices and lengths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

_LISTS: dict[str, list[str]] = json.loads((Path(__file__).parent / "lists" / "climbing.json").read_text("utf-8"))
DEPTHS = (1, 3, 8)


def names() -> Iterator[str]:
    """Without their order meaning anything."""
    for target in _LISTS["targets"]:
        for step in _LISTS["steps"]:
            for depth in DEPTHS:
                yield step * depth + target
        for pattern in _LISTS["whole"]:
            yield pattern.format(target)


NAMES = tuple(dict.fromkeys(names()))
