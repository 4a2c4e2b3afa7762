"""What an automation looks at: the entities that stand in it, and what it asks for while it is tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from hub.automation.memory import Memory
from hub.automation.past import Past
from hub.automation.schema.automation import Automation
from hub.automation.schema.conditions import NumericStateCondition
from hub.automation.schema.triggers import NumericStateTrigger
from hub.automation.watch.devices import ENTITY_DOMAINS
from hub.automation.world import Directory, Seen
from hub.clock import Clock

_ID = re.compile(r"\b[a-z][a-z0-9_]*\.[a-z0-9_]+\b")
NOT_KEPT: Mapping[str, str] = {
    "event": "events", "mqtt": "MQTT messages", "webhook": "calls of webhooks", "tag": "tags that were read",
    "conversation": "sentences that were said", "homeassistant": "starts and stops of the hub",
    "persistent_notification": "notices", "calendar": "events of calendars", "device": "what devices told",
    "geo_location": "places on a map",
}  # fmt: skip
"""Kinds of triggers by what history does not keep."""
_OWN = frozenset({"journal", "reading", "missing_data", "prediction", "statistic"})


class Missing(Exception):
    """It asked for entities that were not loaded."""


class WatchedPast(Past):
    """Notes which entities are asked for though they are not here."""

    def __init__(
        self,
        start: datetime,
        time_zone: str,
        directory: Directory,
        before: Iterable[Seen],
        place: tuple[float, float] | None,
        *,
        waiting: Collection[str],
        memory: Callable[[Clock], Memory] | None = None,
    ) -> None:
        self._waiting = frozenset(waiting)
        self._waiting_domains = frozenset(one.partition(".")[0] for one in waiting)
        self.missed: set[str] = set()
        super().__init__(start, time_zone, directory, before, place, memory)

    def get(self, entity_id: str) -> Seen | None:
        seen = super().get(entity_id)
        if seen is None and entity_id in self._waiting:
            self.missed.add(entity_id)
        return seen

    def all(self) -> Iterable[Seen]:
        self.missed |= self._waiting
        return super().all()

    def of_domain(self, domain: str) -> Iterable[Seen]:
        if domain in self._waiting_domains:
            self.missed.update(one for one in self._waiting if one.startswith(f"{domain}."))
        return super().of_domain(domain)


def named(body: Any, known: Collection[str], directory: Directory) -> set[str]:
    """Entities whose id stands somewhere in it, be it in a template, and those of devices that it names."""
    found: set[str] = set()
    for text in _texts(body):
        found.update(one for one in _ID.findall(text) if one in known)
        if text in directory.devices:
            found.update(one.id for one in directory.entities.values() if one.device == text)
    return found


def kinds_of_triggers(body: Any) -> set[str]:
    """`state`, `event` ..., also of those that a run waits for."""
    found: set[str] = set()
    for part in _parts(body):
        for key in ("trigger", "platform"):
            if isinstance(kind := part.get(key), str):
                found.add(kind)
    return found


def hears_readings(kinds: Collection[str]) -> bool:
    return bool(_OWN.intersection(kinds))


def not_kept(body: Mapping[str, Any]) -> list[str]:
    """In words, what it waits for and history does not have."""
    kinds = kinds_of_triggers(body)
    devices = [one for one in _parts(body) if "device" in (one.get("trigger"), one.get("platform"))]
    if all(one.get("domain") in ENTITY_DOMAINS for one in devices):
        # What an entity becomes is kept.
        kinds.discard("device")
    told = sorted({NOT_KEPT[kind] for kind in kinds if kind in NOT_KEPT})
    return [f"History keeps no {one}: triggers that wait for them don't fire here." for one in told]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for one in value.values():
            yield from _parts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _parts(one)


def levels(automation: Automation) -> list[tuple[str, float]]:
    """Entities and the numbers that their readings are held against."""
    found: dict[tuple[str, float], None] = {}
    for one in (*automation.triggers, *automation.conditions):
        if isinstance(one, NumericStateTrigger | NumericStateCondition) and one.attribute is None:
            for limit in (one.above, one.below):
                if isinstance(limit, int | float):
                    found.update(dict.fromkeys((entity_id, float(limit)) for entity_id in one.entity_id))
    return list(found)
