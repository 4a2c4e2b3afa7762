"""How much there is in a value when it is gone through to its end, as text, comparing and hashing do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.utils import Namespace

LARGEST = 1_000_000
"""Characters or items of any value a template makes."""

_PLAIN = frozenset({int, float, bool, type(None)})
_NUMBERS = frozenset({int, float, bool})
_TEXTS = frozenset({str})
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_GROUPS: tuple[type, ...] = (list, tuple, set, frozenset, dict, *_VIEWS)
_OPENED: tuple[type, ...] = (*_GROUPS, Namespace)
_OF_A_GROUP = 20
"""What a list or dictionary weighs by itself: each has to be opened."""


def weigh(value: Any) -> int:
    """Characters and items in it, however deep; the same list in many places counts in each.

    Raises SecurityError beyond LARGEST. Lists that are doubled forty times over stay small in memory, and are
    without end for whatever goes through them.
    """
    if isinstance(value, (str, bytes)):
        return _within(len(value))
    if not isinstance(value, _OPENED):
        return 1
    weight = 0
    waiting: list[Any] = [value]
    while waiting:
        one: Any = waiting.pop()
        if isinstance(one, (str, bytes)):
            weight = _within(weight + len(one))
        elif isinstance(one, dict):
            weight = _within(weight + _OF_A_GROUP + len(one))
            waiting += (tuple(one), tuple(one.values()))
        elif isinstance(one, _GROUPS):
            items: Any = one
            weight = _within(weight + _OF_A_GROUP + len(items))
            kinds = set(map(type, items))
            if kinds <= _TEXTS:
                weight = _within(weight + sum(map(len, items)))
            elif kinds <= _NUMBERS:
                weight = _within(weight + _width(items) * len(items))
            elif not kinds <= _PLAIN or int in kinds:
                waiting.extend(items)
        elif type(one) is int:
            weight = _within(weight + _width((one,)))
        elif type(one) is Namespace:
            # Its text has all of them; a group, as it may hold itself.
            waiting.append(one._Namespace__attrs)
    return weight


def _width(numbers: Iterable[Any]) -> int:
    """Of the longest whole number, in pieces of 64 bits beyond the first."""
    longest = max(map(abs, numbers), default=0)
    return longest.bit_length() // 64 if isinstance(longest, int) else 16 if longest > 2**64 else 0


def _within(weight: int) -> int:
    if weight > LARGEST:
        raise SecurityError(f"a value of {weight} items or characters is more than {LARGEST}")
    return weight
