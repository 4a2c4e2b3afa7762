"""HC Webhook (Android): `{"timestamp": ..., "app_version": ..., "<type>": [records]}`, read piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.api import BadReading
from integrations.phone import hc_records
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Reader, Refused, number, share
from integrations.phone.hc_table import WEBHOOK, WORDS
from integrations.phone.health_connect import meaning, source
from integrations.phone.stream import Part, Path, Piece
from integrations.phone.words import finite, whole

# Averages over some minutes, when the app is told to send fewer points: field for each of average, lowest, highest.
_BUCKETS = {
    "heart_rate": ("heart_rate", "heart_rate_min", "heart_rate_max"),
    "heart_rate_variability": ("hrv_rmssd", "", ""),
    "oxygen_saturation": ("oxygen_saturation", "", ""),
    "respiratory_rate": ("respiratory_rate", "", ""),
}
TYPES = frozenset(
    {*WEBHOOK, *WORDS, "sleep", "exercise", "nutrition", "skin_temperature", "menstruation_period",
     "intermenstrual_bleeding", "sexual_activity"}
)  # fmt: skip


def opens(path: Path) -> bool:
    return path == ()


class HealthConnectWebhook:
    """Takes pieces, gives finds."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._marks: set[str] = set()
        self.test = False
        """True for the made-up values of the app's own test button."""

    @property
    def understood(self) -> bool:
        return bool(self._marks)

    def take(self, piece: Piece) -> Finds:
        if not isinstance(piece, Part):
            return
        name = piece.path[0]
        if len(piece.path) == 1:
            if name in ("timestamp", "app_version"):
                self._marks.add(name)
            elif name == "test":
                self.test = piece.value is True
            return
        if name in TYPES:
            self._marks.add(name)
        record = piece.value
        what = f"{name} at {hc_records.spoken(record)}" if isinstance(record, Mapping) else name
        try:
            if not isinstance(record, Mapping):
                raise BadReading("a record is an object")
            yield from self._record(name, record, what)
        except BadReading as error:
            yield Refused(what, str(error))

    def _record(self, name: str, record: Mapping[str, Any], what: str) -> Finds:
        reader, origin = self._reader, source(record.get("metadata"))
        if name == "sleep":
            yield self._sleep(record, what, origin)
            return
        start = self._start(record)
        if name == "exercise":
            end = instant(record.get("end_time"), reader.zone)
            yield from hc_records.workout(record, record.get("type"), start, end, reader, what, origin)
        elif name == "nutrition":
            yield from hc_records.nutrition(record, start, reader, what, origin, gateway=False)
        elif name == "skin_temperature":
            yield from self._skin(record, start, what, origin)
        elif name == "intermenstrual_bleeding":
            yield reader.measured("menstrual_flow", "spotting", start, what, source=origin)
        elif name in WORDS:
            metric, field, constants = WORDS[name]
            value = meaning(dict(constants), record.get(field))
            if value is None:
                raise BadReading(f"{field} {record.get(field)!r} is not one of {', '.join(map(str, constants))}")
            yield reader.measured(metric, value, start, what, source=origin)
        elif name in _BUCKETS and number(record.get("avg")) is not None:
            yield from self._bucket(name, record, start, what, origin)
        elif name in WEBHOOK:
            yield from hc_records.rows(WEBHOOK[name], record, start, reader, what, origin)
        else:
            yield whole(f"hc_webhook/{name}", finite(dict(record)), start)

    def _start(self, record: Mapping[str, Any]) -> datetime:
        return instant(record.get("time") or record.get("start_time"), self._reader.zone)

    def _sleep(self, record: Mapping[str, Any], what: str, origin: str) -> Any:
        """The record has an end and a length, and no start."""
        end = instant(record.get("session_end_time") or record.get("end_time"), self._reader.zone)
        seconds, stages = number(record.get("duration_seconds")), record.get("stages")
        begins = [
            instant(one.get("start_time"), self._reader.zone)
            for one in (stages if isinstance(stages, list) else ())
            if isinstance(one, Mapping) and one.get("start_time")
        ]
        if seconds is None and not begins:
            raise BadReading("neither duration_seconds nor a stage says when it began")
        start = end - timedelta(seconds=seconds) if seconds is not None else min(begins)
        start = min([start, *begins])
        return hc_records.sleep(start, end, stages, what, origin, ("start_time", "end_time"), self._reader, "")

    def _skin(self, record: Mapping[str, Any], at: datetime, what: str, origin: str) -> Finds:
        delta = number(record.get("delta_celsius", record.get("avg_delta_celsius")))
        base = number(record.get("baseline_celsius"))
        if delta is None:
            raise BadReading("delta_celsius is not a number")
        yield self._reader.measured("skin_temperature_deviation", delta, at, what, unit="Cel", source=origin)
        if base is not None:
            value = round(base + delta, 3)
            yield self._reader.measured("skin_temperature", value, at, what, unit="Cel", source=origin)

    def _bucket(self, name: str, record: Mapping[str, Any], at: datetime, what: str, origin: str) -> Finds:
        unit = WEBHOOK[name][0].unit
        low, high = number(record.get("min")), number(record.get("max"))
        for metric, field in zip(_BUCKETS[name], ("avg", "min", "max"), strict=True):
            value = number(record.get(field))
            if not metric or value is None or (field != "avg" and low == high):
                continue
            value = share(value) if WEBHOOK[name][0].share else value
            yield self._reader.measured(metric, value, at, what, unit=unit, source=origin)
