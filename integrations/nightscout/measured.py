"""What treatments tell that is a reading: finger sticks, and what a loop does by itself every few minutes.

Temporary basal rates and a loop's small doses are a line to look at, not things that somebody did, so they are
series of the hub and no entries of its journal. The treatment itself is kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.api import Sample
from integrations.nightscout.incoming import number
from integrations.nightscout.store import CHECK_SOURCE, SOURCE

BASAL = "Temp Basal"
SUSPENDED = ("Suspend Pump", "Pump Suspend")
_OWN_DOSES = ("SMB", "Automatic Bolus")
_MMOL = frozenset({"mmol", "mmol/l"})


class Place(NamedTuple):
    """Where a reading of a treatment lies."""

    metric: str
    source: str
    taken_at: datetime


def by_the_loop(record: Mapping[str, Any]) -> bool:
    """True for a dose that nobody asked for: AAPS' and Trio's super micro boluses, Loop's automatic ones."""
    if (number(record.get("insulin")) or 0.0) <= 0:
        return False
    named = record.get("eventType") in _OWN_DOSES or record.get("type") == "SMB"
    return named or record.get("isSMB") is True or record.get("automatic") is True


def samples_of(record: Mapping[str, Any], at: datetime, units: str = "mg/dl") -> list[Sample]:
    """The readings of a treatment; `units` are those of a finger stick that does not say."""
    if record.get("isValid") is False:
        return []
    made = [_finger_stick(record, at, units), _basal_rate(record, at), _own_dose(record, at)]
    return [one for one in made if one is not None]


def place_of(sample: Sample) -> Place:
    assert sample.taken_at is not None
    return Place(sample.metric, sample.source, sample.taken_at)


def _finger_stick(record: Mapping[str, Any], at: datetime, units: str) -> Sample | None:
    # Sensor values in treatments are entries already.
    value = number(record.get("glucose"))
    if value is None or value <= 0 or str(record.get("glucoseType", "")).lower() not in ("finger", "meter"):
        return None
    unit = "mmol/L" if str(record.get("units") or units).lower() in _MMOL else "mg/dL"
    return Sample(metric="blood_glucose", value=value, taken_at=at, unit=unit, source=CHECK_SOURCE)


def _basal_rate(record: Mapping[str, Any], at: datetime) -> Sample | None:
    if record.get("eventType") in SUSPENDED:
        rate: float | None = 0.0
    elif record.get("eventType") == BASAL and number(record.get("duration")) != 0:
        rate = number(record.get("absolute"))
        rate = rate if rate is not None else number(record.get("rate"))
    else:
        # A duration of 0 ends a rate without saying which one follows.
        return None
    if rate is None or rate < 0:
        return None
    return Sample(metric="insulin_basal_rate", value=rate, taken_at=at, unit="[IU]/h", source=SOURCE)


def _own_dose(record: Mapping[str, Any], at: datetime) -> Sample | None:
    if not by_the_loop(record):
        return None
    value = number(record.get("insulin"))
    return Sample(metric="insulin_automatic", value=value, taken_at=at, unit="[IU]", source=SOURCE, increment=True)
