"""The other collections, and what tells about the site, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integrations.nightscout.conftest import MakeSite, Site
from tests.integrations.nightscout.test_entries import contains, minutes_ago, ms, sgv
from tests.integrations.nightscout.test_treatments import iso
from tests.support.house import everything

LOOP_STATUS: dict[str, Any] = {
    "device": "loop://iPhone",
    "created_at": "",
    "loop": {
        "iob": {"timestamp": "2026-11-21T10:00:00Z", "iob": 1.234},
        "cob": {"cob": 21.6},
        "predicted": {"startDate": "2026-11-21T10:00:00Z", "values": [120, 121, 123]},
        "enacted": {"rate": 0.5, "duration": 30, "received": True},
    },
    "pump": {"reservoir": 88.5, "battery": {"percent": 60}},
    "uploader": {"battery": 87, "name": "iPhone"},
}


async def test_a_device_status_comes_back_whole(site: Site) -> None:
    sent = {**LOOP_STATUS, "created_at": iso(minutes_ago(2))}
    [answered] = await site.post("/api/v1/devicestatus", [sent])
    await site.post("/api/v1/devicestatus", sent)
    [read] = await site.get("/api/v1/devicestatus.json")
    assert contains(read, sent)
    assert read["_id"] == answered["_id"]
    refused = await site.call("POST", "/api/v1/devicestatus", json={**sent, "_id": "no-object-id"})
    assert refused.status == 400


async def test_device_statuses_are_removed_one_by_one_and_old_ones_by_themselves(make_site: MakeSite) -> None:
    async with make_site(keep_devicestatus_days=30) as site:
        old = {**LOOP_STATUS, "created_at": iso(datetime.now(UTC) - timedelta(days=40))}
        new = {**LOOP_STATUS, "created_at": iso(minutes_ago(1))}
        [kept, _] = await site.post("/api/v1/devicestatus", [new, old])
        since = iso(datetime.now(UTC) - timedelta(days=365))
        assert len(await site.get(f"/api/v1/devicestatus.json?find[created_at][$gte]={since}")) == 1
        await site.call("DELETE", f"/api/v1/devicestatus/{kept['_id']}")
        assert await site.get("/api/v1/devicestatus.json") == []
        assert (await site.call("DELETE", "/api/v1/devicestatus/abc")).status == 400


async def test_profiles_are_told_newest_first_whatever_their_age(site: Site) -> None:
    profile = {
        "defaultProfile": "Default",
        "startDate": "2020-01-01T00:00:00.000Z",
        "units": "mg/dL",
        "store": {"Default": {"dia": 5, "basal": [{"time": "00:00", "timeAsSeconds": 0, "value": 0.8}]}},
    }
    await site.post("/api/v1/profile", [profile, {**profile, "startDate": iso(minutes_ago(60)), "units": "mmol"}])
    assert [one["units"] for one in await site.get("/api/v1/profile.json")] == ["mmol", "mg/dL"]
    current = await site.get("/api/v1/profile/current")
    assert contains(current, {"units": "mmol", "store": profile["store"]})
    assert len(await site.get("/api/v1/profiles?find[startDate][$gte]=2019-01-01T00:00:00Z")) == 2
    changed = await site.send("PUT", "/api/v1/profile", {**current, "units": "mg/dl"})
    assert (changed["_id"], changed["units"]) == (current["_id"], "mg/dl")
    assert len(await site.get("/api/v1/profile.json")) == 2
    assert await (await site.call("DELETE", f"/api/v1/profile/{current['_id']}")).json() == {}
    assert len(await site.get("/api/v1/profile.json")) == 1


async def test_activity_is_heart_rate_and_steps_of_the_hub(site: Site) -> None:
    at = minutes_ago(3)
    seconds = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    sent = [
        {"type": "hr-bpm", "timeStamp": ms(at), "created_at": seconds, "bpm": 71},
        {
            "type": "hr-bpm",
            "timeStamp": ms(at) + 60_000,
            "created_at": iso(at + timedelta(minutes=1)),
            "bpm": 74,
            "accuracy": 2,
        },
        {"type": "steps-total", "timeStamp": ms(at), "created_at": seconds, "steps": 4321},
        {"type": "motion-class", "timeStamp": ms(at), "created_at": seconds, "class": "Walking"},
    ]
    answered = await site.post("/api/v1/activity", sent)
    assert len(answered) == 4
    read = await site.get("/api/v1/activity")
    assert len(read) == 4
    for written in sent:
        assert any(contains(one, written) for one in read), written
    state = everything(site.hub).state("sensor.anna_heart_rate")[1]
    assert state is not None
    assert state.value == 74
    total = everything(site.hub).state("sensor.anna_steps")[1]
    assert total is not None
    assert total.value == 4321
    # What a reading tells by itself is not kept a second time.
    kept = await everything(site.hub).documents_find("anna", "activity")
    assert sorted(one.body.get("type", "") for one in kept) == ["hr-bpm", "motion-class"]


async def test_plain_values_take_no_room_beside_their_reading(site: Site) -> None:
    at = minutes_ago(3)
    await site.post("/api/v1/entries", [{"type": "sgv", "sgv": 101, "date": ms(at), "dateString": iso(at)}])
    assert await everything(site.hub).documents_find("anna", "entries") == []
    assert len(await site.get("/api/v1/entries.json")) == 1


async def test_foods_are_listed(site: Site) -> None:
    foods = [{"type": "food", "name": "Bread", "carbs": 15}, {"type": "quickpick", "name": "Lunch", "hidden": "false"}]
    await site.post("/api/v1/food", foods)
    assert len(await site.get("/api/v1/food.json")) == 2
    assert [one["name"] for one in await site.get("/api/v1/food/regular.json")] == ["Bread"]
    assert [one["name"] for one in await site.get("/api/v1/food/quickpicks.json")] == ["Lunch"]


async def test_the_status_says_what_followers_look_for(site: Site) -> None:
    told = await site.get("/api/v1/status.json")
    assert (told["status"], told["name"], told["apiEnabled"], told["careportalEnabled"]) == (
        "ok",
        "Homeostat",
        True,
        True,
    )
    assert not told["version"].startswith(("0.6", "0.7", "0.8"))
    assert (told["settings"]["authDefaultRoles"], told["settings"]["units"]) == ("denied", "mg/dl")
    assert abs(told["serverTimeEpoch"] - ms(datetime.now(UTC))) < 5_000
    assert await (await site.call("GET", "/api/v1/status.txt")).text() == "STATUS OK"
    versions = await site.as_("").get("/api/versions")
    assert [one["url"] for one in versions] == ["/api/v1", "/api/v2", "/api/v3"]
    assert await site.get("/api/v1/experiments/test") == {"status": "ok"}


async def test_the_watch_face_gets_its_summary(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(6), 100), sgv(minutes_ago(1), 108, direction="FortyFiveUp")])
    await site.post("/api/v1/devicestatus", {**LOOP_STATUS, "created_at": iso(minutes_ago(1))})
    told = await site.get("/pebble?count=2")
    first, second = told["bgs"]
    assert (first["sgv"], first["trend"], first["direction"], first["bgdelta"]) == ("108", 3, "FortyFiveUp", 8)
    assert (first["battery"], first["iob"], first["cob"]) == ("87", "1.23", 22)
    assert (second["sgv"], second["trend"], "bgdelta" in second) == ("100", 4, False)
    assert told["cals"] == []
    mmol = (await site.get("/pebble?units=mmol"))["bgs"]
    assert [(one["sgv"], one["bgdelta"]) for one in mmol] == [("6.0", "0.4")]


async def test_rarer_questions_have_answers(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 100 + index) for index in range(6)])
    assert await site.get("/api/v1/count/entries/where?find[sgv][$gte]=103") == [{"_id": None, "count": 3}]
    shown = await site.get("/api/v1/echo/entries/sgv.json?count=3")
    assert shown["query"]["type"] == "sgv"
    assert "$gte" in shown["query"]["date"]
    month = datetime.now(UTC).strftime("%Y-%m")
    assert len(await site.get(f"/api/v1/times/{month}/T.*.json")) == 6
    assert len(await site.get(f"/api/v1/slice/entries/dateString/sgv/{month}.json?count=2")) == 2
    assert await site.get("/api/v1/slice/entries/dateString/mbg/2020.json") == []
    pattern = await site.get("/api/v1/times/echo/2026/T%7B13..15%7D:00")
    assert pattern["pattern"] == ["^2026.*T(?:13|14|15):00"]


async def test_an_unknown_address_is_answered_in_json(site: Site) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/treatments/5f7b2f4a0e6d4f0b8c3a5d9c", 404),
        ("PUT", "/api/v1/status", 405),
        ("GET", "/api/v3/nothing", 404),
    ):
        response = await site.call(method, path)
        assert response.status == status, path
        assert (await response.json())["status"] == status
    assert await site.get("/api/v1/entries/5f7b2f4a0e6d4f0b8c3a5d9c.json") == []


async def test_loops_push_message_is_declined_in_words(site: Site) -> None:
    response = await site.call("POST", "/api/v2/notifications/loop", json={"eventType": "Temporary Override"})
    assert response.status == 500
    assert "no push messages" in (await response.json())["message"]


async def test_a_long_answer_is_sent_as_it_is_read(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(index), 80 + index % 100) for index in range(5_600)])
    read = await site.get("/api/v1/entries.json?count=0")
    assert len(read) == 5_600 or len(read) == len({one["date"] for one in read}) >= 5_500
    assert [one["date"] for one in read] == sorted((one["date"] for one in read), reverse=True)
