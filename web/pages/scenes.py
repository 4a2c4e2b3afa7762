"""Scenes: how some things are to be, taken from how they are now or written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import Conflict, HubError
from hub.view import AutomationInvalid, names_of
from web import answer, selectors, words
from web.display import Display
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import KeptScene, View

PATH = "/automations/scenes"
_DOMAINS = ["light", "switch", "cover", "climate", "fan", "humidifier", "media_player", "lock", "valve", "vacuum",
            "number", "select", "text", "siren", "water_heater", "input_boolean", "input_number", "input_select",
            "input_text", "input_datetime"]  # fmt: skip
_CHOICE = {"entity": {"multiple": True, "filter": {"domain": _DOMAINS}}}


async def index(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "scripts/scenes.html", scenes=view.scenes(), zone=Display(view).zone)


async def new(request: web.Request, view: View) -> web.Response:
    view.scenes()  # raises Forbidden for who has none
    return _form(request, view)


async def add(request: web.Request, view: View) -> web.Response:
    """Of how the chosen things are now."""
    view.scenes()  # raises Forbidden for who has none
    form = await request.post()
    name = str(form.get("name", "")).strip()
    errors: dict[str, str] = {} if name else {"name": "Give it a name."}
    chosen: list[str] = []
    try:
        chosen = list(selectors.read(_CHOICE, "entities", form) or [])
    except ValueError as error:
        errors["entities"] = str(error)
    if not chosen and "entities" not in errors:
        errors["entities"] = "Choose at least one thing."
    if not errors:
        try:
            one = await view.add_scene(view.snapshot(name, chosen))
        except HubError as error:
            errors["name"] = str(error)
        else:
            return answer.done(request, f"{PATH}/{one.key}", f"{one.name} is there, as things are now.")
    return _form(request, view, name, chosen, errors)


async def show(request: web.Request, view: View) -> web.Response:
    one = view.scene(request.match_info["key"])
    return _page(request, view, one, view.scene_yaml(one.key))


async def change(request: web.Request, view: View) -> web.Response:
    """Keep the change, or show the text again with every flaw and its line."""
    form = await request.post()
    one = view.scene(request.match_info["key"])
    text = str(form.get("text", "")).replace("\r\n", "\n")
    seen = str(form.get("version", ""))
    try:
        body = view.read_scene(text)
        made = await view.change_scene(one.key, body, int(seen) if seen.isdigit() else None)
    except AutomationInvalid as error:
        return _page(request, view, one, text, [str(flaw) for flaw in error.flaws])
    except Conflict as error:
        return _page(request, view, one, text, [str(error)])
    return answer.done(request, f"{PATH}/{made.key}", f"{made.name} is saved.")


async def run(request: web.Request, view: View) -> web.Response:
    one = view.scene(request.match_info["key"])
    told = await view.run_scene(one.key)
    left_out = "; ".join(str(one) for one in told.get("warnings", ()))
    back = PATH if (await request.post()).get("back") == "list" else f"{PATH}/{one.key}"
    return answer.done(request, back, f"{one.name}: {left_out}" if left_out else f"{one.name} is on.")


async def remove(request: web.Request, view: View) -> web.Response:
    one = view.scene(request.match_info["key"])
    await view.remove_scene(one.key)
    return answer.done(request, PATH, f"{one.name} is gone.")


def _form(
    request: web.Request, view: View, name: str = "", chosen: list[str] | None = None, errors: Any = None
) -> web.Response:
    problems = errors or {}
    choice = selectors.field(
        _CHOICE, "entities", chosen or [], view, label="What belongs to it", help="Each is kept as it is now.",
        error=problems.get("entities", ""), required=True,
    )  # fmt: skip
    status = 422 if problems else 200
    return answer.page(request, "scripts/scene_new.html", status=status, name=name, choice=choice, errors=problems)


def _page(request: web.Request, view: View, one: KeptScene, text: str, flaws: list[str] | None = None) -> web.Response:
    names = names_of(view)
    things = [
        (words.capital(names.thing(key).name), key, state, _more(facts)) for key, (state, facts) in one.states.items()
    ]
    return answer.page(
        request,
        "scripts/scene.html",
        status=422 if flaws else 200,
        one=one,
        text=text,
        flaws=flaws or [],
        things=things,
        may_change=view.may_edit(one),
        zone=Display(view).zone,
    )


def _more(facts: Any) -> str:
    """Attributes in a few words."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items() if value is not None)


ROUTES = (
    PageRoute("GET", PATH, index),
    PageRoute("GET", f"{PATH}/new", new),
    PageRoute("POST", f"{PATH}/new", add),
    PageRoute("GET", f"{PATH}/{{key}}", show),
    PageRoute("POST", f"{PATH}/{{key}}", change),
    PageRoute("POST", f"{PATH}/{{key}}/run", run),
    PageRoute("POST", f"{PATH}/{{key}}/remove", remove),
)
