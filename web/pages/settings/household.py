"""The household: name, place, time zone and units."""

from __future__ import annotations

import zoneinfo
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import BadReading, Conflict
from hub.model import Verb
from web import answer
from web.display import QUANTITIES
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def edit(request: web.Request, view: View) -> web.Response:
    view.require(Verb.MANAGE)
    return _page(request, view)


async def save(request: web.Request, view: View) -> web.Response:
    view.require(Verb.MANAGE)
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    try:
        if not form.get("name"):
            raise BadReading("The household needs a name.")
        changed = replace(
            view.household(),
            name=form["name"],
            time_zone=form.get("time_zone", ""),
            latitude=_degrees(form.get("latitude", ""), 90, "latitude"),
            longitude=_degrees(form.get("longitude", ""), 180, "longitude"),
            units={
                one.key: form[f"unit-{one.key}"] for one in QUANTITIES if form.get(f"unit-{one.key}") in one.choices
            },
        )
        await view.save_household(changed)
    except (Conflict, BadReading) as error:
        return _page(request, view, problem=str(error), given=form, status=422)
    return answer.done(request, "/settings", "The household is changed.")


def _page(
    request: web.Request, view: View, *, problem: str = "", given: dict[str, str] | None = None, status: int = 200
) -> web.Response:
    return answer.page(
        request,
        "settings/household.html",
        status=status,
        quantities=QUANTITIES,
        zones=sorted(one for one in zoneinfo.available_timezones() if "/" in one and not one.startswith("Etc/")),
        problem=problem,
        given=given or {},
    )


def _degrees(text: str, most: float, name: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise BadReading(f"The {name} {text!r} is not a number of degrees, such as 41.39.") from None
    if not -most <= value <= most:
        raise BadReading(f"The {name} lies between -{most:g} and {most:g} degrees.")
    return value


ROUTES = (PageRoute("GET", "/settings/household", edit), PageRoute("POST", "/settings/household", save))
