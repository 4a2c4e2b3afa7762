"""Points of metrics that are more than a quantity: heart rate, blood pressure, sleep, insulin, hand washing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hub.api import BadReading, JournalDraft, UnitError, convert
from integrations.phone.dates import instant
from integrations.phone.found import Finds, Happened, Measured, Reader, Refused, Slept, Stretch, number, share
from integrations.phone.hae_table import STAGES, Row
from integrations.phone.words import plain, word

Special = Callable[[dict[str, Any], str, Reader, str], Finds]


def row_sample(row: Row, value: float, units: str, at: datetime, reader: Reader, what: str) -> Measured:
    """The sample of an ordinary point."""
    if row.share:
        return reader.measured(row.metric, share(value), at, what)
    unit = units or None if row.unit == "" else row.unit
    return reader.measured(row.metric, value, at, what, unit=unit)


def _source(point: dict[str, Any]) -> str:
    return word(str(point.get("source") or "").split("|")[0])


def _heart_rate(point: dict[str, Any], units: str, reader: Reader, what: str) -> Finds:
    """`Avg` is the heart rate; lowest and highest are metrics of their own where they differ from it."""
    at, source = instant(point.get("date"), reader.zone), _source(point)
    mean = number(point.get("Avg", point.get("avg", point.get("qty"))))
    low, high = number(point.get("Min", point.get("min"))), number(point.get("Max", point.get("max")))
    if mean is None:
        yield Refused(what, "neither Avg nor qty is a number")
        return
    yield reader.measured("heart_rate", mean, at, what, unit=units or None, source=source)
    if low is not None and high is not None and low < high:
        yield reader.measured("heart_rate_min", low, at, what, unit=units or None, source=source)
        yield reader.measured("heart_rate_max", high, at, what, unit=units or None, source=source)


def _blood_pressure(point: dict[str, Any], units: str, reader: Reader, what: str) -> Finds:
    at, source = instant(point.get("date"), reader.zone), _source(point)
    for field in ("systolic", "diastolic"):
        value = number(point.get(field))
        if value is None:
            yield Refused(what, f"{field} is not a number")
        else:
            yield reader.measured(f"blood_pressure_{field}", value, at, what, unit=units or None, source=source)


def _insulin(point: dict[str, Any], units: str, reader: Reader, what: str) -> Finds:
    at, source = instant(point.get("date"), reader.zone), _source(point)
    given = number(point.get("qty"))
    if given is None:
        yield Refused(what, "qty is not a number")
        return
    delivery = "basal" if plain(point.get("reason")) == "basal" else "bolus"
    yield reader.measured(f"insulin_{delivery}", given, at, what, unit=units or None, source=source)
    data = {"units": given, "delivery": delivery, "extra": {"source": point.get("source")}}
    yield Happened(JournalDraft("insulin", at, data=data, external_id=f"insulin/{delivery}/{at:%Y%m%dT%H%M%S}"), what)


def _handwashing(point: dict[str, Any], units: str, reader: Reader, what: str) -> Finds:
    """Each point is one washing; `qty` is how long it took."""
    yield reader.measured("handwashing_events", 1, instant(point.get("date"), reader.zone), what)


def _sleep(point: dict[str, Any], units: str, reader: Reader, what: str) -> Finds:
    if "startDate" in point and "value" in point:
        yield from _loose(point, reader, what)
    else:
        yield from _day(point, units, reader, what)


def _loose(point: dict[str, Any], reader: Reader, what: str) -> Finds:
    """One stretch of one stage, as the watch or phone recorded it."""
    what = f"sleep_analysis at {point['startDate']}"
    start, end = instant(point["startDate"], reader.zone), instant(point.get("endDate"), reader.zone)
    stage = STAGES.get(plain(point["value"]))
    if stage is None:
        yield Refused(what, f"the stage {point['value']!r} is not one of {', '.join(sorted(STAGES))}")
    elif end <= start:
        yield Refused(what, "it ends before it starts")
    else:
        stretches = (Stretch(stage, start, end),) if stage else ()
        bed_from, bed_until = (None, None) if stage else (start, end)
        yield Slept(_source(point), start, end, stretches, {}, bed_from, bed_until, False, "", {}, what)


def _day(point: dict[str, Any], units: str, reader: Reader, what: str) -> Finds:
    """A whole night, counted by the phone."""
    totals = _totals(point, units or "h")
    if not totals:
        yield Refused(what, "it says no length of sleep")
        return
    times = {
        field: instant(point[field], reader.zone)
        for field in ("sleepStart", "sleepEnd", "inBedStart", "inBedEnd")
        if point.get(field)
    }
    source = _source(point) or word(str(point.get("sleepSource") or point.get("inBedSource") or "").split("|")[0])
    start, end = times.get("sleepStart", times.get("inBedStart")), times.get("sleepEnd", times.get("inBedEnd"))
    day = instant(point.get("date") or point.get("sleepEnd"), reader.zone)
    if start is None or end is None or end <= start:
        # Only lengths: they stand at the beginning of the day that the phone gave them to.
        for metric, minutes in totals.items():
            key = "sleep_duration" if metric == "asleep" else metric
            yield reader.measured(key, round(minutes, 2), day, what, source=source)
        return
    yield Slept(
        source,
        start,
        end,
        (),
        totals,
        times.get("inBedStart"),
        times.get("inBedEnd"),
        True,
        f"{source}/{day.astimezone(reader.zone):%Y-%m-%d}",
        {},
        what,
    )


def _totals(point: dict[str, Any], units: str) -> dict[str, float]:
    """Minutes; what is nought for want of a watch is left out."""

    def minutes(field: str) -> float:
        value = number(point.get(field))
        try:
            return 0.0 if value is None else convert(value, units, "min")
        except UnitError as error:
            raise BadReading(f"sleep is measured in hours: {error}") from None

    parts = {
        "sleep_light_duration": minutes("core") or minutes("light"),
        "sleep_deep_duration": minutes("deep"),
        "sleep_rem_duration": minutes("rem"),
    }
    unspecified = minutes("asleep")
    staged = sum(parts.values())
    # Without `totalSleep`, older versions mean all sleep by `asleep`, newer ones what has no stage.
    asleep = minutes("totalSleep") or (staged + unspecified if unspecified < staged else unspecified)
    if not staged:
        parts = {}
    lengths = {"asleep": asleep, **parts, "sleep_awake_duration": minutes("awake"), "time_in_bed": minutes("inBed")}
    if lengths["time_in_bed"] < asleep:
        del lengths["time_in_bed"]
    return {metric: length for metric, length in lengths.items() if length > 0 or metric in parts}


SPECIAL: dict[str, Special] = {
    "heart_rate": _heart_rate,
    "blood_pressure": _blood_pressure,
    "sleep_analysis": _sleep,
    "insulin_delivery": _insulin,
    "handwashing": _handwashing,
}
