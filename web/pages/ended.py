"""Where an open page goes when what it showed is no longer shared with who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from aiohttp import web

    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "ended/page.html")


ROUTES = (PageRoute("GET", "/ended", show),)
