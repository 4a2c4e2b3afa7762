"""What clients send, made uniform as Nightscout does it: times in UTC, odd ids set aside, numbers as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.nightscout.ids import is_object_id, key
from integrations.nightscout.kinds import BY_TYPE, Backed, Record, whole
from integrations.nightscout.times import iso, offset_minutes, parse, to_ms

_LONGEST_AHEAD = 24 * 60
CREDENTIAL_FIELDS = ("secret", "token")
"""Fields of a body that show who asks; they are never kept."""


@dataclass(slots=True)
class Incoming:
    """One record on its way in; `wished_id` is the `_id` its sender chose, when that can be kept."""

    at: datetime
    record: Record
    wished_id: str = ""
    kind: Backed | None = None
    value: float | None = None

    @property
    def type(self) -> str:
        return str(self.record.get("type", ""))

    @property
    def identifier(self) -> str:
        """The name it is kept under, when its sender gave it one."""
        found = self.record.get("identifier")
        return key(found) if isinstance(found, str) and found.strip() else ""


def number(value: Any) -> float | None:
    """A finite number, also from text; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        made = float(value)
    except (TypeError, ValueError):
        return None
    return made if math.isfinite(made) else None


def take_id(raw: Mapping[str, Any]) -> tuple[Record, str]:
    """The record without `_id`, and the `_id` when it is 24 hexadecimal digits; another one becomes `identifier`."""
    record = {name: one for name, one in raw.items() if name != "_id" and not name.startswith("$")}
    given = raw.get("_id")
    if is_object_id(given):
        return record, str(given).lower()
    if isinstance(given, Mapping) and is_object_id(given.get("$oid")):
        return record, str(given["$oid"]).lower()
    if isinstance(given, str) and given and not record.get("identifier"):
        record["identifier"] = given
    return record, ""


def entry(raw: Mapping[str, Any], now: datetime) -> Incoming:
    """An entry (`sgv`, `mbg`, `cal` ...). Its moment is `date`; `dateString` only decides where that is missing."""
    record, wished = take_id(raw)
    if not isinstance(record.get("type"), str) or not record["type"]:
        record["type"] = next(
            (name for name in ("sgv", "mbg") if name in record), "cal" if "slope" in record else "sgv"
        )
    said = parse(record.get("dateString")) or parse(record.get("date")) or now
    at = parse(record.get("date")) or said
    if parse(record.get("date")) is None or isinstance(record["date"], str):
        record["date"] = to_ms(at)
    record["sysTime"] = iso(said)
    record["utcOffset"] = offset_minutes(said)
    if "dateString" in record:
        record["dateString"] = record["sysTime"]
    return _with_value(Incoming(at, record, wished), "entries")


def v3(raw: Mapping[str, Any], collection: str) -> Incoming:
    """A document of API v3, whose fields are kept as they are; it has been checked to have a `date`."""
    record = {name: one for name, one in raw.items() if name != "_id" and not name.startswith("$")}
    at = parse(record.get("date"))
    assert at is not None
    made = Incoming(at, record)
    if collection != "entries":
        return made
    if not record.get("type"):
        record["type"] = "mbg" if "mbg" in record and "sgv" not in record else "sgv"
    return _with_value(made, collection)


def activity(raw: Mapping[str, Any], now: datetime) -> Incoming:
    """An activity record (`hr-bpm`, `steps-total`, `motion-class` ...)."""
    record, wished = take_id(raw)
    if not record.get("created_at"):
        record["created_at"] = iso(parse(record.get("timeStamp")) or now)
    at = parse(record.get("timeStamp")) or parse(record["created_at"]) or now
    return _with_value(Incoming(at, record, wished), "activity")


def _with_value(incoming: Incoming, collection: str) -> Incoming:
    kind = BY_TYPE.get((collection, incoming.type))
    if kind is None:
        return incoming
    value = number(incoming.record.get(kind.field))
    if value is not None and value >= kind.least:
        incoming.kind, incoming.value = kind, value
        incoming.record[kind.field] = whole(value)
    return incoming


_NUMBERS = (
    "glucose",
    "targetTop",
    "targetBottom",
    "carbs",
    "insulin",
    "duration",
    "percent",
    "absolute",
    "relative",
    "preBolus",
)
_DROPPED_WHEN_EMPTY = ("targetTop", "targetBottom", "carbs", "insulin", "percent", "relative", "notes", "preBolus")


def treatment(raw: Mapping[str, Any], now: datetime) -> list[Incoming]:
    """A treatment, and a second one for the carbohydrates of a `preBolus` that are eaten so many minutes later."""
    record, wished = take_id(raw)
    said = parse(record.pop("eventTime", None)) or parse(record.get("created_at")) or now
    record["created_at"], record["utcOffset"] = iso(said), offset_minutes(said)
    at = parse(record["created_at"]) or now
    for name in _NUMBERS:
        if name in record:
            _tidy_number(record, name)
    for name in _DROPPED_WHEN_EMPTY:
        if name in record and not record[name]:
            del record[name]
    if not record.get("glucose"):
        for name in ("glucose", "glucoseType", "units"):
            record.pop(name, None)
    if record.get("eventType") == "Announcement":
        record["isAnnouncement"] = True
    ahead = number(record.get("preBolus"))
    if not ahead or abs(ahead) > _LONGEST_AHEAD or not record.get("carbs"):
        return [Incoming(at, record, wished)]
    later = at + timedelta(minutes=ahead)
    eaten: Record = {"created_at": iso(later), "utcOffset": record["utcOffset"], "carbs": record.pop("carbs")}
    eaten |= {name: record[name] for name in ("eventType", "notes") if name in record}
    return [Incoming(at, record, wished), Incoming(later, eaten)]


def _tidy_number(record: Record, name: str) -> None:
    """Numbers that came as text become numbers; what is none goes, as nobody could reckon with it."""
    made = number(record[name])
    if made is None:
        del record[name]
    else:
        record[name] = made if isinstance(record[name], float) else whole(made)


def document(raw: Mapping[str, Any], now: datetime, *, date_field: str) -> Incoming:
    """A device status, profile, food or setting."""
    record, wished = take_id(raw)
    if date_field == "startDate":
        record.setdefault("created_at", iso(now))
        return Incoming(parse(record.get("startDate")) or parse(record["created_at"]) or now, record, wished)
    said = parse(record.get("created_at")) or now
    record["created_at"] = iso(said)
    if date_field == "created_at" and "utcOffset" not in record:
        record["utcOffset"] = offset_minutes(said)
    return Incoming(parse(record["created_at"]) or now, record, wished)
