"""Sign in and out: by a passkey alone, or by the password and what the account wants besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import Conflict, Forbidden, HubError, NotFound, SecondFactorNeeded, TooManyTries
from web import answer, session
from web.confirming import own_path
from web.keys import SESSION, VIEW, VIEWS
from web.pages.confirm import signed
from web.routing import PageRoute
from web.words import waiting

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
    target = _next(request, wish)
    if passkey := str(typed.get("passkey", "")):
        return await _by_passkey(request, passkey, target)
    response = answer.go(request, target)
    try:
        await session.open_for(request, response, name, password)
    except SecondFactorNeeded as needed:
        return _second(request, needed.ticket, target)
    except TooManyTries as error:
        word = f"Too many wrong tries. Wait {waiting(error.wait)}, then try again."
        if not session.place(request).hindrance:
            word += " A passkey lets you in at once."
        return _form(request, name, word, target, status=429)
    except Forbidden:
        return _form(request, name, "That name and password don’t go together.", target, status=403)
    return response


async def _by_passkey(request: web.Request, passkey: str, target: str) -> web.Response:
    browser, response = session.browser_of(request), answer.go(request, target)
    try:
        opened = await request.app[VIEWS].sign_in_with_passkey(
            session.place(request), signed(passkey) or {}, session.agent_of(request), browser
        )
    except Forbidden as error:
        return _form(request, "", _sentence(error), target, status=403)
    session.enter(request, response, opened, browser)
    return response


async def passkey_options(request: web.Request) -> web.Response:
    """What the browser is to sign, with any passkey that it has for us."""
    try:
        return answer.columns(request, request.app[VIEWS].ask_passkey(session.place(request)))
    except Conflict as error:
        return web.json_response({"problem": str(error)}, status=409)


async def further(request: web.Request) -> web.Response:
    """What is asked for after the password."""
    await session.require_token(request)
    typed = {key: str(value) for key, value in (await request.post()).items()}
    ticket, target = typed.get("ticket", ""), _next(request, typed.get("next", ""))
    browser, response = session.browser_of(request), answer.go(request, target)
    try:
        opened = await request.app[VIEWS].sign_in_further(
            ticket,
            code=typed.get("code", ""),
            place=session.place(request),
            passkey=signed(typed.get("passkey", "")),
        )
    except NotFound as error:
        return _form(request, "", _sentence(error), target, status=403)
    except TooManyTries as error:
        word = f"Too many wrong tries. Wait {waiting(error.wait)}, then try again."
        return _second(request, ticket, target, word, status=429)
    except HubError as error:
        return _second(request, ticket, target, _sentence(error), status=403)
    session.enter(request, response, opened, browser)
    return response


async def further_options(request: web.Request) -> web.Response:
    """What a passkey of the account is to sign after its password."""
    try:
        wish = request.app[VIEWS].ask_second_passkey(request.query.get("ticket", ""), session.place(request))
    except (Conflict, Forbidden) as error:
        return web.json_response({"problem": _sentence(error)}, status=409)
    return answer.columns(request, wish)


async def sign_out(request: web.Request, view: View) -> web.Response:
    if SESSION in request:
        await request.app[VIEWS].sign_out(request[SESSION])
    response = answer.go(request, "/sign-in")
    session.leave(request, response)
    return response


def _second(request: web.Request, ticket: str, target: str, error: str = "", *, status: int = 200) -> web.Response:
    step = request.app[VIEWS].second_step(ticket, session.place(request))
    if step is None:
        return _form(request, "", "That took too long. Sign in from the beginning.", target, status=403)
    response = answer.page(
        request, "signin/second.html", status=status, step=step, ticket=ticket, target=target, error=error
    )
    # What the password was shown with is to be what the session is opened with.
    session.set_cookie(
        request, response, session.BROWSER_COOKIE, session.browser_of(request), days=session.BROWSER_DAYS
    )
    return response


def _form(
    request: web.Request, name: str = "", error: str = "", target: str = "", *, status: int = 200
) -> web.Response:
    place = session.place(request)
    return answer.page(
        request,
        "signin/page.html",
        status=status,
        account=name,
        error=error,
        target=target or _next(request),
        hindrance=place.hindrance,
    )


def _next(request: web.Request, wish: str = "") -> str:
    """Where to go after: only to a page of ours."""
    return own_path(wish or request.query.get("next", "/")) or "/"


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


ROUTES = (
    PageRoute("GET", "/sign-in", show, open=True),
    PageRoute("POST", "/sign-in", sign_in, open=True),
    PageRoute("GET", "/sign-in/passkey", passkey_options, open=True),
    PageRoute("POST", "/sign-in/further", further, open=True),
    PageRoute("GET", "/sign-in/further/passkey", further_options, open=True),
    PageRoute("POST", "/sign-out", sign_out),
)
