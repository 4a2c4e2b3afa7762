"""All that is measured of one person, by family; what has gone silent apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.model import HOUSEHOLD, Entity, Family, State
from web import words
from web.today.build import rooms_of
from web.today.card import Row
from web.today.gather import Gathered, gather
from web.today.rows import row

if TYPE_CHECKING:
    from hub.view import View

NAMES = {
    Family.GLUCOSE: "Glucose",
    Family.HEART: "Heart and breath",
    Family.SLEEP: "Sleep",
    Family.ACTIVITY: "Activity",
    Family.BODY: "Body",
    Family.BABY: "Baby",
    Family.FOOD: "Food and drink",
    Family.MOOD: "Mood",
    Family.PRACTICE: "Practice",
    Family.AIR: "Air and weather",
    Family.DEVICE: "Devices",
}
SILENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    name: str
    rows: tuple[Row, ...]
    older: tuple[Row, ...]
    """Not heard of for a month, or kept for machines (`diagnostic`)."""


async def groups(view: View, slug: str, now: datetime) -> tuple[Gathered, list[Group]]:
    """A group for each family that has anything, in a fixed order; entities without a metric among the devices."""
    known = {entity.metric for entity, state in view.states(slug) if entity.metric and state is not None}
    found = await gather(view, slug, now, sorted(known))
    rooms = rooms_of(view, found)
    order = {family: rank for rank, family in enumerate(NAMES)}
    pairs = _pairs(found)
    families: dict[Family, tuple[list[Row], list[Row]]] = {}
    for entity, state in pairs:
        metric = found.display.metric(entity)
        family = metric.family if metric is not None else Family.DEVICE
        shown, older = families.setdefault(family, ([], []))
        old = state.taken_at is None or now - state.taken_at > SILENT or entity.category == "diagnostic"
        (older if old else shown).append(row(found, entity, state, rooms))
    made = [
        Group(family.value, NAMES[family], tuple(shown), tuple(older))
        for family, (shown, older) in sorted(families.items(), key=lambda one: order[one[0]])
    ]
    return found, made


def _pairs(found: Gathered) -> list[tuple[Entity, State]]:
    """One source for each of a person's metrics, every sensor of the house, and whatever has no metric."""
    if found.slug == HOUSEHOLD:
        return sorted(found.states, key=lambda pair: (pair[0].metric, words.capital(pair[0].name)))
    ordered = [pair for key, pair in found.newest.items()]
    return ordered + [pair for pair in found.states if not pair[0].metric]
