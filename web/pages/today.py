"""Today: what matters now, a card for each person and one for the household."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from aiohttp import web

from hub.model import HOUSEHOLD, EntryState, Verb
from web import answer, rights, words
from web.display import Display
from web.keys import CLOCK, MEMORY
from web.live import Stream
from web.routing import PageRoute
from web.today.build import card, cards

if TYPE_CHECKING:
    from hub.view import View


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that waits for the viewer."""

    kind: str
    title: str
    text: str = ""
    href: str = ""
    act: str = ""


async def show(request: web.Request, view: View) -> web.Response:
    now = request.app[CLOCK].now()
    viewer = view.account.person if view.account is not None and view.account.person else "household"
    zone = Display(view, viewer).zone
    return answer.page(
        request,
        "today/page.html",
        cards=await cards(view, now, request.app[MEMORY]),
        notices=notices(view),
        greeting=_greeting(view, now, zone),
        date=words.day(now, zone),
    )


def _greeting(view: View, now: datetime, zone: tzinfo) -> str:
    hour = now.astimezone(zone).hour
    part = "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening" if hour >= 18 else "night"
    name = view.account.display_name if view.account is not None else ""
    greeting = "Still up" if part == "night" else f"Good {part}"
    return f"{greeting}, {name}" if name else greeting


def rights_notices(view: View) -> list[Notice]:
    """Rights about the viewer that wait for their OK, and what others asked an owner for."""
    asked, person = rights.asked(view), view.account.person if view.account is not None else None
    found = []
    if asked and person:
        more = f" And {len(asked) - 1} more." if len(asked) > 1 else ""
        found.append(
            Notice("info", f"{asked[0]}.{more}", "Say OK, or withdraw it.", f"/people/{person}/who-sees", "Look")
        )
    if view.is_owner and (wishes := view.wishes()):
        title = "Somebody asks for a right" if len(wishes) == 1 else f"{len(wishes)} rights are asked for"
        found.append(Notice("info", title, "Give it with one click, or say no.", "/settings/rights", "Look"))
    return found


def notices(view: View) -> list[Notice]:
    """Devices that wait for a person, sources that need the owner, and trouble with the database."""
    found: list[Notice] = rights_notices(view)
    health = view.storage_health()
    if not health.ok:
        found.append(Notice("alarm", health.message, health.remedy, "/settings/database", "Look"))
    for _, _, message, remedy in view.problems():
        found.append(Notice("warn", words.sentence(message), words.sentence(remedy)))
    if not view.allowed(Verb.MANAGE, "household"):
        return found
    waiting = [one for one in view.devices() if one.pending and not one.ignored]
    if waiting:
        names = words.listed([one.description.name for one in waiting[:3]])
        title = f"{words.plural(len(waiting), 'device')} {'waits' if len(waiting) == 1 else 'wait'} to hear whose"
        title += " it is." if len(waiting) == 1 else " they are."
        found.append(Notice("info", title, names, "/integrations/devices", "Say whose"))
    for entry, status in view.entries():
        if status.state in (EntryState.NEEDS_OWNER, EntryState.MISCONFIGURED, EntryState.STOPPED_BY_WATCHDOG):
            place = f"/integrations/{entry.id}"
            problem = words.sentence(f"{entry.title}: {status.problem}")
            found.append(Notice("warn", problem, words.sentence(status.remedy), place, "Mend it"))
    return found


async def live(request: web.Request, view: View) -> web.StreamResponse:
    """News for Today: values at once, cards when they have changed."""

    async def draw(slug: str) -> str:
        made = await card(view, slug, request.app[CLOCK].now(), request.app[MEMORY])
        return answer.html(request, "today/card.html", card=made)

    slugs = (*(person.slug for person in view.people()), HOUSEHOLD)
    return await Stream(request, view, slugs, draw).run()


ROUTES = (PageRoute("GET", "/", show), PageRoute("GET", "/live/today", live))
