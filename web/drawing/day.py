"""A person's last day on one time axis: a curve with its range, lanes of what lasted, marks of what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from web.drawing.paths import area_path, bounds, line_path, runs, short, thinned

TALL, LANE = 92, 24
TOP, AXIS = 10, 20
FINE = 1000.0
"""Width of the box that the curve is drawn in; it stretches to the card's."""
LAST_TICK = 84
"""Percent across after which an hour would run into "now" on the narrowest card."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted, in percent of the width."""

    x: str
    width: str
    family: str
    title: str
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, in percent of the width."""

    x: str
    family: str
    icon: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    y: int
    icon: str
    name: str
    family: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    family: str
    line: str
    area: str
    band: tuple[str, str] | None
    """Top and height of the person's range, in pixels."""
    end: tuple[str, str] | None
    """Where the newest value is: percent across, pixels down."""
    labels: tuple[tuple[str, str], ...] = ()
    """Pixels down and text of what the height means."""


@dataclass(frozen=True, slots=True)
class DayPicture:
    height: int
    label: str
    """What a screen reader says instead of the picture."""
    curve: Curve | None = None
    lanes: tuple[Lane, ...] = ()
    ticks: tuple[tuple[str, str, str], ...] = ()
    """Percent across, text, and how it is anchored."""


@dataclass(frozen=True, slots=True)
class CurveData:
    """What the curve is drawn from; `points` in seconds and shown units."""

    family: str
    points: Sequence[tuple[float, float | None]]
    gap: float
    least: float
    usual: tuple[float, float] | None = None
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class LaneData:
    icon: str
    name: str
    family: str
    spans: Sequence[tuple[datetime, datetime, str]] = field(default_factory=list)
    """Start, end, title."""
    marks: Sequence[tuple[datetime, str, str]] = field(default_factory=list)
    """At, icon, title."""


def draw_day(
    start: datetime, end: datetime, zone: tzinfo, *, label: str, curve: CurveData | None, lanes: Sequence[LaneData]
) -> DayPicture | None:
    """None when there is nothing to draw at all."""
    lanes = [lane for lane in lanes if lane.spans or lane.marks]
    drawn = _curve(curve, start, end) if curve is not None else None
    if drawn is None and not lanes:
        return None
    top = TOP + (TALL + 8 if drawn is not None else 0)
    placed = tuple(_lane(lane, top + index * LANE, start, end) for index, lane in enumerate(lanes))
    return DayPicture(
        height=top + len(placed) * LANE + AXIS, label=label, curve=drawn, lanes=placed, ticks=_ticks(start, end, zone)
    )


def _curve(data: CurveData, start: datetime, end: datetime) -> Curve | None:
    first, last = start.timestamp(), end.timestamp()
    parts = [thinned(run, 240) for run in runs([one for one in data.points if first <= one[0] <= last], data.gap)]
    values = [value for run in parts for _, value in run]
    if not values:
        return None
    low, high = bounds([*values, *(data.usual or ())], data.least)
    low, high = low - (high - low) * 0.06, high + (high - low) * 0.06

    def down(value: float) -> float:
        return TOP + (1 - (value - low) / (high - low)) * TALL

    placed = [[((at - first) / (last - first) * FINE, down(value)) for at, value in run] for run in parts]
    band = None
    marks = [max(values), min(values)]
    if data.usual is not None:
        band = (short(down(data.usual[1])), short(down(data.usual[0]) - down(data.usual[1])))
        marks = list(data.usual[::-1])
    newest = placed[-1][-1]
    return Curve(
        family=data.family,
        line="".join(line_path(run) for run in placed),
        area="".join(area_path(run, TOP + TALL) for run in placed),
        band=band,
        end=(f"{short(newest[0] / FINE * 100)}%", short(newest[1])),
        labels=tuple((short(down(value) - 4), f"{value:,.{data.decimals}f}") for value in marks),
    )


def _lane(lane: LaneData, y: int, start: datetime, end: datetime) -> Lane:
    length = (end - start).total_seconds()

    def across(at: datetime) -> float:
        return min(100.0, max(0.0, (at - start).total_seconds() / length * 100))

    spans = [
        Span(f"{across(begun):.2f}%", f"{max(0.4, across(ended) - across(begun)):.2f}%", lane.family, title)
        for begun, ended, title in lane.spans
        if ended > start and begun < end
    ]
    marks = [
        Mark(f"{across(at):.2f}%", lane.family, icon, title) for at, icon, title in lane.marks if start <= at <= end
    ]
    return Lane(y, lane.icon, lane.name, lane.family, tuple(spans), tuple(marks))


def _ticks(start: datetime, end: datetime, zone: tzinfo) -> tuple[tuple[str, str, str], ...]:
    """Every sixth local hour, and now at the right edge."""
    length = (end - start).total_seconds()
    ticks = []
    at = start.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    while at <= end:
        share = (at - start).total_seconds() / length * 100
        if at.hour % 6 == 0 and 3 <= share <= LAST_TICK:
            ticks.append((f"{share:.2f}%", f"{at:%H:%M}", "middle"))
        at += timedelta(hours=1)
    return (*ticks, ("100%", "now", "end"))
