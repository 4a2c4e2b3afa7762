"""Short forms for rows of the tables: each fills in what follows from the kind of quantity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Unpack

from hub.api import Aggregation, Family, Kind, Metric

Limits = tuple[float | None, float | None]

MINUTE, HOUR, DAY, WEEK, YEAR = 60.0, 3_600.0, 86_400.0, 604_800.0, 31_536_000.0
POSITIVE: Limits = (0, None)

# How Home Assistant spells the UCUM units of the tables; the others are spelt alike.
HOME_ASSISTANT = {
    "": None, "/min": "bpm", "1": None, "Cel": "°C", "mm[Hg]": "mmHg", "deg": "°", "[ppm]": "ppm", "[ppb]": "ppb",
    "ug": "μg", "ug/m3": "μg/m³", "mg/m3": "mg/m³", "Bq/m3": "Bq/m³", "W/m2": "W/m²", "kg/m2": "kg/m²",
    "dB[SPL]": "dBA", "dB{mW}": "dBm", "[IU]": "units", "[IU]/h": "units/h", "{AQI}": None, "{UVI}": "UV index",
    "{score}": "points", "{breaths}/min": "breaths/min", "a": "years", "{steps}/min": "steps/min",
    "{strokes}/min": "strokes/min",
    "{revolutions}/min": "rpm", "/h": "/h", "{grains}/m3": "grains/m³", "mL/(kg.min)": "mL/kg/min", "[MET]": "MET",
    "kcal/d": "kcal/day", "kW.h": "kWh", "uS": "μS", "h": "h", "MBy": "MB",
}  # fmt: skip


class Fields(TypedDict, total=False):
    """What a row may set beside its key, name and unit; the same names as in `Metric`."""

    display_units: tuple[str, ...]
    hard: Limits
    plausible: Limits
    max_step: float | None
    step_within: float
    aggregation: Aggregation
    stale_after: float
    hold: float
    merge_interval: float
    precision: int
    loinc: str | None
    device_class: str | None
    state_class: str | None
    ha_unit: str | None
    options: tuple[str, ...]
    transitions: Mapping[str, frozenset[str]]
    icon: str
    description: str


def ha_unit(unit: str) -> str | None:
    """Home Assistant's spelling of a UCUM unit; annotations such as `{steps}` lose their braces."""
    spelt = HOME_ASSISTANT.get(unit, unit)
    return spelt.strip("{}") if spelt and spelt.startswith("{") and spelt.endswith("}") else spelt


def _row(
    kind: Kind,
    key: str,
    name: str,
    unit: str,
    family: Family,
    defaults: Fields,
    presets: tuple[Fields, ...],
    own: Fields,
) -> Metric:
    merged: Fields = {"ha_unit": ha_unit(unit), **defaults}
    for preset in (*presets, own):
        merged.update(preset)
    return Metric(key=key, name=name, unit=unit, kind=kind, family=family, **merged)


def gauge(key: str, name: str, unit: str, family: Family, *presets: Fields, **own: Unpack[Fields]) -> Metric:
    """A level at an instant."""
    defaults: Fields = {"aggregation": Aggregation.MEAN, "state_class": "measurement"}
    return _row(Kind.GAUGE, key, name, unit, family, defaults, presets, own)


def flowing(key: str, name: str, unit: str, family: Family, *presets: Fields, **own: Unpack[Fields]) -> Metric:
    """A level that a sensor follows all day, so that its mean is over time rather than over readings."""
    defaults: Fields = {"aggregation": Aggregation.TIME_WEIGHTED, "state_class": "measurement"}
    return _row(Kind.GAUGE, key, name, unit, family, defaults, presets, own)


def total(key: str, name: str, unit: str, family: Family, *presets: Fields, **own: Unpack[Fields]) -> Metric:
    """A running total or amounts over intervals; a day's number is the sum."""
    defaults: Fields = {
        "aggregation": Aggregation.SUM, "state_class": "total_increasing", "hard": POSITIVE, "precision": 0,
    }  # fmt: skip
    return _row(Kind.COUNTER, key, name, unit, family, defaults, presets, own)


def span(key: str, name: str, family: Family, *presets: Fields, **own: Unpack[Fields]) -> Metric:
    """Minutes that belong to an instant, at most a day of them, shown as hours where one likes."""
    defaults: Fields = {
        "aggregation": Aggregation.SUM, "state_class": "measurement", "device_class": "duration",
        "display_units": ("h",), "hard": (0, 1_440), "precision": 0, "merge_interval": DAY, "stale_after": 36 * HOUR,
    }  # fmt: skip
    return _row(Kind.DURATION, key, name, "min", family, defaults, presets, own)


def score(
    key: str, name: str, family: Family, low: float, high: float, *presets: Fields, **own: Unpack[Fields]
) -> Metric:
    """Points on a scale from `low` to `high`."""
    defaults: Fields = {
        "aggregation": Aggregation.MEAN, "state_class": "measurement", "hard": (low, high), "precision": 0,
        "merge_interval": DAY, "stale_after": 36 * HOUR,
    }  # fmt: skip
    return _row(Kind.GAUGE, key, name, "{score}", family, defaults, presets, own)


def choice(key: str, name: str, family: Family, **own: Unpack[Fields]) -> Metric:
    """One of `options`, held until the next reading."""
    defaults: Fields = {"aggregation": Aggregation.STATES, "device_class": "enum", "precision": 0}
    return _row(Kind.ENUM, key, name, "", family, defaults, (), own)


def words(key: str, name: str, family: Family, **own: Unpack[Fields]) -> Metric:
    """Free text."""
    defaults: Fields = {"aggregation": Aggregation.LAST, "precision": 0}
    return _row(Kind.TEXT, key, name, "", family, defaults, (), own)
