"""API v2's bundles: two days of everything at once, and the summary for small displays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hub.api import BadReading
from integrations.nightscout.found import Found
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.measured import BASAL
from integrations.nightscout.query import Query
from integrations.nightscout.surface import answers, glance
from integrations.nightscout.surface.basal import current_profile
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.now import sensor_value
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import parse, to_ms

_SPAN = timedelta(days=2)
_MOST = 5_000
"""Records of one kind that a bundle holds at most."""
_GROUPS = {
    "sitechangeTreatments": "Site Change",
    "insulinchangeTreatments": "Insulin Change",
    "batteryTreatments": "Pump Battery Change",
    "sensorTreatments": "Sensor",
    "profileTreatments": "Profile Switch",
    "combobolusTreatments": "Combo Bolus",
    "tempbasalTreatments": BASAL,
    "tempTargetTreatments": "Temporary Target",
}


async def ddata(call: Call) -> web.StreamResponse:
    """`ddata/at` and `ddata/at/2026-11-20T12:00`: oldest first, as Nightscout's own pages get it."""
    said = call.words.get("at")
    at = parse(said) if said else call.store.now
    if at is None:
        raise BadReading(f"{said!r} is no moment; write 2026-11-20T12:00:00Z or milliseconds")
    start, units = at - _SPAN, call.server.config.units
    entries = await _gathered(call, "entries", start, at)
    treatments = [_timed(one) for one in await _gathered(call, "treatments", start, at)]
    told: Record = {
        "sgvs": [sensor_value(one, units) for one in entries if one.record.get("type") == "sgv"],
        "mbgs": [{**_timed(one), "mgdl": one.record.get("mbg")} for one in entries if one.record.get("type") == "mbg"],
        "cals": [_timed(one) for one in entries if one.record.get("type") == "cal"],
        "treatments": treatments,
        "devicestatus": [_timed(one) for one in await _gathered(call, "devicestatus", start, at)],
        "profiles": [_timed(one) for one in (await _gathered(call, "profile", None, at))[-1:]],
        "food": [one.record for one in await _gathered(call, "food", None, None)],
        "activity": [_timed(one) for one in await _gathered(call, "activity", start, at)],
        "lastUpdated": to_ms(at),
    }
    for name, words in _GROUPS.items():
        told[name] = [one for one in treatments if words in str(one.get("eventType"))]
    return answers.json(call.request, told)


async def summary(call: Call) -> web.StreamResponse:
    """`summary?hours=6`."""
    now = call.store.now
    hours = number(call.request.query.get("hours")) or 6.0
    start = now - timedelta(hours=min(max(hours, 0.1), 48))
    entries = await _gathered(call, "entries", start, now)
    day = await _gathered(call, "treatments", min(start, now - timedelta(days=1)), now)
    treatments = [one for one in day if one.at >= start]
    state = await glance.told(call, ["iob", "cob", "cage", "sage", "iage", "bage", "upbat"])
    changes = (_eaten_or_given(one) for one in treatments if one.record.get("eventType") != BASAL)
    told: Record = {
        "sgvs": [_point(one) for one in entries if one.record.get("type") == "sgv"],
        "treatments": {
            "tempBasals": _temporary(day, start),
            "treatments": [one for one in changes if len(one) > 1],
            "targets": [_target(one) for one in treatments if one.record.get("eventType") == "Temporary Target"],
        },
        "profile": await current_profile(call),
        "state": {
            "iob": _rounded(state.get("iob", {}).get("iob"), 2),
            "cob": _rounded(state.get("cob", {}).get("cob"), 0),
            **{name: state[name]["age"] for name in ("cage", "sage", "iage", "bage") if state[name]["found"]},
            "battery": state["upbat"].get("level"),
        },
    }
    return answers.json(call.request, told)


async def _gathered(call: Call, collection: str, start: datetime | None, end: datetime | None) -> list[Found]:
    """Oldest first."""
    found: list[Found] = []
    wanted = Query(lambda _: True, start, end + timedelta(milliseconds=1) if end is not None else None)
    async for page in shelf(collection, call.store).pages(wanted, size=500):
        found += page.found
        if len(found) >= _MOST:
            break
    return found[::-1]


def _timed(found: Found) -> Record:
    return {**found.record, "mills": to_ms(found.at)}


def _point(found: Found) -> Record:
    noise = found.record.get("noise")
    made: Record = {"sgv": found.record.get("sgv"), "mills": to_ms(found.at)}
    return made if noise in (None, 1) else {**made, "noise": noise}


def _eaten_or_given(found: Found) -> Record:
    made: Record = {"mills": to_ms(found.at)}
    return made | {name: found.record[name] for name in ("carbs", "insulin") if number(found.record.get(name))}


def _target(found: Found) -> Record:
    return {
        "targetTop": _rounded(found.record.get("targetTop"), 0),
        "targetBottom": _rounded(found.record.get("targetBottom"), 0),
        "duration": (number(found.record.get("duration")) or 0.0) * 60,
        "mills": to_ms(found.at),
    }


def _temporary(treatments: list[Found], start: datetime) -> list[Record]:
    """Temporary rates, each until its end or the next one; seconds."""
    rates = [one for one in treatments if one.record.get("eventType") == BASAL]
    made: list[Record] = []
    for index, one in enumerate(rates):
        end = one.at + timedelta(minutes=min(number(one.record.get("duration")) or 0.0, 1_440.0))
        if index + 1 < len(rates):
            end = min(end, rates[index + 1].at)
        rate = number(one.record.get("absolute"))
        if end > start and end > one.at and rate is not None:
            made.append({"start": to_ms(one.at), "duration": (end - one.at).total_seconds(), "absolute": rate})
    return made


def _rounded(value: Any, digits: int) -> float | int | None:
    exact = number(value)
    if exact is None:
        return None
    return round(exact, digits) if digits else round(exact)
