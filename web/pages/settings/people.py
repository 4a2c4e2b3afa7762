"""People of the household: add and change."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import BadReading, Conflict, NotFound
from hub.model import HOUSEHOLD, Person, Verb
from web import answer, words
from web.display import QUANTITIES
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

SEXES = (("", "Not said"), ("female", "Female"), ("male", "Male"))


async def index(request: web.Request, view: View) -> web.Response:
    return answer.page(request, "settings/people.html", sexes=SEXES)


async def edit(request: web.Request, view: View) -> web.Response:
    person = _changeable(request, view)
    return answer.page(
        request, "settings/person.html", person=person, sexes=SEXES, quantities=QUANTITIES, problem="", given={}
    )


async def save(request: web.Request, view: View) -> web.Response:
    slug = request.match_info["person"]
    person = _changeable(request, view)
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    try:
        fields = _fields(form)
        kept = await view.change_person(slug, **fields) if person else await view.add_person(**fields)
    except (Conflict, BadReading, NotFound) as error:
        return answer.page(
            request,
            "settings/person.html",
            status=422,
            person=person,
            sexes=SEXES,
            quantities=QUANTITIES,
            problem=words.sentence(str(error)),
            given=form,
        )
    return answer.done(request, "/settings/people", f"{kept.name} is {'changed' if person else 'added'}.")


def _changeable(request: web.Request, view: View) -> Person | None:
    """Whom the address names; None for somebody new. Raises NotFound, Forbidden."""
    slug = request.match_info["person"]
    person = view.person(slug) if slug != "new" else None
    view.require(Verb.MANAGE, slug if person is not None else HOUSEHOLD)
    return person


def _fields(form: dict[str, str]) -> dict[str, Any]:
    if not form.get("name"):
        raise BadReading("A person needs a name.")
    born = form.get("birth_date", "")
    try:
        birth_date = date.fromisoformat(born) if born else None
    except ValueError:
        raise BadReading(f"{born!r} is not a date; write it as 2026-11-20.") from None
    return {
        "name": form["name"],
        "birth_date": birth_date,
        "sex": form.get("sex") or None,
        "time_zone": form.get("time_zone") or None,
        "colour": int(form["colour"]) % 8 if form.get("colour", "").isdigit() else 0,
        "units": {one.key: form[f"unit-{one.key}"] for one in QUANTITIES if form.get(f"unit-{one.key}") in one.choices},
    }


ROUTES = (
    PageRoute("GET", "/settings/people", index),
    PageRoute("GET", "/settings/people/{person}", edit),
    PageRoute("POST", "/settings/people/{person}", save),
)
