"""One module for each page; each lists its addresses in `ROUTES`."""

from __future__ import annotations

from aiohttp import web

from web import routing
from web.pages import charts, components, metric, readings, today

MODULES = (today, charts, readings, metric, components)


def add_routes(app: web.Application) -> None:
    for module in MODULES:
        routing.add(app, module.ROUTES)
