"""SVG path data from points, with gaps left as gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Point = tuple[float, float]


def runs(points: Sequence[tuple[float, float | None]], gap: float) -> list[list[Point]]:
    """Split (time, value) points wherever a value is missing or more than `gap` seconds pass."""
    found: list[list[Point]] = []
    current: list[Point] = []
    for at, value in points:
        if value is None or (current and at - current[-1][0] > gap):
            if current:
                found.append(current)
            current = []
        if value is not None:
            current.append((at, value))
    if current:
        found.append(current)
    return found


def line_path(run: Sequence[Point]) -> str:
    """A polyline; a lone point becomes a dot of the stroke's width."""
    first, *rest = run
    moves = [f"M{short(first[0])} {short(first[1])}"]
    moves += [f"L{short(x)} {short(y)}" for x, y in rest] or ["h0"]
    return "".join(moves)


def area_path(run: Sequence[Point], floor: float) -> str:
    """The polyline closed down to `floor`."""
    return f"{line_path(run)}V{short(floor)}H{short(run[0][0])}Z" if len(run) > 1 else ""


def short(value: float) -> str:
    """At most one decimal, no trailing zero."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most about `most` points: of each bucket the lowest and highest, so that peaks stay."""
    if len(points) <= most:
        return list(points)
    size = -(-len(points) * 2 // most)
    kept: list[Point] = []
    for start in range(0, len(points), size):
        bucket = points[start : start + size]
        low, high = min(bucket, key=_height), max(bucket, key=_height)
        kept += sorted({low, high})
    return kept


def bounds(values: Iterable[float], least: float) -> tuple[float, float]:
    """Lowest and highest, widened to span at least `least`."""
    found = list(values)
    low, high = min(found), max(found)
    missing = least - (high - low)
    return (low - missing / 2, high + missing / 2) if missing > 0 else (low, high)


def _height(point: Point) -> float:
    return point[1]
