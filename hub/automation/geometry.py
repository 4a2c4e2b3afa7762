"""Distances on the earth, for `distance` and `closest`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hub.automation.seen_states import StateReader, TemplateState

_RADIUS_KM = 6_371.0088
"""The earth's mean radius (IUGG)."""
Point = tuple[float, float]


def kilometres(one: Point, other: Point) -> float:
    """Along the great circle (haversine); latitude, longitude in degrees."""
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * _RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def geometry(states: StateReader) -> dict[str, Callable[..., Any]]:
    def home() -> Point | None:
        return _place(states, "zone.home")

    def distance(*what: Any) -> float | None:
        """In km: between two places, or from home to one; entities, or latitude and longitude."""
        points = _points(states, what)
        if not points or None in points:
            return None
        ends = [one for one in points if one is not None]
        first = ends[0] if len(ends) > 1 else home()
        if first is None:
            return None
        return round(kilometres(first, ends[-1]), 2)

    def closest(*what: Any) -> TemplateState | None:
        """The entity (of the last argument, or of all) nearest to a place, else to home."""
        *place, group = what if what else (None,)
        middle = next(iter(_points(states, tuple(place))), None) if place else home()
        if middle is None:
            return None
        candidates = states.everything() if group is None else group
        found: list[tuple[float, TemplateState]] = []
        for one in states.expand(candidates):
            point = _of(one)
            if point is not None:
                found.append((kilometres(middle, point), one))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    return {"distance": distance, "closest": closest}


def _points(states: StateReader, what: tuple[Any, ...]) -> list[Point | None]:
    points: list[Point | None] = []
    left = list(what)
    while left:
        one = left.pop(0)
        if isinstance(one, int | float) or (isinstance(one, str) and _number(one) is not None):
            other = left.pop(0) if left else None
            latitude, longitude = _number(one), _number(other)
            points.append((latitude, longitude) if latitude is not None and longitude is not None else None)
        elif isinstance(one, TemplateState):
            points.append(_of(one))
        else:
            points.append(_place(states, str(one)))
    return points


def _place(states: StateReader, entity_id: str) -> Point | None:
    found = states.one(entity_id)
    return _of(found) if found is not None else None


def _of(state: TemplateState) -> Point | None:
    latitude, longitude = _number(state.attributes.get("latitude")), _number(state.attributes.get("longitude"))
    return (latitude, longitude) if latitude is not None and longitude is not None else None


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
