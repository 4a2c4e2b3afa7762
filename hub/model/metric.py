"""What can be measured: one row of a vocabulary table, with its limits and its names elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How readings of a metric relate to one another in time."""

    GAUGE = "gauge"
    """A level at an instant (heart rate, weight)."""
    COUNTER = "counter"
    """A running total that may start over, or amounts over an interval (`Sample.increment`)."""
    DURATION = "duration"
    """A length of time that belongs to an instant (last night's deep sleep)."""
    ENUM = "enum"
    """One of `options`, held until the next reading."""
    TEXT = "text"


class Aggregation(StrEnum):
    """The one number that stands for a metric's hour or day."""

    MEAN = "mean"
    TIME_WEIGHTED = "time_weighted_mean"
    SUM = "sum"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    STATES = "durations"


class Family(StrEnum):
    """The group a metric is shown with; each has one colour (`web/static/tokens.css`)."""

    HEART = "heart"
    GLUCOSE = "glucose"
    SLEEP = "sleep"
    ACTIVITY = "activity"
    BODY = "body"
    FOOD = "food"
    MOOD = "mood"
    BABY = "baby"
    AIR = "air"
    PRACTICE = "practice"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Metric:
    """A quantity with its canonical UCUM unit; `hard` limits refuse, `plausible` ones mark."""

    key: str
    name: str
    unit: str
    """UCUM, e.g. `/min`, `mg/dL`, `Cel`, `kg`, `%`, `1`; empty for enum and text."""
    kind: Kind
    family: Family
    aggregation: Aggregation
    display_units: tuple[str, ...] = ()
    """UCUM units a person may choose to see; the canonical one is always among the choices."""
    hard: tuple[float | None, float | None] = (None, None)
    plausible: tuple[float | None, float | None] = (None, None)
    max_step: float | None = None
    """Largest believable difference between neighbours at most `step_within` seconds apart, canonical unit."""
    step_within: float = 300.0
    options: tuple[str, ...] = ()
    transitions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For enums: which option may follow which; an option without a row may be followed by any."""
    stale_after: float = 86_400.0
    """Seconds after which a value no longer says anything about now."""
    hold: float = 3_600.0
    """Seconds a value counts in time-weighted statistics when no other follows."""
    merge_interval: float = 3_600.0
    """Seconds of one interval in which a single source speaks for the person."""
    precision: int = 1
    """Decimals shown in the canonical unit."""
    loinc: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    ha_unit: str | None = None
    """Home Assistant's spelling of the canonical unit."""
    icon: str = ""
    description: str = ""
