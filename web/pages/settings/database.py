"""Storage: how it is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "settings/database.html", health=view.storage_health())


ROUTES = (PageRoute("GET", "/settings/database", show),)
