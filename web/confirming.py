"""When what only owners do asks who sits there: what was asked for waits, and is done once it has been shown."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web

from web import answer, security, session
from web.keys import CLOCK, VIEW

if TYPE_CHECKING:
    from hub.view import View

OWN = "confirm_"
"""Names of fields that are ours begin so."""
LASTS = 600.0
MOST = 100
"""Fragments' requests that wait, of all browsers together."""
LARGEST = 200_000
"""Characters of a form that is carried along; a longer one is filled in again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `path` empty: nothing to do again, only a page (`back`) to see."""

    back: str
    path: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    lost: bool = False
    """A file was with it, or far too much: it has to be sent again."""


class Waiting:
    """Fragments can't show a page: what they asked for waits here until the page has been."""

    def __init__(self) -> None:
        self._all: OrderedDict[str, tuple[str, float, Asked]] = OrderedDict()

    def put(self, account: str, at: float, asked: Asked) -> str:
        key = secrets.token_urlsafe(16)
        self._all[key] = (account, at, asked)
        while len(self._all) > MOST:
            self._all.popitem(last=False)
        return key

    def take(self, account: str, at: float, key: str) -> Asked | None:
        """What waits under the key; None when it is somebody else's, or has waited too long."""
        whose, since, asked = self._all.get(key, ("", 0.0, None))
        if asked is None or whose != account or at - since > LASTS:
            return None
        del self._all[key]
        return asked


WAITING = web.AppKey("waiting", Waiting)


async def asked_by(request: web.Request) -> Asked:
    """What a request that was refused for now wanted."""
    back = _page_of(request)
    if request.method in security.SAFE:
        return Asked(own_path(request.path_qs) or back)
    typed = await request.post() if request.content_type in security.FORM_TYPES else {}
    fields = tuple((name, value) for name, value in typed.items() if isinstance(value, str) and name != security.FIELD)
    whole = len(fields) == sum(name != security.FIELD for name in typed) and (fields or not request.can_read_body)
    if not whole or sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return Asked(back, lost=True)
    return Asked(back, request.path_qs, tuple(one for one in fields if not one[0].startswith(OWN)))


async def ask(request: web.Request) -> web.StreamResponse:
    """Instead of an answer: first show who you are; then it is done."""
    view: View = request[VIEW]
    asked = await asked_by(request)
    if "HX-Request" in request.headers:
        at = request.app[CLOCK].monotonic()
        key = request.app[WAITING].put(view.actor.account, at, asked)
        return answer.go(request, f"/confirm?asked={quote(key)}")
    return await page(request, view, asked, status=403)


async def page(request: web.Request, view: View, asked: Asked, *, problem: str = "", status: int = 200) -> web.Response:
    """The page that asks, with what waits in its fields."""
    place = session.place(request)
    return answer.page(
        request,
        "signin/confirm.html",
        status=status,
        ways=await view.ways(place),
        asked=replace(asked, back=own_path(asked.back) or "/settings"),
        problem=problem,
        own=OWN,
    )


def own_path(path: str) -> str:
    """The path when it is one of ours to go to, else nothing."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if fine and urlsplit(path).path not in ("/confirm", "/sign-in") else ""


def _page_of(request: web.Request) -> str:
    """The page that a form or fragment is on, as far as the browser says."""
    told = urlsplit(str(request.headers.get("HX-Current-URL") or request.headers.get(hdrs.REFERER, "")))
    if told.netloc and told.netloc.lower() != request.host.lower():
        return "/settings"
    return own_path(f"{told.path}?{told.query}" if told.query else told.path) or "/settings"
