"""A workout of Health Auto Export, version 1 or 2, part by part; its route is kept small as it comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub.api import BadReading, JournalDraft
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Happened, Reader, Refused, number
from integrations.phone.stream import Path
from integrations.phone.words import amount, finite, whole, word

LONGEST = timedelta(hours=24)
ROUTE_POINTS = 20_000
"""More are thinned to every second one."""
_SAME = {
    "outdoor_run": "running", "indoor_run": "running", "run": "running", "outdoor_walk": "walking",
    "indoor_walk": "walking", "walk": "walking", "outdoor_cycle": "cycling", "indoor_cycle": "cycling",
    "functional_strength_training": "strength_training", "traditional_strength_training": "strength_training",
    "pool_swim": "pool_swimming", "open_water_swim": "open_water_swimming", "hiit": "high_intensity_interval_training",
}  # fmt: skip
# Field of the body -> field of the journal entry, the unit there, the metric whose units it has.
_AMOUNTS = (
    ("distance", "distance", "m", "distance"),
    ("activeEnergyBurned", "energy", "kcal", "energy_active"),
    ("activeEnergy", "energy", "kcal", "energy_active"),
    ("avgHeartRate", "mean_heart_rate", "/min", "heart_rate"),
    ("maxHeartRate", "max_heart_rate", "/min", "heart_rate"),
    ("minHeartRate", "min_heart_rate", "/min", "heart_rate"),
    ("speed", "mean_speed", "km/h", "speed"),
    ("avgSpeed", "mean_speed", "km/h", "speed"),
    ("stepCadence", "mean_cadence", "{steps}/min", "cadence"),
    ("elevationUp", "elevation_gain", "m", "elevation_gain"),
    ("stepCount", "steps", "{steps}", "steps"),
)
_USED = {"id", "name", "start", "end", "duration", "isIndoor", "heartRate", "elevation", *(row[0] for row in _AMOUNTS)}
_OURS = "workout"
"""Heart rates that come with workouts are a source of their own: the body's metrics have them too, as a rule."""


class Workout:
    """Collects the parts of one workout; its heart rates go on at once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._fields: dict[str, Any] = {}
        self._sums: dict[str, tuple[float, str]] = {}
        self._route: list[tuple[datetime, float, float, float | None, float | None]] = []
        self._every, self._seen = 1, 0

    def add(self, path: Path, value: Any) -> Finds:
        """A field, or one item of an array."""
        if path[-1] != "[]":
            self._fields[path[0]] = value
        elif path[0] == "route":
            self._point(value)
        elif path[0] in ("heartRateData", "heartRateRecovery"):
            yield from self._heart(value, path[0])
        elif isinstance(value, dict) and number(value.get("qty")) is not None:
            before = self._sums.get(path[0], (0.0, ""))[0]
            self._sums[path[0]] = (before + float(value["qty"]), str(value.get("units") or ""))

    def close(self) -> Finds:
        name = str(self._fields.get("name") or "workout")
        what = f"workout {name} at {self._fields.get('start')}"
        try:
            start = instant(self._fields.get("start"), self._reader.zone)
            end = instant(self._fields.get("end"), self._reader.zone)
        except BadReading as error:
            yield Refused(what, str(error))
            return
        identity = str(self._fields.get("id") or f"{word(name)}/{start:%Y%m%dT%H%M%S}")
        data = self._data(name)
        if self._route:
            data["extra"]["route"] = f"workout/{identity}"
            yield whole("routes", self._route_record(start), start, f"workout/{identity}")
        yield Happened(JournalDraft("workout", start, end, data, external_id=f"workout/{identity}"), what)
        if end - start <= LONGEST:
            yield from self._reader.exercised(start, end, what, _OURS)

    def _data(self, name: str) -> dict[str, Any]:
        fields = dict(self._fields)
        for field, (total, unit) in self._sums.items():
            fields.setdefault(field, {"qty": total, "units": unit})
        activity = word(name, 100)
        data: dict[str, Any] = {"activity": _SAME.get(activity, activity) or "other", "name": name}
        for field, ours, unit, metric in _AMOUNTS:
            value = amount(fields.get(field), unit, metric)
            if value is not None and ours not in data:
                data[ours] = round(value, 3)
        beats = fields.get("heartRate")
        if isinstance(beats, dict):
            for field, ours in (("avg", "mean_heart_rate"), ("max", "max_heart_rate"), ("min", "min_heart_rate")):
                value = amount(beats.get(field), "/min")
                if value is not None:
                    data.setdefault(ours, round(value, 1))
        climbed = fields.get("elevation")
        if isinstance(climbed, dict) and number(climbed.get("ascent")) is not None:
            value = amount({"qty": climbed["ascent"], "units": climbed.get("units")}, "m")
            if value is not None:
                data.setdefault("elevation_gain", round(value, 2))
        indoor = fields.get("isIndoor")
        if isinstance(indoor, bool):
            data["indoor"] = indoor
        data["extra"] = finite(
            {name: value for name, value in fields.items() if name not in _USED and value is not None}
        )
        return data

    def _heart(self, point: Any, field: str) -> Finds:
        """Every heart rate of the workout; those after its end tell the recovery."""
        if not isinstance(point, dict):
            return
        what = f"workout {field} at {point.get('date')}"
        value = number(point.get("Avg", point.get("qty")))
        if value is None:
            yield Refused(what, "neither Avg nor qty is a number")
            return
        try:
            at = instant(point.get("date"), self._reader.zone)
        except BadReading as error:
            yield Refused(what, str(error))
            return
        unit = str(point.get("units") or "") or None
        yield self._reader.measured("heart_rate", value, at, what, unit=unit, source=_OURS)

    def _point(self, point: Any) -> None:
        if not isinstance(point, dict):
            return
        latitude, longitude = (
            number(point.get(long, point.get(short))) for long, short in (("latitude", "lat"), ("longitude", "lon"))
        )
        self._seen += 1
        if latitude is None or longitude is None or self._seen % self._every:
            return
        try:
            at = instant(point.get("timestamp"), self._reader.zone)
        except BadReading:
            return
        self._route.append((at, latitude, longitude, number(point.get("altitude")), number(point.get("speed"))))
        if len(self._route) > ROUTE_POINTS:
            self._route, self._every = self._route[::2], self._every * 2

    def _route_record(self, start: datetime) -> dict[str, Any]:
        points = [
            [
                round((at - start).total_seconds(), 1),
                round(latitude, 6),
                round(longitude, 6),
                None if altitude is None else round(altitude, 1),
                None if speed is None else round(speed, 2),
            ]
            for at, latitude, longitude, altitude, speed in self._route
        ]
        columns = ["seconds", "latitude", "longitude", "altitude_m", "speed_m_s"]
        return {"start": start.isoformat(), "columns": columns, "points": points}
