"""The forms that make, change and remove a helper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import ValidationError

from hub.errors import Conflict, NotFound
from hub.model import HOUSEHOLD, ConfigEntry, Verb
from hub.view import CatalogueItem
from web import answer, forms
from web.pages.helpers import fields, week
from web.pages.helpers.listing import kinds
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

PATH = "/automations/helpers"
_PLACE = ("latitude", "longitude", "radius")


async def new(request: web.Request, view: View) -> web.Response:
    view.require(Verb.MANAGE)
    item = _kind(view, request.match_info["domain"])
    return _form(request, view, item, fields.shown(item.domain, None), week.of_options({}))


async def add(request: web.Request, view: View) -> web.Response:
    """Make it, or show the form again with what is wrong at its field."""
    view.require(Verb.MANAGE)
    item = _kind(view, request.match_info["domain"])
    return await _save(request, view, item, None)


async def edit(request: web.Request, view: View) -> web.Response:
    view.require(Verb.MANAGE)
    entry = view.entry(request.match_info["entry"])
    item = _kind(view, entry.domain)
    shown = fields.shown(item.domain, entry.options)
    return _form(request, view, item, shown, week.of_options(entry.options), entry=entry, title=entry.title)


async def change(request: web.Request, view: View) -> web.Response:
    view.require(Verb.MANAGE)
    entry = view.entry(request.match_info["entry"])
    return await _save(request, view, _kind(view, entry.domain), entry)


async def remove(request: web.Request, view: View) -> web.Response:
    entry = view.entry(request.match_info["entry"])
    _kind(view, entry.domain)
    await view.remove_entry(entry.id)
    return answer.done(request, PATH, f"{entry.title} is removed. Its history is kept.")


async def _save(request: web.Request, view: View, item: CatalogueItem, entry: ConfigEntry | None) -> web.Response:
    posted = await request.post()
    title, person = str(posted.get("title", "")).strip()[:80], str(posted.get("person", ""))
    options, typed, errors = fields.read(item.domain, posted)
    days = week.of_form(posted, entry.options if entry is not None else {})
    asked = "more" in posted or "copy" in posted
    if item.domain == "schedule":
        options |= week.blocks(days)
        if any(day.error for day in days):
            errors["week"] = "One of the days is not complete."
    if not title:
        errors["title"] = "Give it a name; automations call it by that."
    if not errors and not asked:
        try:
            if entry is None:
                made = await view.add_entry(item.domain, options, title=title, person=person or HOUSEHOLD)
                return answer.done(request, PATH, f"{made.title} is made.")
            await view.change_entry(entry.id, options=options, title=title)
        except ValidationError as error:
            errors = _errors(item.domain, forms.errors_of(error), days)
        except Conflict as error:
            errors = {"": str(error)}
        else:
            return answer.done(request, PATH, f"{title} is changed.")
    status = 200 if asked else 422
    if asked:
        errors = {}
        for day in days:
            day.error = ""
    return _form(
        request, view, item, typed, days, entry=entry, title=title, person=person, errors=errors, status=status
    )


def _errors(domain: str, found: Mapping[str, str], days: list[week.Day]) -> dict[str, str]:
    """What the model says, at the field that shows it."""
    errors = dict(found)
    for day in days:
        day.error = errors.pop(day.key, "")
    if domain == "zone":
        for name in _PLACE:
            if name in errors:
                errors.setdefault("place", f"{name.capitalize()}: {errors.pop(name)}")
    known = {one.name for one in fields.ASKED[domain]}
    for name in [one for one in errors if one and one not in known]:
        errors[""] = f"{name}: {errors.pop(name)}"
    return errors


def _form(
    request: web.Request,
    view: View,
    item: CatalogueItem,
    values: Mapping[str, Any],
    days: list[week.Day],
    *,
    entry: ConfigEntry | None = None,
    title: str = "",
    person: str = HOUSEHOLD,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    errors = errors or {}
    people = [(HOUSEHOLD, "The household"), *((one.slug, one.name) for one in view.people())]
    return answer.page(
        request,
        "helpers/form.html",
        status=status,
        item=item,
        entry=entry,
        title=title,
        person=person,
        whose=[] if entry is not None else people,
        fields=fields.drawn(item.domain, values, errors, view),
        week=days if item.domain == "schedule" else [],
        errors=errors,
        declared=entry.declared_in if entry is not None else "",
        action=f"{PATH}/{entry.id}/edit" if entry is not None else f"{PATH}/new/{item.domain}",
    )


def _kind(view: View, domain: str) -> CatalogueItem:
    """Raises NotFound for what is no helper."""
    found = next((one for one in kinds(view) if one.domain == domain), None)
    if found is None:
        raise NotFound(f"there is no helper of the kind {domain!r}")
    return found


ROUTES = (
    PageRoute("GET", f"{PATH}/new/{{domain}}", new),
    PageRoute("POST", f"{PATH}/new/{{domain}}", add),
    PageRoute("GET", f"{PATH}/{{entry}}/edit", edit),
    PageRoute("POST", f"{PATH}/{{entry}}/edit", change),
    PageRoute("POST", f"{PATH}/{{entry}}/remove", remove),
)
