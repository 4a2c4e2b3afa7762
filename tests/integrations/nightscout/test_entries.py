"""Entries over HTTP: what is written is read back, and is the hub's own glucose."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integrations.nightscout.conftest import Site
from tests.support.house import everything


def minutes_ago(minutes: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).replace(microsecond=0)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def sgv(at: datetime, value: int = 120, **more: Any) -> dict[str, Any]:
    return {
        "type": "sgv",
        "sgv": value,
        "date": ms(at),
        "dateString": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "direction": "Flat",
        "device": "xDrip-DexcomG6",
        **more,
    }


def contains(whole: dict[str, Any], part: dict[str, Any]) -> bool:
    return all(whole.get(key) == value for key, value in part.items())


async def test_an_entry_comes_back_with_every_field_it_was_written_with(site: Site) -> None:
    written = sgv(minutes_ago(1), 131, delta=1.2, filtered=131_000.5, unfiltered=130_500, rssi=100, noise=1)
    [answered] = await site.post("/api/v1/entries", [written])
    assert len(answered["_id"]) == 24
    [read] = await site.get("/api/v1/entries.json?count=10")
    assert contains(read, written)
    assert read["_id"] == answered["_id"]
    assert read["sysTime"] == written["dateString"]
    assert read["utcOffset"] == 0


async def test_an_entry_is_a_blood_glucose_reading_of_the_hub(site: Site) -> None:
    at = minutes_ago(2)
    await site.post("/api/v1/entries.json", [sgv(at, 99)])
    merged = await everything(site.hub).readings("anna", "blood_glucose", at, at + timedelta(seconds=1))
    assert [(one.value, one.taken_at) for one in merged.readings] == [(99.0, at)]
    entity, state = everything(site.hub).state("sensor.anna_blood_glucose")
    assert (entity.unit, state.value if state else None) == ("mg/dL", 99.0)


async def test_glucose_from_another_source_is_among_the_entries(site: Site) -> None:
    early, late = minutes_ago(10), minutes_ago(5)
    for at, value in ((early, 100), (late, 116)):
        await site.session.post(
            f"{site.base}/hub/v1/readings",
            headers={"Authorization": f"Bearer {site.token}"},
            json={
                "readings": [
                    {
                        "person": "anna",
                        "metric": "blood_glucose",
                        "value": value,
                        "taken_at": at.isoformat(),
                        "source": "phone",
                    }
                ]
            },
        )
    newest, older = await site.get("/api/v1/entries/sgv.json")
    assert (newest["sgv"], newest["date"], newest["device"]) == (116, ms(late), "phone")
    assert (newest["direction"], newest["delta"]) == ("SingleUp", 16.0)
    assert (older["sgv"], older["delta"]) == (100, 0)
    assert len(newest["_id"]) == 24
    assert [one["sgv"] for one in await site.get(f"/api/v1/entries/{newest['_id']}.json")] == [116]


async def test_a_repeat_adds_nothing_and_a_change_of_value_changes_it(site: Site) -> None:
    at = minutes_ago(3)
    [first] = await site.post("/api/v1/entries", [sgv(at, 120)])
    [second] = await site.post("/api/v1/entries", [sgv(at, 120)])
    [third] = await site.post("/api/v1/entries", [sgv(at, 122, noise=2)])
    assert first["_id"] == second["_id"] == third["_id"]
    [read] = await site.get("/api/v1/entries.json")
    assert (read["sgv"], read["noise"]) == (122, 2)


async def test_a_meter_value_of_the_same_instant_is_another_entry(site: Site) -> None:
    at = minutes_ago(3)
    await site.post("/api/v1/entries", [sgv(at, 120), {"type": "mbg", "mbg": 111, "date": ms(at), "device": "meter"}])
    assert [one["sgv"] for one in await site.get("/api/v1/entries/sgv.json")] == [120]
    assert [one["mbg"] for one in await site.get("/api/v1/entries/mbg.json")] == [111]
    assert len(await site.get("/api/v1/entries.json")) == 2


async def test_records_that_are_no_reading_are_kept_whole(site: Site) -> None:
    at = minutes_ago(3)
    calibration = {"type": "cal", "date": ms(at), "slope": 850.5, "intercept": 30_000, "scale": 1}
    error = sgv(minutes_ago(8), 10)
    answered = await site.post("/api/v1/entries", [calibration, error])
    assert len(answered) == 2
    assert contains((await site.get("/api/v1/entries/cal.json"))[0], calibration)
    assert contains((await site.get("/api/v1/entries/sgv.json"))[0], error)
    assert "sensor.anna_blood_glucose" not in {one.id for one in everything(site.hub).entities()}


async def test_a_batch_is_answered_record_by_record_and_comes_newest_first(site: Site) -> None:
    batch = [sgv(minutes_ago(5 * index), 100 + index % 50) for index in range(150)]
    answered = await site.post("/api/v1/entries", batch)
    assert len(answered) == 150
    assert len({one["_id"] for one in answered}) == 150
    read = await site.get("/api/v1/entries.json?count=1000")
    assert [one["date"] for one in read] == sorted((one["date"] for one in batch), reverse=True)
    assert len(await site.get("/api/v1/entries.json")) == 10


async def test_without_a_date_only_four_days_are_told(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(60)), sgv(minutes_ago(60 * 24 * 5))])
    assert len(await site.get("/api/v1/entries.json?count=100")) == 1
    since = ms(minutes_ago(60 * 24 * 6))
    assert len(await site.get(f"/api/v1/entries.json?count=100&find[date][$gte]={since}")) == 2
    text = minutes_ago(60 * 24 * 6).isoformat().replace("+00:00", "Z")
    assert len(await site.get(f"/api/v1/entries.json?find[dateString][$gte]={text}")) == 2


async def test_conditions_narrow_what_is_found(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 80 + 10 * index) for index in range(10)])

    async def found(question: str) -> list[int]:
        return [one["sgv"] for one in await site.get(f"/api/v1/entries.json?{question}")]

    assert await found("find[sgv][$gte]=150") == [150, 160, 170]
    assert await found("find[sgv][$in][]=90&find[sgv][$in][]=110") == [90, 110]
    assert await found("find[sgv]=100") == [100]
    assert await found("find[direction][$ne]=Flat") == []
    assert await found("find[device]=/xdrip/i&count=2") == [80, 90]
    assert await found("find[noise][$exists]=true") == []
    assert await found("find[$or][0][sgv][$eq]=80&find[$or][1][sgv][$eq]=170") == [80, 170]


async def test_a_wrong_question_is_answered_in_words(site: Site) -> None:
    for question in ("find[date][$gte]=yesterday", "find[sgv][$near]=3", "find[device][$regex]=(a*)*b"):
        response = await site.call("GET", f"/api/v1/entries.json?{question}")
        assert response.status == 400, question
        assert (await response.json())["description"]


async def test_separated_values_have_the_five_columns(site: Site) -> None:
    at = minutes_ago(1)
    await site.post("/api/v1/entries", [sgv(at, 131), {"type": "sgv", "sgv": 90, "date": ms(minutes_ago(6))}])
    response = await site.call("GET", "/api/v1/entries.csv")
    assert response.content_type == "text/csv"
    first, second = (await response.text()).split("\r\n")
    assert first == f'"{sgv(at)["dateString"]}",{ms(at)},131,"Flat","xDrip-DexcomG6"'
    assert second.endswith(",90,,")
    assert (await (await site.call("GET", "/api/v1/entries.tsv")).text()).count("\t") == 8
    assert (await site.call("GET", "/api/v1/entries.txt")).content_type == "text/plain"


async def test_what_did_not_change_is_not_sent_again(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(6))])
    first = await site.call("GET", "/api/v1/entries.json")
    etag = first.headers["ETag"]
    again = await site.call("GET", "/api/v1/entries.json", headers={"If-None-Match": etag})
    assert (again.status, await again.read()) == (304, b"")
    await site.post("/api/v1/entries", [sgv(minutes_ago(1))])
    assert (await site.call("GET", "/api/v1/entries.json", headers={"If-None-Match": etag})).status == 200
    future = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert (await site.call("GET", "/api/v1/entries.json", headers={"If-Modified-Since": future})).status == 304
    known = first.headers["Last-Modified"]
    assert (await site.call("GET", "/api/v1/entries.json", headers={"If-Modified-Since": known})).status == 200


async def test_a_head_is_answered_like_a_get_without_its_body(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(6))])
    head = await site.call("HEAD", "/api/v1/entries.json")
    assert (head.status, await head.read()) == (200, b"")
    assert head.headers["ETag"] == (await site.call("GET", "/api/v1/entries.json")).headers["ETag"]
    assert head.headers["Cache-Control"] == "private, no-cache"


async def test_a_compressed_body_is_taken(site: Site) -> None:
    body = gzip.compress(json.dumps([sgv(minutes_ago(1), 77)]).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    response = await site.call("POST", "/api/v1/entries", data=body, headers=headers)
    assert response.status == 200
    assert "gzip" in response.headers["Accept-Encoding"]
    assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [77]


async def test_a_body_that_does_not_unpack_is_refused_in_words(site: Site) -> None:
    for headers in ({"Content-Type": "application/json"}, {**site.headers, "Content-Type": "application/json"}):
        response = await site.call(
            "POST", "/api/v1/entries", data=b"not packed", headers={**headers, "Content-Encoding": "gzip"}
        )
        assert response.status == 400
        assert "could not be unpacked" in (await response.json())["description"]
    assert await site.get("/api/v1/entries.json") == []


async def test_a_count_is_read_as_javascript_reads_it(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 100 + index) for index in range(12)])
    for said, wanted in (("2.5", 2), ("3x", 3), ("-2", 2), ("0", 12), ("many", 10), ("", 10)):
        assert len(await site.get(f"/api/v1/entries.json?count={said}")) == wanted, said


async def test_a_removed_entry_is_gone_from_the_hub_and_comes_back_when_sent_again(site: Site) -> None:
    at = minutes_ago(4)
    [kept] = await site.post("/api/v1/entries", [sgv(at, 142)])
    removed = await (await site.call("DELETE", f"/api/v1/entries/{kept['_id']}")).json()
    assert (removed["deletedCount"], removed["n"]) == (1, 1)
    assert await site.get("/api/v1/entries.json") == []
    merged = await everything(site.hub).readings("anna", "blood_glucose", at, at + timedelta(seconds=1))
    assert merged.readings == ()
    await site.post("/api/v1/entries", [sgv(at, 143)])
    assert [(one["sgv"], one["_id"]) for one in await site.get("/api/v1/entries.json")] == [(143, kept["_id"])]


async def test_a_reading_removed_on_the_page_stays_removed_though_its_sender_repeats_it(site: Site) -> None:
    at = minutes_ago(4)
    await site.post("/api/v1/entries", [sgv(at, 400)])
    await everything(site.hub).remove_readings("sensor.anna_blood_glucose", [at], reason="compression low")
    assert await site.get("/api/v1/entries.json") == []
    await site.post("/api/v1/entries", [sgv(at, 400)])
    assert await site.get("/api/v1/entries.json") == []


async def test_entries_are_removed_by_query(site: Site) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 80 + 10 * index) for index in range(4)])
    await site.call("DELETE", "/api/v1/entries/sgv?find[sgv][$gte]=100")
    assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [80, 90]
    await site.call("DELETE", f"/api/v1/entries?find[date][$gte]={ms(minutes_ago(1))}")
    assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [90]


async def test_an_odd_id_is_kept_as_identifier_and_finds_the_entry(site: Site) -> None:
    name = "2F7B2F4A-0E6D-4F0B-8C3A-5D9C2B1A0F11"
    [kept] = await site.post("/api/v1/entries", [sgv(minutes_ago(1), 90, _id=name)])
    assert (kept["identifier"], len(kept["_id"])) == (name, 24)
    assert [one["sgv"] for one in await site.get(f"/api/v1/entries/{kept['_id']}")] == [90]
    await site.call("DELETE", f"/api/v1/entries?find[_id]={name}")
    assert await site.get("/api/v1/entries.json") == []


async def test_a_given_object_id_stays(site: Site) -> None:
    name = "5f7b2f4a0e6d4f0b8c3a5d9c"
    [kept] = await site.post("/api/v1/entries", [sgv(minutes_ago(1), 90, _id=name)])
    assert kept["_id"] == name
    assert [one["_id"] for one in await site.get("/api/v1/entries.json")] == [name]
    assert [one["sgv"] for one in await site.get(f"/api/v1/entries/{name}.json")] == [90]


async def test_the_writers_zone_is_told_beside_the_date_in_utc(site: Site) -> None:
    at = minutes_ago(2)
    local = (at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S.000+0200")
    [kept] = await site.post("/api/v1/entries", [{**sgv(at), "dateString": local}])
    assert (kept["utcOffset"], kept["dateString"]) == (120, sgv(at)["dateString"])
    [read] = await site.get("/api/v1/entries.json")
    assert (read["utcOffset"], read["date"]) == (120, ms(at))


async def test_garbage_is_refused_and_says_what_is_wrong(site: Site) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"{not json", b'["text"]', b"\x00\xff\xfe"):
        response = await site.call("POST", "/api/v1/entries", data=body, headers=headers)
        assert response.status == 400, body
        assert (await response.json())["status"] == 400
    assert await site.post("/api/v1/entries", []) == []
