"""An invitation's link: choose a password, and be signed in."""

from __future__ import annotations

from aiohttp import web

from hub.errors import Conflict, NotFound
from web import answer, session
from web.keys import TRIES, VIEWS
from web.routing import PageRoute


async def show(request: web.Request) -> web.Response:
    return _form(request)


async def accept(request: web.Request) -> web.Response:
    await session.require_token(request)
    typed = {key: str(value) for key, value in (await request.post()).items()}
    password = typed.get("password", "")
    if password != typed.get("again", password):
        return _form(request, "The two don’t match.", status=422)
    try:
        account = await request.app[VIEWS].accept(request.match_info["secret"], password)
    except Conflict as conflict:
        return _form(request, f"{conflict}.", status=422)
    except NotFound:
        return _form(request)
    response = answer.go(request, "/")
    await session.open_for(request, response, account.name, password)
    return response


def _form(request: web.Request, problem: str = "", *, status: int = 200) -> web.Response:
    tries, address = request.app[TRIES], f"invite:{request.remote}"
    if tries.wait(address):
        return answer.page(request, "signin/invite.html", status=429, account=None, problem=problem)
    try:
        invitation = request.app[VIEWS].invitation(request.match_info["secret"])
    except NotFound:
        tries.failed(address)
        return answer.page(request, "signin/invite.html", status=404, account=None, problem=problem)
    return answer.page(
        request, "signin/invite.html", status=status, account=invitation.account, by=invitation.by, problem=problem
    )


ROUTES = (
    PageRoute("GET", "/invite/{secret}", show, open=True),
    PageRoute("POST", "/invite/{secret}", accept, open=True),
)
