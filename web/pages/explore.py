"""Draw several series over one another, whoever's they are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from hub.model import HOUSEHOLD
from web import answer
from web.charts import column_of, events_between, window_of
from web.charts.page import chart_json, others
from web.display import Display
from web.keys import CLOCK
from web.pages.charts import MOST_SERIES, entity_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

RANGE_NAMES = {"day": "Day", "week": "Week", "month": "Month", "year": "Year"}
IDEAS = (
    ("Glucose and heart", "droplet", "glucose", ("interstitial_glucose", "heart_rate"), "day"),
    ("Glucose and steps", "footprints", "activity", ("blood_glucose", "steps"), "day"),
    ("Sleep and resting heart", "moon", "sleep", ("sleep_duration", "resting_heart_rate"), "month"),
    ("Sleep and variability", "activity", "heart", ("sleep_duration", "hrv_rmssd"), "month"),
    ("Weight and steps", "weight", "body", ("weight", "steps"), "month"),
    ("Milk and weight", "milk", "baby", ("feeding_amount", "weight"), "month"),
)
"""Name, icon, family, metrics, range: shown for whoever has all of them."""


@dataclass(frozen=True, slots=True)
class Idea:
    name: str
    whose: str
    icon: str
    family: str
    href: str


async def show(request: web.Request, view: View) -> web.Response:
    """`?with=anna/heart_rate&with=household/carbon_dioxide&range=week`."""
    now = request.app[CLOCK].now()
    keys = [key for key in dict.fromkeys(request.query.getall("with", [])) if key][:MOST_SERIES]
    name = request.query.get("range", "week")
    window = window_of(name, now)
    entities = [entity_of(view, key) for key in keys]
    columns = await asyncio.gather(
        *(
            column_of(view, entity, window.start, window.end, merged="/" in key)
            for key, entity in zip(keys, entities, strict=True)
        )
    )
    titles = {person.slug: person.name for person in view.people()} | {HOUSEHOLD: "Home"}
    several = len({entity.person for entity in entities}) > 1
    for column, entity in zip(columns, entities, strict=True):
        if several:
            column.name = f"{titles.get(entity.person, entity.person)}, {column.name[:1].lower()}{column.name[1:]}"
    person = next((entity.person for entity in entities if entity.person != HOUSEHOLD), "")
    happened = await events_between(view, person, window.start, window.end) if person else []
    zone = Display(view, person or HOUSEHOLD).zone
    return answer.page(
        request,
        "explore/page.html",
        chart=chart_json(window, columns, happened, person, zone),
        columns=columns,
        drawn=any(one.times for one in columns),
        window=window,
        ranges=[{"key": key, "name": text, "href": _href(keys, key)} for key, text in RANGE_NAMES.items()],
        chosen=[
            {"name": column.name, "family": column.family, "href": _href([one for one in keys if one != key], name)}
            for key, column in zip(keys, columns, strict=True)
        ],
        keys=keys,
        others=others(view, person, keys),
        full=len(keys) >= MOST_SERIES,
        ideas=_ideas(view),
        zone=zone,
    )


def _href(keys: list[str], name: str) -> str:
    return f"/explore?{urlencode([('range', name), *(('with', key) for key in keys)])}"


def _ideas(view: View) -> list[Idea]:
    """Pairs worth looking at, of those who have both."""
    found = []
    for person in view.people():
        has = {entity.metric for entity, state in view.states(person.slug, shown=False) if state is not None}
        for name, icon, family, metrics, span in IDEAS:
            if has.issuperset(metrics):
                href = _href([f"{person.slug}/{metric}" for metric in metrics], span)
                found.append(Idea(name, person.name, icon, family, href))
    return found


ROUTES = (PageRoute("GET", "/explore", show),)
