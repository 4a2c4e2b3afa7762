"""Query strings with brackets: `find[date][$gte]=1&find[$or][0][id][$eq]=a` as nested dicts and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Nested = dict[str, Any]
DEEPEST = 6
_PART = re.compile(r"\[([^\[\]]*)\]")


def nest(pairs: Iterable[tuple[str, str]]) -> Nested:
    """Names without brackets stay flat; a repeated name makes a list; `[]` and `[0]` make lists."""
    tree: Nested = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        path = [head, *(_PART.findall(f"[{rest}") if rest else ())][: DEEPEST + 1]
        _put(tree, path, value)
    return {key: _lists(value) for key, value in tree.items()}


def _put(tree: Nested, path: list[str], value: str) -> None:
    for part in path[:-1]:
        child = tree.get(part)
        if not isinstance(child, dict):
            child = {} if child is None else {"0": child}
            tree[part] = child
        tree = child
    last = path[-1]
    if last == "":
        last = str(len(tree))
    known = tree.get(last)
    if known is None:
        tree[last] = value
    elif isinstance(known, dict):
        known[str(len(known))] = value
    else:
        tree[last] = {"0": known, "1": value}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = {key: _lists(one) for key, one in value.items()}
    if made and all(key.isdigit() for key in made):
        return [made[key] for key in sorted(made, key=int)]
    return made
