"""The hub's own figures, without anything about anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.intake import COMMIT_BOUNDS, Figures
from hub.recorder import StorageHealth
from hub.view.base import Rooms


@dataclass(frozen=True, slots=True)
class HubFigures:
    version: str
    intake: Figures
    commit_bounds: Sequence[float]
    """Seconds, upper ends of `intake.commit_buckets` but the last."""
    storage: StorageHealth
    entries_by_state: Mapping[str, int]
    entities: int
    states: int
    bus_published: int
    queues: Sequence[tuple[str, int, int]]
    """Listener, waiting, dropped."""
    longest_hold: float
    """Seconds, the longest the loop was held."""


def figures_of(rooms: Rooms) -> HubFigures:
    statuses = Counter(rooms.supervisor.status(one).state.value for one in rooms.supervisor.entries)
    return HubFigures(
        version=rooms.version,
        intake=rooms.intake.figures,
        commit_bounds=COMMIT_BOUNDS,
        storage=rooms.recorder.health,
        entries_by_state=dict(statuses),
        entities=len(rooms.entities.all),
        states=len(rooms.states.all()),
        bus_published=rooms.bus.published,
        queues=[(one.name, len(one), one.dropped) for one in rooms.bus.subscriptions],
        longest_hold=rooms.supervisor.watchdog.longest,
    )
