"""Which metrics an entity that a device announced could be a source of."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model import Entity, Kind, Metric
from hub.registry.names import slug
from hub.units import converter

_NUMBERS = (Kind.GAUGE, Kind.COUNTER, Kind.DURATION)


def countable(entity: Entity) -> bool:
    """Whether it could be a source of a metric at all: a sensor of numbers."""
    return entity.component == "sensor" and entity.kind in _NUMBERS


def fits(entity: Entity, metric: Metric) -> bool:
    """Whether its numbers can be given in the metric's unit."""
    if not countable(entity) or metric.kind not in _NUMBERS:
        return False
    return entity.unit == metric.unit or (
        bool(entity.unit) and converter(entity.unit, metric.unit, metric.key) is not None
    )


def candidates(entity: Entity, metrics: Iterable[Metric]) -> list[Metric]:
    """Those that fit, the likeliest first: by name, then by device class, then by unit alone."""
    ranked = [(_rank(entity, one), number, one) for number, one in enumerate(metrics) if fits(entity, one)]
    return [one for _, _, one in sorted(ranked, key=lambda found: found[:2])]


def likely(entity: Entity, metrics: Iterable[Metric]) -> Metric | None:
    """The one metric that its name says it is; None when the name does not say."""
    found = candidates(entity, metrics)
    return found[0] if found and _named(entity, found[0]) else None


def _rank(entity: Entity, metric: Metric) -> int:
    if _named(entity, metric):
        return 0
    return 1 if entity.device_class and entity.device_class == metric.device_class else 2


def _named(entity: Entity, metric: Metric) -> bool:
    name = f"_{slug(entity.name)}"
    return name.endswith((f"_{metric.key}", f"_{slug(metric.name)}"))
