"""Records whose number is a reading of the hub: which metric, which field, and what can be told without keeping it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.nightscout.store import METER_SOURCE, SOURCE
from integrations.nightscout.times import iso, iso_seconds, to_ms

Record = dict[str, Any]
MGDL_PER_MMOL = 18.01559
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Backed:
    """`type` of `collection` keeps its `field` as readings of `metric` from `source`."""

    collection: str
    type: str
    field: str
    metric: str
    source: str
    unit: str
    least: float = 0.0
    """Smaller numbers are a device's codes, not readings."""


SGV = Backed("entries", "sgv", "sgv", "blood_glucose", SOURCE, "mg/dL", least=13.0)
MBG = Backed("entries", "mbg", "mbg", "blood_glucose", METER_SOURCE, "mg/dL", least=1.0)
HEART_RATE = Backed("activity", "hr-bpm", "bpm", "heart_rate", SOURCE, "/min", least=1.0)
STEPS = Backed("activity", "steps-total", "steps", "steps", SOURCE, "1")
BACKED = (SGV, MBG, HEART_RATE, STEPS)
BY_TYPE = {(one.collection, one.type): one for one in BACKED}


def whole(value: float) -> float | int:
    """An integer where nothing is lost by it."""
    return int(value) if abs(value) < _EXACT and value == int(value) else value


def plain(kind: Backed, at: datetime, value: float) -> Record:
    """All of a record that its reading alone tells."""
    ms = to_ms(at)
    number = whole(value)
    if kind.collection == "entries":
        text = iso(at)
        return {
            "type": kind.type,
            kind.field: number,
            "date": ms,
            "dateString": text,
            "sysTime": text,
            "utcOffset": 0,
        }
    return {"type": kind.type, kind.field: number, "timeStamp": ms, "created_at": iso_seconds(at)}


def extras(kind: Backed, at: datetime, value: float, record: Record) -> Record:
    """What a record says beyond its reading; empty when there is nothing more to keep."""
    known = plain(kind, at, value)
    return {name: one for name, one in record.items() if name not in known or known[name] != one}
