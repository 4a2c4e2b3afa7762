"""The account that is signed in: its password, and the ways to what else is about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import Conflict, Forbidden, TooManyTries
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    return _page(request)


async def password(request: web.Request, view: View) -> web.Response:
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        await view.change_password(form.get("old", ""), form.get("new", ""))
    except TooManyTries as error:
        return _page(request, problem=f"Too many wrong tries. Wait {error.wait:.0f} seconds.", status=429)
    except Forbidden:
        return _page(request, problem="The old password is not right.", status=422)
    except Conflict as error:
        return _page(request, problem=f"{error}.", status=422)
    return answer.done(
        request, "/settings/account", "Your password is changed, and you are signed out everywhere else."
    )


def _page(request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
    return answer.page(request, "settings/account.html", status=status, problem=problem)


ROUTES = (
    PageRoute("GET", "/settings/account", show),
    PageRoute("POST", "/settings/account/password", password),
)
