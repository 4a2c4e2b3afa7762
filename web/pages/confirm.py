"""Confirm it's you: for what only owners do, when you signed in more than ten minutes ago."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web

from hub.errors import Conflict, Forbidden, HubError, TooManyTries
from web import answer, confirming, session
from web.confirming import OWN, Asked
from web.keys import CLOCK
from web.routing import PageRoute
from web.words import waiting

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    asked = Asked(confirming.own_path(request.query.get("next", "")) or "/settings")
    if key := request.query.get("asked"):
        at = request.app[CLOCK].monotonic()
        asked = request.app[confirming.WAITING].take(view.actor.account, at, key) or asked
    return await confirming.page(request, view, asked)


async def passkey(request: web.Request, view: View) -> web.Response:
    """What the browser is to sign."""
    try:
        return answer.columns(request, view.ask_confirm(session.place(request)))
    except Conflict as error:
        return web.json_response({"problem": str(error)}, status=409)


async def confirm(request: web.Request, view: View) -> web.StreamResponse:
    """Then what was asked for is done: the browser sends the same form there (307), or sees the page again."""
    form = await request.post()
    typed = [(name, value) for name, value in form.items() if isinstance(value, str)]
    own = {name.removeprefix(OWN): value for name, value in typed if name.startswith(OWN)}
    kept = tuple(one for one in typed if not one[0].startswith(OWN) and one[0] != "form_token")
    asked = Asked(own.get("back", ""), confirming.own_path(own.get("path", "")), kept)
    try:
        renewed = await view.prove(
            password=own.get("password", ""),
            code=own.get("code", ""),
            place=session.place(request),
            passkey=signed(own.get("passkey", "")),
        )
    except TooManyTries as error:
        problem = f"Too many wrong tries. Wait {waiting(error.wait)}, or use a passkey."
        return await confirming.page(request, view, asked, problem=problem, status=429)
    except Forbidden as error:
        problem = _wrong(own, error)
        return await confirming.page(request, view, asked, problem=problem, status=403)
    except HubError as error:
        return await confirming.page(request, view, asked, problem=f"{error}.", status=422)
    response: web.StreamResponse
    if asked.path:
        response = web.Response(status=307, headers={hdrs.LOCATION: asked.path})
    else:
        response = answer.go(request, confirming.own_path(asked.back) or "/settings")
    session.renew(request, response, renewed)
    return response


def signed(text: str) -> dict[str, Any] | None:
    """What a passkey answered, as the page's script writes it; None when nothing was."""
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _wrong(own: dict[str, str], error: Forbidden) -> str:
    if own.get("passkey"):
        return f"{str(error)[:1].upper()}{str(error)[1:]}."
    if own.get("password") and own.get("code"):
        return "The password or the code is not right."
    return "That code is not right, or was used before." if own.get("code") else "That password is not right."


ROUTES = (
    PageRoute("GET", "/confirm", show),
    PageRoute("GET", "/confirm/passkey", passkey),
    PageRoute("POST", "/confirm", confirm),
)
