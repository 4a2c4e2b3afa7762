"""Sign in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.errors import Forbidden
from web import answer, session
from web.keys import SESSION, TRIES, VIEW, VIEWS
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request) -> web.Response:
    if request.app[VIEWS].needs_setup():
        return answer.go(request, "/welcome")
    if VIEW in request:
        return answer.go(request, _next(request))
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and "again" not in request.query:
        # A link from elsewhere comes without our strict cookie; asking once more ourselves brings it along.
        return answer.page(request, "signin/again.html", target=_next(request))
    return _form(request)


async def sign_in(request: web.Request) -> web.Response:
    await session.require_token(request)
    typed = await request.post()
    name, password, wish = (str(typed.get(one, "")) for one in ("account", "password", "next"))
    tries, keys = request.app[TRIES], (f"address:{request.remote}", f"account:{name.strip().lower()[:80]}")
    wait = max(tries.wait(key) for key in keys)
    if wait:
        return _form(
            request,
            name,
            f"Too many wrong tries. Wait {wait:.0f} seconds, then try again.",
            _next(request, wish),
            status=429,
        )
    try:
        opened = await request.app[VIEWS].sign_in(name, password, request.headers.get(hdrs.USER_AGENT, ""))
    except Forbidden:
        for key in keys:
            tries.failed(key)
        return _form(request, name, "That name and password don’t go together.", _next(request, wish), status=403)
    for key in keys:
        tries.succeeded(key)
    response = answer.go(request, _next(request, wish))
    session.set_cookie(request, response, session.COOKIE, opened)
    return response


async def sign_out(request: web.Request, view: View) -> web.Response:
    if SESSION in request:
        await request.app[VIEWS].sign_out(request[SESSION])
    response = answer.go(request, "/sign-in")
    response.del_cookie(session.COOKIE, path="/")
    return response


def _form(
    request: web.Request, name: str = "", error: str = "", target: str = "", *, status: int = 200
) -> web.Response:
    target = target or _next(request)
    return answer.page(request, "signin/page.html", status=status, account=name, error=error, target=target)


def _next(request: web.Request, wish: str = "") -> str:
    """Where to go after: only to a page of ours."""
    wish = wish or request.query.get("next", "/")
    return wish if wish.startswith("/") and not wish.startswith(("//", "/\\", "/sign-in")) else "/"


ROUTES = (
    PageRoute("GET", "/sign-in", show, open=True),
    PageRoute("POST", "/sign-in", sign_in, open=True),
    PageRoute("POST", "/sign-out", sign_out),
)
