"""Scripts: actions under a name, written as YAML, run by hand or by automations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import Conflict, HubError
from hub.view import AutomationInvalid, names_of, plain, tell
from web import answer, selectors
from web.display import Display
from web.pages.automations.telling import OUTCOMES
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import KeptScript, Told, View

PATH = "/automations/scripts"
EXAMPLE = """alias: Good night
description: Everything off, and the blind down
sequence:
  - action: light.turn_off
    target:
      entity_id: all
  - action: cover.close_cover
    target:
      area_id: bedroom
"""


async def index(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "scripts/page.html", scripts=view.scripts(), zone=Display(view).zone)


async def new(request: web.Request, view: View) -> web.Response:
    return _form(request, view, EXAMPLE)


async def add(request: web.Request, view: View) -> web.Response:
    """Keep it, or show the text again with every flaw and its line."""
    text = str((await request.post()).get("text", "")).replace("\r\n", "\n")
    try:
        one = await view.add_script(view.read_script(text))
    except AutomationInvalid as error:
        return _form(request, view, text, [str(flaw) for flaw in error.flaws])
    return answer.done(request, f"{PATH}/{one.key}", f"{one.name} is there, as script.{one.key}.")


async def show(request: web.Request, view: View) -> web.Response:
    one = view.script(request.match_info["key"])
    return _page(request, view, one, view.script_yaml(one.key))


async def change(request: web.Request, view: View) -> web.Response:
    """Keep the change, or show the text again with every flaw and its line."""
    form = await request.post()
    one = view.script(request.match_info["key"])
    text = str(form.get("text", "")).replace("\r\n", "\n")
    seen = str(form.get("version", ""))
    try:
        body = view.read_script(text)
        made = await view.change_script(one.key, body, int(seen) if seen.isdigit() else None)
    except AutomationInvalid as error:
        return _page(request, view, one, text, [str(flaw) for flaw in error.flaws])
    except Conflict as error:
        return _page(request, view, one, text, [str(error)])
    return answer.done(request, f"{PATH}/{made.key}", f"{made.name} is saved.")


async def run(request: web.Request, view: View) -> web.Response:
    """To its end, with what its fields say; its answer or why not."""
    form = await request.post()
    one = view.script(request.match_info["key"])
    given: dict[str, Any] = {}
    problem, outcome = "", None
    try:
        for name, field in (one.script.fields if one.script is not None else {}).items():
            value = selectors.read(field.selector, f"field.{name}", form)
            if value not in (None, "", [], {}):
                given[name] = value
        outcome = dict(await view.run_script(one.key, given))
    except (HubError, ValueError) as error:
        problem = str(error)
    if problem or outcome:
        text = view.script_yaml(one.key)
        return _page(request, view, one, text, problem=problem, outcome=outcome, given=given)
    return answer.done(request, f"{PATH}/{one.key}", f"{one.name} is done.")


async def remove(request: web.Request, view: View) -> web.Response:
    one = view.script(request.match_info["key"])
    await view.remove_script(one.key)
    return answer.done(request, PATH, f"{one.name} is gone. What calls it fails until it is there again.")


def _form(request: web.Request, view: View, text: str, flaws: list[str] | None = None) -> web.Response:
    view.scripts()  # raises Forbidden for who has none
    status = 422 if flaws else 200
    return answer.page(request, "scripts/new.html", status=status, text=text, flaws=flaws or [])


def _page(
    request: web.Request,
    view: View,
    one: KeptScript,
    text: str,
    flaws: list[str] | None = None,
    *,
    problem: str = "",
    outcome: dict[str, Any] | None = None,
    given: dict[str, Any] | None = None,
) -> web.Response:
    fields = [
        selectors.field(
            told.selector, f"field.{name}", (given or {}).get(name, told.default), view,
            label=told.name or name.replace("_", " ").capitalize(), help=told.description or "",
            required=told.required, optional=not told.required,
        )
        for name, told in (one.script.fields if one.script is not None else {}).items()
    ]  # fmt: skip
    return answer.page(
        request,
        "scripts/one.html",
        status=422 if flaws or problem else 200,
        one=one,
        text=text,
        flaws=flaws or [],
        fields=fields,
        problem=problem,
        outcome=plain(outcome) if outcome else None,
        may_change=view.may_edit(one),
        told=_told(view, one),
        traces=view.script_traces(one.key)[:20],
        outcomes=OUTCOMES,
        zone=Display(view).zone,
    )


def _told(view: View, one: KeptScript) -> Told | None:
    """What it does in words, as of an automation that nothing sets off."""
    body = one.written.body
    if one.script is None or "sequence" not in body:
        return None
    made, _ = view.check_automation({"alias": one.name, "triggers": [], "actions": body["sequence"]})
    return tell(made, names_of(view)) if made is not None else None


ROUTES = (
    PageRoute("GET", PATH, index),
    PageRoute("GET", f"{PATH}/new", new),
    PageRoute("POST", f"{PATH}/new", add),
    PageRoute("GET", f"{PATH}/{{key}}", show),
    PageRoute("POST", f"{PATH}/{{key}}", change),
    PageRoute("POST", f"{PATH}/{{key}}/run", run),
    PageRoute("POST", f"{PATH}/{{key}}/remove", remove),
)
