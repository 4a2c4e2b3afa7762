"""What ships and what the household brought, and the ways to bring more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import BadReading, Conflict
from hub.view import AutomationInvalid, does
from web import answer
from web.markdown import first_words, markdown
from web.pages.blueprints.filling import label
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import BlueprintItem, BlueprintPreview, BlueprintUpdate, View

AT = "/automations/blueprints"


SIGNS = {
    "baby_rhythm": ("baby", "baby"), "bedroom_air": ("wind", "air"), "breathing_practice": ("leaf", "practice"),
    "feeding_due": ("milk", "baby"), "first_appointment": ("calendar-clock", "mood"),
    "glucose_high": ("droplet", "glucose"),
    "glucose_low": ("droplet", "glucose"), "glucose_stale": ("signal", "glucose"), "hydration": ("glass-water", "food"),
    "meal_nudge": ("utensils", "food"), "medication": ("pill", "heart"), "medicine_running_out": ("pill", "heart"),
    "move_reminder": ("footprints", "activity"), "poor_sleep_easy_day": ("moon", "sleep"),
    "post_meal_walk": ("footprints", "activity"), "wake_up_light": ("sunrise", "sleep"),
    "weekly_summary": ("chart-line", "body"), "wind_down": ("moon-star", "sleep"),
}  # fmt: skip
"""Icon and family of those that ship."""
_OWN_SIGN = ("workflow", "device")


@dataclass(frozen=True, slots=True)
class Card:
    item: BlueprintItem
    sign: tuple[str, str]
    about: str
    needed: int
    users: int
    newer: bool
    """A newer one was seen at its source."""


async def index(request: web.Request, view: View) -> web.Response:
    asked = request.query.get("q", "").strip()
    cards = [_card(view, one) for one in view.blueprints() if _matches(one, asked)]
    context: dict[str, Any] = {
        "own": [one for one in cards if one.item.origin == "own"],
        "shipped": [one for one in cards if one.item.origin != "own"],
        "asked": asked,
        "may_keep": view.may_keep_blueprints,
        "may_look": view.may_keep_blueprints and any(one.item.origin == "own" and one.item.source_url for one in cards),
    }
    if request.headers.get("HX-Target", "").rpartition("#")[2] == "shelf":
        return answer.fragment(request, "blueprints/cards.html", **context)
    return answer.page(request, "blueprints/page.html", **context)


async def bring(request: web.Request, view: View) -> web.Response:
    view.require_blueprints()
    given = {"url": request.query.get("url", ""), "text": "", "problem": ""}
    return answer.page(request, "blueprints/import.html", given=given)


async def preview(request: web.Request, view: View) -> web.Response:
    """What it is and does, before it is kept."""
    view.require_blueprints()
    form = await request.post()
    url, text = str(form.get("url", "")).strip(), str(form.get("text", ""))
    file = form.get("file")
    try:
        if isinstance(file, web.FileField) and file.filename:
            text, url = file.file.read().decode("utf-8-sig"), ""
            name = file.filename.replace("\\", "/").rpartition("/")[2]
            found = view.preview_blueprint(text, _own(name))
        elif url:
            found = await view.fetch_blueprint(url)
        elif text.strip():
            found = view.preview_blueprint(text.replace("\r\n", "\n"))
        else:
            raise Conflict("Give an address, a file or the text itself")
    except UnicodeDecodeError:
        return _again(request, url, "", "This file is no text in UTF-8.")
    except (Conflict, BadReading) as error:
        return _again(request, url, text, str(error))
    return _preview(request, view, found)


async def keep(request: web.Request, view: View) -> web.StreamResponse:
    form = await request.post()
    text = str(form.get("text", "")).replace("\r\n", "\n")
    path, source = str(form.get("path", "")).strip(), str(form.get("source_url", ""))
    try:
        item = await view.keep_blueprint(text, path, source, replace="replace" in form)
    except AutomationInvalid as error:
        return _again(request, "", text, str(error))
    except Conflict as error:
        found = view.preview_blueprint(text, path, source)
        return _preview(request, view, found, problem=str(error))
    return answer.done(request, f"{AT}/{item.path}", f"{item.name} is kept. Fill in what it asks for.")


def _preview(request: web.Request, view: View, found: BlueprintPreview, problem: str = "") -> web.Response:
    blueprint = found.blueprint
    return answer.page(
        request,
        "blueprints/preview.html",
        found=found,
        blueprint=blueprint,
        about=markdown(blueprint.description) if blueprint is not None else "",
        does=does(blueprint) if blueprint is not None else None,
        inputs=[(label(one), _asked(one.selector), one.required) for one in blueprint.inputs.values()]
        if blueprint is not None
        else [],
        problem=problem,
        status=422 if problem or blueprint is None else 200,
    )


def _again(request: web.Request, url: str, text: str, problem: str) -> web.Response:
    given = {"url": url, "text": text, "problem": problem}
    return answer.page(request, "blueprints/import.html", given=given, status=422)


def _own(name: str) -> str:
    stem = name.removesuffix(".yaml").removesuffix(".yml")
    kept = "".join(one if one.isalnum() and one.isascii() else "_" for one in stem).strip("_")
    return f"own/{kept[:80] or 'blueprint'}.yaml"


def _asked(selector: Any) -> str:
    """What kind of thing an input wants, in a word."""
    kind = next(iter(selector)) if selector else "text"
    return {"action": "actions", "condition": "conditions", "boolean": "yes or no"}.get(kind, kind.replace("_", " "))


def _card(view: View, item: BlueprintItem) -> Card:
    blueprint = item.blueprint
    about = first_words(blueprint.description) if blueprint is not None else "This does not load."
    needed = sum(one.required for one in blueprint.inputs.values()) if blueprint is not None else 0
    name = item.path.rpartition("/")[2].partition(".")[0]
    sign = SIGNS.get(name, _OWN_SIGN) if item.origin == "shipped" else _OWN_SIGN
    return Card(item, sign, about, needed, len(view.made_of(item.path)), view.has_newer(item))


def _matches(item: BlueprintItem, asked: str) -> bool:
    about = item.blueprint.description if item.blueprint is not None else ""
    text = f"{item.name} {about} {item.path}".lower()
    return all(word in text for word in asked.lower().split())


async def newer(request: web.Request, view: View) -> web.Response:
    """Which of the household's own have a newer one where they came from."""
    found = await view.look_for_updates()
    looked = [
        (item, "", told) if isinstance(told, str) else (item, _news(told) if told.diff else "", "")
        for item, told in found
    ]
    return answer.page(request, "blueprints/newer.html", looked=looked)


async def again(request: web.Request, view: View) -> web.Response:
    """What the source has now, and what that changes."""
    item = view.blueprint(request.match_info["path"])
    try:
        update = await view.look_for_update(item.path)
    except Conflict as error:
        return answer.page(request, "blueprints/update.html", item=item, update=None, broken=[], problem=str(error))
    return answer.page(
        request, "blueprints/update.html", item=item, update=update, broken=view.broken_by(update), problem="",
        changed=_changed(item, update),
    )  # fmt: skip


def _changed(item: BlueprintItem, update: BlueprintUpdate) -> list[str]:
    """What becomes of the inputs, by the names that the form gives them."""
    known = {
        one.key: label(one)
        for blueprint in (item.blueprint, update.blueprint)
        if blueprint is not None
        for one in blueprint.inputs.values()
    }
    told = (
        ("new, and needed", update.changes.needed),
        ("new", update.changes.added),
        ("gone", update.changes.removed),
        ("changed", update.changes.changed),
    )
    return [f"{', '.join(known[key] for key in keys)}: {word}" for word, keys in told if keys]


def _news(update: BlueprintUpdate) -> str:
    if update.blueprint is None:
        return "There is a newer one, which does not load here."
    needed = len(update.changes.needed)
    return "There is a newer one" + (f", which asks for {needed} more." if needed else ".")


async def renew(request: web.Request, view: View) -> web.StreamResponse:
    form = await request.post()
    path = request.match_info["path"]
    item = await view.update_blueprint(path, digest=str(form.get("digest", "")), anyway="anyway" in form)
    return answer.done(request, f"{AT}/{item.path}", f"{item.name} is renewed. Your inputs stayed.")


async def remove(request: web.Request, view: View) -> web.StreamResponse:
    path = request.match_info["path"]
    try:
        item = await view.remove_blueprint(path)
    except Conflict as error:
        return answer.done(request, f"{AT}/{path}", f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return answer.done(request, AT, f"{item.name} is removed.")


async def source(request: web.Request, view: View) -> web.Response:
    """Its text, to read."""
    return answer.page(request, "blueprints/source.html", item=view.blueprint(request.match_info["path"]))


PATH = "{path:.+\\.ya?ml}"
ROUTES = (
    PageRoute("GET", AT, index),
    PageRoute("GET", f"{AT}/import", bring),
    PageRoute("POST", f"{AT}/preview", preview),
    PageRoute("POST", f"{AT}/newer", newer),
    PageRoute("POST", f"{AT}/keep", keep),
    PageRoute("GET", f"{AT}/{PATH}/update", again),
    PageRoute("POST", f"{AT}/{PATH}/update", renew),
    PageRoute("POST", f"{AT}/{PATH}/remove", remove),
    PageRoute("GET", f"{AT}/{PATH}/source", source),
)
