"""What an automation has to remember from before the start of a backtest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.insight import WINDOWS, Period
from hub.insight.silence import WINDOW as SILENCE

_SPARE = timedelta(days=3)
"""A value is held on into the next day, and a counter goes on from the reading before."""


@dataclass(slots=True)
class Needs:
    entities: dict[str, timedelta] = field(default_factory=dict)
    """Entity id -> how long before the start readings must begin."""
    metrics: dict[tuple[str, str], timedelta] = field(default_factory=dict)
    """(person, metric) -> the same, of all its sources."""

    def of_entity(self, entity_id: str, span: timedelta) -> None:
        self.entities[entity_id] = max(span, self.entities.get(entity_id, span))

    def of_metric(self, person: str, metric: str, span: timedelta) -> None:
        self.metrics[person, metric] = max(span, self.metrics.get((person, metric), span))


def needs_of(body: Any) -> Needs:
    """Of an automation as it is written, its blueprint filled in; also of what its actions wait for and ask."""
    found = Needs()
    for part in _parts(body):
        kind = part.get("trigger", part.get("platform", part.get("condition")))
        if kind in ("statistic", "baseline"):
            period: Period = "week" if part.get("period") == "week" else "day"
            found.of_metric(str(part.get("person")), str(part.get("metric")), WINDOWS[period] + _SPARE)
        elif kind == "missing_data":
            for one in _listed(part.get("entity_id")):
                found.of_entity(one, SILENCE)
        elif kind == "reading" and part.get("within") is not None:
            for one in _listed(part.get("entity_id")):
                found.of_entity(one, timedelta(days=1))
    return found


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for one in value.values():
            yield from _parts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _parts(one)


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [one.strip() for one in value.split(",")]
    return [str(one) for one in value] if isinstance(value, list | tuple) else []
