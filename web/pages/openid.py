"""Out to the identity server and back: to sign in, to link an identity, to show again who sits there."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.errors import Conflict, Forbidden, HubError, NotFound, NotReady, StepUpNeeded
from web import answer, session
from web.keys import TRIES, VIEW, VIEWS
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Purpose, View

BACK = "/sign-in/openid/done"
ACCOUNT = "/settings/account"


async def sign_in(request: web.Request) -> web.Response:
    await session.require_token(request)
    return await _leave(request, "sign-in", _ours(str((await request.post()).get("next", ""))))


async def link(request: web.Request, view: View) -> web.Response:
    view.link_ready()
    return await _leave(request, "link", ACCOUNT)


async def unlink(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    try:
        await view.unlink_identity(str(form.get("issuer", "")), str(form.get("subject", "")))
    except Conflict as error:
        return answer.done(request, ACCOUNT, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return answer.done(request, ACCOUNT, "Unlinked. You sign in without it from now on.")


async def confirm(request: web.Request, view: View) -> web.Response:
    return await _leave(request, "prove", _ours(str((await request.post()).get("next", ""))))


async def back(request: web.Request) -> web.Response:
    """What the identity server sent the browser here with."""
    if "again" not in request.query:
        # Coming from elsewhere it lacks our strict cookies; asking once more ourselves brings them along.
        return answer.page(request, "signin/again.html", target=request.path_qs)
    views, view = request.app[VIEWS], request.get(VIEW)
    tries, address = request.app[TRIES], f"openid:{request.remote}"
    if wait := tries.wait(address):
        return _trouble(request, f"there were too many tries; wait {wait:.0f} seconds", 429)
    known_as = session.cookie(request, session.BROWSER_COOKIE)[:100] or secrets.token_urlsafe(32)
    try:
        done = await views.federated.finish(
            {key: value for key, value in request.query.items() if len(value) <= 4_096},
            session.cookie(request, session.OPENID_COOKIE)[:100],
            actor=view.actor if view is not None else None,
            user_agent=request.headers.get(hdrs.USER_AGENT, ""),
            known_as=known_as,
        )
    except StepUpNeeded:
        raise
    except (Forbidden, NotFound, NotReady, Conflict) as error:
        tries.failed(address)
        return _trouble(request, str(error), _status(error))
    tries.succeeded(address)
    if done.purpose == "link":
        response = answer.done(request, done.target, f"Linked. You can sign in with {views.federated.label} now.")
    else:
        response = answer.go(request, done.target)
    if done.purpose == "prove":
        session.renew(request, response, done.session)
    elif done.session:
        session.set_cookie(request, response, session.COOKIE, done.session)
        session.set_cookie(request, response, session.BROWSER_COOKIE, known_as, days=session.BROWSER_DAYS)
    session.set_cookie(request, response, session.OPENID_COOKIE, "", days=0)
    return response


async def _leave(request: web.Request, purpose: Purpose, target: str) -> web.Response:
    """A page that leads away by itself: a form may not be sent on to another site."""
    views, view = request.app[VIEWS], request.get(VIEW)
    tries, address = request.app[TRIES], f"openid:{request.remote}"
    if wait := tries.wait(address):
        return _trouble(request, f"there were too many tries; wait {wait:.0f} seconds", 429)
    browser = secrets.token_urlsafe(32)
    try:
        away = await views.federated.begin(
            purpose,
            browser=browser,
            redirect=f"{request.scheme}://{request.host}{BACK}",
            target=target,
            actor=view.actor if view is not None else None,
        )
    except (Forbidden, NotFound, NotReady) as error:
        tries.failed(address)
        return _trouble(request, str(error), _status(error))
    response = answer.page(request, "signin/leaving.html", target=away, label=views.federated.label)
    session.set_cookie(request, response, session.OPENID_COOKIE, browser, days=1)
    return response


def _trouble(request: web.Request, text: str, status: int) -> web.Response:
    return answer.page(
        request, "signin/trouble.html", status=status, text=f"{text[:1].upper()}{text[1:]}.", home=VIEW in request
    )


def _ours(wish: str) -> str:
    """Where to go after: only to a page of ours."""
    return wish if wish.startswith("/") and not wish.startswith(("//", "/\\", "/sign-in")) else "/"


def _status(error: HubError) -> int:
    return 503 if isinstance(error, NotReady) else 404 if isinstance(error, NotFound) else 403


ROUTES = (
    PageRoute("POST", "/sign-in/openid", sign_in, open=True),
    PageRoute("GET", BACK, back, open=True),
    PageRoute("POST", "/settings/account/identity/link", link),
    PageRoute("POST", "/settings/account/identity/unlink", unlink),
    PageRoute("POST", "/confirm/openid", confirm),
)
