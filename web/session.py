"""Who asks: the session cookie or bearer token of a request, made into a view; and the checks that go before."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.errors import Forbidden, SecondFactorNeeded, TooManyTries
from hub.model import Credential
from hub.view import Place
from web import security
from web.keys import OPTIONS, SESSION, TRIES, VIEW, VIEWS

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

COOKIE = "homeostat_session"
FORM_COOKIE = "homeostat_form"
"""Ties the forms of someone who is not signed in (sign-in, set-up) to their browser."""
BROWSER_COOKIE = "homeostat_browser"
"""By which a browser is known that signed in before; opens nothing, and survives signing out."""
BROWSER_DAYS = 400
OPENID_COOKIE = "homeostat_openid"
"""Ties what an identity server sends back to the browser that was sent there."""
DAYS = 90
_BROWSER: web.RequestKey[str] = web.RequestKey("browser")
_HOST = "__Host-"
"""Over HTTPS the names of cookies begin so: no other host and no page without HTTPS can set them (RFC 6265bis)."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse strange hosts and forged requests, then find out who asks."""
    if not security.known_host(request.host, request.app[OPTIONS].hosts):
        raise web.HTTPMisdirectedRequest(
            text=f"This hub does not know itself by the name {request.host[:80]}. "
            "If that name is yours, add it to `hosts` under `web` in config/hub.yaml."
        )
    credential = shown(request)
    if credential is not None:
        view = await request.app[VIEWS].authenticate(credential)
        if view is not None:
            request[VIEW] = view
            if credential.scheme == "session":
                request[SESSION] = credential.value
    if request.method not in security.SAFE and (credential is None or credential.scheme == "session"):
        await _refuse_forgery(request)
    return await handler(request)


def shown(request: web.Request) -> Credential | None:
    """The bearer token, else the session cookie, that the request carries."""
    scheme, _, value = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return Credential("bearer", value.strip())
    kept = cookie(request, COOKIE)
    return Credential("session", kept) if kept else None


def cookie(request: web.Request, name: str) -> str:
    """What the browser keeps under this name; empty when it keeps nothing."""
    return request.cookies.get(_named(request, name), "")


async def _refuse_forgery(request: web.Request) -> None:
    """What carries our cookies must come from our own page, and a form must carry the token we gave it."""
    if carries_cookie(request):
        if not security.same_origin(request):
            raise web.HTTPForbidden(text="This request came from another site, so nothing was changed.")
        if request.content_type in security.FORM_TYPES or not request.can_read_body:
            await require_token(request)


def carries_cookie(request: web.Request) -> bool:
    return bool(cookie(request, COOKIE) or cookie(request, FORM_COOKIE))


async def require_token(request: web.Request) -> None:
    """Raise unless the request carries a form token of this browser; sign-in and set-up ask even without cookies."""
    token = request.headers.get(security.HEADER) or str((await request.post()).get(security.FIELD, ""))
    owners = [cookie(request, name) for name in (COOKIE, FORM_COOKIE)]
    if not any(owner and security.token_fits(owner, token) for owner in owners):
        raise web.HTTPForbidden(
            text="This page was open for too long or in another session, so nothing was changed. "
            "Go back, reload the page and try again."
        )


def token_owner(request: web.Request, response_cookies: dict[str, str]) -> str:
    """What this browser's form token belongs to; puts a fresh form cookie into the dict when there is none."""
    owner = request.get(SESSION) or cookie(request, FORM_COOKIE)
    if not owner:
        owner = response_cookies[FORM_COOKIE] = secrets.token_urlsafe(24)
    return owner


async def open_for(request: web.Request, response: web.StreamResponse, account: str, password: str) -> None:
    """Sign this browser in and give it its cookies. Raises TooManyTries, SecondFactorNeeded, Forbidden."""
    browser = browser_of(request)
    # The address slows down who tries many names. Behind a proxy it is everybody's, so it holds no known browser up.
    tries, address = request.app[TRIES], f"address:{request.remote}"
    stranger = not request.app[VIEWS].knows(browser, account)
    if stranger and (wait := tries.wait(address)):
        raise TooManyTries(wait)
    try:
        opened = await request.app[VIEWS].sign_in(account, password, agent_of(request), browser)
    except SecondFactorNeeded:
        tries.succeeded(address)
        raise
    except Forbidden:
        if stranger:
            tries.failed(address)
        raise
    tries.succeeded(address)
    enter(request, response, opened, browser)


def browser_of(request: web.Request) -> str:
    """By what this browser is known; made at its first sign-in."""
    if _BROWSER not in request:
        request[_BROWSER] = cookie(request, BROWSER_COOKIE)[:100] or secrets.token_urlsafe(32)
    return request[_BROWSER]


def agent_of(request: web.Request) -> str:
    return request.headers.get(hdrs.USER_AGENT, "")


def enter(request: web.Request, response: web.StreamResponse, opened: str, browser: str) -> None:
    """Give the browser its session, and what it is known by."""
    set_cookie(request, response, COOKIE, opened)
    set_cookie(request, response, BROWSER_COOKIE, browser, days=BROWSER_DAYS)


def renew(request: web.Request, response: web.StreamResponse, renewed: str) -> None:
    """Its session has another id from now on; forms that are open in it go on working."""
    set_cookie(request, response, COOKIE, renewed)
    # What their tokens belong to opens nothing any more.
    set_cookie(request, response, FORM_COOKIE, request[SESSION], days=1)


def leave(request: web.Request, response: web.StreamResponse) -> None:
    """Take the session from the browser."""
    secure = is_secure(request)
    response.del_cookie(_named(request, COOKIE), path="/", secure=secure, httponly=True, samesite="Strict")


def place(request: web.Request) -> Place:
    """Where the page is open, for passkeys."""
    return Place(request.host, is_secure(request))


def is_secure(request: web.Request) -> bool:
    """True when the browser speaks HTTPS, to us or to a proxy we trust."""
    return request.secure  # `web.sender` has settled what a proxy said


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, *, days: int = DAYS) -> None:
    """A cookie that scripts can't read and other sites' requests don't carry."""
    response.set_cookie(
        _named(request, name),
        value,
        max_age=days * 86_400,
        httponly=True,
        secure=is_secure(request),
        samesite="Strict",
        path="/",
    )


def _named(request: web.Request, name: str) -> str:
    ours = (COOKIE, FORM_COOKIE, BROWSER_COOKIE, OPENID_COOKIE)
    return f"{_HOST}{name}" if name in ours and is_secure(request) else name
