"""API v3 over HTTP, in the order in which AAPS calls it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from hub.model import JournalDraft, Verb
from tests.integrations.nightscout.conftest import Site, limited
from tests.integrations.nightscout.test_entries import contains, minutes_ago, ms, sgv
from tests.integrations.nightscout.test_treatments import iso, journal
from tests.support.house import everything


@pytest.fixture
async def aaps(site: Site) -> Site:
    """A client that shows a ticket, as AAPS does."""
    phone = site.as_("")
    empty = await phone.call("GET", "/api/v3/status", headers={"Authorization": "Bearer "})
    assert empty.status == 401
    given = await phone.get(f"/api/v2/authorization/request/{site.token}")
    phone.headers = {"Authorization": f"Bearer {given['token']}", "Date": str(ms(minutes_ago(0)))}
    phone.token = site.token
    return phone


def entry(at: Any, value: float = 120, **more: Any) -> dict[str, Any]:
    return {
        "type": "sgv",
        "sgv": value,
        "date": ms(at),
        "device": "AndroidAPS-DexcomG6",
        "direction": "Flat",
        "identifier": str(uuid.uuid4()),
        "app": "AAPS",
        "utcOffset": 60,
        "isValid": True,
        "noise": 0.0,
        **more,
    }


def bolus(at: Any, insulin: float = 1.5, **more: Any) -> dict[str, Any]:
    return {
        "eventType": "Correction Bolus",
        "insulin": insulin,
        "date": ms(at),
        "created_at": iso(at),
        "identifier": str(uuid.uuid4()),
        "app": "AAPS",
        "utcOffset": 60,
        "isValid": True,
        "type": "NORMAL",
        "isSMB": False,
        "pumpId": 4148,
        "pumpType": "ACCU_CHEK_INSIGHT_BLUETOOTH",
        "pumpSerial": "33013206",
        **more,
    }


async def result(site: Site, path: str) -> Any:
    told = await site.get(path)
    assert told["status"] == 200
    return told["result"]


async def test_the_sign_in_tells_what_the_token_may_do(aaps: Site) -> None:
    told = await result(aaps, "/api/v3/status")
    assert set(told["apiPermissions"]["treatments"]) == set("crud")
    assert set(told["apiPermissions"]) == {"devicestatus", "entries", "food", "profile", "settings", "treatments"}
    assert told["storage"]["storage"]
    assert told["storage"]["version"]
    reader = await limited(aaps, Verb.VIEW, persons=["anna"])
    reader.headers = {"Authorization": f"Bearer {reader.token}"}
    assert (await result(reader, "/api/v3/status"))["apiPermissions"]["entries"] == "r"
    refused = await reader.call("POST", "/api/v3/entries", json=entry(minutes_ago(1)))
    assert refused.status == 403
    assert "Missing permission api:entries:create" in (await refused.json())["message"]


async def test_a_new_document_is_created_and_a_repeat_is_a_duplicate(aaps: Site) -> None:
    sent = entry(minutes_ago(1), 133)
    response = await aaps.call("POST", "/api/v3/entries", json=sent)
    told = await response.json()
    assert (response.status, told["status"], told["identifier"]) == (201, 201, sent["identifier"])
    assert told["lastModified"] > ms(minutes_ago(1))
    assert response.headers["Location"].endswith(sent["identifier"])
    again = await aaps.call("POST", "/api/v3/entries", json=sent)
    told = await again.json()
    assert (again.status, told["isDeduplication"], told["identifier"]) == (200, True, sent["identifier"])
    [read] = await result(aaps, "/api/v3/entries?sort$desc=date&type=sgv")
    assert contains(read, sent)
    assert read["srvModified"] >= read["srvCreated"]
    assert "_id" not in read
    [v1] = await aaps.get("/api/v1/entries.json")
    assert (v1["sgv"], len(v1["_id"]), v1["identifier"]) == (133, 24, sent["identifier"])
    assert await result(aaps, f"/api/v3/entries/{v1['_id']}") == read


async def test_a_document_without_identifier_gets_the_one_that_is_reckoned_from_it(aaps: Site) -> None:
    sent = bolus(minutes_ago(3), device="pump")
    del sent["identifier"]
    told = await aaps.post("/api/v3/treatments", sent)
    key = f"pump_{sent['date']}_Correction Bolus"
    assert told["identifier"] == str(uuid.uuid5(uuid.UUID(bytes=b"NightscoutRocks!"), key))


async def test_what_is_missing_is_said_in_the_words_that_aaps_looks_for(aaps: Site) -> None:
    good = bolus(minutes_ago(3))
    for field, value, words in (
        ("utcOffset", "60", "Bad or missing utcOffset field"),
        ("app", "", "Bad or missing app field"),
        ("date", 5, "Bad or missing date field"),
        ("identifier", " ", "Bad or missing identifier field"),
    ):
        response = await aaps.call("POST", "/api/v3/treatments", json={**good, field: value, "created_at": None})
        assert (response.status, (await response.json())["message"]) == (400, words), field
    assert (await aaps.call("POST", "/api/v3/treatments", json={})).status == 400
    assert await result(aaps, "/api/v3/treatments") == []
    await aaps.post("/api/v3/treatments", good)
    changed = await aaps.call("POST", "/api/v3/treatments", json={**good, "eventType": "Note"})
    assert (changed.status, (await changed.json())["message"]) == (
        400,
        "Field eventType cannot be modified by the client",
    )


async def test_a_change_and_a_removal_reach_history_and_journal(aaps: Site) -> None:
    sent = bolus(minutes_ago(3), 1.5)
    await aaps.post("/api/v3/treatments", sent)
    path = f"/api/v3/treatments/{sent['identifier']}"
    told = await aaps.send("PATCH", path, {"insulin": 2.0, "notes": "more"})
    assert told == {"status": 200}
    read = await result(aaps, path)
    assert (read["insulin"], read["notes"], read["pumpId"]) == (2.0, "more", 4148)
    assert [one.data["units"] for one in await journal(aaps)] == [2.0]
    refused = await aaps.call("PATCH", path, json={"date": ms(minutes_ago(9))})
    assert refused.status == 400
    assert (await aaps.call("DELETE", path)).status == 200
    assert (await aaps.call("GET", path)).status == 410
    assert (await aaps.call("PATCH", path, json={"insulin": 1})).status == 410
    assert (await aaps.call("DELETE", "/api/v3/treatments/unknown")).status == 404
    assert await result(aaps, "/api/v3/treatments") == []
    assert await journal(aaps) == []
    [gone] = await result(aaps, "/api/v3/treatments/history/0")
    assert (gone["identifier"], gone["isValid"]) == (sent["identifier"], False)
    back = await aaps.call("POST", "/api/v3/treatments", json=sent)
    assert (back.status, (await back.json())["isDeduplication"]) == (200, True)
    assert [one["insulin"] for one in await result(aaps, "/api/v3/treatments")] == [1.5]
    assert [one.data["units"] for one in await journal(aaps)] == [1.5]


async def test_a_locked_document_is_left_alone(aaps: Site) -> None:
    sent = bolus(minutes_ago(3), isReadOnly=True)
    await aaps.post("/api/v3/treatments", sent)
    for method in ("PATCH", "DELETE"):
        response = await aaps.call(method, f"/api/v3/treatments/{sent['identifier']}", json={"insulin": 9})
        assert response.status == 422, method


async def test_history_goes_on_where_its_etag_says(aaps: Site) -> None:
    sent = [bolus(minutes_ago(10 + index), 1 + index) for index in range(5)]
    for one in sent:
        await aaps.post("/api/v3/treatments", one)
    cursor, seen = 0, []
    for _ in range(10):
        response = await aaps.call("GET", f"/api/v3/treatments/history/{cursor}?limit=2")
        page = (await response.json())["result"]
        if not page:
            break
        assert response.headers["ETag"].startswith('W/"')
        assert int(response.headers["ETag"][3:-1]) == max(one["srvModified"] for one in page)
        cursor = int(response.headers["ETag"][3:-1])
        seen += [one["identifier"] for one in page]
    assert seen == [one["identifier"] for one in sent]
    assert (await aaps.call("GET", "/api/v3/treatments/history")).status == 400
    assert (await aaps.call("GET", "/api/v3/treatments/history/soon")).status == 400


async def test_history_tells_what_other_apps_and_the_journal_did(aaps: Site) -> None:
    at = minutes_ago(4)
    await aaps.post("/api/v1/entries", [sgv(at, 111)])
    await aaps.post(
        "/api/v1/treatments", {"eventType": "Carb Correction", "created_at": iso(minutes_ago(4)), "carbs": 9}
    )
    [value] = await result(aaps, "/api/v3/entries/history/0")
    assert (value["sgv"], value["date"], value["srvModified"] > value["date"]) == (111, ms(at), True)
    [carbs] = await result(aaps, "/api/v3/treatments/history/0")
    assert carbs["carbs"] == 9
    before = await result(aaps, "/api/v3/lastModified")
    view = everything(aaps.hub)
    [kept] = await journal(aaps)
    await view.change_journal(kept.id, JournalDraft("meal", kept.start, None, {"carbs": 14}))
    await view.add_journal("anna", JournalDraft("meal", minutes_ago(2), None, {"carbs": 5}))
    after = await result(aaps, "/api/v3/lastModified")
    assert after["collections"]["treatments"] > before["collections"]["treatments"]
    assert after["collections"]["entries"] == before["collections"]["entries"]
    since = before["collections"]["treatments"]
    told = await result(aaps, f"/api/v3/treatments/history/{since}")
    assert sorted(one["carbs"] for one in told) == [5, 14]
    await view.remove_journal(kept.id)
    told = await result(aaps, f"/api/v3/treatments/history/{max(one['srvModified'] for one in told)}")
    assert [(one["identifier"], one["isValid"]) for one in told] == [(carbs["identifier"], False)]


async def test_a_record_of_v1_is_taken_over_by_its_owner(aaps: Site) -> None:
    at = minutes_ago(6)
    await aaps.post("/api/v1/entries", [sgv(at, 150)])
    await aaps.post("/api/v1/treatments", {"eventType": "Correction Bolus", "created_at": iso(at), "insulin": 1})
    for path, sent in (
        ("entries", entry(at, 150, device="xDrip-DexcomG6", utcOffset=0)),
        ("treatments", bolus(at, 1, utcOffset=0)),
    ):
        told = await aaps.post(f"/api/v3/{path}", sent)
        assert told["isDeduplication"] is True
        assert told["deduplicatedIdentifier"] != sent["identifier"]
        [read] = await result(aaps, f"/api/v3/{path}")
        assert read["identifier"] == sent["identifier"]
        assert (await result(aaps, f"/api/v3/{path}/{sent['identifier']}"))["app"] == "AAPS"
    assert len(await journal(aaps)) == 1
    assert [one["sgv"] for one in await aaps.get("/api/v1/entries.json")] == [150]


async def test_a_search_sorts_cuts_and_chooses(aaps: Site) -> None:
    start = minutes_ago(200)
    for index in range(12):
        await aaps.post("/api/v3/entries", entry(start + timedelta(minutes=5 * index), 100 + index))

    async def values(question: str) -> list[int]:
        return [one["sgv"] for one in await result(aaps, f"/api/v3/entries?{question}")]

    assert await values("sort$desc=date&limit=3") == [111, 110, 109]
    assert await values(f"sort=date&date$gt={ms(start)}&limit=3") == [101, 102, 103]
    assert await values("sort=date&skip=10") == [110, 111]
    assert await values("sgv$in=101|105&sort=date") == [101, 105]
    assert await values("sgv$gte=110&sort=date") == [110, 111]
    assert await values("sort$desc=sgv&limit=2") == [111, 110]
    assert await values("direction$ne=Flat") == []
    assert await values("device$re=^AndroidAPS&limit=1&sort$desc=date") == [111]
    [only] = await result(aaps, "/api/v3/entries?limit=1&fields=sgv,date")
    assert set(only) == {"sgv", "date"}
    for wrong in ("limit=0", "limit=5000", "skip=-1", "sgv$near=3", "sort=date&sort$desc=date"):
        assert (await aaps.call("GET", f"/api/v3/entries?{wrong}")).status == 400, wrong


async def test_profiles_statuses_foods_and_settings_are_documents_too(aaps: Site) -> None:
    for collection, sent in (
        ("profile", {"defaultProfile": "LocalProfile1", "store": {"LocalProfile1": {"dia": 5}}, "units": "mg/dl"}),
        ("devicestatus", {"device": "openaps://AndroidAPS", "openaps": {"iob": {"iob": 1.5}}, "uploaderBattery": 80}),
        ("food", {"name": "Apple", "carbs": 12, "type": "food"}),
        ("settings", {"anything": [1, 2]}),
    ):
        document = {**sent, "date": ms(minutes_ago(2)), "utcOffset": 0, "app": "AAPS"}
        told = await aaps.post(f"/api/v3/{collection}", document)
        assert told["status"] == 201, collection
        [read] = await result(aaps, f"/api/v3/{collection}?sort$desc=date&limit=1")
        assert contains(read, document), collection
        [changed] = await result(aaps, f"/api/v3/{collection}/history/0")
        assert changed == read, collection
    assert (await aaps.get("/api/v1/profile.json"))[0]["store"] == {"LocalProfile1": {"dia": 5}}
    collections = (await result(aaps, "/api/v3/lastModified"))["collections"]
    assert set(collections) == {"profile", "devicestatus", "food", "settings"}


async def test_an_update_that_comes_too_late_is_refused(aaps: Site) -> None:
    sent = bolus(minutes_ago(3))
    await aaps.post("/api/v3/treatments", sent)
    path = f"/api/v3/treatments/{sent['identifier']}"
    late = {"If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"}
    assert (await aaps.call("PATCH", path, json={"insulin": 3}, headers=late)).status == 412
    assert (await aaps.call("PUT", path, json={**sent, "insulin": 3}, headers=late)).status == 412
    assert (await aaps.call("PUT", path, json={**sent, "insulin": 3})).status == 200
    future = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert (await aaps.call("GET", path, headers=future)).status == 304
