"""What an automation names and what there is none of in the house: no flaw, for it may come; but seldom meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.automation.flaws import Path, dotted

_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")


_MADE = ("sun", "person", "zone", "automation", "script", "scene", "group")
"""Domains whose entities are there only while the hub runs."""


@dataclass(frozen=True, slots=True)
class Names:
    """Of entities or of actions; all of them are gone through only for one that is not there."""

    has: Callable[[str], bool]
    all: Callable[[], Iterable[str]]


def absent(body: Mapping[str, Any], entities: Names, actions: Names, *, whole: bool) -> list[str]:
    """A line each: where it stands, and what was probably meant. `whole`: the hub runs, so everything is there."""
    found = []
    for path, kind, name in _named(body, ()):
        names, word = (entities, "entity") if kind == "entity" else (actions, "action")
        made = kind == "entity" and not whole and name.partition(".")[0] in _MADE
        if not made and not names.has(name):
            near = difflib.get_close_matches(name, names.all(), n=1, cutoff=0.75)
            meant = f"; did you mean {near[0]!r}?" if near else "."
            found.append(f"{dotted(path)}: there is no {word} {name!r} now{meant}")
    return list(dict.fromkeys(found))


def _named(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    """(where, `entity` or `action`, name) of all that is no template."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            here = (*path, key)
            if key == "entity_id":
                yield from ((here, "entity", name) for name in _ids(one))
            elif key in ("action", "service") and isinstance(one, str) and _ID.fullmatch(one):
                yield here, "action", one
            else:
                yield from _named(one, here)
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _named(one, (*path, number))


def _ids(value: Any) -> list[str]:
    """`all`, templates and registry ids are none."""
    told = value.split(",") if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return [one.strip() for one in told if isinstance(one, str) and _ID.fullmatch(one.strip())]
