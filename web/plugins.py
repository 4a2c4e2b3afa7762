"""The HTTP routes of plugins: whoever asks is made into a view first, and bodies have a limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from markupsafe import Markup

from hub.api import Frame, Page
from web import answer, security, session, whereabouts
from web.keys import VIEW, VIEWS

if TYPE_CHECKING:
    from hub.api import Route


def add_routes(app: web.Application, routes: Iterable[Route]) -> None:
    """Add them in order; the first that matches answers."""
    for route in routes:
        app.router.add_route(route.method, route.path, _answer(route))


def _answer(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.content_length is not None and request.content_length > route.max_body:
            raise web.HTTPRequestEntityTooLarge(max_size=route.max_body, actual_size=request.content_length)
        view = request.get(VIEW)
        if route.auth is not None:
            credential = await route.auth.read(request)
            view = None if credential is None else await request.app[VIEWS].authenticate(credential)
            if view is None and not route.public:
                refused: web.StreamResponse = route.auth.refuse(
                    request, "no credential" if credential is None else "wrong credential"
                )
                return refused
        elif view is None and not route.public:
            if "text/html" in request.headers.get(hdrs.ACCEPT, ""):
                return answer.to_sign_in(request)
            raise web.HTTPUnauthorized(
                text="This needs a token or a session.", headers={hdrs.WWW_AUTHENTICATE: "Bearer"}
            )
        if view is None:
            view = request.app[VIEWS].nobody()
        # aiohttp holds the limit of `read()` on the request; a clone would lose what the router and guard put there.
        request._client_max_size = route.max_body
        made: web.StreamResponse | Page = await route.handler(request, view)
        return await _framed(request, made) if isinstance(made, Page) else made

    return handle


async def _framed(request: web.Request, page: Page) -> web.StreamResponse:
    """A plugin's page in the house's own frame."""
    place = await whereabouts.of(request)
    owner = session.token_owner(request, {})
    field = Markup('<input type="hidden" name="{}" value="{}">').format(security.FIELD, security.form_token(owner))
    body = Markup(page.body(Frame(field, place.base, place.reachable)))
    return answer.page(request, "plugin.html", status=page.status, title=page.title, body=body)
