"""Sparklines in a box of 100 by 32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.drawing.paths import area_path, bounds, line_path, runs, short, thinned

WIDTH, HEIGHT, MARGIN = 100.0, 32.0, 3.0


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Spark:
    """Path data, or bars; empty parts are not drawn."""

    line: str = ""
    area: str = ""
    band: str = ""
    end: str = ""
    bars: tuple[Bar, ...] = ()


def line(
    points: Sequence[tuple[float, float | None]],
    start: float,
    end: float,
    *,
    gap: float,
    usual: tuple[float, float] | None = None,
    least: float = 1.0,
) -> Spark | None:
    """A curve of (time, value) between two times in seconds; None when there is nothing to draw."""
    parts = [thinned(run, 90) for run in runs([one for one in points if start <= one[0] <= end], gap)]
    values = [value for run in parts for _, value in run]
    if not values or end <= start:
        return None
    low, high = bounds([*values, *(usual or ())], least)

    def place(at: float, value: float) -> tuple[float, float]:
        across = (at - start) / (end - start) * WIDTH
        return across, HEIGHT - MARGIN - (value - low) / (high - low) * (HEIGHT - 2 * MARGIN)

    placed = [[place(at, value) for at, value in run] for run in parts]
    band = ""
    if usual is not None:
        top, bottom = place(start, usual[1])[1], place(start, usual[0])[1]
        band = f"M0 {short(top)}H{short(WIDTH)}V{short(bottom)}H0Z"
    return Spark(
        line="".join(line_path(run) for run in placed),
        area="".join(area_path(run, HEIGHT) for run in placed),
        band=band,
        end=line_path(placed[-1][-1:]),
    )


def bars(values: Sequence[float | None]) -> Spark | None:
    """A bar for each amount, the last one in full colour; None when there is nothing to draw."""
    known = [value for value in values if value]
    if not known:
        return None
    highest, width = max(known), WIDTH / len(values)
    drawn = []
    for index, value in enumerate(values):
        height = max(1.0, (value or 0) / highest * (HEIGHT - 2)) if value else 1.0
        drawn.append(Bar(short(index * width), short(HEIGHT - height), short(width * 0.7), short(height)))
    return Spark(bars=tuple(drawn))
