"""What displays and watch faces ask for: how things are now, in API v2's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.model import Verb
from integrations.nightscout.surface.basal import scheduled
from tests.integrations.nightscout.conftest import MakeSite, Site, limited
from tests.integrations.nightscout.test_entries import minutes_ago, ms, sgv
from tests.integrations.nightscout.test_site import LOOP_STATUS
from tests.integrations.nightscout.test_treatments import iso

PROFILE: dict[str, Any] = {
    "defaultProfile": "Day",
    "startDate": "2026-01-01T00:00:00Z",
    "store": {
        "Day": {
            "timezone": "Etc/UTC",
            "basal": [
                {"time": "00:00", "timeAsSeconds": "0", "value": "0.8"},
                {"time": "06:00", "value": 1.1},
            ],
        }
    },
}


async def uploaded(site: Site) -> datetime:
    """A loop that runs; returns the moment of the newest value."""
    now = minutes_ago(1)
    values = [sgv(now - timedelta(minutes=5 * index), 120 - 4 * index) for index in range(6)]
    await site.post("/api/v1/entries", values)
    loop = {**LOOP_STATUS["loop"], "enacted": {"rate": 1.5, "duration": 30, "received": True}}
    await site.post("/api/v1/devicestatus", [{**LOOP_STATUS, "loop": loop, "created_at": iso(now)}])
    return now


async def test_the_display_on_the_bedside_table_gets_what_it_parses(site: Site) -> None:
    now = await uploaded(site)
    await site.post("/api/v1/profile", [PROFILE])
    await site.post(
        "/api/v1/treatments",
        {"eventType": "Temp Basal", "created_at": iso(minutes_ago(5)), "absolute": 1.5, "duration": 30},
    )
    told = await site.get("/api/v2/properties/iob,cob,delta,loop,basal")
    assert set(told) == {"iob", "cob", "delta", "loop", "basal"}
    assert (told["iob"]["display"], told["iob"]["displayLine"]) == ("1.23", "IOB: 1.23U")
    assert (told["iob"]["source"], told["iob"]["mills"]) == ("Loop", ms(now))
    assert (told["cob"]["display"], told["cob"]["displayLine"]) == (21.6, "COB: 21.6g")
    assert (told["delta"]["mgdl"], told["delta"]["scaled"], told["delta"]["display"]) == (4, 4, "+4")
    assert told["delta"]["absolute"] == 4
    assert told["delta"]["elapsedMins"] == 5
    assert told["delta"]["interpolated"] is False
    assert told["loop"]["display"] == {"symbol": "⌁", "code": "enacted", "label": "Enacted"}
    assert told["basal"]["display"] == "T: 1.500U"
    assert told["basal"]["current"]["totalbasal"] == 1.5


async def test_everything_is_told_when_nothing_is_named(site: Site) -> None:
    now = await uploaded(site)
    await site.post("/api/v1/treatments", {"eventType": "Site Change", "created_at": iso(minutes_ago(60 * 26))})
    told = await site.get("/api/v2/properties.json")
    assert (told["bgnow"]["last"], told["bgnow"]["mills"], told["bgnow"]["mean"]) == (120, ms(now), 120)
    assert told["bgnow"]["sgvs"][0]["mgdl"] == 120
    assert (told["direction"]["value"], told["direction"]["label"], told["direction"]["entity"]) == (
        "Flat",
        "→",
        "&#8594;",
    )
    assert (told["upbat"]["display"], told["upbat"]["level"]) == ("87%", 75)
    assert (told["cage"]["age"], told["cage"]["display"]) == (26, "1d2h")
    assert told["sage"]["found"] is False
    assert told["pump"]["pump"]["reservoir"] == 88.5
    assert [one["index"] for one in told["buckets"]] == [0, 1, 2, 3]
    assert "basal" not in told


async def test_a_hub_that_knows_nothing_yet_answers_without_inventing(site: Site) -> None:
    told = await site.get("/api/v2/properties")
    assert "delta" not in told
    assert "bgnow" not in told
    assert told["iob"] == {}
    assert (await site.get("/api/v2/ddata/at"))["sgvs"] == []
    assert (await site.get("/api/v2/summary"))["state"]["iob"] is None


async def test_old_insulin_on_board_is_not_told_as_todays(site: Site) -> None:
    await site.post("/api/v1/devicestatus", [{**LOOP_STATUS, "created_at": iso(minutes_ago(45))}])
    told = await site.get("/api/v2/properties/iob,loop,upbat")
    assert told["iob"] == {}
    assert told["loop"]["display"]["code"] == "warning"


async def test_a_gap_is_bridged_and_said_to_be(make_site: MakeSite) -> None:
    async with make_site(units="mmol") as site:
        now = minutes_ago(1)
        await site.post("/api/v1/entries", [sgv(now, 140), sgv(now - timedelta(minutes=15), 110)])
        told = (await site.get("/api/v2/properties/delta"))["delta"]
    assert told["interpolated"] is True
    assert (told["mgdl"], told["mean5MinsAgo"]) == (10, 130)
    assert (told["scaled"], told["display"]) == (0.6, "+0.6")


async def test_two_days_come_at_once_in_order(site: Site) -> None:
    await uploaded(site)
    await site.post("/api/v1/profile", [PROFILE])
    await site.post(
        "/api/v1/treatments", {"eventType": "Carb Correction", "created_at": iso(minutes_ago(9)), "carbs": 9}
    )
    told = await site.get("/api/v2/ddata/at/")
    assert [one["mgdl"] for one in told["sgvs"]] == [100, 104, 108, 112, 116, 120]
    assert told["sgvs"][0]["mills"] < told["sgvs"][-1]["mills"]
    assert told["treatments"][0]["carbs"] == 9
    assert told["profiles"][0]["defaultProfile"] == "Day"
    assert told["devicestatus"][0]["mills"]
    assert (await site.get(f"/api/v2/ddata/at/{iso(minutes_ago(60))}"))["sgvs"] == []
    assert (await site.call("GET", "/api/v2/ddata/at/soon")).status == 400
    brief = await site.get("/api/v2/summary?hours=1")
    assert [one["sgv"] for one in brief["sgvs"]][-1] == 120
    assert brief["treatments"]["treatments"][0]["carbs"] == 9
    assert (brief["state"]["iob"], brief["state"]["cob"], brief["state"]["battery"]) == (1.23, 22, 75)


async def test_silencing_is_answered_to_those_who_may_write(site: Site) -> None:
    response = await site.call("GET", "/api/v1/notifications/ack?level=2&group=default&time=1800000")
    assert (response.status, await response.text()) == (200, "OK")
    reader = await limited(site, Verb.VIEW, persons=["anna"])
    assert (await reader.call("GET", "/api/v1/notifications/ack?level=2")).status == 401
    assert (await site.get("/api/v1/adminnotifies"))["message"] == {"notifies": [], "notifyCount": 0}
    for path in ("/api/v1/alexa", "/api/v1/googlehome"):
        assert (await site.call("POST", path, json={})).status == 404, path


@pytest.mark.parametrize(
    ("moment", "rate"),
    [("2026-11-21T05:59:59+00:00", 0.8), ("2026-11-21T06:00:00+00:00", 1.1), ("2026-11-21T23:30:00+02:00", 1.1)],
)
def test_the_profile_has_a_rate_for_each_time_of_day(moment: str, rate: float) -> None:
    assert scheduled(PROFILE["store"]["Day"], datetime.fromisoformat(moment), "Europe/Madrid") == rate
