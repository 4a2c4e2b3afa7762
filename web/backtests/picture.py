"""A backtest on one time axis: curves of what it looks at with the runs as marks, and a row of days for each way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from web.charts.columns import Column
from web.drawing.paths import Point, area_path, bounds, line_path, runs, short, thinned

WIDE = 1000.0
TALL, ROW, AXIS, GAP = 96, 46, 22, 26
MOST_POINTS = 700


@dataclass(frozen=True, slots=True)
class Curve:
    y: int
    name: str
    unit: str
    family: str
    line: str
    area: str
    """Between lowest and highest, where hours are drawn."""
    labels: tuple[tuple[str, str], ...]
    """Pixels down and text."""
    levels: tuple[tuple[str, str], ...]
    """What readings are held against: pixels down and text."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    width: str
    ran: tuple[str, str]
    """Top and height."""
    refused: tuple[str, str]
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    y: int
    name: str
    count: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    height: int
    label: str
    curves: tuple[Curve, ...]
    rows: tuple[Row, ...]
    marks: tuple[str, ...]
    """Percent across, of the runs; of the first way where there are several."""
    marks_to: int
    ticks: tuple[tuple[str, str, str], ...]


def draw(
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
    columns: Sequence[Column],
    levels: Mapping[str, Sequence[float]],
    variants: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    label: str,
) -> Picture:
    """`levels`: column's key -> numbers in the shown unit."""
    first, length = start.timestamp(), (end - start).total_seconds()
    y, curves = 0, []
    for column in columns:
        made = _curve(column, levels.get(column.key, ()), first, length, y + GAP)
        if made is not None:
            curves.append(made)
            y += TALL + GAP
    marks_to = y
    most = max((sum(counts) for one in variants for counts in one["days"].values()), default=0)
    rows = []
    for name, one in zip(names, variants, strict=True):
        rows.append(_row(one, name, first, length, zone, y + GAP, most))
        y += ROW + GAP
    marks = _marks(variants[0]["marks"], first, length) if len(variants) == 1 else ()
    return Picture(y + AXIS, label, tuple(curves), tuple(rows), marks, marks_to, _ticks(start, end, zone))


def _marks(instants: Sequence[float], first: float, length: float) -> tuple[str, ...]:
    """Those that a screen can tell apart."""
    return tuple(f"{place / 10:.1f}%" for place in sorted({round((at - first) / length * 1000) for at in instants}))


def _curve(column: Column, levels: Sequence[float], first: float, length: float, y: int) -> Curve | None:
    numbers = [(at, value) for at, value in zip(column.times, column.values, strict=True) if not isinstance(value, str)]
    gap = 3 * 86_400.0 if column.resolution == "day" else 3 * 3_600.0
    parts = [thinned(run, MOST_POINTS) for run in runs(numbers, gap)]
    values = [value for run in parts for _, value in run]
    if not values:
        return None
    edges = [one for one in (*column.low, *column.high) if one is not None]
    low, high = bounds([*values, *edges, *levels], 1.0)
    low, high = low - (high - low) * 0.05, high + (high - low) * 0.05

    def down(value: float) -> float:
        return y + (1 - (value - low) / (high - low)) * TALL

    def placed(run: Sequence[Point]) -> list[Point]:
        return [((at - first) / length * WIDE, down(value)) for at, value in run]

    area = ""
    if column.low:
        table = zip(column.times, column.low, column.high, strict=True)
        points = [(at, under, over) for at, under, over in table if under is not None and over is not None]
        if len(points) > 1:
            there = placed([(at, over) for at, _, over in points])
            back = placed([(at, under) for at, under, _ in reversed(points)])
            area = f"{line_path([*there, *back])}Z"
    else:
        area = "".join(area_path(placed(run), y + TALL) for run in parts)
    shown = [max([*values, *edges]), min([*values, *edges])]
    return Curve(
        y, column.name, column.unit, column.family, "".join(line_path(placed(run)) for run in parts), area,
        tuple((short(down(one) + (10 if one == shown[0] else -2)), f"{one:,.{column.decimals}f}") for one in shown),
        _levels(levels, down),
    )  # fmt: skip


def _row(one: Mapping[str, Any], name: str, first: float, length: float, zone: ZoneInfo, y: int, most: int) -> Row:
    bars = []
    for day, (ran, refused) in sorted(one["days"].items()):
        begin = datetime.combine(date.fromisoformat(day), time(0), zone).timestamp()
        left, right = max(0.0, (begin - first) / length), min(1.0, (begin + 86_400 - first) / length)
        tall = ran / most * ROW
        rest = refused / most * ROW
        at = y + ROW
        bars.append(
            Bar(
                f"{left * 100:.2f}%", f"{max(0.25, (right - left) * 100 * 0.78):.2f}%",
                (short(at - tall), short(max(tall, 1.5) if ran else 0)),
                (short(at - tall - rest), short(max(rest, 1.5) if refused else 0)),
                f"{date.fromisoformat(day):%a} {date.fromisoformat(day).day} {date.fromisoformat(day):%b}: "
                f"{ran} {'run' if ran == 1 else 'runs'}" + (f", {refused} without" if refused else ""),
            )
        )  # fmt: skip
    return Row(y, name, f"{one['ran']:,}", tuple(bars))


def _ticks(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[tuple[str, str, str], ...]:
    """Local midnights, as many as a phone has room for; hours where it is a day or two."""
    length = (end - start).total_seconds()
    days = length / 86_400
    found = []
    if days <= 2:
        at = start.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        while at <= end:
            if at.hour % (6 if days <= 1 else 12) == 0:
                found.append((at, f"{at:%H:%M}"))
            at += timedelta(hours=1)
    else:
        step = next(one for one in (1, 2, 7, 14, 30, 61, 92, 366) if days / one <= 6 or one == 366)
        day = start.astimezone(zone).date() + timedelta(days=1)
        while (at := datetime.combine(day, time(0), zone)) <= end:
            found.append((at, f"{day.day} {day:%b}"))
            day += timedelta(days=step)
    shares = [((at - start).total_seconds() / length * 100, text) for at, text in found]
    return tuple((f"{share:.2f}%", text, "middle") for share, text in shares if 4 <= share <= 96)


def _levels(levels: Sequence[float], down: Callable[[float], float]) -> tuple[tuple[str, str], ...]:
    """A text only where it does not run into the one before."""
    found: list[tuple[str, str]] = []
    last = -100.0
    for one in sorted(set(levels), reverse=True):
        at = down(one)
        found.append((short(at), f"{one:g}" if at - last >= 13 else ""))
        last = at if at - last >= 13 else last
    return tuple(found)
