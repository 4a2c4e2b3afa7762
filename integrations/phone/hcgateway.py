"""HCGateway (Android): records of Health Connect as react-native-health-connect reads them, each with an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hub.api import BadReading, Document
from integrations.phone import hc_records, nights
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Found, Measured, Reader, Refused, number, share
from integrations.phone.hc_table import GATEWAY, SERIES, WORDS
from integrations.phone.health_connect import meaning, source
from integrations.phone.stream import Path
from integrations.phone.words import finite, microseconds

COLLECTION = "hcgateway"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def opens(path: Path) -> bool:
    return path == ()


def collection(kind: str) -> str:
    return f"{COLLECTION}/{kind}"


def type_of(written: str) -> str:
    """`HeartRate`, `heartRate` and `HeartRateRecord` are one type."""
    return (written[:1].lower() + written[1:]).removesuffix("Record")


class Recorded(NamedTuple):
    """A record with what was found in it and how it is remembered."""

    finds: list[Found]
    document: Document | None


def read(kind: str, record: Any, reader: Reader) -> Recorded:
    """What one record says; a reason in place of it where it cannot be understood."""
    what = kind
    try:
        if not isinstance(record, Mapping):
            raise BadReading("a record is an object")
        what = f"{kind} at {hc_records.spoken(record)}"
        metadata = record.get("metadata")
        identity = str(metadata.get("id") or "") if isinstance(metadata, Mapping) else ""
        if not identity:
            raise BadReading("metadata.id is missing")
        start = instant(record.get("time") or record.get("startTime"), reader.zone)
        end = instant(record["endTime"], reader.zone) if record.get("endTime") else None
        finds = list(_finds(kind, record, identity, start, end, reader, what))
    except BadReading as error:
        return Recorded([Refused(what, str(error))], None)
    return Recorded(finds, _document(kind, record, identity, start, finds))


def _finds(
    kind: str, record: Mapping[str, Any], key: str, start: datetime, end: datetime | None, reader: Reader, what: str
) -> Finds:
    origin = source(record.get("metadata"))
    if kind == "sleepSession":
        if end is None:
            raise BadReading("endTime is missing")
        stages = record.get("stages")
        times = ("startTime", "endTime")
        yield hc_records.sleep(start, end, stages, what, origin, times, reader, f"{nights.RECORD}{key}")
    elif kind == "exerciseSession":
        if end is None:
            raise BadReading("endTime is missing")
        yield from hc_records.workout(record, record.get("exerciseType"), start, end, reader, what, origin, key=key)
    elif kind == "nutrition":
        yield from hc_records.nutrition(record, start, reader, what, origin, gateway=True, key=key)
    elif kind in WORDS:
        metric, field, constants = WORDS[kind]
        value = meaning(dict(constants), record.get(field))
        if value is None:
            raise BadReading(f"{field} {record.get(field)!r} is not known")
        yield reader.measured(metric, value, start, what, source=origin)
    elif kind in SERIES:
        yield from _series(kind, record, reader, what, origin)
    elif kind in GATEWAY:
        yield from hc_records.rows(GATEWAY[kind], record, start, reader, what, origin)


def _series(kind: str, record: Mapping[str, Any], reader: Reader, what: str, origin: str) -> Finds:
    row = SERIES[kind]
    samples = record.get("samples")
    if not isinstance(samples, list):
        raise BadReading("samples is not a list")
    for sample in samples:
        try:
            at = instant(sample.get("time") if isinstance(sample, Mapping) else None, reader.zone)
            value = number(hc_records.field(sample, row.field))
            if value is None:
                raise BadReading(f"{row.field} is not a number")
        except BadReading as error:
            yield Refused(what, str(error))
            continue
        yield reader.measured(row.metric, share(value) if row.share else value, at, what, unit=row.unit, source=origin)


def _document(kind: str, record: Mapping[str, Any], key: str, start: datetime, finds: Sequence[Found]) -> Document:
    """How a record is remembered, to be taken back by its id: of a series only the instants, as it is readings."""
    start_us = microseconds(start)
    body = dict(finite(dict(record)))
    if kind in SERIES:
        instants = [one.sample.taken_at for one in finds if isinstance(one, Measured)]
        body["samples"] = [microseconds(at) - start_us for at in instants if at is not None]
    return Document(key, start_us, start_us, False, body)


def remembered(kind: str, document: Document, reader: Reader) -> list[Found]:
    """What a record that was kept before had brought."""
    if kind not in SERIES:
        return read(kind, document.body, reader).finds
    row, origin = SERIES[kind], source(document.body.get("metadata"))
    return [
        reader.measured(row.metric, 0, EPOCH + timedelta(microseconds=document.at_us + after), "", source=origin)
        for after in document.body.get("samples", [])
    ]
