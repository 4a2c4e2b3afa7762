"""Sources: what is connected and how it is doing, the catalogue, and the forms to add and change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web
from pydantic import ValidationError

from hub.errors import Conflict, NotFound
from hub.model import HOUSEHOLD, ConfigEntry, EntryState, EntryStatus, Verb
from hub.view import CatalogueItem
from web import answer, forms
from web.hidden import mask, unmask
from web.keys import CLOCK
from web.pages import act, connect
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

STATES: Mapping[EntryState, tuple[str, str, str]] = {
    EntryState.STARTING: ("Starting", "", "clock"),
    EntryState.RUNNING: ("Running", "good", "check"),
    EntryState.RETRYING: ("Trying again", "warn", "refresh-cw"),
    EntryState.NEEDS_OWNER: ("Needs you", "alarm", "key-round"),
    EntryState.MISCONFIGURED: ("Needs you", "alarm", "triangle-alert"),
    EntryState.STOPPED_BY_WATCHDOG: ("Stopped by the hub", "alarm", "circle-alert"),
    EntryState.DISABLED: ("Switched off", "", "pause"),
    EntryState.STOPPED: ("Stopped", "", "pause"),
}
"""State -> words, colour, icon."""


async def index(request: web.Request, view: View) -> web.Response:
    """What is connected, what waits, and what could be added."""
    asked = request.query.get("q", "").strip()
    items = [one for one in view.integrations() if _matches(one, asked)]
    entries = sorted(view.entries(), key=lambda pair: (not _wants_owner(pair[1]), pair[0].title.lower()))
    wanted = request.headers.get("HX-Target", "").rpartition("#")[2]
    template = "integrations/catalogue.html" if wanted == "catalogue" else None
    context: dict[str, Any] = {
        "entries": entries,
        "items": items,
        "asked": asked,
        "states": STATES,
        "taken": {entry.domain for entry, _ in entries},
        "waiting": [one for one in view.devices() if one.pending and not one.ignored],
        "icons": {one.domain: one.icon for one in view.integrations()},
        "may_manage": view.allowed(Verb.MANAGE, HOUSEHOLD),
    }
    if template is not None:
        return answer.fragment(request, template, **context)
    return answer.page(request, "integrations/page.html", **context)


async def entry(request: web.Request, view: View) -> web.Response:
    """One entry: its state in plain words, what it brings, its devices and its log."""
    found = view.entry(request.match_info["entry"])
    item = _item(view, found.domain)
    entities = [one for one in view.entities() if one.entry == found.id]
    manage = view.allowed(Verb.MANAGE, HOUSEHOLD)
    setup = connect.action(view, found)
    return answer.page(
        request,
        "integrations/entry.html",
        entry=found,
        doing=view.entry_status(found.id),
        states=STATES,
        item=item,
        entities=sorted(entities, key=lambda one: (one.person, one.name)),
        devices=[one for one in view.devices() if one.entry == found.id],
        log=[(datetime.fromtimestamp(at, UTC), level, text) for at, level, text in view.entry_log(found.id)][::-1]
        if manage
        else [],
        actions=[
            (one, act.asks_nothing(one))
            for one in view.actions()
            if one.name.startswith(f"{found.domain}.") and one != setup
        ],
        connects=setup is not None,
        may_manage=manage,
    )


async def status(request: web.Request, view: View) -> web.Response:
    """The state of one entry, asked for again while work goes on."""
    found = view.entry(request.match_info["entry"])
    return answer.fragment(
        request, "integrations/status.html", entry=found, doing=view.entry_status(found.id), states=STATES
    )


async def new(request: web.Request, view: View) -> web.Response:
    """The form for another entry of an integration."""
    view.require(Verb.MANAGE)
    item = _item(view, request.match_info["domain"])
    if item.problem:
        raise NotFound(f"{item.name} cannot be used: {item.problem}")
    schema, asked = view.integration_schema(item.domain), request.query
    # A link from Settings, Notifications says whom it is for.
    person = asked["person"] if asked.get("person") in {HOUSEHOLD, *(one.slug for one in view.people())} else ""
    account = {"account": asked["account"][:100]} if item.domain in view.channel_kinds and "account" in asked else {}
    return _form(request, view, item, forms.fields(schema, account), title=item.name, person=person)


async def add(request: web.Request, view: View) -> web.Response:
    """Make the entry, or show the form again with what is wrong at its field."""
    view.require(Verb.MANAGE)
    item = _item(view, request.match_info["domain"])
    posted = await request.post()
    schema = view.integration_schema(item.domain)
    given = forms.values(schema, posted)
    title, person = str(posted.get("title", "")).strip(), str(posted.get("person", ""))
    errors = given.errors
    if not errors:
        try:
            agreed = posted.get("agree") == "yes"
            made = await view.add_entry(item.domain, given.values, title=title, person=person, agree=agreed)
        except ValidationError as error:
            errors = forms.errors_of(error)
        except Conflict as error:
            errors = {"": str(error)}
        else:
            if item.domain in view.channel_kinds and item.belongs_to == "either":
                whose = str(given.values.get("account") or "").strip()
                query = urlencode({"who": f"@{whose.removeprefix('@')}" if whose else made.person})
                return answer.done(request, f"/settings/notifications?{query}", f"{made.title} is added. Try it here.")
            next_page = "/connect" if connect.action(view, made) else ""
            return answer.done(request, f"/integrations/{made.id}{next_page}", f"{made.title} is added.")
    shown = forms.fields(schema, given.values, errors)
    return _form(request, view, item, shown, title=title, person=person, problem=errors.get("", ""), status=422)


async def edit(request: web.Request, view: View) -> web.Response:
    """The same form for an entry that is there."""
    found = view.entry(request.match_info["entry"])
    view.require(Verb.MANAGE)
    item = _item(view, found.domain)
    schema = view.integration_schema(found.domain)
    shown = forms.fields(schema, mask(found.options, schema))
    return _form(request, view, item, shown, title=found.title, person=found.person, entry=found)


async def change(request: web.Request, view: View) -> web.Response:
    found = view.entry(request.match_info["entry"])
    view.require(Verb.MANAGE)
    item = _item(view, found.domain)
    posted = await request.post()
    schema = view.integration_schema(found.domain)
    given = forms.values(schema, posted, kept=found.options)
    errors = given.errors
    title = str(posted.get("title", "")).strip() or found.title
    person = str(posted.get("person", found.person))
    if not errors:
        try:
            await view.change_entry(found.id, options=unmask(given.values, found.options), title=title, person=person)
        except ValidationError as error:
            errors = forms.errors_of(error)
        except Conflict as error:
            errors = {"": str(error)}
        else:
            return answer.done(request, f"/integrations/{found.id}", f"{title} is changed and was started anew.")
    shown = forms.fields(schema, given.values, errors)
    return _form(
        request,
        view,
        item,
        shown,
        title=title,
        person=person,
        entry=found,
        problem=errors.get("", ""),
        status=422,
    )


async def reload(request: web.Request, view: View) -> web.Response:
    found = view.entry(request.match_info["entry"])
    await view.reload_entry(found.id)
    return answer.done(request, f"/integrations/{found.id}", f"{found.title} was started anew.")


async def agree(request: web.Request, view: View) -> web.Response:
    """Agree to what the entry's custom integration wants now."""
    found = view.entry(request.match_info["entry"])
    await view.agree_entry(found.id)
    return answer.done(request, f"/integrations/{found.id}", f"You agreed; {found.title} was started anew.")


async def switch(request: web.Request, view: View) -> web.Response:
    """Switch an entry off or on."""
    found = view.entry(request.match_info["entry"])
    await view.change_entry(found.id, disabled=not found.disabled)
    word = "on" if found.disabled else "off"
    return answer.done(
        request,
        f"/integrations/{found.id}",
        f"{found.title} is switched {word}.",
        undo=f"/integrations/{found.id}/switch",
    )


async def remove(request: web.Request, view: View) -> web.Response:
    found = view.entry(request.match_info["entry"])
    await view.remove_entry(found.id)
    return answer.done(request, "/integrations", f"{found.title} is removed. Its history is kept.")


def _form(
    request: web.Request,
    view: View,
    item: CatalogueItem,
    shown: list[forms.Field],
    *,
    title: str,
    person: str = "",
    entry: ConfigEntry | None = None,
    problem: str = "",
    status: int = 200,
) -> web.Response:
    people = [(one.slug, one.name) for one in view.people()]
    whose = [*people, (HOUSEHOLD, "The household")] if item.belongs_to == "either" else people
    return answer.page(
        request,
        "integrations/form.html",
        item=item,
        fields=shown,
        title=title,
        person=person,
        whose=whose if item.belongs_to in ("person", "either") else [],
        tells=item.domain in view.channel_kinds,
        entry=entry,
        problem=problem,
        action=f"/integrations/{entry.id}/edit" if entry else f"/integrations/add/{item.domain}",
        status=status,
    )


def _item(view: View, domain: str) -> CatalogueItem:
    found = next((one for one in view.integrations() if one.domain == domain), None)
    if found is None:
        return CatalogueItem(domain, domain, problem="it is not installed any more")
    return found


def _matches(item: CatalogueItem, asked: str) -> bool:
    text = f"{item.name} {item.description} {item.domain}".lower()
    return all(word in text for word in asked.lower().split())


def _wants_owner(status: EntryStatus) -> bool:
    return status.state in (EntryState.NEEDS_OWNER, EntryState.MISCONFIGURED, EntryState.STOPPED_BY_WATCHDOG)


async def live(request: web.Request, view: View) -> web.Response:
    """The list's states again, for a page that stays open."""
    entries = sorted(view.entries(), key=lambda pair: (not _wants_owner(pair[1]), pair[0].title.lower()))
    now = request.app[CLOCK].now()
    icons = {one.domain: one.icon for one in view.integrations()}
    return answer.fragment(request, "integrations/entries.html", entries=entries, states=STATES, now=now, icons=icons)


ROUTES = (
    PageRoute("GET", "/integrations", index),
    PageRoute("GET", "/integrations/entries", live),
    PageRoute("GET", "/integrations/add/{domain}", new),
    PageRoute("POST", "/integrations/add/{domain}", add),
    PageRoute("GET", "/integrations/{entry}/status", status),
    PageRoute("GET", "/integrations/{entry}/edit", edit),
    PageRoute("POST", "/integrations/{entry}/edit", change),
    PageRoute("POST", "/integrations/{entry}/reload", reload),
    PageRoute("POST", "/integrations/{entry}/agree", agree),
    PageRoute("POST", "/integrations/{entry}/switch", switch),
    PageRoute("POST", "/integrations/{entry}/remove", remove),
    PageRoute("GET", "/integrations/{entry}", entry),
)
