"""One metric of one person, or one entity: chart, figures, readings, sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from aiohttp import web

from hub.errors import NotFound
from hub.model import HOUSEHOLD, Entity, Flag, Kind, Reading, State, Verb
from web import answer, rights
from web.charts import column_of, events_between, window_of
from web.charts.columns import Column, first_instant
from web.charts.page import chart_json, others
from web.charts.summary import summarise
from web.controls import controls_of
from web.display import Display, Shown
from web.keys import CLOCK
from web.pages.charts import entity_of
from web.routing import PageRoute
from web.today.grown import TARGET

if TYPE_CHECKING:
    from hub.view import View

ROWS = 12
RANGE_NAMES = {"day": "Day", "week": "Week", "month": "Month", "year": "Year", "all": "All"}
FLAGS = {
    Flag.CORRECTED: ("Corrected", "pencil", ""),
    Flag.IMPLAUSIBLE: ("Unlikely", "triangle-alert", "warn"),
    Flag.JUMP: ("Sudden", "triangle-alert", "warn"),
    Flag.TRANSITION: ("Odd order", "triangle-alert", "warn"),
    Flag.CLOCK_UNSURE: ("Clock unsure", "clock", "warn"),
}
CONNECTED = frozenset({"blood_pressure_systolic", "blood_pressure_diastolic"})
"""Drawn together wherever one of them is asked for."""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    entity_id: str
    at: datetime
    received: datetime
    shown: Shown
    source: str
    late: bool
    marks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    entity: Entity
    name: str
    shown: Shown
    at: datetime | None
    freshness: str


async def metric(request: web.Request, view: View) -> web.Response:
    """`/people/{person}/{metric}`: the merged series of a person, or every sensor of the house."""
    person, key = request.match_info["person"], request.match_info["metric"]
    entity = entity_of(view, f"{person}/{key}")
    sources = view.sources(person, key)
    if person == HOUSEHOLD and len(sources) > 1:
        return await _show(request, view, entity, [one.id for one in sources], merged=False, sources=sources)
    keys = [f"{person}/{key}"]
    if key in CONNECTED:
        keys += [f"{person}/{other}" for other in sorted(CONNECTED - {key}) if view.sources(person, other)]
    return await _show(request, view, entity, keys, merged=True, sources=sources)


async def entity(request: web.Request, view: View) -> web.Response:
    """`/entities/{entity}`: one source alone."""
    found = view.entity(request.match_info["entity"])
    return await _show(request, view, found, [found.id], merged=False, sources=[found])


async def _show(
    request: web.Request, view: View, shown: Entity, keys: list[str], *, merged: bool, sources: list[Entity]
) -> web.Response:
    now = request.app[CLOCK].now()
    display = Display(view, shown.person)
    name = request.query.get("range", "day" if shown.kind.value == "gauge" else "week")
    first = await first_instant(view, shown) if name == "all" else None
    states = [view.state(one.id) for one in sources]
    newest = max((pair for pair in states if pair[1] and pair[1].taken_at), key=_taken, default=(shown, None))
    summed = shown.kind in (Kind.COUNTER, Kind.DURATION)
    window = window_of(
        name, now, first=first, whole=display.zone if summed else None, end=_night(shown, name, newest[1])
    )
    wanted = [*keys, *_extra(request, keys)]
    columns: list[Column] = []
    for key in wanted:
        column = await column_of(view, entity_of(view, key), window.start, window.end, merged="/" in key)
        if key not in keys:
            column.name = f"{_whose(view, key)}{column.name}"
        elif len(sources) > 1 and not merged:
            column.name = source_name(view, view.entity(key))
        if column.family == "glucose" and shown.unit == "mg/dL":
            column.usual = (display.number(shown, TARGET[0]), display.number(shown, TARGET[1]))
        columns.append(column)
    happened = await events_between(view, shown.person, window.start, window.end)
    page = await _readings(request, view, shown, display, merged=merged)
    summary = await summarise(view, shown, window.name, window.start, window.end, merged=merged)
    if len(sources) > 1 and not merged and summary.sentence:
        summary.sentence = f"{source_name(view, shown)}: {summary.sentence}"
    base = request.path
    return answer.page(
        request,
        "metric/page.html",
        entity=shown,
        metric=display.metric(shown),
        display=display,
        zone=display.zone,
        merged=merged,
        person=next((one for one in view.people() if one.slug == shown.person), None),
        state=newest[1],
        shown=display.state(*newest),
        freshness=display.freshness(shown, newest[1].taken_at if newest[1] else None, now),
        window=window,
        ranges=[
            {"key": key, "name": text, "href": _href(base, wanted[len(keys) :], key)}
            for key, text in RANGE_NAMES.items()
        ],
        chart=chart_json(window, columns, happened, shown.person, display.zone),
        drawn=any(one.times for one in columns),
        columns=columns,
        summary=summary,
        readings=page[0],
        older=page[1],
        sources=[_source(view, display, one, now) for one in sources],
        others=others(view, shown.person, wanted),
        compared=[
            {"name": one.name, "href": _href(base, [k for k in wanted[len(keys) :] if k != one.key], name)}
            for one in columns[len(keys) :]
        ],
        seen_by=rights.names_of(rights.audience(view, shown.person, now, shown.metric or shown.id)),
        controls=controls_of(shown, newest[1])
        if view.allowed(Verb.ACT, shown.person, shown.metric or shown.id)
        else [],
        may_record=view.allowed(Verb.RECORD, shown.person, shown.metric or shown.id),
        may_arrange=merged and len(sources) > 1 and view.allowed(Verb.RECORD, shown.person, shown.metric),
    )


def _night(shown: Entity, name: str, state: State | None) -> datetime | None:
    """A day of sleep stages ends with the night, not in the middle of the next one."""
    if shown.metric != "sleep_stage" or name != "day" or state is None or state.taken_at is None:
        return None
    return state.taken_at + timedelta(minutes=30)


def _taken(pair: tuple[Entity, State | None]) -> datetime:
    return (
        pair[1].taken_at if pair[1] is not None and pair[1].taken_at is not None else datetime(1970, 1, 1, tzinfo=UTC)
    )


def _href(base: str, extra: list[str], name: str) -> str:
    return f"{base}?{urlencode([('range', name), *(('with', key) for key in extra)])}"


def _extra(request: web.Request, keys: list[str]) -> list[str]:
    """Further series to draw over the first, at most four."""
    return [key for key in dict.fromkeys(request.query.getall("with", [])) if key and key not in keys][:4]


def _whose(view: View, key: str) -> str:
    slug = key.partition("/")[0] if "/" in key else view.entity(key).person
    return next((f"{one.name}, " for one in view.people() if one.slug == slug), "")


def source_name(view: View, one: Entity) -> str:
    """`Watch`, `Bedroom`, or else the title of the entry that brings it."""
    device = next((item for item in view.devices() if item.id == one.device), None)
    if device is not None:
        return device.description.name
    entry = next((item for item, _ in view.entries() if item.id == one.entry), None)
    title = entry.title if entry is not None else {"page": "Entered by hand", "api": "API"}.get(one.entry, one.entry)
    if one.source and entry is not None and one.source != entry.domain:
        return one.source.upper() if len(one.source) <= 3 else one.source.replace("_", " ").capitalize()
    return title


def _source(view: View, display: Display, one: Entity, now: datetime) -> Source:
    state = view.state(one.id)[1]
    at = state.taken_at if state is not None else None
    return Source(one, source_name(view, one), display.state(one, state), at, display.freshness(one, at, now))


async def _readings(
    request: web.Request, view: View, shown: Entity, display: Display, *, merged: bool
) -> tuple[list[ReadingRow], str]:
    """The newest readings, and the address of those before."""
    now, cursor = request.app[CLOCK].now(), request.query.get("before") or None
    start = datetime(1900, 1, 1, tzinfo=UTC)
    if merged:
        page = await view.readings(shown.person, shown.metric, start, now, limit=ROWS, cursor=cursor, descending=True)
    else:
        page = await view.entity_readings(shown.id, start, now, limit=ROWS, cursor=cursor, descending=True)
    by_id = {one.id: one for one in view.entities(shown.person)}
    rows = [_row(view, display, by_id.get(one.entity_id, shown), one) for one in page.readings]
    older = f"?{urlencode({**request.query, 'before': page.cursor})}#readings" if page.cursor else ""
    return rows, older


def _row(view: View, display: Display, one: Entity, reading: Reading) -> ReadingRow:
    marks = tuple(words for flag, words in FLAGS.items() if reading.flags & flag)
    shown = display.value(one, reading.value)
    late = reading.late and not reading.imported
    return ReadingRow(one.id, reading.taken_at, reading.received_at, shown, source_name(view, one), late, marks)


async def arrange(request: web.Request, view: View) -> web.Response:
    """Say which source speaks first: the named one moves to the top."""
    person, key = request.match_info["person"], request.match_info["metric"]
    first = str((await request.post()).get("first", ""))
    order = [one.id for one in view.sources(person, key)]
    if first not in order:
        raise NotFound(f"{first!r} does not measure this")
    await view.prioritise(person, key, [first, *(one for one in order if one != first)])
    name = source_name(view, view.entity(first))
    return answer.done(request, f"/people/{quote(person)}/{quote(key)}#sources", f"{name} now speaks first.")


ROUTES = (
    PageRoute("GET", "/people/{person}/{metric}", metric),
    PageRoute("POST", "/people/{person}/{metric}/sources", arrange),
    PageRoute("GET", "/entities/{entity}", entity),
)
