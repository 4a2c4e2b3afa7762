"""A day of AAPS (NSClient v3), call after call in its order: sign-in, first load, uploads, changes, news."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.integrations.nightscout.conftest import Site
from tests.integrations.nightscout.test_entries import contains, minutes_ago, ms, sgv
from tests.integrations.nightscout.test_treatments import iso, journal
from tests.integrations.nightscout.test_v3 import bolus, entry
from tests.support.house import everything


class Phone:
    """AAPS as far as the server sees it: it holds a ticket and a cursor for each collection."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cursors: dict[str, int] = {}

    async def sign_in(self, token: str) -> None:
        given = await self.site.get(f"/api/v2/authorization/request/{token}")
        assert given["exp"] - given["iat"] == 8 * 3_600
        assert given["sub"]
        assert given["permissionGroups"]
        self.site.headers = {"Authorization": f"Bearer {given['token']}"}

    async def ask(self, path: str) -> Any:
        response = await self.site.call("GET", path)
        assert response.status == 200, (path, await response.text())
        body = await response.json()
        assert body["status"] == 200
        return body["result"]

    async def load(self, collection: str) -> list[dict[str, Any]]:
        """The first load: newest first, and the cursor is what `lastModified` says."""
        return list(await self.ask(f"/api/v3/{collection}?sort$desc=date&limit=500"))

    async def news(self, collection: str) -> list[dict[str, Any]]:
        """What changed since; the ETag is the next cursor."""
        since = self.cursors[collection]
        response = await self.site.call("GET", f"/api/v3/{collection}/history/{since}?limit=500")
        assert response.status == 200
        found = (await response.json())["result"]
        etag = response.headers.get("ETag")
        assert (etag is not None) == bool(found)
        if etag is not None:
            assert etag.startswith('W/"')
            self.cursors[collection] = int(etag.removeprefix('W/"').removesuffix('"'))
            modified = parsedate_to_datetime(response.headers["Last-Modified"])
            assert abs(ms(modified) - self.cursors[collection]) < 1_000
        return list(found)

    async def upload(self, collection: str, record: dict[str, Any]) -> dict[str, Any]:
        response = await self.site.call("POST", f"/api/v3/{collection}", json=record)
        body: dict[str, Any] = await response.json()
        assert response.status in (200, 201), body
        assert body["status"] == response.status
        return body


@pytest.fixture
async def phone(site: Site) -> Phone:
    made = Phone(site.as_(""))
    await made.sign_in(site.token)
    return made


def temporary_basal(at: datetime, rate: float, minutes: int = 30) -> dict[str, Any]:
    return {
        "eventType": "Temp Basal",
        "identifier": str(uuid.uuid4()),
        "date": ms(at),
        "created_at": iso(at),
        "utcOffset": 60,
        "app": "AAPS",
        "isValid": True,
        "duration": minutes,
        "durationInMilliseconds": minutes * 60_000,
        "rate": rate,
        "absolute": rate,
        "type": "NORMAL",
        "pumpId": ms(at),
        "pumpType": "OMNIPOD_DASH",
        "pumpSerial": "4242",
    }


async def test_a_day_with_aaps(phone: Phone, site: Site) -> None:
    version = await phone.ask("/api/v3/version")
    assert version["apiVersion"].startswith("3.")
    assert abs(version["srvDate"] - ms(minutes_ago(0))) < 5_000
    status = await phone.ask("/api/v3/status")
    assert all(set(status["apiPermissions"][name]) == set("crud") for name in ("entries", "treatments", "devicestatus"))

    # The first load, of what others sent before.
    await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 100 + index) for index in range(1, 4)])
    modified = (await phone.ask("/api/v3/lastModified"))["collections"]
    assert set(modified) >= {"entries"}
    assert [one["sgv"] for one in await phone.load("entries")] == [101, 102, 103]
    assert await phone.load("treatments") == []
    for collection in ("entries", "treatments", "devicestatus", "food", "profile"):
        phone.cursors[collection] = modified.get(collection, 0)
        assert await phone.news(collection) == []

    # A loop's round: glucose, a rate, a small dose, its status.
    at = minutes_ago(0.5)
    rate = temporary_basal(at, 1.35)
    dose = bolus(at, 0.2, type="SMB", isSMB=True, eventType="Correction Bolus")
    for collection, record in (
        ("entries", entry(at, 117)),
        ("treatments", rate),
        ("treatments", dose),
        ("devicestatus", {
            "identifier": str(uuid.uuid4()), "date": ms(at), "created_at": iso(at), "utcOffset": 60, "app": "AAPS",
            "device": "openaps://phone", "uploaderBattery": 71, "isCharging": False,
            "openaps": {"iob": {"iob": 0.9, "basaliob": 0.1}, "suggested": {"COB": 12, "bg": 117}},
            "pump": {"reservoir": 120, "clock": iso(at), "status": {"status": "normal"}},
        }),
    ):  # fmt: skip
        told = await phone.upload(collection, record)
        assert told["identifier"] == record["identifier"]
        assert told["lastModified"] >= ms(at)
        again = await phone.upload(collection, record)
        assert (again["isDeduplication"], again["identifier"]) == (True, record["identifier"])

    # The rate is cut short, the dose was none.
    path = f"/api/v3/treatments/{rate['identifier']}"
    response = await phone.site.call("PATCH", path, json={"duration": 7, "durationInMilliseconds": 420_000})
    assert (response.status, await response.json()) == (200, {"status": 200})
    response = await phone.site.call("DELETE", f"/api/v3/treatments/{dose['identifier']}")
    assert response.status == 200
    assert (await phone.site.call("DELETE", f"/api/v3/treatments/{dose['identifier']}")).status == 200

    # Its own changes come back with the news, the removed one as invalid.
    news = {one["identifier"]: one for one in await phone.news("treatments")}
    assert set(news) == {rate["identifier"], dose["identifier"]}
    assert contains(news[rate["identifier"]], {**rate, "duration": 7, "durationInMilliseconds": 420_000})
    assert (news[rate["identifier"]]["isValid"], news[dose["identifier"]]["isValid"]) == (True, False)
    assert all(isinstance(one["srvModified"], int) and one["srvModified"] >= one["srvCreated"] for one in news.values())
    assert [one["sgv"] for one in await phone.news("entries")] == [117]
    assert [one["uploaderBattery"] for one in await phone.news("devicestatus")] == [71]
    assert await phone.news("treatments") == []
    assert await journal(site) == []

    # Somebody logs carbohydrates with another app, and moves them.
    [carbs] = await site.post(
        "/api/v1/treatments", [{"eventType": "Carb Correction", "created_at": iso(minutes_ago(2)), "carbs": 20}]
    )
    [told] = await phone.news("treatments")
    assert (told["carbs"], told["date"], told.get("isValid", True)) == (
        20,
        ms(minutes_ago(2)),
        True,
    )
    await site.send("PUT", "/api/v1/treatments", {**carbs, "carbs": 25})
    [told] = await phone.news("treatments")
    assert told["carbs"] == 25
    assert (await site.call("DELETE", f"/api/v1/treatments/{carbs['_id']}")).status == 200
    [gone] = await phone.news("treatments")
    assert (gone["identifier"], gone["isValid"]) == (told["identifier"], False)

    # The searches it makes.
    wanted = await phone.ask(f"/api/v3/entries?sort=date&date$gt={ms(at) - 1}&fields=sgv,date&limit=1")
    assert wanted == [{"sgv": 117, "date": ms(at)}]
    assert await phone.ask("/api/v3/treatments?created_at$gte=2020-01-01T00:00:00Z&eventType$eq=Bolus%20Wizard") == []
    assert await phone.ask("/api/v3/entries?sort$desc=date&skip=1&limit=2&fields=sgv") == [{"sgv": 101}, {"sgv": 102}]
    for wrong in ("limit=0", "limit=5000", "skip=-1", "sort=date&sort$desc=date", "sgv$foo=1"):
        response = await phone.site.call("GET", f"/api/v3/entries?{wrong}")
        assert response.status == 400, wrong
        assert (await response.json())["message"], wrong


async def test_a_document_is_asked_for_only_when_it_changed(phone: Phone) -> None:
    record = bolus(minutes_ago(4))
    await phone.upload("treatments", record)
    path = f"/api/v3/treatments/{record['identifier']}"
    first = await phone.site.call("GET", path)
    later = (parsedate_to_datetime(first.headers["Last-Modified"]) + timedelta(seconds=2)).strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    )
    assert (await phone.site.call("GET", path, headers={"If-Modified-Since": later})).status == 304
    chosen = await phone.site.call("GET", f"{path}?fields=insulin,app")
    assert (await chosen.json())["result"] == {"insulin": 1.5, "app": "AAPS"}


async def test_a_whole_document_takes_the_place_of_another_and_keeps_its_birth(phone: Phone) -> None:
    record = bolus(minutes_ago(4))
    await phone.upload("treatments", record)
    path = f"/api/v3/treatments/{record['identifier']}"
    before = await phone.ask(path)
    response = await phone.site.call("PUT", path, json={**record, "insulin": 2.5, "notes": "more"})
    assert response.status == 200
    after = await phone.ask(path)
    assert (after["insulin"], after["notes"], after["srvCreated"]) == (2.5, "more", before["srvCreated"])
    assert after["srvModified"] > before["srvModified"]
    new = bolus(minutes_ago(9))
    response = await phone.site.call("PUT", f"/api/v3/treatments/{new['identifier']}", json=new)
    assert response.status == 201
    assert [one["insulin"] for one in await phone.load("treatments")] == [2.5, 1.5]


async def test_a_ticket_that_ran_out_or_was_changed_asks_for_a_new_sign_in(phone: Phone, site: Site) -> None:
    ticket = phone.site.headers["Authorization"]
    for wrong in (ticket[:-2], ticket.replace(".", ".x", 1), "Bearer", "Bearer x.y.z"):
        response = await phone.site.call("GET", "/api/v3/status", headers={"Authorization": wrong})
        assert response.status == 401, wrong
        assert (await response.json())["status"] == 401
    assert (await site.as_("").call("GET", "/api/v2/authorization/request/nobody-0123456789abcdef")).status == 401


async def test_two_hundred_documents_of_one_moment_are_told_in_pages_without_a_gap(phone: Phone, site: Site) -> None:
    at = minutes_ago(20)
    sent = [
        {"eventType": "Note", "created_at": iso(at + timedelta(seconds=index)), "notes": str(index)}
        for index in range(200)
    ]
    await site.post("/api/v1/treatments", sent)
    seen: list[str] = []
    cursor = 0
    for _ in range(60):
        response = await phone.site.call("GET", f"/api/v3/treatments/history/{cursor}?limit=30")
        page = (await response.json())["result"]
        if not page:
            break
        cursor = int(response.headers["ETag"].removeprefix('W/"').removesuffix('"'))
        seen += [one["notes"] for one in page]
    assert sorted(seen, key=int) == [str(index) for index in range(200)]
    assert len(await everything(site.hub).documents_find("anna", "treatments", limit=1_000)) == 200
