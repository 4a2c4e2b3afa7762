"""Values as a person wants to read them: their units, their decimals, their clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from hub.model import HOUSEHOLD, Entity, Kind, Metric, State, Value
from hub.units import compatible, convert, label
from web import words

if TYPE_CHECKING:
    from hub.view import View

MINUTES = {"min": 60.0, "h": 3600.0, "s": 1.0, "d": 86_400.0}
"""Seconds of the units that are read as a length of time."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What people choose a unit for; `key` is the name in `Household.units` and `Person.units`."""

    key: str
    name: str
    canonical: tuple[str, ...]
    choices: tuple[str, ...]
    word: str = ""
    """Only metrics whose key holds this."""


QUANTITIES = (
    Quantity("glucose", "Blood glucose", ("mg/dL",), ("mg/dL", "mmol/L"), "glucose"),
    Quantity("weight", "Weight", ("kg",), ("kg", "[lb_av]", "[stone_av]")),
    Quantity("length", "Height and length", ("cm",), ("cm", "[in_i]")),
    Quantity("distance", "Distance", ("m", "km"), ("km", "[mi_i]"), "distance"),
    Quantity("temperature", "Temperature", ("Cel",), ("Cel", "[degF]")),
    Quantity("volume", "Drinks and feedings", ("mL",), ("mL", "[foz_us]", "[foz_br]")),
    Quantity("energy", "Energy", ("kcal",), ("kcal", "kJ")),
    Quantity("wind", "Wind", ("km/h", "m/s"), ("km/h", "m/s", "[mi_i]/h", "[kn_i]"), "wind"),
)
SPELT = {"rem": "REM", "ecg": "ECG"}
"""Options that are not just words with underscores."""
ALWAYS = {"distance": "km"}
"""Units that read better than the canonical one, unless somebody chose another."""


class Shown(NamedTuple):
    """A value in words: `72` and `bpm`, or `7 h 12 min` and nothing."""

    text: str
    unit: str = ""

    def __str__(self) -> str:
        gap = "" if self.unit in ("%", "°") else words.NARROW
        return f"{self.text}{gap}{self.unit}" if self.unit else self.text


class Display:
    """How one person's (or the household's) values are shown to whoever looks."""

    def __init__(self, view: View, person: str = HOUSEHOLD) -> None:
        household = view.household()
        own = next((one for one in view.people() if one.slug == person), None)
        self.wishes: Mapping[str, str] = {**household.units, **(own.units if own is not None else {})}
        self.zone = ZoneInfo(view.time_zone(person or HOUSEHOLD))
        self._metrics = {metric.key: metric for metric in view.metrics()}

    def metric(self, entity: Entity) -> Metric | None:
        return self._metrics.get(entity.metric)

    def unit(self, key: str, canonical: str) -> str:
        """The UCUM unit in which values of a metric (or entity) are shown."""
        wished = self.wishes.get(key) or next(
            (
                self.wishes.get(one.key) or ALWAYS.get(one.key, "")
                for one in QUANTITIES
                if canonical in one.canonical and one.word in key
            ),
            "",
        )
        return wished if wished and compatible(canonical, wished, key) else canonical

    def entity_unit(self, entity: Entity) -> str:
        return self.unit(entity.metric or entity.id, entity.unit)

    def number(self, entity: Entity, value: float) -> float:
        """A canonical number in the shown unit."""
        unit = self.entity_unit(entity)
        return value if unit == entity.unit else convert(value, entity.unit, unit, metric=entity.metric)

    def decimals(self, entity: Entity) -> int:
        """Decimals in the shown unit: as telling as those of the canonical one."""
        metric = self.metric(entity)
        precision = entity.precision if entity.precision is not None else metric.precision if metric else 1
        factor = abs(self.number(entity, 1.0) - self.number(entity, 0.0)) or 1.0
        # One more at most: kilometres are shown as 4.2, not as 4.213.
        return max(0, precision - max(-1, math.trunc(round(math.log10(factor), 2))))

    def is_length_of_time(self, entity: Entity) -> bool:
        return entity.kind is Kind.DURATION and entity.unit in MINUTES

    def value(self, entity: Entity, value: Value | None) -> Shown:
        """A stored value in words."""
        if value is None:
            return Shown(words.NONE)
        if isinstance(value, str):
            return Shown(SPELT.get(value, words.capital(words.spaced(value))) if entity.kind is Kind.ENUM else value)
        if entity.component == "binary_sensor":
            return Shown("On" if value else "Off")
        if self.is_length_of_time(entity):
            return Shown(words.duration(value * MINUTES[entity.unit]))
        return Shown(words.number(self.number(entity, value), self.decimals(entity)), label(self.entity_unit(entity)))

    def state(self, entity: Entity, state: State | None) -> Shown:
        return self.value(entity, state.value if state is not None else None)

    def freshness(self, entity: Entity, at: datetime | None, now: datetime, *, available: bool = True) -> str:
        """`fresh`, `ageing` (past half its time) or `stale`."""
        if at is None or not available:
            return "stale"
        if entity.held:
            return "fresh"
        metric = self.metric(entity)
        lasts = metric.stale_after if metric is not None else 86_400.0
        age = (now - at).total_seconds()
        return "stale" if age > lasts else "ageing" if age > lasts / 2 else "fresh"
