"""Lists, sets and dictionaries, choices and kinds of values."""

from __future__ import annotations

import operator
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


def flatten(value: Any, levels: int | None = None) -> list[Any]:
    flat: list[Any] = []
    for item in _several("flatten", value):
        if isinstance(item, Iterable) and not isinstance(item, (str, bytes)) and (levels is None or levels > 0):
            flat.extend(flatten(item, None if levels is None else levels - 1))
        else:
            flat.append(item)
    return flat


def _several(name: str, value: Any) -> Iterable[Any]:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes)):
        raise TypeError(f"{name} wants a list, not {str(value)[:60]!r}")
    return value


def _of_sets(name: str, operation: Callable[[set[Any], set[Any]], set[Any]]) -> Callable[[Any, Any], list[Any]]:
    def call(one: Any, other: Any) -> list[Any]:
        return list(operation(set(_several(name, one)), set(_several(name, other))))

    return call


def combine(*parts: Any, recursive: bool = False) -> dict[Any, Any]:
    if not parts:
        raise TypeError("combine wants at least one dictionary")
    whole: dict[Any, Any] = {}
    for part in parts:
        if not isinstance(part, Mapping):
            raise TypeError(f"combine wants dictionaries, not {str(part)[:60]!r}")
        for key, value in part.items():
            inner = whole.get(key)
            if recursive and isinstance(inner, dict) and isinstance(value, dict):
                whole[key] = combine(inner, value, recursive=True)
            else:
                whole[key] = value
    return whole


def shuffle(*values: Any, seed: Any = None) -> list[Any]:
    """A list, perhaps with a seed behind it; or several values."""
    if not values:
        raise TypeError("shuffle wants a list, or several values")
    if isinstance(values[0], Iterable) and not isinstance(values[0], str):
        items = list(values[0])
        seed = values[1] if len(values) > 1 and seed is None else seed
    elif len(values) == 1:
        raise TypeError("shuffle wants a list, or several values")
    else:
        items = list(values)
    random.Random(seed or None).shuffle(items)
    return items


def as_function(macro: Any) -> Callable[..., Any]:
    """A macro that hands a value to its argument `returns` as a function that gives this value."""

    def call(*arguments: Any, **named: Any) -> Any:
        found: list[Any] = [None]

        def returns(value: Any) -> Any:
            found[0] = value
            return value

        macro(*arguments, **named, returns=returns)
        return found[0]

    return call


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
    "as_function": as_function,
    "combine": combine,
    "difference": _of_sets("difference", operator.sub),
    "flatten": flatten,
    "iif": iif,
    "intersect": _of_sets("intersect", operator.and_),
    "shuffle": shuffle,
    "symmetric_difference": _of_sets("symmetric_difference", operator.xor),
    "typeof": typeof,
    "union": _of_sets("union", operator.or_),
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
