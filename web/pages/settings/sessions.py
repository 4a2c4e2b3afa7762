"""Where the account is signed in, and how to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.view import browser_of
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

PLACE = "/settings/sessions"


async def index(request: web.Request, view: View) -> web.Response:
    zone = ZoneInfo(_zone(view))
    sessions = [
        (one, browser_of(one.user_agent), f"{one.since.astimezone(zone):%d %b %Y, %H:%M}", view.is_this(one))
        for one in view.sessions()
    ]
    return answer.page(request, "settings/sessions.html", sessions=sorted(sessions, key=lambda one: not one[3]))


async def end(request: web.Request, view: View) -> web.Response:
    await view.end_session(str((await request.post()).get("session", "")))
    return answer.done(request, PLACE, "That browser is signed out.")


async def end_others(request: web.Request, view: View) -> web.Response:
    ended = await view.end_other_sessions()
    return answer.done(request, PLACE, f"{ended} other{'s are' if ended != 1 else ' is'} signed out.")


def _zone(view: View) -> str:
    account = view.account
    return view.time_zone(account.person) if account is not None and account.person else view.household().time_zone


ROUTES = (
    PageRoute("GET", PLACE, index),
    PageRoute("POST", PLACE, end),
    PageRoute("POST", f"{PLACE}/others", end_others),
)
