"""What a page with a chart hands to its template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson

from hub.model import HOUSEHOLD
from web.charts.columns import Column
from web.charts.windows import RANGES, Window

if TYPE_CHECKING:
    from hub.view import View


def chart_json(
    window: Window, columns: Sequence[Column], happened: list[dict[str, Any]], person: str, zone: ZoneInfo
) -> str:
    """The chart's data, ready to stand in a script element of type application/json."""
    body = {
        "start": window.start.timestamp(),
        "end": window.end.timestamp(),
        "series": [one.as_json() for one in columns],
        "events": happened,
        "person": person,
        "zone": zone.key,
        "live": window.name in RANGES,
    }
    return orjson.dumps(body).decode().replace("<", "\\u003c")


def others(view: View, person: str, drawn: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What else could be drawn: the person's own metrics first, then the house's and the others'."""
    names = {metric.key: metric.name for metric in view.metrics()}
    titles = {one.slug: one.name for one in view.people()} | {HOUSEHOLD: "Home"}
    groups = []
    for slug in dict.fromkeys([person, HOUSEHOLD, *titles]):
        keys = {
            f"{slug}/{one.metric}": names.get(one.metric, one.name)
            for one, state in view.states(slug, shown=False)
            if one.metric and state is not None and one.kind.value not in ("enum", "text")
        }
        choices = sorted(((key, name) for key, name in keys.items() if key not in drawn), key=lambda pair: pair[1])
        if choices and slug:
            groups.append((titles.get(slug, slug), choices))
    return groups
