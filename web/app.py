"""The web application: middlewares, static files, pages, REST, and the routes of plugins."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from hub.api import Clock
from web import confirming, errors, limits, pages, plugins, security, sender, session, webhook
from web.assets import Assets
from web.keys import ASSETS, CLOCK, MEMORY, OPTIONS, RENDERER, TRIES, VIEWS
from web.live import VALUES, Values
from web.options import WebOptions
from web.render import Renderer
from web.today.memory import Memory
from web.tries import Tries

if TYPE_CHECKING:
    from hub.api import Route
    from hub.view import Views

DOOR = (
    limits.keep_time, sender.settle, errors.explain, security.front_door, session.guard, limits.limit
)  # fmt: skip
"""What every request passes before its handler, the outermost first."""
MAX_BODY = 1 << 20
"""Bytes of a request's body, where its route doesn't say otherwise."""


def build_app(
    views: Views, routes: Iterable[Route] = (), *, clock: Clock, options: WebOptions | None = None
) -> web.Application:
    """Everything that answers HTTP; `routes` are those that plugins registered."""
    options = options or WebOptions()
    app = web.Application(middlewares=list(DOOR), client_max_size=MAX_BODY)
    assets = Assets(development=options.development)
    app[VIEWS], app[CLOCK], app[OPTIONS], app[ASSETS] = views, clock, options, assets
    app[VALUES] = Values(clock)
    app[limits.COUNTS] = limits.Counts(options.limits)
    app[confirming.WAITING] = confirming.Waiting()
    app[TRIES], app[MEMORY] = Tries(clock), Memory(clock)
    app[RENDERER] = Renderer(assets, development=options.development)
    app.on_response_prepare.append(_harden)
    app.router.add_get("/static/{version}/{path:.+}", assets.serve)
    pages.add_routes(app)
    if importlib.util.find_spec("web.rest") is not None:
        importlib.import_module("web.rest").add_routes(app)
    webhook.add_routes(app)
    plugins.add_routes(app, routes)
    return app


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    security.harden(response.headers, hsts=request.secure and request.app[OPTIONS].hsts)
