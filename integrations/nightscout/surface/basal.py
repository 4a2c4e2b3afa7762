"""The basal rate that runs now: a temporary one, else what the profile says for this time of day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.nightscout.found import Found
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.measured import BASAL
from integrations.nightscout.query import Query
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import to_ms

_LONGEST = timedelta(hours=24)


async def basal_now(call: Call) -> Record | None:
    """API v2's property; None without a profile, as a share of nothing cannot be told."""
    now = call.store.now
    profile = await current_profile(call)
    planned = scheduled(profile, now, call.view.time_zone(call.store.person)) if profile is not None else None
    if planned is None:
        return None
    running = await _running(call, now)
    rate = _rate(running.record, planned) if running is not None else None
    total = rate if rate is not None else planned
    current: Record = {"basal": planned, "tempbasal": total, "combobolusbasal": 0, "totalbasal": total}
    if running is not None and rate is not None:
        current["treatment"] = {**running.record, "mills": to_ms(running.at)}
    return {"display": f"{'T: ' if rate is not None else ''}{total:.3f}U", "current": current}


async def current_profile(call: Call) -> Record | None:
    """The store's default profile of the newest record that has begun."""
    begun = Query(lambda _: True, None, call.store.now)
    async for page in shelf("profile", call.store).pages(begun, size=10):
        for one in page.found:
            stores = one.record.get("store")
            if isinstance(stores, Mapping):
                chosen = stores.get(str(one.record.get("defaultProfile")))
                return dict(chosen) if isinstance(chosen, Mapping) else None
    return None


def scheduled(profile: Mapping[str, Any], at: datetime, zone: str) -> float | None:
    """Units an hour that the profile has for a time of day."""
    try:
        local = at.astimezone(ZoneInfo(str(profile.get("timezone") or zone)))
    except (ZoneInfoNotFoundError, ValueError):
        local = at.astimezone(ZoneInfo(zone))
    second = local.hour * 3_600 + local.minute * 60 + local.second
    steps = profile.get("basal")
    if not isinstance(steps, list):
        return number(steps)
    told = [(_second(one), number(one.get("value"))) for one in steps if isinstance(one, Mapping)]
    begun = [(since, rate) for since, rate in told if since is not None and rate is not None]
    before = [pair for pair in begun if pair[0] <= second]
    return max(before or begun)[1] if begun else None


def _second(step: Mapping[str, Any]) -> int | None:
    told = number(step.get("timeAsSeconds"))
    if told is not None:
        return int(told)
    hours, _, minutes = str(step.get("time", "")).partition(":")
    return int(hours) * 3_600 + int(minutes) * 60 if hours.isdigit() and minutes.isdigit() else None


async def _running(call: Call, now: datetime) -> Found | None:
    wanted = Query(lambda one: one.get("eventType") == BASAL, now - _LONGEST, now)
    async for page in shelf("treatments", call.store).pages(wanted, size=100):
        if page.found:
            newest = page.found[0]
            minutes = number(newest.record.get("duration")) or 0.0
            return newest if newest.at + timedelta(minutes=min(minutes, 1_440)) > now else None
    return None


def _rate(record: Mapping[str, Any], planned: float) -> float | None:
    for name in ("absolute", "rate"):
        value = number(record.get(name))
        if value is not None:
            return value
    share = number(record.get("percent"))
    return max(0.0, planned * (100 + share) / 100) if share is not None else None
