"""Options of config entries with their secrets hidden, and put back when they come unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.view import looks_secret

KEPT = "********"
"""Stands for a secret that is there."""


def mask(options: Mapping[str, Any], schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options with every secret replaced; all of them, when no schema says which are secret."""
    if schema is None:
        return dict.fromkeys(options, KEPT)
    return _masked(options, schema, schema.get("$defs", {}))


def _masked(options: Mapping[str, Any], schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {name: _value(name, value, properties.get(name), definitions) for name, value in options.items()}


def _value(name: str, value: Any, shape: Mapping[str, Any] | None, definitions: Mapping[str, Any]) -> Any:
    if value in (None, ""):
        return value
    if shape is None or looks_secret(name, value):
        return KEPT
    shapes = [_resolved(one, definitions) for one in (shape, *shape.get("anyOf", ()), *shape.get("oneOf", ()))]
    if any(one.get("writeOnly") or one.get("format") == "password" for one in shapes):
        return KEPT
    if isinstance(value, Mapping):
        inner = next((one for one in shapes if "properties" in one), None)
        if inner is not None:
            return _masked(value, inner, definitions)
        more: Mapping[str, Any] = next(
            (one["additionalProperties"] for one in shapes if isinstance(one.get("additionalProperties"), dict)), {}
        )
        return {inside: _value(inside, one, more, definitions) for inside, one in value.items()}
    if isinstance(value, list):
        items: Mapping[str, Any] = next((one["items"] for one in shapes if isinstance(one.get("items"), dict)), {})
        return [_value(name, one, items, definitions) for one in value]
    return value


def _resolved(shape: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(shape.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = definitions.get(name, shape)
    return found


def unmask(given: Any, known: Any) -> Any:
    """`given` with what still reads as hidden taken from `known`, place by place."""
    if given == KEPT:
        return known
    if isinstance(given, Mapping) and isinstance(known, Mapping):
        return {name: unmask(value, known.get(name)) for name, value in given.items()}
    if isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        return [unmask(one, old) for one, old in zip(given, known, strict=True)]
    return given
