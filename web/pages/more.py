"""What the phone's bar has no room for, and how bright the pages are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from web import answer, session
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "more/page.html")


async def theme(request: web.Request, view: View) -> web.Response:
    """Remember light, dark, night, or whatever the device says, in this browser."""
    typed = await request.post()
    wish, back = str(typed.get("theme", "auto")), str(typed.get("back", "/"))
    response = answer.go(request, back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")
    session.set_cookie(request, response, "homeostat_theme", wish if wish in answer.THEMES else "auto", days=365)
    return response


ROUTES = (PageRoute("GET", "/more", show), PageRoute("POST", "/theme", theme))
