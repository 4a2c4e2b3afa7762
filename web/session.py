"""Who asks: the session cookie or bearer token of a request, made into a view; and the checks that go before."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.errors import Forbidden, TooManyTries
from hub.model import Credential
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
DAYS = 90


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
    cookie = request.cookies.get(COOKIE)
    return Credential("session", cookie) if cookie else None


async def _refuse_forgery(request: web.Request) -> None:
    """What carries our cookies must come from our own page, and a form must carry the token we gave it."""
    if carries_cookie(request):
        if not security.same_origin(request):
            raise web.HTTPForbidden(text="This request came from another site, so nothing was changed.")
        if request.content_type in security.FORM_TYPES or not request.can_read_body:
            await require_token(request)


def carries_cookie(request: web.Request) -> bool:
    return COOKIE in request.cookies or FORM_COOKIE in request.cookies


async def require_token(request: web.Request) -> None:
    """Raise unless the request carries a form token of this browser; sign-in and set-up ask even without cookies."""
    token = request.headers.get(security.HEADER) or str((await request.post()).get(security.FIELD, ""))
    owners = [request.cookies[name] for name in (COOKIE, FORM_COOKIE) if name in request.cookies]
    if not any(security.token_fits(owner, token) for owner in owners):
        raise web.HTTPForbidden(
            text="This page was open for too long or in another session, so nothing was changed. "
            "Go back, reload the page and try again."
        )


def token_owner(request: web.Request, response_cookies: dict[str, str]) -> str:
    """What this browser's form token belongs to; puts a fresh form cookie into the dict when there is none."""
    owner = request.get(SESSION) or request.cookies.get(FORM_COOKIE)
    if not owner:
        owner = response_cookies[FORM_COOKIE] = secrets.token_urlsafe(24)
    return owner


async def open_for(request: web.Request, response: web.StreamResponse, account: str, password: str) -> None:
    """Sign this browser in and give it its cookies. Raises TooManyTries, Forbidden."""
    browser = request.cookies.get(BROWSER_COOKIE, "")[:100] or secrets.token_urlsafe(32)
    agent = request.headers.get(hdrs.USER_AGENT, "")
    # The address slows down who tries many names. Behind a proxy it is everybody's, so it holds no known browser up.
    tries, address = request.app[TRIES], f"address:{request.remote}"
    stranger = not request.app[VIEWS].knows(browser, account)
    if stranger and (wait := tries.wait(address)):
        raise TooManyTries(wait)
    try:
        opened = await request.app[VIEWS].sign_in(account, password, agent, browser)
    except Forbidden:
        if stranger:
            tries.failed(address)
        raise
    tries.succeeded(address)
    set_cookie(request, response, COOKIE, opened)
    set_cookie(request, response, BROWSER_COOKIE, browser, days=BROWSER_DAYS)


def is_secure(request: web.Request) -> bool:
    """True when the browser speaks HTTPS, to us or to a proxy we trust."""
    if request.secure:
        return True
    trusted = request.remote in request.app[OPTIONS].trusted_proxies
    return trusted and request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, *, days: int = DAYS) -> None:
    """A cookie that scripts can't read and other sites' requests don't carry."""
    response.set_cookie(
        name, value, max_age=days * 86_400, httponly=True, secure=is_secure(request), samesite="Strict", path="/"
    )
