"""API v2's properties: how things are now, as displays and watch faces ask for it.

Insulin and carbohydrates on board are what a loop or pump told; the hub reckons none of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import MGDL_PER_MMOL, Record
from integrations.nightscout.query import Query
from integrations.nightscout.statuses import battery, deep, figures
from integrations.nightscout.surface import answers
from integrations.nightscout.surface.basal import basal_now
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.now import Now
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import to_ms

_RECENT = timedelta(minutes=30)
_ARROWS = {
    "NONE": "⇼",
    "DoubleUp": "⇈",
    "SingleUp": "↑",
    "FortyFiveUp": "↗",
    "Flat": "→",
    "FortyFiveDown": "↘",
    "SingleDown": "↓",
    "DoubleDown": "⇊",
    "NOT COMPUTABLE": "-",
    "RATE OUT OF RANGE": "⇕",
}
_AGES = {
    "cage": ("Site Change", "Pump Site Change", "Cannula Change"),
    "sage": ("Sensor Start", "Sensor Change", "Sensor Insert"),
    "iage": ("Insulin Change", "Insulin Cartridge Change"),
    "bage": ("Pump Battery Change",),
}
_AGES_BACK = timedelta(days=31)


async def properties(call: Call) -> web.StreamResponse:
    """`properties` and `properties/iob,cob,delta`."""
    asked = [name for name in call.words.get("names", "").split(",") if name]
    return answers.json(call.request, await told(call, asked or list(_MAKERS)))


async def told(call: Call, names: list[str]) -> Record:
    """Each of the names that has something to say."""
    now = Now(call)
    made: Record = {}
    for name in names:
        maker = _MAKERS.get(name)
        value = await maker(now, name) if maker is not None else None
        if value is not None:
            made[name] = value
    return made


def _open(bucket: Record) -> Record:
    return {name: one for name, one in bucket.items() if name not in ("index", "fromMills", "toMills")}


async def _buckets(now: Now, _: str) -> Any:
    return await now.buckets()


async def _bgnow(now: Now, _: str) -> Record | None:
    full = [one for one in await now.buckets() if "mean" in one]
    return _open(full[0]) if full else None


async def _delta(now: Now, _: str) -> Record | None:
    full = [one for one in await now.buckets() if "mean" in one]
    if len(full) < 2:
        return None
    recent, previous = full[0], full[1]
    absolute, elapsed = recent["mean"] - previous["mean"], (recent["mills"] - previous["mills"]) / 60_000
    if elapsed <= 0:
        return None
    interpolated = elapsed > 9
    before = recent["mean"] - (absolute / elapsed * 5 if interpolated else absolute)
    change = recent["mean"] - before
    shown: float = round(change / MGDL_PER_MMOL, 1) if now.units == "mmol" else round(change)
    return {
        "absolute": absolute,
        "elapsedMins": elapsed,
        "interpolated": interpolated,
        "mean5MinsAgo": before,
        "times": {"recent": recent["mills"], "previous": previous["mills"]},
        "mgdl": round(change),
        "scaled": shown,
        "display": f"+{shown}" if shown >= 0 else str(shown),
        "previous": _open(previous),
    }


async def _direction(now: Now, _: str) -> Record:
    found = await now.sensor()
    if not found:
        return {"display": None}
    word = str(found[0].record.get("direction") or "NONE")
    arrow = _ARROWS.get(word, "-")
    return {"display": None, "value": word, "label": arrow, "entity": f"&#{ord(arrow)};"}


async def _on_board(now: Now, name: str) -> Record:
    metric = {"iob": "insulin_on_board", "cob": "carbohydrates_on_board"}[name]
    recent = [one for one in await now.statuses() if one.at >= now.at - _RECENT]
    telling = [(one, figures(one.record)) for one in recent]
    able = [(one, values[metric]) for one, values in telling if metric in values]
    # A loop tells what its pump says as well, and knows better.
    able.sort(key=lambda pair: "loop" not in pair[0].record)
    if not able:
        return {}
    one, value = able[0]
    source = next((word for key, word in (("loop", "Loop"), ("openaps", "OpenAPS")) if key in one.record), None)
    made: Record = {name: round(value, 3), **({"source": source} if source else {})}
    for extra in ("basaliob", "activity"):
        if name == "iob" and number(deep(one.record, "openaps", "iob", extra)) is not None:
            made[extra] = number(deep(one.record, "openaps", "iob", extra))
    made |= {"device": one.record.get("device"), "mills": to_ms(one.at)}
    if name == "iob":
        return {**made, "display": f"{value:.2f}", "displayLine": f"IOB: {value:.2f}U"}
    shown = float(f"{value:.1f}")
    return {**made, "display": shown, "displayLine": f"COB: {shown:g}g"}


async def _upbat(now: Now, _: str) -> Record:
    for one in await now.statuses():
        charge = battery(one.record)
        if charge is not None and charge >= 0:
            level = next((step for least, step in ((95, 100), (55, 75), (30, 50)) if charge >= least), 25)
            state = "urgent" if charge <= 20 else "warn" if charge <= 30 else None
            return {"display": f"{charge:g}%", "value": charge, "level": level, "status": state}
    return {"display": None}


async def _loop(now: Now, _: str) -> Record | None:
    looped = [one for one in await now.statuses() if isinstance(one.record.get("loop"), dict)]
    if not looped:
        return None
    told = [one.record["loop"] for one in looped]
    good = [one for one in looped if not one.record["loop"].get("failureReason")]
    return {
        "lastLoop": told[0],
        "lastEnacted": next((one["enacted"] for one in told if isinstance(one.get("enacted"), dict)), None),
        "lastPredicted": next((one["predicted"] for one in told if isinstance(one.get("predicted"), dict)), None),
        "lastOkMoment": good[0].record.get("created_at") if good else None,
        "display": _state_of(told[0], looped[0].at >= now.at - _RECENT / 2),
    }


def _state_of(status: Mapping[str, Any], fresh: bool) -> Record:
    enacted = status.get("enacted")
    if status.get("failureReason") or (isinstance(enacted, dict) and not enacted.get("received")):
        return {"symbol": "x", "code": "error", "label": "Error"}
    if enacted and fresh:
        return {"symbol": "⌁", "code": "enacted", "label": "Enacted"}
    if fresh:
        return {"symbol": "↻", "code": "looping", "label": "Looping"}
    return {"symbol": "⚠", "code": "warning", "label": "Warning"}


async def _openaps(now: Now, _: str) -> Record | None:
    looped = [one for one in await now.statuses() if isinstance(one.record.get("openaps"), dict)]
    if not looped:
        return None
    told = looped[0].record["openaps"]
    enacted, fresh = told.get("enacted"), looped[0].at >= now.at - _RECENT / 2
    word = ("⌁", "enacted", "Enacted") if enacted and fresh else ("↻", "looping", "Looping")
    word = word if fresh else ("⚠", "warning", "Warning")
    return {
        "lastEnacted": enacted,
        "lastSuggested": told.get("suggested"),
        "lastIOB": told.get("iob"),
        "lastLoopMoment": looped[0].record.get("created_at"),
        "status": dict(zip(("symbol", "code", "label"), word, strict=True)),
    }


async def _pump(now: Now, _: str) -> Record | None:
    for one in await now.statuses():
        if isinstance(one.record.get("pump"), dict):
            return {"pump": one.record["pump"], "device": one.record.get("device"), "mills": to_ms(one.at)}
    return None


async def _basal(now: Now, _: str) -> Record | None:
    return await basal_now(now.call)


async def _age(now: Now, name: str) -> Record:
    words = _AGES[name]
    wanted = Query(lambda one: one.get("eventType") in words, now.at - _AGES_BACK, now.at)
    async for page in shelf("treatments", now.call.store).pages(wanted, size=500):
        if page.found:
            newest = page.found[0]
            hours = int((now.at - newest.at).total_seconds() // 3_600)
            days, rest = divmod(hours, 24)
            return {
                "found": True,
                "age": hours,
                "days": days,
                "hours": rest,
                "treatmentDate": to_ms(newest.at),
                "notes": newest.record.get("notes"),
                "display": f"{days}d{rest}h" if days else f"{rest}h",
            }
    return {"found": False, "age": 0, "treatmentDate": None, "display": "n/a"}


async def _runtime(_: Now, __: str) -> Record:
    return {"state": "loaded"}


_MAKERS: Mapping[str, Callable[[Now, str], Awaitable[Any]]] = {
    "bgnow": _bgnow,
    "delta": _delta,
    "buckets": _buckets,
    "direction": _direction,
    "iob": _on_board,
    "cob": _on_board,
    "basal": _basal,
    "upbat": _upbat,
    "loop": _loop,
    "openaps": _openaps,
    "pump": _pump,
    "cage": _age,
    "sage": _age,
    "iage": _age,
    "bage": _age,
    "runtimestate": _runtime,
}
