"""Sign in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import Forbidden, TooManyTries
from web import answer, session
from web.keys import SESSION, VIEW, VIEWS
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
    response = answer.go(request, _next(request, wish))
    try:
        await session.open_for(request, response, name, password)
    except TooManyTries as error:
        word = f"Too many wrong tries. Wait {_waiting(error.wait)}, then try again."
        return _form(request, name, word, _next(request, wish), status=429)
    except Forbidden:
        return _form(request, name, "That name and password don’t go together.", _next(request, wish), status=403)
    return response


def _waiting(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5_400 else f"{seconds / 3_600:.0f} hours"


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
