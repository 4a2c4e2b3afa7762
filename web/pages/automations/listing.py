"""All automations: what each does, when it last ran and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import HubError
from hub.view import mentioned, names_of, tell
from web import answer
from web.display import Display
from web.pages.automations.absent import plainly, whole
from web.pages.automations.telling import Row, row_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Kept, View

STATES = {"on": "Switched on", "off": "Switched off", "trouble": "With a problem"}


@dataclass(frozen=True, slots=True)
class Item:
    kept: Kept
    whole: str
    last: Row | None
    due: datetime | None
    problems: tuple[str, ...]
    whose: str
    """The account whose rights it has."""
    people: frozenset[str]
    areas: frozenset[str]


async def index(request: web.Request, view: View) -> web.Response:
    """`?q=&person=&area=&state=`."""
    return answer.page(request, "automations/page.html", **await _context(request, view))


async def lines(request: web.Request, view: View) -> web.Response:
    return answer.fragment(request, "automations/lines.html", **await _context(request, view))


async def _context(request: web.Request, view: View) -> dict[str, Any]:
    look = Look(view)
    every = [look.item(one) for one in view.automations()]
    asked = {key: request.query.get(key, "") for key in ("q", "person", "area", "state")}
    areas = {key: one.name for key, one in look.directory.areas.items() if any(key in item.areas for item in every)}
    shown = [item for item in every if _fits(item, asked)]
    return {
        "items": shown,
        "total": len(every),
        "asked": asked,
        "areas": areas,
        "states": STATES,
        "persons": {slug for item in every for slug in item.people},
        "zone": Display(view).zone,
        "own": view.account.name if view.account is not None else "",
    }


class Look:
    """What one looks up of the house, once for all automations of a page."""

    def __init__(self, view: View) -> None:
        self.view, self.names, self.directory = view, names_of(view), view.directory()
        self._entities = {each.id: each for each in view.entities()}
        self._people = dict.fromkeys(each.slug for each in view.people())

    def item(self, one: Kept) -> Item:
        view = self.view
        told = tell(one.automation, self.names) if one.automation is not None else None
        last = view.automation_last_run(one.key)
        problems = [*(f"It can’t run: {flaw.message}" for flaw in one.flaws[:2] if one.automation is None)]
        if one.enabled:
            problems += view.automation_problems(one.key)
            # The second look costs more; of two hundred automations few need it.
            if one.blueprint or not whole(one.body, self.names):
                problems += plainly(view.automation_absent(one.key))
        people, areas = self._concerned(one)
        return Item(
            one, told.whole if told is not None else one.description, row_of(last, told) if last is not None else None,
            view.automation_due(one.key) if one.enabled else None, tuple(problems), account_name(view, one.account),
            people, areas,
        )  # fmt: skip

    def _concerned(self, one: Kept) -> tuple[frozenset[str], frozenset[str]]:
        """People and areas of what it names."""
        ids = mentioned(one.body, self._entities)
        people = {self._entities[id].person for id in ids} | mentioned(one.body, self._people)
        of_entities = self.directory.entities
        areas = {self.directory.area_of(of_entities[id]) for id in ids if id in of_entities}
        return frozenset(people & set(self._people)), frozenset(areas | mentioned(one.body, self.directory.areas))


def account_name(view: View, account: str) -> str:
    """As the page calls it; "" is that of whoever owns the hub."""
    own = view.account
    if own is not None and own.name == account:
        return own.display_name
    if not account:
        return "the hub’s owner"
    if account.startswith("file:"):
        return "the configuration"
    try:
        return next((one.display_name for one in view.accounts() if one.name == account), account)
    except HubError:
        return account


def _fits(item: Item, asked: dict[str, str]) -> bool:
    text = f"{item.kept.name} {item.whole} {item.kept.description} {item.kept.key}".lower()
    if not all(word in text for word in asked["q"].lower().split()):
        return False
    if asked["person"] and asked["person"] not in item.people:
        return False
    if asked["area"] and asked["area"] not in item.areas:
        return False
    return _in_state(item, asked["state"])


def _in_state(item: Item, state: str) -> bool:
    failed = item.last is not None and item.last.key in ("failed", "loop", "not_allowed")
    return {"on": item.kept.enabled, "off": not item.kept.enabled, "trouble": bool(item.problems) or failed}.get(
        state, True
    )


ROUTES = (PageRoute("GET", "/automations", index), PageRoute("GET", "/automations/lines", lines))
