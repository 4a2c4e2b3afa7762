"""Health Auto Export (iOS): `{"data": {"metrics": [...], "workouts": [...], ...}}`, read piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.api import BadReading, Sample
from integrations.phone import hae_events, hae_points
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Measured, Reader, Refused, number
from integrations.phone.hae_table import ROWS
from integrations.phone.hae_workout import Workout
from integrations.phone.spill import Spill
from integrations.phone.stream import Closed, Opened, Part, Path, Piece
from integrations.phone.words import whole, word

METRIC: Path = ("data", "metrics", "[]")
POINT: Path = (*METRIC, "data", "[]")
WORKOUT: Path = ("data", "workouts", "[]")
LISTS: dict[str, Callable[[Any, Reader], Finds]] = {
    "stateOfMind": hae_events.state_of_mind,
    "medications": hae_events.medication,
    "symptoms": hae_events.symptom,
    "cycleTracking": hae_events.cycle,
    "ecg": hae_events.ecg,
    "heartRateNotifications": hae_events.heart_rate_notification,
}


def opens(path: Path) -> bool:
    """Which maps are entered, so that what is in them comes one by one."""
    return path in ((), ("data",), METRIC, WORKOUT)


class HealthAutoExport:
    """Takes pieces, gives finds; knows one metric or workout at a time."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._metric = _Metric(reader)
        self._workout = Workout(reader)
        self.understood = False
        """True once something was where this format has it."""

    def take(self, piece: Piece) -> Finds:
        path = piece.path
        if path[:1] == ("data",):
            self.understood = True
        if path[:3] == METRIC:
            yield from self._metric_piece(piece)
        elif path[:3] == WORKOUT:
            yield from self._workout_piece(piece)
        elif isinstance(piece, Part) and len(path) == 3 and path[0] == "data":
            yield from self._listed(path[1], piece.value)

    def _metric_piece(self, piece: Piece) -> Finds:
        if isinstance(piece, Opened):
            self._metric = _Metric(self._reader)
        elif isinstance(piece, Closed):
            yield from self._metric.close()
        elif piece.path == POINT:
            yield from self._metric.add(piece.value)
        elif len(piece.path) == 4 and isinstance(piece.value, str):
            yield from self._metric.say(piece.path[3], piece.value)

    def _workout_piece(self, piece: Piece) -> Finds:
        if isinstance(piece, Opened):
            self._workout = Workout(self._reader)
        elif isinstance(piece, Closed):
            yield from self._workout.close()
        elif len(piece.path) > 3:
            yield from self._workout.add(piece.path[3:], piece.value)

    def _listed(self, name: str, record: Any) -> Finds:
        handle = LISTS.get(name)
        try:
            if handle is not None and isinstance(record, dict):
                yield from handle(record, self._reader)
            else:
                yield whole(f"health_auto_export/{name}", record, _any_instant(record, self._reader))
        except BadReading as error:
            yield Refused(name, str(error))


class _Metric:
    """One metric: its points may come before its name and unit."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._said: dict[str, str] = {}
        self._early: Spill | None = None
        self._held: Measured | None = None
        self._held_source = ""
        self._apart = False
        """True once the points turned out to be each device's own rather than put together by the phone."""

    def say(self, field: str, value: str) -> Finds:
        self._said[field] = value
        if self._ready():
            yield from self._catch_up()

    def add(self, point: Any) -> Finds:
        if self._ready():
            yield from self._read(point)
        else:
            self._early = self._early or Spill()
            self._early.add(point)

    def close(self) -> Finds:
        yield from self._catch_up()
        yield from self._release()

    def _ready(self) -> bool:
        return "name" in self._said and "units" in self._said

    def _catch_up(self) -> Finds:
        if self._early is not None:
            early, self._early = self._early, None
            for point in early.items():
                yield from self._read(point)

    def _read(self, point: Any) -> Finds:
        name = self._said.get("name", "").lower()
        what = f"{name or 'a metric without a name'} at {point.get('date') if isinstance(point, dict) else point!r}"
        if not isinstance(point, dict):
            yield Refused(what, "a point of a metric is an object with date and qty")
            return
        try:
            special = hae_points.SPECIAL.get(name)
            if special is not None:
                yield from special(point, self._said.get("units", ""), self._reader, what)
            elif name in ROWS:
                yield from self._plain(name, point, what)
            else:
                yield whole(f"health_auto_export/metric/{name}", {**point, "units": self._said.get("units")},
                            _any_instant(point, self._reader))  # fmt: skip
        except BadReading as error:
            yield Refused(what, str(error))

    def _plain(self, name: str, point: dict[str, Any], what: str) -> Finds:
        row = ROWS[name]
        at = instant(point.get("date") or point.get("startDate"), self._reader.zone)
        value = number(point.get("qty", point.get("Avg")))
        if value is None:
            yield Refused(what, f"qty {point.get('qty')!r} is not a number")
            return
        measured = hae_points.row_sample(row, value, self._said.get("units", ""), at, self._reader, what)
        source = word(str(point.get("source") or "").split("|")[0])
        if row.metric in self._reader.counters:
            yield from self._counted(measured, source, at)
        else:
            yield measured._replace(sample=_from(measured, source))

    def _counted(self, measured: Measured, source: str, at: datetime) -> Finds:
        """Amounts that the phone has put together from all devices are one series, whichever devices it names."""
        held_at = self._held.sample.taken_at if self._held is not None else None
        if at.second or (held_at is not None and at <= held_at and source != self._held_source):
            self._apart = True
        yield from self._release()
        self._held, self._held_source = measured, source

    def _release(self) -> Finds:
        if self._held is not None:
            source = self._held_source if self._apart else ""
            yield self._held._replace(sample=_from(self._held, source))
            self._held = None


def _from(measured: Measured, source: str) -> Sample:
    return replace(measured.sample, source=source)


def _any_instant(record: Any, reader: Reader) -> datetime:
    """When a record was, by whichever field says so. Raises BadReading when none does."""
    if isinstance(record, dict):
        for field in ("date", "start", "startDate", "timestamp", "time", "end", "endDate"):
            if record.get(field) is not None:
                return instant(record[field], reader.zone)
    raise BadReading("it says no date")
