"""Lists, sets and dictionaries, choices and kinds of values."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import UndefinedError

from hub.template.numbers import is_number
from hub.template.values import MISSING


def is_defined(value: Any) -> Any:
    """The value; raises when it is undefined, so that a whole rendering is left out."""
    if isinstance(value, Undefined):
        raise UndefinedError(f"{value._undefined_name or 'a value'} is not there")
    return value


def iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = MISSING) -> Any:
    if value is None and if_none is not MISSING:
        return if_none
    return if_true if bool(value) else if_false


def contains(group: Any, value: Any) -> bool:
    return value in group


def flatten(value: Iterable[Any], levels: int | None = None) -> list[Any]:
    flat: list[Any] = []
    for item in value:
        if isinstance(item, (list, tuple, set)) and (levels is None or levels > 0):
            flat.extend(flatten(item, None if levels is None else levels - 1))
        else:
            flat.append(item)
    return flat


def combine(*parts: Mapping[Any, Any], recursive: bool = False) -> dict[Any, Any]:
    if not parts:
        raise TypeError("combine wants at least one dictionary")
    whole: dict[Any, Any] = {}
    for part in parts:
        for key, value in part.items():
            inner = whole.get(key)
            if recursive and isinstance(inner, dict) and isinstance(value, dict):
                whole[key] = combine(inner, value, recursive=True)
            else:
                whole[key] = value
    return whole


def shuffle(*values: Any, seed: Any = "") -> list[Any]:
    items = list(values[0]) if len(values) == 1 and isinstance(values[0], Iterable) else list(values)
    random.Random(seed or None).shuffle(items)
    return items


def typeof(value: Any) -> str:
    return type(value).__name__


def apply(value: Any, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return function(value, *arguments, **named)


class Dictionary:
    """The global `dict`: makes one from pairs or names, and has `from_keys` for pairs."""

    def __call__(self, *arguments: Any, **named: Any) -> dict[Any, Any]:
        return dict(*arguments, **named)

    def from_keys(self, pairs: Iterable[Any], value: Any = MISSING) -> dict[Any, Any]:
        """Pairs make a dictionary of them; plain keys all get `value`."""
        if value is not MISSING:
            return dict.fromkeys(pairs, value)
        return dict(pairs)


SHARED: dict[str, Callable[..., Any]] = {
    "apply": apply,
    "combine": combine,
    "difference": lambda one, other: list(set(one) - set(other)),
    "flatten": flatten,
    "iif": iif,
    "intersect": lambda one, other: list(set(one) & set(other)),
    "shuffle": shuffle,
    "symmetric_difference": lambda one, other: list(set(one) ^ set(other)),
    "typeof": typeof,
    "union": lambda one, other: list(set(one) | set(other)),
}
FILTERS: dict[str, Callable[..., Any]] = {"contains": contains, "is_defined": is_defined}
GLOBALS: dict[str, Any] = {"dict": Dictionary(), "set": set, "tuple": tuple, "zip": zip}
TESTS: dict[str, Callable[..., bool]] = {
    "contains": contains,
    "is_number": is_number,
    "list": lambda value: isinstance(value, list),
    "set": lambda value: isinstance(value, set),
    "string_like": lambda value: isinstance(value, (str, bytes, bytearray)),
    "tuple": lambda value: isinstance(value, tuple),
}
