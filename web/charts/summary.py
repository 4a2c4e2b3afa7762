"""What a window amounts to, in one sentence and a few figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from hub.model import Entity, Kind, Statistic
from hub.units import label
from web import words
from web.charts.columns import HOURS, rows_of
from web.display import MINUTES, SPELT, Display, Shown

if TYPE_CHECKING:
    from hub.view import View

PERIODS = {"day": "day", "week": "week", "month": "30 days", "year": "year"}
UP = frozenset({"out_of_bed"})
WAKEFUL = UP | {"awake", "in_bed", "awake_in_bed"}
"""Stages of sleep that are none."""
SAME = 0.03
"""Relative difference below which two periods are alike."""


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    shown: Shown
    more: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One hour or day of the table behind a chart."""

    start: datetime
    cells: tuple[Shown, ...]
    count: int


@dataclass(slots=True)
class Summary:
    sentence: str = ""
    figures: list[Figure] = field(default_factory=list)
    heads: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    by_day: bool = True


async def summarise(view: View, entity: Entity, name: str, start: datetime, end: datetime, *, merged: bool) -> Summary:
    """The window's figures, how it compares with the one before, and its hours or days."""
    display = Display(view, entity.person)
    by_hour = (end - start).days <= 2 and entity.kind is not Kind.DURATION
    found = Summary(by_day=not by_hour)
    rows = [
        one for one in await rows_of(view, entity, "hour" if by_hour else "day", start, end, merged=merged) if one.count
    ]
    if not rows:
        return found
    if entity.kind in (Kind.ENUM, Kind.TEXT):
        return _states(found, entity, rows, by_hour)
    summed = entity.kind in (Kind.COUNTER, Kind.DURATION)
    levels = [_level(one, summed) for one in rows]
    span = end - start
    before: list[Statistic] = []
    if name in PERIODS and span <= HOURS * 10:
        earlier_rows = await rows_of(view, entity, "hour" if by_hour else "day", start - span, start, merged=merged)
        before = [one for one in earlier_rows if one.count]
    middle = sum(levels) / len(levels)
    earlier = sum(_level(one, summed) for one in before) / len(before) if len(before) >= len(rows) / 2 else None
    found.sentence = _sentence(display, entity, name, middle, earlier, summed, by_hour, sum(levels))
    found.figures = _figures(display, entity, rows, levels, summed, by_hour)
    found.heads = ("Total",) if summed else ("Average", "Lowest", "Highest")
    found.lines = [Line(one.start, _cells(display, entity, one, summed), one.count) for one in reversed(rows)][:62]
    return found


def _level(one: Statistic, summed: bool) -> float:
    if summed:
        return one.sum or 0.0
    return one.time_weighted_mean if one.time_weighted_mean is not None else one.mean or 0.0


def _sentence(
    display: Display,
    entity: Entity,
    name: str,
    middle: float,
    earlier: float | None,
    summed: bool,
    by_hour: bool,
    total: float,
) -> str:
    each = " in the last 24 hours" if by_hour else " a day" if entity.kind is Kind.COUNTER else " on average"
    shown = display.value(entity, total if summed and by_hour else middle)
    sentence = f"{shown}{each if summed else ' on average'}"
    if earlier is None or name not in PERIODS:
        return f"{sentence}."
    against = f"the {PERIODS[name]} before"
    if abs(middle - earlier) <= abs(earlier) * SAME:
        return f"{sentence}, much like {against}."
    change = abs(total - earlier * (total / middle)) if summed and by_hour and middle else abs(middle - earlier)
    return (
        f"{sentence}, {_difference(display, entity, change)} {'more' if middle > earlier else 'less'} than {against}."
    )


def _difference(display: Display, entity: Entity, amount: float) -> str:
    if display.is_length_of_time(entity):
        return words.duration(amount * MINUTES[entity.unit])
    shown = abs(display.number(entity, amount) - display.number(entity, 0.0))
    unit = label(display.entity_unit(entity))
    return str(Shown(words.number(shown, display.decimals(entity)), unit))


def _figures(
    display: Display, entity: Entity, rows: Sequence[Statistic], levels: list[float], summed: bool, by_hour: bool
) -> list[Figure]:
    zone = display.zone

    def when(at: datetime) -> str:
        return words.hour(at, zone) if by_hour else f"{at.astimezone(zone):%a %-d %b}"

    if summed:
        best, least = max(range(len(rows)), key=levels.__getitem__), min(range(len(rows)), key=levels.__getitem__)
        return [
            Figure("Average hour" if by_hour else "Average day", display.value(entity, sum(levels) / len(levels))),
            Figure("Most", display.value(entity, levels[best]), when(rows[best].start)),
            Figure("Least", display.value(entity, levels[least]), when(rows[least].start)),
            Figure("Total", display.value(entity, sum(levels))),
        ]
    lowest = min(rows, key=lambda one: one.min if one.min is not None else float("inf"))
    highest = max(rows, key=lambda one: one.max if one.max is not None else float("-inf"))
    return [
        Figure("Average", display.value(entity, sum(levels) / len(levels))),
        Figure("Lowest", display.value(entity, lowest.min), when(lowest.start)),
        Figure("Highest", display.value(entity, highest.max), when(highest.start)),
        Figure("Readings", Shown(words.number(sum(one.count for one in rows)))),
    ]


def _cells(display: Display, entity: Entity, one: Statistic, summed: bool) -> tuple[Shown, ...]:
    if summed:
        return (display.value(entity, one.sum),)
    return (
        display.value(entity, _level(one, False)),
        display.value(entity, one.min),
        display.value(entity, one.max),
    )


def _states(found: Summary, entity: Entity, rows: Sequence[Statistic], by_hour: bool) -> Summary:
    """For enums: how long each option held; for sleep, how much of it there was."""
    held: dict[str, float] = {}
    for row in rows:
        for option, seconds in row.durations.items():
            held[option] = held.get(option, 0.0) + seconds
    if entity.metric == "sleep_stage":
        held = {option: seconds for option, seconds in held.items() if option not in UP}
        nights = sum(1 for row in rows if any(option not in WAKEFUL for option in row.durations))
        asleep = sum(seconds for option, seconds in held.items() if option not in WAKEFUL)
        if asleep:
            each = "in the last 24 hours" if by_hour else "a night on average"
            found.sentence = f"{words.duration(asleep if by_hour else asleep / nights)} asleep {each}."
    longest = sorted(held.items(), key=lambda pair: -pair[1])
    found.figures = [
        Figure(SPELT.get(option, words.capital(words.spaced(option))), Shown(words.duration(seconds)))
        for option, seconds in longest[:6]
    ]
    return found
