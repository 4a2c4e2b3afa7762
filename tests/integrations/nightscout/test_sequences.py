"""What Loop, xDrip+ and Trio send, in the order and the form in which they send it."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from tests.integrations.nightscout.conftest import Site
from tests.integrations.nightscout.test_entries import contains, minutes_ago, ms
from tests.integrations.nightscout.test_site import LOOP_STATUS
from tests.integrations.nightscout.test_treatments import iso, journal
from tests.support.house import everything

JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def seconds(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def exactly_200(site: Site, method: str, path: str, body: Any) -> Any:
    """Loop takes any other status for a failure."""
    response = await site.call(method, path, json=body, headers=JSON)
    assert response.status == 200, (path, response.status, await response.text())
    return await response.json()


async def test_loop_uploads_changes_and_deletes(site: Site) -> None:
    check = await site.call("GET", "/api/v1/experiments/test", headers=JSON)
    assert (check.status, await check.json()) == (200, {"status": "ok"})
    assert (await site.as_("wrong secret").call("GET", "/api/v1/experiments/test", headers=JSON)).status == 401

    at = minutes_ago(5)
    glucose = {
        "date": at.timestamp() * 1000 + 0.4567,
        "dateString": seconds(at),
        "device": "loop://iPhone",
        "type": "sgv",
        "sgv": 121.0,
        "trend": 4,
        "direction": "Flat",
        "trendRate": 0.5,
        "isCalibration": False,
    }
    [kept] = await exactly_200(site, "POST", "/api/v1/entries", [glucose])
    assert contains(kept, {**glucose, "dateString": iso(at)})

    bolus = {
        "created_at": seconds(at),
        "timestamp": seconds(at),
        "enteredBy": "loop://iPhone",
        "eventType": "Correction Bolus",
        "type": "normal",
        "insulin": 0.35,
        "programmed": 0.35,
        "unabsorbed": 1.2,
        "duration": 0.5,
        "automatic": True,
        "syncIdentifier": "a0b1c2",
        "insulinType": "Humalog",
    }
    basal = {
        "created_at": seconds(at),
        "timestamp": seconds(at),
        "enteredBy": "loop://iPhone",
        "eventType": "Temp Basal",
        "temp": "absolute",
        "rate": 0.0,
        "absolute": 0.0,
        "duration": 30.0,
        "amount": 0.0,
        "automatic": True,
        "syncIdentifier": "d3e4f5",
    }
    carbs = {
        "created_at": seconds(at),
        "timestamp": seconds(at),
        "enteredBy": "loop://iPhone",
        "eventType": "Carb Correction",
        "carbs": 20,
        "absorptionTime": 180.0,
        "foodType": "🌮",
        "syncIdentifier": "0718",
        "userEnteredAt": seconds(at),
    }
    answered = await exactly_200(site, "POST", "/api/v1/treatments", [bolus, basal, carbs])
    assert len(answered) == 3
    names = [one["_id"] for one in answered]
    assert len(set(names)) == 3
    assert contains(answered[1], {**basal, "created_at": iso(at)})
    # Loop edits a carbohydrate entry by the `_id` it was given, and its time may move.
    moved = {**carbs, "_id": names[2], "carbs": 25, "created_at": seconds(at - timedelta(minutes=20))}
    changed = await exactly_200(site, "PUT", "/api/v1/treatments", moved)
    assert changed["_id"] == names[2]
    since = seconds(at - timedelta(hours=1))
    asked = f"/api/v1/treatments?find[created_at][$gte]={since}&find[created_at][$lte]={seconds(minutes_ago(0))}"
    read = {one["_id"]: one for one in await site.get(asked, headers=JSON)}
    assert set(read) == set(names)
    assert (read[names[2]]["carbs"], read[names[2]]["absorptionTime"]) == (25, 180.0)
    assert read[names[0]]["timestamp"] == bolus["timestamp"]
    # What the loop did by itself is no entry of the journal.
    assert [one.kind for one in await journal(site)] == ["meal"]
    response = await site.call("DELETE", f"/api/v1/treatments/{names[2]}", headers=JSON)
    assert response.status == 200
    assert await journal(site) == []

    [status] = await exactly_200(site, "POST", "/api/v1/devicestatus", [{**LOOP_STATUS, "created_at": seconds(at)}])
    assert contains(status, {**LOOP_STATUS, "created_at": iso(at)})
    profile = {
        "defaultProfile": "Default",
        "startDate": seconds(at),
        "mills": str(ms(at)),
        "units": "mg/dL",
        "enteredBy": "Loop",
        "loopSettings": {"dosingEnabled": True, "deviceToken": "abc"},
        "store": {"Default": {"dia": "6", "basal": [{"time": "00:00", "timeAsSeconds": "0", "value": "0.9"}]}},
    }
    [stored] = await exactly_200(site, "POST", "/api/v1/profile", [profile])
    assert len(stored["_id"]) == 24
    assert contains(await site.get("/api/v1/profile/current", headers=JSON), {**profile, "_id": stored["_id"]})
    assert await exactly_200(site, "POST", "/api/v1/treatments", []) == []


async def test_xdrip_uploads_compressed_and_downloads_what_others_wrote(site: Site) -> None:
    status = await site.call("GET", "/api/v1/status.json")
    assert "gzip" in status.headers["Accept-Encoding"]
    at = minutes_ago(6)
    stamp = (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000+0100")

    async def send(method: str, path: str, body: Any) -> Any:
        response = await site.call(
            method,
            f"/api/v1/{path}",
            data=gzip.compress(json.dumps(body).encode()),
            headers={"Content-Type": "application/json; charset=UTF-8", "Content-Encoding": "gzip"},
        )
        assert response.status == 200, await response.text()
        return await response.json()

    values = [
        {
            "device": "xDrip-DexcomG6 G6 Native",
            "date": ms(at),
            "dateString": stamp,
            "sgv": 105,
            "delta": -1.25,
            "direction": "Flat",
            "type": "sgv",
            "filtered": 0,
            "unfiltered": 0,
            "rssi": 100,
            "noise": 1,
            "sysTime": stamp,
        },
        {"device": "xDrip", "type": "mbg", "date": ms(at), "dateString": stamp, "mbg": 108, "sysTime": stamp},
        {
            "device": "xDrip-DexcomG6",
            "type": "cal",
            "date": ms(at),
            "dateString": stamp,
            "slope": 1000.5,
            "intercept": 20_000.1,
            "scale": 1,
            "sysTime": stamp,
        },
    ]
    assert len(await send("POST", "entries", values)) == 3
    read = {one["type"]: one for one in await site.get("/api/v1/entries.json")}
    for written in values:
        utc = {"dateString": iso(at), "sysTime": iso(at), "utcOffset": 60}
        assert contains(read[written["type"]], {**written, **utc})
    battery = {"device": "samsung phone", "uploader": {"battery": 83, "type": "PHONE"}, "created_at": seconds(at)}
    assert len(await send("POST", "devicestatus", battery)) == 1

    name = str(uuid.uuid4())
    treatment = {
        "timestamp": ms(at),
        "eventType": "<none>",
        "enteredBy": "xdrip",
        "uuid": name,
        "carbs": 30,
        "insulin": 2.5,
        "created_at": seconds(at),
        "sysTime": stamp,
        "_id": name.replace("-", "")[:24],
    }
    for _ in range(2):
        kept = await send("PUT", "treatments", treatment)
        assert kept["_id"] == treatment["_id"]
    assert len(await journal(site)) == 2
    [found] = await site.get(f"/api/v1/treatments.json?find[uuid]={name}")
    assert contains(found, {**treatment, "created_at": iso(at)})
    activity = [{"type": "hr-bpm", "timeStamp": ms(at), "created_at": seconds(at), "bpm": 66}]
    assert len(await send("POST", "activity", activity)) == 1

    download = await site.call("GET", "/api/v1/treatments", headers={"BROKEN-If-Modified-Since": "x"})
    etag = download.headers["Etag"]
    again = await site.call("GET", "/api/v1/treatments")
    assert again.headers["Etag"] == etag
    await site.post("/api/v1/treatments", {"eventType": "Note", "notes": "from the page"})
    assert (await site.call("GET", "/api/v1/treatments")).headers["Etag"] != etag
    gone = await site.call("DELETE", f"/api/v1/treatments/{treatment['_id']}")
    assert gone.status == 200
    assert await site.get(f"/api/v1/treatments.json?find[uuid]={name}") == []
    state = everything(site.hub).state("sensor.anna_heart_rate")[1]
    assert state is not None
    assert state.value == 66


async def test_trio_uploads_a_hundred_at_a_time_and_takes_back_by_its_own_id(site: Site) -> None:
    checked = await site.post(
        "/api/v1/treatments.json", {"eventType": "Note", "enteredBy": "Trio", "notes": "Trio connected"}
    )
    assert len(checked) == 1
    start = minutes_ago(60 * 10)
    values = [
        {
            "_id": str(uuid.uuid4()).upper(),
            "id": str(uuid.uuid4()).upper(),
            "sgv": 100 + index,
            "direction": "Flat",
            "date": ms(start) + 300_000 * index,
            "dateString": iso(start + timedelta(minutes=5 * index)),
            "type": "sgv",
        }
        for index in range(100)
    ]
    answered = await site.post("/api/v1/entries.json", values)
    assert [one["identifier"] for one in answered] == [one["_id"] for one in values]
    assert all(len(one["_id"]) == 24 for one in answered)
    assert await site.post("/api/v1/entries.json", values) == answered
    read = await site.get(f"/api/v1/entries/sgv.json?count=1600&find[dateString][$gte]={iso(start)}")
    assert len(read) == 100
    wrong = values[40]
    question = f"find[$or][0][id][$eq]={wrong['id']}&find[$or][1][dateString][$eq]={wrong['dateString']}"
    assert (await site.call("DELETE", f"/api/v1/entries.json?{question}")).status == 200
    left = await site.get("/api/v1/entries/sgv.json?count=1600")
    assert len(left) == 99
    assert wrong["id"] not in {one["id"] for one in left}
    smb = [
        {
            "eventType": "SMB",
            "created_at": iso(start + timedelta(minutes=5 * index)),
            "enteredBy": "Trio",
            "insulin": 0.1,
            "id": str(uuid.uuid4()).upper(),
        }
        for index in range(100)
    ]
    assert len(await site.post("/api/v1/treatments.json", smb)) == 100
    assert (await site.call("DELETE", f"/api/v1/treatments.json?find[id][$eq]={smb[7]['id']}")).status == 200
    boluses = await site.get("/api/v1/treatments.json?find[eventType]=SMB")
    assert len(boluses) == 99
    given = await everything(site.hub).readings("anna", "insulin_automatic", start, minutes_ago(0))
    assert [one.value for one in given.readings] == [0.1] * 99
    assert [one.kind for one in await journal(site)] == ["note"]
