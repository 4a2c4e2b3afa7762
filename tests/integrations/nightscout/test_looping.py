"""What a loop does every five minutes: whole for the API, a line for people, and no entry of the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integrations.nightscout.conftest import Site
from tests.integrations.nightscout.test_entries import contains, minutes_ago
from tests.integrations.nightscout.test_treatments import iso, journal
from tests.support.house import everything


def basal(at: datetime, rate: float, **more: Any) -> dict[str, Any]:
    return {
        "eventType": "Temp Basal",
        "created_at": iso(at),
        "rate": rate,
        "absolute": rate,
        "duration": 30,
        "automatic": True,
        **more,
    }


async def values(site: Site, metric: str) -> list[float | str]:
    entities = [one for one in everything(site.hub).entities("anna") if one.metric == metric]
    if not entities:
        return []
    now = minutes_ago(-1)
    found = await everything(site.hub).entity_readings(entities[0].id, now - timedelta(days=1), now, limit=1_000)
    return [one.value for one in found.readings]


async def test_a_night_of_looping_is_a_line_and_not_a_hundred_entries(site: Site) -> None:
    start = minutes_ago(500)
    sent = [basal(start + timedelta(minutes=5 * index), round(index % 7 * 0.15, 2)) for index in range(96)]
    await site.post("/api/v1/treatments", sent)
    read = await site.get("/api/v1/treatments.json?count=200&find[eventType]=Temp%20Basal")
    assert len(read) == 96
    assert all(contains(one, written) for one, written in zip(reversed(read), sent, strict=True))
    assert await values(site, "insulin_basal_rate") == [one["absolute"] for one in sent]
    assert await journal(site) == []


@pytest.mark.parametrize(
    "mark",
    [
        {"eventType": "SMB"},
        {"eventType": "Correction Bolus", "isSMB": True},
        {"eventType": "Correction Bolus", "type": "SMB"},
        {"eventType": "Correction Bolus", "automatic": True, "notes": "from the loop"},
    ],
)
async def test_a_loops_own_doses_are_added_up_by_the_hour_beside_the_journal(site: Site, mark: dict[str, Any]) -> None:
    start = minutes_ago(30)
    for index in range(4):
        at = start + timedelta(minutes=5 * index)
        await site.post("/api/v1/treatments", {"created_at": iso(at), "insulin": 0.15, **mark})
    await site.post("/api/v1/treatments", {"eventType": "Meal Bolus", "created_at": iso(start), "insulin": 3})
    assert [one.data["units"] for one in await journal(site)] == [3]
    view = everything(site.hub)
    days = await view.statistics("anna", "insulin_automatic", "day", start - timedelta(days=2), minutes_ago(-1))
    assert round(sum(one.sum or 0.0 for one in days), 6) == 0.6


async def test_a_rate_that_is_changed_removed_or_sent_again_is_so_in_the_series(site: Site) -> None:
    at = minutes_ago(20)
    [first] = await site.post("/api/v1/treatments", basal(at, 1.2))
    await site.send("PUT", "/api/v1/treatments", {**basal(at, 0.4), "_id": first["_id"]})
    assert await values(site, "insulin_basal_rate") == [0.4]
    later = at + timedelta(minutes=2)
    await site.send("PUT", "/api/v1/treatments", {**basal(later, 0.4), "_id": first["_id"]})
    assert await values(site, "insulin_basal_rate") == [0.4]
    assert (await site.call("DELETE", f"/api/v1/treatments/{first['_id']}")).status == 200
    assert await values(site, "insulin_basal_rate") == []
    await site.post("/api/v1/treatments", basal(later, 0.4))
    assert await values(site, "insulin_basal_rate") == [0.4]


async def test_the_end_of_a_rate_is_no_rate_and_a_stopped_pump_gives_nothing(site: Site) -> None:
    await site.post("/api/v1/treatments", basal(minutes_ago(20), 0.0, duration=0))
    assert await values(site, "insulin_basal_rate") == []
    await site.post("/api/v1/treatments", {"eventType": "Suspend Pump", "created_at": iso(minutes_ago(5))})
    assert await values(site, "insulin_basal_rate") == [0.0]
    assert [one.data["delivery"] for one in await journal(site)] == ["suspend"]


async def test_a_finger_stick_goes_with_its_treatment(site: Site) -> None:
    at = minutes_ago(5)
    check = {"eventType": "BG Check", "created_at": iso(at), "glucose": 101, "glucoseType": "Finger"}
    [kept] = await site.post("/api/v1/treatments", check)
    assert await values(site, "blood_glucose") == [101]
    await site.call("DELETE", f"/api/v1/treatments/{kept['_id']}")
    assert await values(site, "blood_glucose") == []
