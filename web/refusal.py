"""A page that says which right is missing and who can give it, with a way to ask; never whether there is anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.model import HOUSEHOLD, Verb
from web import answer, rights, words
from web.keys import VIEW

if TYPE_CHECKING:
    from aiohttp import web

    from hub.errors import Forbidden
    from hub.view import View, Why

ACTS = {Verb.VIEW: "see", Verb.RECORD: "log", Verb.ACT: "switch", Verb.MANAGE: "manage"}


def page(request: web.Request, refusal: Forbidden) -> web.Response | None:
    """None where there is nothing to explain or ask for; then the plain refusal stands."""
    view: View | None = request.get(VIEW)
    why = view.why(refusal) if view is not None else None
    if view is None or why is None or "HX-Request" in request.headers:
        return None
    return answer.page(
        request, "errors/refused.html", status=403, why=why, missing=missing(view, why), givers=givers(why)
    )


def missing(view: View, why: Why) -> str:
    """`see Mia’s weight`."""
    names = {one.slug: f"{one.name}’s" for one in view.people()} | {HOUSEHOLD: "the household’s"}
    what = rights.subjects(view, frozenset({why.subject})) if why.subject else "data"
    return f"{ACTS[why.verb]} {names.get(why.person, why.person)} {what}"


def givers(why: Why) -> str:
    """`Anna`, or `The owner of this hub`."""
    return words.listed(list(why.givers)) if why.givers else "The owner of this hub"
