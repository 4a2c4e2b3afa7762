"""Mend what was recorded: correct, remove, and take either back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from aiohttp import web

from hub.errors import BadReading, NotFound
from hub.model import Entity, Reading, Verb
from hub.units import convert, label
from web import answer, words
from web.charts.windows import instant
from web.display import Display
from web.keys import CLOCK
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def edit(request: web.Request, view: View) -> web.Response:
    """The form for one reading, as a sheet or a page."""
    entity, at = _which(request, view)
    view.require(Verb.RECORD, entity.person, entity.metric or entity.id)
    return _form(request, view, entity, await _reading(view, entity, at), _back(request, entity))


def _form(
    request: web.Request, view: View, entity: Entity, reading: Reading, back: str, *, typed: str = "", error: str = ""
) -> web.Response:
    display = Display(view, entity.person)
    number = isinstance(reading.value, int | float)
    shown = display.number(entity, float(reading.value)) if isinstance(reading.value, int | float) else reading.value
    return answer.page(
        request,
        "metric/correct.html",
        entity=entity,
        reading=reading,
        value=typed
        if error
        else words.number(float(shown), display.decimals(entity)).replace(",", "")
        if number
        else shown,
        number=number,
        unit=label(display.entity_unit(entity)),
        options=entity.options,
        zone=display.zone,
        action=f"/entities/{quote(entity.id)}/readings/correct",
        back=back,
        error=error,
        status=422 if error else 200,
    )


async def correct(request: web.Request, view: View) -> web.Response:
    """Keep another value; the old one stays in the trail."""
    form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    entity, at = view.entity(request.match_info["entity"]), instant(form.get("taken_at", ""), "taken_at")
    view.require(Verb.RECORD, entity.person, entity.metric or entity.id)
    reading = await _reading(view, entity, at)
    old = reading.value
    display = Display(view, entity.person)
    text = form.get("value", "").strip()
    raw = form.get("raw") == "1"
    back = _back(request, entity, form.get("back", ""))

    def again(error: str) -> web.Response:
        return _form(request, view, entity, reading, back, typed=text, error=error)

    value: float | str = text
    if entity.kind.value not in ("enum", "text"):
        try:
            value = float(text.replace(",", ".").replace(words.MINUS, "-"))
        except ValueError:
            return again(f"{text!r} is not a number.")
        unit = display.entity_unit(entity)
        value = value if raw or unit == entity.unit else convert(value, unit, entity.unit, metric=entity.metric)
    try:
        await view.correct_reading(entity.id, at, value, reason=form.get("reason", ""))
    except BadReading as refused:
        if raw:
            raise
        return again(words.capital(f"{refused}."))
    undo = urlencode({"taken_at": at.isoformat(), "value": old, "raw": "1", "back": form.get("back", "")})
    clock = words.moment(at, display.zone, request.app[CLOCK].now())
    return answer.done(
        request,
        back,
        f"Corrected the reading of {clock} to {display.value(entity, value)}.",
        undo="" if raw else f"/entities/{quote(entity.id)}/readings/correct?{undo}",
    )


async def remove(request: web.Request, view: View) -> web.Response:
    """Take a reading out; undo puts it back."""
    form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    entity, at = view.entity(request.match_info["entity"]), instant(form.get("taken_at", ""), "taken_at")
    if not await view.remove_readings(entity.id, [at], reason=form.get("reason", "")):
        raise NotFound("that reading is not there any more")
    zone = Display(view, entity.person).zone
    undo = urlencode({"taken_at": at.isoformat(), "back": form.get("back", "")})
    return answer.done(
        request,
        _back(request, entity, form.get("back", "")),
        f"Removed the reading of {words.moment(at, zone, request.app[CLOCK].now())}.",
        undo=f"/entities/{quote(entity.id)}/readings/restore?{undo}",
    )


async def restore(request: web.Request, view: View) -> web.Response:
    entity, at = _which(request, view)
    await view.restore_readings(entity.id, [at])
    return answer.done(request, _back(request, entity), "The reading is back.")


def _which(request: web.Request, view: View) -> tuple[Entity, datetime]:
    return view.entity(request.match_info["entity"]), instant(request.query.get("taken_at", ""), "taken_at")


async def _reading(view: View, entity: Entity, at: datetime) -> Reading:
    """Raises NotFound when there is none at that instant."""
    page = await view.entity_readings(entity.id, at, at + _MICROSECOND, limit=1)
    if not page.readings:
        raise NotFound("that reading is not there any more")
    return page.readings[0]


def _back(request: web.Request, entity: Entity, wish: str = "") -> str:
    """Where the reader came from, if that is one of our pages."""
    wish = wish or request.query.get("back", "")
    return wish if wish.startswith("/") and not wish.startswith("//") else f"/entities/{quote(entity.id)}"


_MICROSECOND = timedelta(microseconds=1)

ROUTES = (
    PageRoute("GET", "/entities/{entity}/readings/correct", edit),
    PageRoute("POST", "/entities/{entity}/readings/correct", correct),
    PageRoute("POST", "/entities/{entity}/readings/remove", remove),
    PageRoute("POST", "/entities/{entity}/readings/restore", restore),
)
