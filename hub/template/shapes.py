"""The shapes nine of ten value templates have: a path into the payload, perhaps through a filter or two."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_WHOLE = re.compile(
    r"\s*\{\{-?\s*(?P<path>value(?:_json)?(?:\.\w+|\[\s*(?:'[^'\\]*'|\"[^\"\\]*\")\s*\])*)\s*(?P<filters>(?:\|\s*(?:is_defined|float|int|round\(\s*\d+\s*\))\s*)*)-?\}\}\s*"
)
_STEP = re.compile(r"\.(\w+)|\[\s*(?:'([^']*)'|\"([^\"]*)\")\s*\]")
_FILTER = re.compile(r"(is_defined|float|int|round)(?:\(\s*(\d+)\s*\))?")
_METHODS = frozenset(name for kind in (dict, list, str, int, float) for name in dir(kind))
_PLAIN = frozenset({int, float, str, bool})
_NUMBERS = frozenset({int, float})


def simple(source: str) -> Callable[[Mapping[str, Any]], Any] | None:
    """A function of the variables that gives the value, or None when Jinja has to be asked; None for other shapes."""
    found = _WHOLE.fullmatch(source)
    if found is None:
        return None
    root, *_ = re.split(r"[.\[]", found["path"], maxsplit=1)
    path = tuple(next(part for part in step if part) for step in _STEP.findall(found["path"]) if any(step))
    if any(step in _METHODS or step.isdigit() for step in path) or (root == "value" and path):
        return None
    filters = [(name, int(argument or 0)) for name, argument in _FILTER.findall(found["filters"])]
    if not filters or filters == [("is_defined", 0)]:
        return _path(root, path)
    return _filtered(_path(root, path), filters)


def _path(root: str, path: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Any]:
    if len(path) == 1:
        (only,) = path

        def one(variables: Mapping[str, Any]) -> Any:
            value = variables.get(root)
            if type(value) is dict:
                found = value.get(only)
                if type(found) in _PLAIN:
                    return found
            return None

        return one

    def walk(variables: Mapping[str, Any]) -> Any:
        value = variables.get(root)
        for step in path:
            if type(value) is not dict:
                return None
            value = value.get(step)
        return value if type(value) in _PLAIN else None

    return walk


def _filtered(
    path: Callable[[Mapping[str, Any]], Any], filters: list[tuple[str, int]]
) -> Callable[[Mapping[str, Any]], Any]:
    def call(variables: Mapping[str, Any]) -> Any:
        value = path(variables)
        if value is None:
            return None
        try:
            for name, digits in filters:
                if name == "round":
                    value = round(float(value), digits)
                    if digits == 0:
                        value = int(value)
                elif name == "float":
                    value = float(value)
                elif name == "int":
                    if type(value) not in _NUMBERS:
                        return None
                    value = int(value)
        except (ValueError, TypeError, OverflowError):
            return None
        return value

    return call
