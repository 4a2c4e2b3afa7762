"""How a page module says which addresses it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import web

from web import answer
from web.keys import VIEW, VIEWS

if TYPE_CHECKING:
    from hub.view import View


STILL = ("/settings/account", "/confirm", "/sign-out", "/theme")
"""All that is left to an owner who has yet to add the second factor that the household wants."""


class PageRoute(NamedTuple):
    """`handler(request, view)` for those signed in; `handler(request)` when `open`."""

    method: str
    path: str
    handler: Callable[..., Awaitable[web.StreamResponse]]
    open: bool = False


def add(app: web.Application, routes: Iterable[PageRoute]) -> None:
    """Add a page's routes; those not open send strangers to sign-in, and a new hub's visitors to set-up."""
    for route in routes:
        app.router.add_route(route.method, route.path, route.handler if route.open else _signed_in(route.handler))


def _signed_in(handler: Callable[..., Awaitable[web.StreamResponse]]) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        view: View | None = request.get(VIEW)
        if view is None:
            if request.app[VIEWS].needs_setup():
                return answer.go(request, "/welcome")
            return answer.to_sign_in(request)
        if view.barred and not request.path.startswith(STILL):
            return answer.go(request, STILL[0])
        return await handler(request, view)

    return handle
