"""Home Assistant's YAML: one automation or a whole automations.yaml, each checked before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import HubError
from hub.view import names_of, of_yaml, tell
from web import answer, words
from web.pages.automations.absent import entities
from web.pages.automations.places import line_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Flaw, Names, View

MOST = 300
"""Automations of one paste."""


@dataclass(frozen=True, slots=True)
class Found:
    """One automation of what was pasted."""

    index: int
    name: str
    line: int | None
    body: Mapping[str, Any]
    whole: str
    flaws: tuple[str, ...]
    missing: tuple[str, ...]
    """Entities that it names and that are not here."""
    there: bool
    """One of that name is here already."""

    @property
    def sound(self) -> bool:
        return not self.flaws


async def show(request: web.Request, view: View) -> web.Response:
    view.automations()
    return answer.page(request, "automations/bring.html", text="", found=[], problem="")


async def check(request: web.Request, view: View) -> web.StreamResponse:
    """Show what was pasted with its flaws; with `keep`, keep the chosen ones."""
    view.automations()
    form = await request.post()
    text = str(form.get("text", "")).replace("\r\n", "\n")
    found, problem = look(view, text)
    if form.get("keep") == "1" and found:
        return await _keep(request, view, text, found, {str(one) for one in form.getall("take", [])}, form)
    status = 422 if problem else 200
    return answer.page(request, "automations/bring.html", status=status, text=text, found=found, problem=problem)


def look(view: View, text: str) -> tuple[list[Found], str]:
    """Every automation of a text, and what is wrong with the text as a whole."""
    if not text.strip():
        return [], "Paste an automation first."
    value, flaws, lines = of_yaml(text)
    if flaws:
        where = f"Line {flaws[0].line}: " if flaws[0].line else ""
        return [], f"{where}{flaws[0].message} {flaws[0].hint}".strip()
    before: tuple[str, ...] = ()
    if isinstance(value, Mapping) and "automation" in value and "triggers" not in value:
        value, before = value["automation"], ("automation",)
    if isinstance(value, Mapping) and "blueprint" in value:
        return [], "This is a blueprint. Bring it on the page of blueprints; there you fill in what it asks for."
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(one, Mapping) for one in items):
        return [], "An automation is a set of keys: alias, triggers, conditions, actions; several of them are a list."
    if len(items) > MOST:
        return [], f"These are {len(items)} automations; bring at most {MOST} at a time."
    names = names_of(view)
    here = {one.name for one in view.automations()}
    found = []
    for index, body in enumerate(items):
        place = (*before, index) if isinstance(value, list) else before
        found.append(_one(view, index, body, place, lines, names, here))
    return found, ""


def _one(
    view: View, index: int, body: Mapping[str, Any], place: tuple[Any, ...], lines: Mapping[Any, int], names: Names,
    here: set[str],
) -> Found:  # fmt: skip
    made, flaws = view.check_automation(body)
    name = str(body.get("alias") or body.get("id") or f"Automation {index + 1}")
    told = tell(made, names).whole if made is not None else ""
    said = tuple(_said(one, place, lines) for one in flaws) if made is None else ()
    return Found(index, name, lines.get(place), body, told, said, entities(body, names)[:8], name in here)


def _said(flaw: Flaw, place: tuple[Any, ...], lines: Mapping[Any, int]) -> str:
    path = (*place, *flaw.path)
    line = line_of(path, lines)
    where = ".".join(str(part) for part in flaw.path)
    told = f"{where}: {flaw.message} {flaw.hint}".strip(": ").strip()
    return f"Line {line}, {told}" if line else words.capital(told)


async def _keep(
    request: web.Request, view: View, text: str, found: list[Found], taken: set[str], form: Mapping[str, Any]
) -> web.StreamResponse:
    kept, failed = [], []
    for one in found:
        if str(one.index) not in taken or not one.sound:
            continue
        try:
            kept.append(await view.add_automation(one.body, enabled=form.get("enabled") == "1"))
        except HubError as error:
            failed.append(f"{one.name}: {error}")
    if failed or not kept:
        problem = words.sentence("; ".join(failed)) if failed else "Choose at least one that has no flaw."
        return answer.page(request, "automations/bring.html", status=422, text=text, found=found, problem=problem)
    said = f"{kept[0].name} is kept." if len(kept) == 1 else f"{len(kept)} automations are kept."
    return answer.done(request, f"/automations/{kept[0].key}" if len(kept) == 1 else "/automations", said)


ROUTES = (PageRoute("GET", "/automations/bring", show), PageRoute("POST", "/automations/bring", check))
