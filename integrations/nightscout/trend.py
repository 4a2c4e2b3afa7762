"""The change since the value before, where its sender did not tell."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.nightscout.found import Found
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.store import OWN_SOURCES

NEAR_MINUTES = 15
_SLOPES = ((3.5, "DoubleUp"), (2.0, "SingleUp"), (1.0, "FortyFiveUp"), (-1.0, "Flat"), (-2.0, "FortyFiveDown"))
DIRECTIONS = (
    "NONE",
    "DoubleUp",
    "SingleUp",
    "FortyFiveUp",
    "Flat",
    "FortyFiveDown",
    "SingleDown",
    "DoubleDown",
    "NOT COMPUTABLE",
    "RATE OUT OF RANGE",
)
"""By the trend number of Dexcom and Pebble."""


def slope(record: Record, before: Record | None) -> float | None:
    """mg/dL a minute between two sensor values at most 15 minutes apart."""
    if before is None:
        return None
    value, value_before = number(record.get("sgv")), number(before.get("sgv"))
    at, at_before = number(record.get("date")), number(before.get("date"))
    if value is None or value_before is None or at is None or at_before is None:
        return None
    minutes = (at - at_before) / 60_000
    return (value - value_before) / minutes if 0 < minutes <= NEAR_MINUTES else None


def direction(per_minute: float | None) -> str:
    """Nightscout's word for a slope."""
    if per_minute is None:
        return "NONE"
    for least, word in _SLOPES:
        if per_minute > least:
            return word
    return "SingleDown" if per_minute >= -3.5 else "DoubleDown"


def trend_number(word: object) -> int:
    return DIRECTIONS.index(word) if word in DIRECTIONS else 8


def complete(found: Sequence[Found], older: Record | None) -> None:
    """Give sensor values without `delta` the change in five minutes, 0 where no value is near enough before.

    Some clients cannot read an entry without it. Values of other sources, which tell no `direction`, get one too.
    """
    before = older
    for one in reversed(found):
        record = one.record
        if record.get("type") != "sgv":
            continue
        rate = slope(record, before)
        if number(record.get("delta")) is None:
            record["delta"] = round(rate * 5, 3) if rate is not None else 0
        if one.row is not None and one.row.source not in OWN_SOURCES:
            record.setdefault("direction", direction(rate))
        before = record
