"""Where charts get their columns from."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import BadReading, NotFound
from hub.model import Entity
from web import answer
from web.charts import column_of, events_between
from web.charts.windows import span
from web.live import Stream
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

MOST_SERIES = 6


async def data(request: web.Request, view: View) -> web.Response:
    """`?series=anna/heart_rate&series=sensor.x&start=…&end=…&seen=<seconds in sight>&events=anna`."""
    start, end = span(request.query.get("start", ""), request.query.get("end", ""))
    sight = request.query.get("seen", "")
    seen = min(end - start, timedelta(seconds=max(60, int(sight)))) if sight.isdigit() and len(sight) < 12 else None
    keys = request.query.getall("series", [])
    if not 1 <= len(keys) <= MOST_SERIES:
        raise BadReading(f"a chart shows between one and {MOST_SERIES} series")
    found = [entity_of(view, key) for key in keys]
    columns = await asyncio.gather(
        *(
            column_of(view, entity, start, end, merged="/" in key, seen=seen)
            for key, entity in zip(keys, found, strict=True)
        )
    )
    person = request.query.get("events", "")
    happened = await events_between(view, person, start, end) if person else []
    return answer.columns(
        request,
        {
            "start": start.timestamp(),
            "end": end.timestamp(),
            "series": [one.as_json() for one in columns],
            "events": happened,
        },
    )


def entity_of(view: View, key: str) -> Entity:
    """The entity of a chart's key, or the first source of a person's metric. Raises NotFound, Forbidden."""
    if "/" not in key:
        return view.entity(key)
    person, _, metric = key.partition("/")
    sources = view.sources(person, metric)
    if not sources:
        raise NotFound(f"nothing measures {metric!r} of {person!r}")
    return sources[0]


async def live(request: web.Request, view: View) -> web.StreamResponse:
    """New values of `?person=` as they come, for pages that draw them themselves."""
    return await Stream(request, view, tuple(request.query.getall("person", []))).run()


ROUTES = (PageRoute("GET", "/charts/data", data), PageRoute("GET", "/live/values", live))
