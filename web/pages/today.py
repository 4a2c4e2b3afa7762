"""Today: what matters now, a card for each person and one for the household."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "today/page.html")


ROUTES = (PageRoute("GET", "/", show),)
