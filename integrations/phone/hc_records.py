"""What HC Webhook and HCGateway have in common: meals, workouts, sleep and spans of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.api import BadReading, JournalDraft, convert
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Happened, Reader, Slept, Stretch, number, share
from integrations.phone.hc_table import MILLIGRAMS, NUTRIENTS, Row
from integrations.phone.health_connect import MEALS, exercise, meaning, stage
from integrations.phone.nights import tidy
from integrations.phone.words import fingerprint, finite, word


def field(record: Mapping[str, Any], path: str) -> Any:
    """`a.b` of a record; None when it is not there."""
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def rows(
    found: tuple[Row, ...], record: Mapping[str, Any], at: datetime, reader: Reader, what: str, source: str
) -> Finds:
    """The samples of one record; of several rows of one metric the first that is there. Raises BadReading for none."""
    done: set[str] = set()
    for row in found:
        value = number(field(record, row.field))
        if value is None or row.metric in done:
            continue
        done.add(row.metric)
        value = share(value) if row.share else value
        yield reader.measured(row.metric, value, at, what, unit=row.unit, source=source)
    missing = [row.field for row in found if row.metric not in done]
    if missing:
        raise BadReading(f"{' or '.join(missing)} is not a number")


def nutrition(
    record: Mapping[str, Any], start: datetime, reader: Reader, what: str, source: str, *, gateway: bool, key: str = ""
) -> Finds:
    """A food: its nutrients and a journal entry.

    Foods of one meal begin at the same instant; parts of a second that follow from the food keep them apart.
    """
    identity = key or fingerprint({name: value for name, value in record.items() if name != "metadata"})
    at = start.replace(microsecond=0) + timedelta(microseconds=int(fingerprint(identity)[:6], 16) % 1_000_000)
    data: dict[str, Any] = {"name": str(record.get("name") or "")[:200]}
    for webhook, phone, metric, unit, ours in NUTRIENTS:
        path = phone if gateway else webhook
        value = number(field(record, path)) if path else None
        if value is None or value < 0:
            continue
        if value > 0:
            yield reader.measured(metric, value, at, what, unit=unit, source=source)
        if ours:
            data[ours] = round(convert(value, unit, "mg"), 3) if ours in MILLIGRAMS else round(value, 3)
    meal = meaning(dict(MEALS), record.get("mealType", record.get("meal_type")))
    if meal is not None:
        data["meal_type"] = meal
    data["extra"] = {"source": source} if source else {}
    yield Happened(JournalDraft("meal", start, data=data, external_id=f"meal/{identity}"), what)


def workout(
    record: Mapping[str, Any],
    kind: Any,
    start: datetime,
    end: datetime,
    reader: Reader,
    what: str,
    source: str,
    *,
    key: str = "",
) -> Finds:
    activity = exercise(kind)
    data: dict[str, Any] = {
        "activity": activity,
        "name": str(record.get("title") or "")[:200],
        "device": source,
    }
    for theirs, ours in (
        ("distance_meters", "distance"), ("steps", "steps"), ("avg_cadence_spm", "mean_cadence"),
    ):  # fmt: skip
        value = number(record.get(theirs))
        if value is not None:
            data[ours] = value
    known = {
        "type", "exerciseType", "title", "start_time", "end_time", "startTime", "endTime", "duration_seconds",
        "distance_meters", "steps", "avg_cadence_spm", "metadata", "notes", "exerciseRoute", "route",
    }  # fmt: skip
    data["extra"] = finite({name: value for name, value in record.items() if name not in known and value is not None})
    identity = key or f"{source}/{start:%Y%m%dT%H%M%S}/{activity}"
    note = str(record.get("notes") or "")[:2_000]
    yield Happened(JournalDraft("workout", start, end, data, note, external_id=f"workout/{identity}"), what)
    if end - start <= timedelta(hours=24):
        yield from reader.exercised(start, end, what, source or "workout")


def sleep(
    start: datetime,
    end: datetime,
    stages: Any,
    what: str,
    source: str,
    times: tuple[str, str],
    reader: Reader,
    key: str,
) -> Slept:
    """A session; without stages all of it is sleep. Raises BadReading for what cannot be a session."""
    if end <= start:
        raise BadReading("the session ends before it starts")
    if end - start > timedelta(hours=24):
        raise BadReading("the session is longer than a day")
    stretches: list[Stretch] = []
    unknown: list[str] = []
    for one in stages if isinstance(stages, list) else []:
        if not isinstance(one, Mapping):
            continue
        name = stage(one.get("stage"))
        if name is None:
            unknown.append(str(one.get("stage"))[:40])
            continue
        began, ended = (instant(one.get(time), reader.zone) for time in times)
        stretches.append(Stretch(name, max(began, start), min(ended, end)))
    if not stretches:
        stretches = [Stretch("asleep", start, end)]
    extra = {"unknown_stages": sorted(set(unknown))} if unknown else {}
    return Slept(source, start, end, tidy(stretches), {}, None, None, True, key, extra, what)


def spoken(record: Mapping[str, Any]) -> str:
    """When a record says it was, for messages."""
    for name in ("time", "start_time", "startTime", "session_end_time"):
        if record.get(name):
            return str(record[name])[:40]
    return word(str(dict(record)))[:30]
