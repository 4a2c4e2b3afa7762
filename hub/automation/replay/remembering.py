"""What the past remembers at its start and learns on its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.automation.past_memory import PastMemory
from hub.automation.past_needs import Needs, needs_of
from hub.automation.replay.order import Order
from hub.automation.world import UNAVAILABLE, UNKNOWN, World
from hub.clock import Clock
from hub.intake.instants import late
from hub.model import HOUSEHOLD, Flag, JournalEntry, Reading
from hub.recorder import from_us, to_us
from hub.recorder.received import KnownEntry, Received


def needs_of_all(bodies: Sequence[Any]) -> Needs:
    found = Needs()
    for body in bodies:
        one = needs_of(body)
        for entity_id, span in one.entities.items():
            found.of_entity(entity_id, span)
        for (person, metric), span in one.metrics.items():
            found.of_metric(person, metric, span)
    return found


class Remembering:
    """Gathers what is to be known; `memory` is then made for a clock."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._needs = needs_of_all([one.body for one in order.variants])
        self._readings: list[Reading] = []
        self._entries: list[JournalEntry] = []
        self._world: World | None = None

    @property
    def entities(self) -> dict[str, timedelta]:
        """Those of which it wants readings, and from how long before the start."""
        found = dict(self._needs.entities)
        for (person, metric), span in self._needs.metrics.items():
            for one in self._order.sources.get(person, {}).get(metric, ()):
                found[one] = max(span, found.get(one, span))
        return found

    async def gather(self, received: Received, entries: Sequence[KnownEntry], series: dict[str, int]) -> None:
        """Entries and readings that the house knew at the start."""
        start = self._order.start
        self._entries = [
            replace(one.entry, updated_at=from_us(one.at_us), created_at=min(one.entry.created_at, from_us(one.at_us)))
            for one in entries
            if one.at_us < to_us(start)
        ]
        self._readings = []
        for entity_id, span in self.entities.items():
            if entity_id not in series:
                continue
            rows = await received.known(series[entity_id], to_us(start - span), to_us(start))
            self._readings += [
                Reading(
                    entity_id, from_us(row.taken_us), from_us(row.received_us), row.value, Flag(row.flags),
                    late(row.taken_us, row.received_us, None),
                )
                for row in rows
            ]  # fmt: skip

    def memory(self, world: Callable[[], World]) -> Callable[[Clock], PastMemory]:
        """`world`: the one whose memory it is, once it is there."""
        order = self._order
        home_zone = order.time_zone
        zones = {one.slug: one.time_zone or home_zone for one in order.people}

        def zone(person: str | None) -> str:
            return zones.get(person or "", home_zone)

        def quiet(person: str | None, at: datetime) -> bool | None:
            said = order.quiet.get(person or HOUSEHOLD)
            return said.until(at, zone(person)) is not None if said is not None and said.spans else None

        def home(person: str) -> bool | None:
            seen = world().get(f"person.{person}")
            return None if seen is None or seen.state in (UNKNOWN, UNAVAILABLE) else seen.state == "home"

        def made(clock: Clock) -> PastMemory:
            return PastMemory(
                clock, zone, self._entries, self._readings, metrics={one.key: one for one in order.metrics},
                sources=lambda person, metric: order.sources.get(person, {}).get(metric, ()), quiet=quiet, home=home,
            )  # fmt: skip

        return made
