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
from web.pages.automations.telling import Row, row_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Kept, Names, View

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
    names = names_of(view)
    every = [item_of(view, one, names) for one in view.automations()]
    asked = {key: request.query.get(key, "") for key in ("q", "person", "area", "state")}
    areas = {key: one.name for key, one in view.directory().areas.items() if any(key in item.areas for item in every)}
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


def item_of(view: View, one: Kept, names: Names) -> Item:
    told = tell(one.automation, names) if one.automation is not None else None
    last = view.automation_last_run(one.key)
    problems = [*(f"It can’t run: {flaw.message}" for flaw in one.flaws[:2] if one.automation is None)]
    problems += view.automation_problems(one.key) if one.enabled else []
    people, areas = _concerned(view, one)
    return Item(
        one, told.whole if told is not None else one.description, row_of(last, told) if last is not None else None,
        view.automation_due(one.key) if one.enabled else None, tuple(problems), account_name(view, one.account),
        people, areas,
    )  # fmt: skip


def account_name(view: View, account: str) -> str:
    own = view.account
    if own is not None and own.name == account:
        return own.display_name
    try:
        return next((one.display_name for one in view.accounts() if one.name == account), account)
    except HubError:
        return account


def _concerned(view: View, one: Kept) -> tuple[frozenset[str], frozenset[str]]:
    """People and areas of what it names."""
    directory = view.directory()
    entities = {each.id: each for each in view.entities()}
    ids = mentioned(one.body, entities)
    slugs = {each.slug for each in view.people()}
    people = {entities[id].person for id in ids} | mentioned(one.body, dict.fromkeys(slugs))
    areas = {directory.area_of(directory.entities[id]) for id in ids if id in directory.entities}
    return frozenset(people & slugs), frozenset(areas | mentioned(one.body, directory.areas))


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
