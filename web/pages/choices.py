"""What fields ask while they are filled in: names to choose from, whether YAML and templates are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from hub.errors import BadReading, HubError
from web import answer, selectors
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

_PARTS = ("action", "condition", "trigger", "object")


async def choices(request: web.Request, view: View) -> web.Response:
    """`selector` (JSON) and what was typed so far, `q` -> [{value, name, more}], the likeliest first."""
    view.require_automating()
    try:
        asked = orjson.loads(request.query.get("selector", ""))
        found = selectors.offers(asked, request.query.get("q", "")[:200], view)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadReading("that is no selector with something to choose from") from None
    return answer.columns(request, [{"value": one.value, "name": one.name, "more": one.more} for one in found])


async def check(request: web.Request, view: View) -> web.Response:
    """Whether the YAML of a field is sound."""
    view.require_automating()
    form = await request.post()
    kind, name = str(form.get("kind", "")), str(form.get("name", ""))
    if kind not in _PARTS:
        raise BadReading(f"{kind!r} is nothing that can be checked")
    text = str(form.get(name, ""))
    problem = ""
    try:
        selectors.read({kind: {}}, name, {name: text})
    except ValueError as error:
        problem = str(error)
    return answer.fragment(request, "selectors/checked.html", problem=problem, result=None, empty=not text.strip())


async def template(request: web.Request, view: View) -> web.Response:
    """What a template says now, or what is wrong with it."""
    view.require_automating()
    form = await request.post()
    text = str(form.get(str(form.get("name", "")), ""))
    problem, result = "", None
    if text.strip():
        try:
            result = str(view.render_template(text, {}))
        except HubError as error:
            problem = str(error)
    return answer.fragment(request, "selectors/checked.html", problem=problem, result=result, empty=not text.strip())


ROUTES = (
    PageRoute("GET", "/automations/choices", choices),
    PageRoute("POST", "/automations/choices/check", check),
    PageRoute("POST", "/automations/choices/template", template),
)
