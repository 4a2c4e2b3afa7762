"""One request of one caller, and what came of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, NamedTuple

from aiohttp import web

from hub.access.sessions import digest_of
from tests.access.asks import Ask
from tests.access.oracle import Caller
from tests.access.street import Street
from web import security

_REFUSED = {401, 403, 404, 429}


class Answer(NamedTuple):
    status: int
    body: str
    inside: bool
    """The caller was let in, whatever came of it."""


def routes_of(street: Street) -> dict[str, web.AbstractRoute]:
    """`GET /path/{with}` -> route, of the running application; HEAD goes with its GET."""
    found: dict[str, web.AbstractRoute] = {}
    for route in street.hub.app.router.routes():
        if route.method != "HEAD" and route.resource is not None:
            found[f"{route.method} {route.resource.canonical}"] = route
    return found


async def _awake(street: Street, caller: Caller) -> None:
    """A session that a request ended is opened anew; however slow the machine, everybody has just signed in."""
    sessions = street.hub.rooms.accounts.sessions
    session = caller.cookies.get("homeostat_session", "")
    if not caller.live or not session:
        return
    found = sessions.live(digest_of(session))
    if found is None:
        caller.cookies["homeostat_session"] = await sessions.open(caller.account, "Firefox")
    else:
        sessions._all[found.digest] = replace(found, proved_at=street.hub.rooms.clock.now())


async def knock(street: Street, name: str, ask: Ask, caller: Caller, person: str) -> Answer:
    method, _, written = name.partition(" ")
    await _awake(street, caller)
    if ask.before is not None:
        await ask.before(street, person)
    path = ask.path(street, person) if callable(ask.path) else ask.path
    path = written + path if path.startswith("?") else path or written
    headers = {**caller.headers, "Accept": "application/json, text/html;q=0.9"}
    body: dict[str, Any] = {}
    if ask.json is not None:
        body["data"] = json.dumps(ask.json(street, person))
        headers["Content-Type"] = "application/json"
    if (method != "GET" or written == "/hub/v1/ws") and caller.cookies:
        headers["Origin"] = street.url
    if ask.form is not None:
        body["data"] = ask.form(street, person)
    if method != "GET" and ask.json is None:
        # Whoever signs in or is a guest gets a form's token from the page; here it is made for them.
        owner = caller.cookies.get("homeostat_session") or "a browser"
        headers |= {"Origin": street.url, security.HEADER: security.form_token(owner)}
    cookies = (
        {**caller.cookies, "homeostat_form": "a browser"}
        if ask.form is not None and not caller.headers
        else caller.cookies
    )
    async with street.client.request(
        method, street.url + path, headers=headers, cookies=cookies, allow_redirects=False, **body
    ) as response:
        if ask.stream and response.status == 200:
            text = (await response.content.readany()).decode()
        else:
            text = (await response.read()).decode(errors="replace")
    status, to = response.status, response.headers.get("Location", "") + response.headers.get("HX-Redirect", "")
    assert status < 500, f"{method} {path} by {caller.name} broke: {status} {text[:300]}"
    away = bool(re.match(r"/(sign-in|welcome)\b", to)) or (to == "/" and written.startswith("/welcome"))
    inside = status not in _REFUSED and not away
    if ask.absent:
        inside = not away and status not in (401, 403)
    if ask.let_in is not None:
        # The table knows the answer's own words; only the way to the sign-in is never a yes.
        inside = not away and status not in (401, 403) and ask.let_in(status, text)
    return Answer(status, text, inside)
