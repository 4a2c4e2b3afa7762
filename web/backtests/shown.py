"""From a backtest's result to what the page says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.errors import HubError
from hub.view import Names, names_of
from web.backtests.hours import Hours, hours
from web.backtests.picture import Picture, draw
from web.charts import column_of
from web.charts.columns import Column
from web.display import Display

if TYPE_CHECKING:
    from hub.view import BacktestJob, View

CURVES = 3
LISTED = 60
"""Runs in the list; the rest is counted."""
_FINE = timedelta(days=100)
OUTCOMES = {
    "done": ("Would have run", "circle-check", "good"), "running": ("Would still be running", "clock", ""),
    "stopped": ("Would have stopped early", "octagon-x", ""),
    "failed": ("Would have failed", "circle-alert", "alarm"),
    "condition": ("A condition was not met", "x", ""), "busy": ("Was running already", "hourglass", ""),
    "cancelled": ("Would have been started anew", "refresh-cw", ""), "loop": ("Had set itself off", "repeat", "warn"),
    "not_allowed": ("Not allowed", "circle-alert", "alarm"), "disabled": ("Switched off", "power", ""),
    "missed": ("Was missed", "calendar-clock", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunShown:
    at: datetime
    title: str
    icon: str
    kind: str
    ran: bool
    why: str
    """What set it off, or why there was no run."""
    actions: tuple[str, ...]
    more: int
    """Actions beyond those that are shown."""


@dataclass(frozen=True, slots=True)
class Reason:
    count: int
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class VariantShown:
    name: str
    ran: int
    refused: int
    often: str
    hours: Hours
    reasons: tuple[Reason, ...]
    runs: tuple[RunShown, ...]
    left_out: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    sentence: str
    span: str
    zone: ZoneInfo
    variants: tuple[VariantShown, ...]
    picture: Picture | None
    days: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    """The same as a table: day, and runs and triggers without one of each way."""
    notes: tuple[str, ...]
    nothing: bool
    """There is no history of what it looks at in that time."""

    @property
    def several(self) -> bool:
        return len(self.variants) > 1


async def shown(view: View, job: BacktestJob) -> Shown:
    """Raises nothing of its own; what the viewer may not draw is left out."""
    result = job.result
    zone = ZoneInfo(result["time_zone"])
    raw: Sequence[Mapping[str, Any]] = result["variants"]
    names = [_name(one["inputs"]) for one in raw]
    most = max((sum(counts) for one in raw for counts in one["hours"]), default=0)
    known = names_of(view)
    variants = tuple(_variant(view, one, name, most, job, known) for one, name in zip(raw, names, strict=True))
    span = _span(job.start, job.end, zone, view.clock.now())
    sentence = _sentence(variants, span)
    columns, levels = await _columns(view, result, job.start, job.end)
    days = sorted({day for one in raw for day in one["days"]})
    watched = [one for one in result["entities"] if not one.startswith(("sun.", "zone.", "person.", "automation."))]
    nothing = bool(watched) and not result["readings"] and not any(one.ran or one.refused for one in variants)
    picture = None if nothing else draw(job.start, job.end, zone, columns, levels, raw, names, sentence)
    hidden = (
        [f"{job.hidden} entities are left out: only one of you may see them, you or the automation’s account."]
        if job.hidden and job.key
        else []
    )
    return Shown(
        sentence, span, zone, variants, picture,
        tuple((day, tuple(tuple(one["days"].get(day, (0, 0))) for one in raw)) for day in days),
        (*(one for one in result["notes"] if one not in job.notes), *hidden), nothing,
    )  # fmt: skip


def _name(inputs: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.rpartition('.')[2].replace('_', ' ')} {value}" for name, value in inputs.items())


def _span(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    days = round((end - start).total_seconds() / 86_400)
    if abs((now - end).total_seconds()) < 7_200:
        return f"In the last {days} days" if days > 1 else "In the last 24 hours"
    first, last = start.astimezone(zone), (end - timedelta(seconds=1)).astimezone(zone)
    return f"From {first.day} {first:%B} to {last.day} {last:%B %Y}"


def _sentence(variants: Sequence[VariantShown], span: str) -> str:
    if len(variants) > 1:
        least, most = min(one.ran for one in variants), max(one.ran for one in variants)
        if least == most:
            return f"{span} this would have run {_times(most)}, whichever of these you choose."
        return f"{span} this would have run between {least:,} and {most:,} times."
    one = variants[0]
    if not one.ran and not one.refused:
        return f"{span} nothing would have set this off."
    ran = f"{span} this would have run {_times(one.ran)}" if one.ran else f"{span} this would never have run"
    if not one.refused:
        return f"{ran}."
    return f"{ran}; {one.refused:,} more {'trigger' if one.refused == 1 else 'triggers'} led to no run."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _variant(view: View, one: Mapping[str, Any], name: str, most: int, job: BacktestJob, names: Names) -> VariantShown:
    newest = list(reversed(one["runs"]))
    listed = newest[:LISTED]
    return VariantShown(
        name, one["ran"], one["refused"], _often(one["ran"], (job.end - job.start).total_seconds() / 86_400),
        hours(one["hours"], most),
        tuple(Reason(each["count"], OUTCOMES[each["outcome"]][0], each["why"]) for each in one["reasons"]),
        tuple(_run(view, each, names) for each in listed),
        one["left_out"] + len(newest) - len(listed), tuple(one["problems"]),
    )  # fmt: skip


def _often(count: int, days: float) -> str:
    if not count or days < 2:
        return ""
    each = count / days
    if each >= 1:
        return f"{each:.1f} a day".replace(".0 ", " ")
    return f"{each * 7:.1f} a week".replace(".0 ", " ")


def _run(view: View, one: Mapping[str, Any], names: Names) -> RunShown:
    title, icon, kind = OUTCOMES[one["outcome"]]
    actions = view.in_words(one["actions"][:6], names)
    why = one["why"] or _cause(one["trigger"], names)
    return RunShown(
        datetime.fromisoformat(one["at"]), title, icon, kind, one["ran"], why, tuple(actions),
        max(0, len(one["actions"]) - len(actions)),
    )  # fmt: skip


async def _columns(
    view: View, result: Mapping[str, Any], start: datetime, end: datetime
) -> tuple[list[Column], dict[str, list[float]]]:
    """The curves of what it looks at, those that have a threshold first; at most three."""
    held: dict[str, list[float]] = {}
    for one in result["variants"]:
        for entity_id, value in one["levels"]:
            held.setdefault(entity_id, []).append(value)
    wanted = [*held, *(one for one in result["entities"] if one not in held)]
    entities = []
    for entity_id in wanted:
        try:
            entity = view.entity(entity_id)
        except HubError:
            continue
        if entity.kind.value not in ("enum", "text") and entity.record:
            entities.append(entity)
    entities = entities[:CURVES]
    seen = end - start if end - start > _FINE else min(end - start, timedelta(days=9))
    columns = await asyncio.gather(*(column_of(view, one, start, end, merged=False, seen=seen) for one in entities))
    levels: dict[str, list[float]] = {}
    people = {one.slug: one.name for one in view.people()}
    for entity, column in zip(entities, columns, strict=True):
        display = Display(view, entity.person)
        levels[column.key] = [display.number(entity, value) for value in dict.fromkeys(held.get(entity.id, ()))]
        whose = people.get(entity.person)
        column.name = f"{whose}, {column.name[:1].lower()}{column.name[1:]}" if whose else entity.name
    return list(columns), levels


def _cause(told: Mapping[str, Any], names: Names) -> str:
    """What set it off: `Anna’s blood glucose: 154 → 164 mg/dL`."""
    entity_id = str(told.get("entity_id") or "")
    if entity_id and ("to_state" in told or told.get("platform") in ("state", "numeric_state")):
        thing = names.thing(entity_id)
        unit = f" {thing.unit}" if thing.unit else ""
        return f"{thing.name}: {told.get('from_state', '–')} → {told.get('to_state', '–')}{unit}"
    if told.get("platform") in ("time", "time_pattern"):
        return "By the clock"
    text = str(told.get("description") or told.get("platform") or "")
    return text[:1].upper() + text[1:]
