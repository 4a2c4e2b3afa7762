"""What an automation names and what there is none of in the house: no flaw, for it may come; but seldom meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hub.automation.flaws import Path, dotted

_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")


_MADE = ("sun", "person", "zone", "automation", "script", "scene", "group")
"""Domains whose entities are there only while the hub runs."""


def absent(body: Mapping[str, Any], entities: Collection[str], actions: Collection[str], *, whole: bool) -> list[str]:
    """A line each: where it stands, and what was probably meant. `whole`: the hub runs, so everything is there."""
    found = []
    for path, kind, name in _named(body, ()):
        there, word = (entities, "entity") if kind == "entity" else (actions, "action")
        made = kind == "entity" and not whole and name.partition(".")[0] in _MADE
        if name not in there and not made:
            near = difflib.get_close_matches(name, there, n=1, cutoff=0.75)
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
