"""The week of a schedule: rows of a beginning and an end for each day, for a keyboard and for a thumb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST = 24
"""Rows of one day."""


@dataclass(slots=True)
class Row:
    start: str = ""
    end: str = ""
    data: Any = None
    """Of a block that was written elsewhere; the form carries it along."""


@dataclass(slots=True)
class Day:
    key: str
    rows: list[Row] = field(default_factory=list)
    error: str = ""

    @property
    def name(self) -> str:
        return self.key.capitalize()


def of_options(options: Mapping[str, Any]) -> list[Day]:
    """The week as an entry has it, each day with a row to fill in."""
    return [_open(Day(key, [_row(one) for one in options.get(key) or ()])) for key in DAYS]


def of_form(form: Any, before: Mapping[str, Any]) -> list[Day]:
    """As it was typed; `more=<day>` asked for another row, `copy=<day>` for the same on the other working days."""
    week = []
    for key in DAYS:
        starts, ends = form.getall(f"{key}-from", []), form.getall(f"{key}-to", [])
        known = {(one.start, one.end): one.data for one in map(_row, before.get(key) or ())}
        rows = [Row(start.strip()[:8], end.strip()[:8]) for start, end in zip(starts, ends, strict=False)][:MOST]
        for one in rows:
            one.data = known.get((one.start, one.end))
        week.append(Day(key, [one for one in rows if one.start or one.end]))
    source = next((one for one in week if one.key == form.get("copy")), None)
    if source is not None:
        for day in week[:5]:
            day.rows = [Row(one.start, one.end, one.data) for one in source.rows]
    for day in week:
        _open(day)
        if day.key == form.get("more"):
            day.rows.append(Row())
    return week


def blocks(week: list[Day]) -> dict[str, Any]:
    """Options of the entry; a row with only one end is marked at its day."""
    found: dict[str, Any] = {}
    for day in week:
        made: list[Any] = []
        for row in day.rows:
            if bool(row.start) != bool(row.end):
                day.error = "A block has a beginning and an end."
            if row.start and row.end:
                # The last minute of a day can't be typed into a field for a time: 00:00 at the end is midnight.
                end = "24:00" if row.end in ("00:00", "00:00:00") else row.end
                made.append({"from": row.start, "to": end, "data": row.data} if row.data else f"{row.start} - {end}")
        if made:
            found[day.key] = made
    return found


def _row(block: Any) -> Row:
    if isinstance(block, Mapping):
        return Row(_time(block.get("from")), _time(block.get("to")), block.get("data"))
    start, _, end = str(block).partition("-")
    return Row(_time(start), _time(end))


def _time(given: Any) -> str:
    """As a field for a time takes it."""
    if isinstance(given, int):
        given = f"{given // 3600:02d}:{given // 60 % 60:02d}"
    text = str(given or "").strip()
    hours, _, rest = text.partition(":")
    text = f"{hours:>02}:{rest}"
    return "00:00" if text.startswith("24:") else text.removesuffix(":00") if text.count(":") == 2 else text


def _open(day: Day) -> Day:
    if not day.rows:
        day.rows.append(Row())
    return day
