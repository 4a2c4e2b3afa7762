"""The way into the settings, and what this hub is."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from aiohttp import web

from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def index(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "settings/page.html")


async def about(request: web.Request, view: View) -> web.Response:
    facts = {
        "Version": view.version,
        "Python": platform.python_version(),
        "Machine": f"{platform.system()} on {platform.machine()}",
        "Database": view.storage_health().database,
        "Metrics known": f"{len(view.metrics()):,}",
    }
    return answer.page(request, "settings/about.html", facts=facts)


ROUTES = (
    PageRoute("GET", "/settings", index),
    PageRoute("GET", "/settings/about", about),
)
