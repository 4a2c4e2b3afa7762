"""The form of a blueprint: every input a field, tried on the past, made into an automation or changed in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import Conflict, NotFound
from hub.view import AutomationInvalid, as_yaml, does
from web import answer
from web.assets import FOLDER
from web.markdown import markdown
from web.pages.blueprints.catalogue import AT, PATH
from web.pages.blueprints.filling import Filled, begin, body, error_of, fill, groups, judge, label
from web.routing import PageRoute
from web.selectors.spot import identified

if TYPE_CHECKING:
    from hub.view import BlueprintItem, Kept, View


async def show(request: web.Request, view: View) -> web.Response:
    item = view.blueprint(request.match_info["path"])
    found = begin(item.blueprint, {}) if item.blueprint is not None else Filled()
    return _form(request, view, item, found, name=item.name)


async def use(request: web.Request, view: View) -> web.StreamResponse:
    """Make the automation, or show the form again with what is wrong at its field."""
    item = view.blueprint(request.match_info["path"])
    form = await request.post()
    name, on = str(form.get("alias", "")), "on" in form.getall("enabled", [])
    found = _read(view, item, form)
    if found.sound:
        try:
            made = await view.add_automation(body(item, found, name), on)
        except (AutomationInvalid, Conflict) as error:
            found.errors[""] = str(error)
        else:
            word = "at work" if made.enabled else "made, and switched off"
            return answer.done(request, f"/automations/{made.key}", f"{made.name} is {word}.")
    return _form(request, view, item, found, name=name, enabled=on, status=422)


async def inputs(request: web.Request, view: View) -> web.Response:
    """The same form for an automation that is made of a blueprint."""
    one, item, given = _made(request, view)
    found = begin(item.blueprint, given) if item.blueprint is not None else Filled(dict(given))
    return _form(request, view, item, found, name=one.name, one=one)


async def change(request: web.Request, view: View) -> web.StreamResponse:
    one, item, given = _made(request, view)
    form = await request.post()
    name = str(form.get("alias", ""))
    found = _read(view, item, form, given)
    if found.sound:
        use = {**one.body["use_blueprint"], "input": found.inputs}
        changed = {**one.body, "alias": name.strip() or one.name, "use_blueprint": use}
        try:
            await view.change_automation(one.key, changed, int(str(form.get("version", one.version))))
        except (AutomationInvalid, Conflict) as error:
            found.errors[""] = str(error)
        else:
            return answer.done(request, f"/automations/{one.key}", f"{name.strip() or one.name} is changed.")
    return _form(request, view, item, found, name=name, one=one, status=422)


async def check(request: web.Request, view: View) -> web.Response:
    """What is wrong so far, for each field; what is only missing yet is counted."""
    item = view.blueprint(request.match_info["path"])
    found = _read(view, item, await request.post())
    assert item.blueprint is not None
    errors = [(identified(f"in.{key}"), found.errors.get(key, "")) for key in item.blueprint.inputs]
    missing = [label(item.blueprint.inputs[key]) for key in found.missing]
    return answer.fragment(
        request, "blueprints/checked.html", errors=errors, missing=missing, whole=found.errors.get("", "")
    )


async def past(request: web.Request, view: View) -> web.Response:
    """The automation as it would be, handed on to be tried on the past."""
    item = view.blueprint(request.match_info["path"])
    form = await request.post()
    found = _read(view, item, form)
    assert item.blueprint is not None
    wrong = [f"{label(item.blueprint.inputs[key])}: {error_of(found, key)}" for key in found.missing]
    wrong += [f"{label(item.blueprint.inputs[key])}: {said}" if key else said for key, said in found.errors.items()]
    text = "" if wrong else as_yaml(body(item, found, str(form.get("alias", ""))))
    return answer.fragment(request, "blueprints/past.html", wrong=wrong, text=text)


def _read(view: View, item: BlueprintItem, form: Any, given: Mapping[str, Any] | None = None) -> Filled:
    """Raises NotFound for one that does not load: there is no form of it."""
    if item.blueprint is None:
        raise NotFound(f"{item.path} does not load: {item.flaws[0]}")
    found = fill(item.blueprint, form, given)
    judge(view, item, found)
    return found


def _made(request: web.Request, view: View) -> tuple[Kept, BlueprintItem, Mapping[str, Any]]:
    """Raises NotFound for an automation that is made of no blueprint."""
    one = view.automation(request.match_info["key"])
    told = one.body.get("use_blueprint")
    if not isinstance(told, Mapping):
        raise NotFound(f"{one.name} is made of no blueprint")
    return one, view.blueprint(str(told.get("path", ""))), told.get("input") or {}


def _form(
    request: web.Request,
    view: View,
    item: BlueprintItem,
    found: Filled,
    *,
    name: str,
    enabled: bool = True,
    one: Kept | None = None,
    status: int = 200,
) -> web.Response:
    blueprint = item.blueprint
    return answer.page(
        request,
        "blueprints/form.html",
        item=item,
        blueprint=blueprint,
        about=markdown(blueprint.description) if blueprint is not None else "",
        does=does(blueprint) if blueprint is not None else None,
        groups=groups(blueprint, found, view) if blueprint is not None else [],
        users=view.made_of(item.path),
        wrong=len(found.errors) + len(found.missing) if status != 200 else 0,
        problem=found.errors.get("", ""),
        name=name,
        enabled=enabled,
        one=one,
        may_keep=view.may_keep_blueprints,
        picture=_picture(item),
        status=status,
    )


def _picture(item: BlueprintItem) -> str:
    """The static file that shows it at work; only those that ship have one."""
    path = f"blueprints/{item.path.rpartition('/')[2].rpartition('.')[0]}.svg"
    return path if item.origin == "shipped" and (FOLDER / path).is_file() else ""


ROUTES = (
    PageRoute("GET", f"{AT}/{PATH}", show),
    PageRoute("POST", f"{AT}/{PATH}", use),
    PageRoute("POST", f"{AT}/{PATH}/check", check),
    PageRoute("POST", f"{AT}/{PATH}/past", past),
    PageRoute("GET", "/automations/{key}/inputs", inputs),
    PageRoute("POST", "/automations/{key}/inputs", change),
)
