"""All that is measured of one person, by family; what has gone silent apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.model import HOUSEHOLD, Family
from web.today.build import rooms_of
from web.today.card import Row
from web.today.gather import Gathered, gather
from web.today.memory import Memory
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


async def groups(view: View, slug: str, now: datetime, memory: Memory) -> tuple[Gathered, list[Group]]:
    """A group for each family that has anything, in a fixed order; entities without a metric among the devices."""
    known = {entity.metric for entity, state in view.states(slug) if entity.metric and state is not None}
    found = await gather(view, slug, now, [metric.key for metric in view.metrics() if metric.key in known], memory)
    rooms = rooms_of(view, found)
    if slug == HOUSEHOLD:
        return found, _by_room(found, rooms)
    order = {family: rank for rank, family in enumerate(NAMES)}
    ranks = {metric.key: rank for rank, metric in enumerate(view.metrics())}
    # The vocabulary lists what matters first.
    pairs = sorted(found.newest.values(), key=lambda pair: ranks.get(pair[0].metric, 0))
    pairs += [pair for pair in found.states if not pair[0].metric]
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


def _by_room(found: Gathered, rooms: dict[str, str]) -> list[Group]:
    """The house is told room by room, whatever it is that measures there."""
    by_room: dict[str, tuple[list[Row], list[Row]]] = {}
    for entity, state in found.states:
        shown, older = by_room.setdefault(rooms.get(entity.id, "") or "Around the house", ([], []))
        old = state.taken_at is None or found.now - state.taken_at > SILENT or entity.category == "diagnostic"
        made = row(found, entity, state, rooms)
        (older if old else shown).append(made if entity.metric else replace(made, name=entity.name))
    return [Group("air", name, tuple(shown), tuple(older)) for name, (shown, older) in sorted(by_room.items())]
