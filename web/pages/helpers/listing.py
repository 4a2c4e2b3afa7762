"""The list of helpers: what each holds now, with the one thing that is done to it most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from hub.errors import BadReading, Forbidden
from hub.model import HOUSEHOLD, ConfigEntry, Entity, EntryState, State, Verb
from hub.view import CatalogueItem
from web import answer, words
from web.controls import controls_of
from web.display import Display, Shown
from web.pages.helpers.fields import ASKED
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

GROUP = "Helpers"
QUICK: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("input_button", ""): ("press", "Press", "target"),
    ("counter", ""): ("increment", "Count", "plus"),
    ("timer", "idle"): ("start", "Start", "timer"),
    ("timer", "active"): ("pause", "Pause", "pause"),
    ("timer", "paused"): ("start", "Go on", "timer"),
}
"""Component and state ("": any) -> the command offered in the list, its words, its icon."""


@dataclass(frozen=True, slots=True)
class Line:
    """One helper; without an entity it has not come up."""

    entry: ConfigEntry
    kind: str
    icon: str
    name: str
    whose: str
    entity: Entity | None = None
    shown: Shown | None = None
    more: str = ""
    problem: str = ""
    on: bool | None = None
    """For a switch."""
    quick: tuple[str, str, str] | None = None
    ends: datetime | None = None
    """Of a timer that runs."""
    pressed: datetime | None = None
    """When a button was."""

    @property
    def path(self) -> str:
        return f"/entities/{quote(self.entity.id)}" if self.entity is not None else ""


def kinds(view: View) -> list[CatalogueItem]:
    """In the order of the forms."""
    found = {one.domain: one for one in view.integrations() if one.group == GROUP}
    return [found[domain] for domain in ASKED if domain in found]


def lines(view: View) -> list[Line]:
    """Those the viewer may see, by kind and name."""
    offered = {one.domain: one for one in kinds(view)}
    entities: dict[str, Entity] = {one.entry: one for one in view.entities() if one.source in offered}
    people = {one.slug: one.name for one in view.people()}
    manages = view.allowed(Verb.MANAGE, HOUSEHOLD)
    found = []
    for entry, status in view.entries():
        item, entity = offered.get(entry.domain), entities.get(entry.id)
        if item is None or (entity is None and not manages):
            continue
        problem = status.problem
        if not problem and status.state is EntryState.DISABLED:
            problem = "Switched off."
        whose = people.get(entity.person if entity is not None else entry.person, "Household")
        if entity is None or problem:
            found.append(Line(entry, item.name, item.icon, entry.title, whose, entity, problem=problem or "Starting"))
        else:
            found.append(_line(view, entry, item, entity, whose))
    order = {domain: place for place, domain in enumerate(offered)}
    return sorted(found, key=lambda one: (order[one.entry.domain], one.name.lower()))


def _line(view: View, entry: ConfigEntry, item: CatalogueItem, entity: Entity, whose: str) -> Line:
    state = view.state(entity.id)[1]
    display = Display(view, entity.person)
    shown = display.state(entity, state) if state is not None and state.available else Shown("Unavailable")
    acts = view.allowed(Verb.ACT, entity.person, entity.id)
    value = str(state.value) if state is not None and state.value is not None else ""
    quick = QUICK.get((entity.component, "")) or QUICK.get((entity.component, value))
    more, ends = _more(entity, state, display)
    pressed = None
    if entity.component == "input_button":
        shown = Shown("Pressed" if value else "Not yet")
        pressed = state.taken_at if state is not None and value else None
    elif entity.component == "input_datetime":
        shown = Shown(value.removesuffix(":00") if value.count(":") == 2 else value)
    return Line(
        entry,
        item.name,
        item.icon,
        entity.name,
        whose,
        entity,
        shown,
        more,
        str(state.attributes.get("error") or "") if state is not None else "",
        value == "on" if entity.component == "input_boolean" and acts else None,
        quick if acts else None,
        ends,
        pressed,
    )


def _more(entity: Entity, state: State | None, display: Display) -> tuple[str, datetime | None]:
    """What goes with the value, and when a timer ends."""
    told = state.attributes if state is not None else {}
    if entity.component == "timer" and (end := told.get("finishes_at")):
        return "", datetime.fromisoformat(end)
    if entity.component == "timer":
        left = told.get("remaining")
        return f"{left} left" if left else f"{told.get('duration', '')}", None
    if entity.component == "schedule" and (end := told.get("next_event")):
        at = datetime.fromisoformat(end)
        local = at.astimezone(display.zone)
        return f"until {local:%A} {words.hour(at, display.zone)}", None
    if entity.component == "zone" and (persons := told.get("persons")):
        return words.listed([str(one).partition(".")[2].capitalize() for one in persons]), None
    return "", None


async def index(request: web.Request, view: View) -> web.Response:
    _may(view)
    return answer.page(request, "helpers/page.html", kinds=kinds(view), **_list(view))


async def again(request: web.Request, view: View) -> web.Response:
    """The list, for a page that stays open."""
    _may(view)
    return answer.fragment(request, "helpers/list.html", **_list(view))


async def tell(request: web.Request, view: View) -> web.Response:
    """Do the one thing, and stay in the list."""
    entity, state = view.state(request.match_info["entity"])
    command = str((await request.post()).get("command", ""))
    known = {one.command: one.name for one in controls_of(entity, state) if one.kind == "button"}
    if command not in known:
        raise BadReading(f"{entity.name} cannot be told to {words.spaced(command)[:40]} now")
    await view.call("entity.command", {"entity_id": entity.id, "command": command, "parameters": {}})
    if "HX-Request" in request.headers:
        return await again(request, view)
    return answer.done(request, "/automations/helpers", f"Told {entity.name}: {known[command].lower()}.")


def _list(view: View) -> dict[str, Any]:
    return {
        "lines": lines(view),
        "may_manage": view.allowed(Verb.MANAGE, HOUSEHOLD),
        "zone": words.zone(view.time_zone(HOUSEHOLD)),
    }


def _may(view: View) -> None:
    if not view.may_automate:
        raise Forbidden("you may not act on anything here, so there are no helpers for you")


ROUTES = (
    PageRoute("GET", "/automations/helpers", index),
    PageRoute("GET", "/automations/helpers/list", again),
    PageRoute("POST", "/automations/helpers/tell/{entity}", tell),
)
