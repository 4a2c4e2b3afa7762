"""POST /hub/v1/readings: what is kept, what is refused and how it is said."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import StorageUnavailable
from tests.rest.conftest import House
from web.rest.endpoint import BODIES

Ago = Callable[[float], str]


def heart(taken_at: Any, value: Any = 62, **more: Any) -> dict[str, Any]:
    return {"person": "anna", "metric": "heart_rate", "value": value, "taken_at": taken_at, **more}


async def test_a_reading_is_counted_kept_and_comes_back_with_both_its_times(house: House, ago: Ago) -> None:
    answer = await house.record(heart(ago(5), unit="bpm", source="ring"))
    assert answer.status == 200
    assert answer.json == {"accepted": 1, "unchanged": 0, "rejected": []}
    [reading] = (await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]
    assert reading["value"] == 62
    assert reading["unit"] == "/min"
    assert reading["taken_at"] == ago(5).replace("+00:00", "Z")
    assert reading["received_at"] > reading["taken_at"]
    assert reading["entity_id"] == "sensor.anna_heart_rate"
    assert reading["late"] is False


async def test_the_same_call_again_changes_nothing(house: House, ago: Ago) -> None:
    batch = [heart(ago(5 + minute), 60 + minute) for minute in range(3)]
    assert (await house.record(*batch)).json["accepted"] == 3
    assert (await house.record(*batch)).json == {"accepted": 0, "unchanged": 3, "rejected": []}
    assert len((await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]) == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"metric": "hart_rate"}, "did you mean 'heart_rate'"),
        ({"metric": None}, "metric is missing"),
        ({"metric": 7}, "metric is not text"),
        ({"person": "nobody"}, "there is no person 'nobody'"),
        ({"person": ""}, "person is missing"),
        ({"person": ["anna"]}, "person is not text"),
        ({"value": -4}, "heart_rate cannot be -4"),
        ({"value": 4000}, "heart_rate cannot be 4000"),
        ({"value": "sixty"}, "'sixty' is text; heart_rate wants a number"),
        ({"value": "62"}, "'62' is text; heart_rate wants a number"),
        ({"value": True}, "True is not a number"),
        ({"value": None}, "value is null"),
        ({"value": [62]}, "value is neither a number nor text"),
        ({"value": {"bpm": 62}}, "value is neither a number nor text"),
        ({"unit": "kg"}, "kg"),
        ({"unit": "furlong"}, "furlong"),
        ({"unit": 5}, "unit is not text"),
        ({"taken_at": "2026-05-01T07:30:00"}, "has no time zone"),
        ({"taken_at": "2026-05-01"}, "is not an instant"),
        ({"taken_at": "yesterday"}, "is not an instant"),
        ({"taken_at": "2026-02-30T10:00:00Z"}, "is not an instant"),
        ({"taken_at": True}, "taken_at is not an instant"),
        ({"taken_at": 10**400}, "is no Unix time"),
        ({"taken_at": -1e300}, "is no Unix time"),
        ({"value": 10**400}, "larger than any measurement"),
        ({"value": -(10**400)}, "larger than any measurement"),
        ({"taken_at": None}, "taken_at is missing"),
        ({"taken_at": "0001-01-01T00:00:00+14:00"}, "before 1900"),
        ({"taken_at": "2150-01-01T00:00:00Z"}, "lies in the future"),
        ({"taken_at": "9999-12-31T23:59:59Z"}, "after 2200"),
        ({"units": "bpm"}, "'units' is not a field of a reading; Did you mean 'unit'?"),
        ({"source": 5}, "source is not a short text"),
        ({"increment": "yes"}, "increment is not true or false"),
    ],
)
async def test_one_bad_reading_is_named_with_its_reason_and_its_neighbours_are_kept(
    house: House, ago: Ago, change: dict[str, Any], reason: str
) -> None:
    answer = await house.record(heart(ago(3)), {**heart(ago(2)), **change}, heart(ago(1)))
    assert answer.status == 200
    assert answer.json["accepted"] == 2
    [refused] = answer.json["rejected"]
    assert refused["index"] == 1
    assert reason in refused["reason"]


async def test_what_is_no_reading_at_all_is_refused_in_its_place(house: House, ago: Ago) -> None:
    answer = await house.call("POST", "/hub/v1/readings", {"readings": [None, "x", 5, [], heart(ago(1)), {}]})
    assert answer.json["accepted"] == 1
    assert [one["index"] for one in answer.json["rejected"]] == [0, 1, 2, 3, 5]


async def test_a_reading_ten_minutes_ahead_is_kept_and_one_further_ahead_is_not(house: House, ago: Ago) -> None:
    answer = await house.record(heart(ago(-9)), heart(ago(-11)))
    assert answer.json["accepted"] == 1
    assert "lies in the future" in answer.json["rejected"][0]["reason"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_what_python_writes_for_not_a_number_is_refused_by_itself(house: House, ago: Ago, word: str) -> None:
    text = json.dumps({"readings": [heart(ago(2)), heart(ago(1))]}).replace("62", word, 1)
    answer = await house.call("POST", "/hub/v1/readings", raw=text.encode())
    assert answer.status == 200
    assert answer.json["accepted"] == 1
    assert answer.json["rejected"][0]["index"] == 0
    assert "not a measurement" in answer.json["rejected"][0]["reason"]


async def test_units_are_converted_on_the_way_in_and_out(house: House, ago: Ago) -> None:
    glucose = {"person": "anna", "metric": "blood_glucose", "value": 5.5, "unit": "mmol/L", "taken_at": ago(2)}
    assert (await house.record(glucose)).json["accepted"] == 1
    query = {"person": "anna", "metric": "blood_glucose"}
    [kept] = (await house.get("/hub/v1/readings", **query)).json["readings"]
    assert kept["unit"] == "mg/dL"
    assert kept["value"] == pytest.approx(5.5 * 18.01559)
    [shown] = (await house.get("/hub/v1/readings", **query, unit="mmol/L")).json["readings"]
    assert shown["unit"] == "mmol/L"
    assert shown["value"] == pytest.approx(5.5)
    refused = await house.get("/hub/v1/readings", **query, unit="kg")
    assert refused.status == 409
    assert "kg" in refused.error["message"]


async def test_several_people_in_one_call_each_get_their_own(house: House, ago: Ago) -> None:
    answer = await house.record(heart(ago(2)), {**heart(ago(2), 71), "person": "ben"})
    assert answer.json["accepted"] == 2
    [reading] = (await house.get("/hub/v1/readings", person="ben", metric="heart_rate")).json["readings"]
    assert reading["value"] == 71


async def test_the_household_measures_too(house: House, ago: Ago) -> None:
    room = {"person": "household", "metric": "temperature_indoor", "value": 21.5, "taken_at": ago(1)}
    assert (await house.record(room)).json["accepted"] == 1


async def test_a_token_for_one_person_need_not_name_them(house: House, ago: Ago) -> None:
    unnamed = {key: value for key, value in heart(ago(1)).items() if key != "person"}
    assert (await house.record(unnamed, token="anna only")).json["accepted"] == 1
    answer = await house.record(unnamed, token="owner")
    assert answer.json["accepted"] == 0
    assert "person is missing" in answer.json["rejected"][0]["reason"]


async def test_a_token_of_the_wrong_person_is_told_no_more_than_that(house: House, ago: Ago) -> None:
    answer = await house.record({**heart(ago(1)), "person": "ben"}, heart(ago(1)), token="anna only")
    assert answer.status == 200
    assert answer.json["accepted"] == 1
    unknown = await house.record({**heart(ago(1)), "person": "nemo"}, token="anna only")
    assert answer.json["rejected"][0]["reason"].replace("ben", "nemo") == unknown.json["rejected"][0]["reason"]


async def test_a_token_for_one_metric_records_no_other(house: House, ago: Ago) -> None:
    steps = {"person": "anna", "metric": "steps", "value": 4000, "taken_at": ago(1)}
    answer = await house.record(heart(ago(1)), steps, token="steps only")
    assert answer.json["accepted"] == 1
    assert [one["index"] for one in answer.json["rejected"]] == [0]


async def test_a_token_that_may_record_nothing_is_refused_as_a_whole(house: House, ago: Ago) -> None:
    answer = await house.record(heart(ago(1)), token="viewer")
    assert answer.status == 403
    assert "record" in answer.error["message"]
    assert (await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"] == []


@pytest.mark.parametrize("token", [None, "wrong", ""])
async def test_without_a_token_or_with_a_wrong_one_nothing_is_read(house: House, token: str | None) -> None:
    answer = await house.call("POST", "/hub/v1/readings", raw=b"{broken", token=token)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "homeostat token create" in answer.error["hint"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b'{"readings": [\n  {"person": "anna",}\n]}', "line 2"),
        (b'{"readings": [1, 2', "line 1, column"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"readings": [NaN', "not JSON"),
    ],
)
async def test_broken_json_is_answered_with_its_line_and_column(house: House, raw: bytes, said: str) -> None:
    answer = await house.call("POST", "/hub/v1/readings", raw=raw)
    assert answer.status == 400
    assert said in answer.error["message"] + answer.error["where"] + answer.error["hint"]


@pytest.mark.parametrize(
    "body", [[], "text", 5, None, {}, {"readings": {}}, {"readings": None}, {"reading": []}, {"readings": [], "x": 1}]
)
async def test_a_body_of_another_shape_is_refused_with_the_right_one(house: House, body: Any) -> None:
    answer = await house.call("POST", "/hub/v1/readings", raw=json.dumps(body).encode())
    assert answer.status == 422
    assert "readings" in answer.error["message"] + answer.error["hint"]


async def test_an_empty_list_is_fine(house: House) -> None:
    answer = await house.record()
    assert answer.status == 200
    assert answer.json == {"accepted": 0, "unchanged": 0, "rejected": []}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
async def test_what_does_not_call_itself_json_is_refused(house: House, kind: str) -> None:
    answer = await house.call("POST", "/hub/v1/readings", raw=b"{}", headers={"Content-Type": kind})
    assert answer.status == 415
    assert "application/json" in answer.error["hint"]


async def test_ten_megabytes_of_garbage_are_refused_before_they_are_read(house: House) -> None:
    announced = await house.call("POST", "/hub/v1/readings", raw=b"x" * (10 * 1024 * 1024 + 1))
    assert announced.status == 413
    garbage = await house.call("POST", "/hub/v1/readings", raw=b"x" * (10 * 1024 * 1024 - 1))
    assert garbage.status == 400
    assert (await house.get("/hub/v1/me")).status == 200


async def test_a_body_without_a_length_is_cut_off_at_the_limit(house: House) -> None:
    async def endless() -> Any:
        for _ in range(200):
            yield b"[" * 100_000
            await asyncio.sleep(0)

    headers = {"Authorization": f"Bearer {house.tokens['owner']}", "Content-Type": "application/json"}
    async with house.session.post(f"{house.url}/hub/v1/readings", data=endless(), headers=headers) as response:
        assert response.status == 413


async def test_a_small_body_that_unpacks_into_a_huge_one_is_refused(house: House) -> None:
    bomb = gzip.compress(b"[" * (50 * 1024 * 1024))
    answer = await house.call("POST", "/hub/v1/readings", raw=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status == 413


async def test_a_packed_body_is_read(house: House, ago: Ago) -> None:
    packed = gzip.compress(json.dumps({"readings": [heart(ago(1))]}).encode())
    answer = await house.call("POST", "/hub/v1/readings", raw=packed, headers={"Content-Encoding": "gzip"})
    assert answer.json["accepted"] == 1


async def test_ten_thousand_readings_go_in_one_call_and_one_more_does_not(house: House) -> None:
    readings = [
        heart(
            f"2026-01-{1 + second // 86_400:02d}T{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
        )
        for second in range(10_001)
    ]
    over = await house.record(*readings)
    assert over.status == 422
    assert "10,001" in over.error["message"]
    assert (await house.record(*readings[:-1])).json["accepted"] == 10_000


async def test_many_batches_at_once_are_each_counted_and_none_is_lost(house: House) -> None:
    async def send(part: int) -> int:
        batch = [heart(f"2026-02-{1 + part:02d}T10:00:{second:02d}Z", 60 + part) for second in range(50)]
        accepted: int = (await house.record(*batch)).json["accepted"]
        return accepted

    assert sum(await asyncio.gather(*(send(part) for part in range(20)))) == 1_000
    page = await house.get("/hub/v1/readings", person="anna", metric="heart_rate", limit=2_000)
    assert len(page.json["readings"]) == 1_000


async def test_it_all_works_on_postgresql_too(house_on_postgres: House, ago: Ago) -> None:
    house = house_on_postgres
    answer = await house.record(heart(ago(3)), heart(ago(2), "x"), heart(ago(3)))
    assert answer.json["accepted"] + answer.json["unchanged"] == 2
    assert len(answer.json["rejected"]) == 1
    [reading] = (await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]
    assert reading["value"] == 62


async def test_a_long_page_is_written_in_pieces_and_says_the_same_as_short_ones(house: House) -> None:
    readings = [
        heart(
            f"2026-03-01T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.{second % 7:06d}Z",
            60 + second % 9,
        )
        for second in range(5_000)
    ]
    assert (await house.record(*readings)).json["accepted"] == 5_000
    query = {"person": "anna", "metric": "heart_rate", "start": "2026-03-01T00:00:00Z"}
    whole = (await house.get("/hub/v1/readings", **query, limit=10_000)).json
    assert whole["cursor"] is None
    pieces: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await house.get("/hub/v1/readings", **query, limit=777, **cursor)).json
        pieces += page["readings"]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert whole["readings"] == pieces
    assert len(pieces) == 5_000
    assert pieces[8]["taken_at"] == "2026-03-01T00:00:08.000001Z"
    assert all(one["late"] for one in pieces)
    backwards = (await house.get("/hub/v1/readings", **query, limit=3, order="newest_first")).json["readings"]
    assert backwards == pieces[:-4:-1]


async def test_history_comes_as_columns_to_draw(house: House, ago: Ago) -> None:
    await house.record(*[heart(ago(minute), 60 + minute) for minute in range(1, 6)])
    series = (await house.get("/hub/v1/series", entity_id="sensor.anna_heart_rate")).json
    assert series["resolution"] == "raw"
    assert series["values"] == [65, 64, 63, 62, 61]
    assert len(series["times"]) == 5
    wide = await house.get(
        "/hub/v1/series", entity_id="sensor.anna_heart_rate", start="2020-01-01T00:00:00Z", points=100
    )
    assert wide.json["resolution"] == "day"
    assert (wide.json["low"][-1], wide.json["high"][-1]) == (61, 65)


async def test_states_are_those_of_the_moment_and_of_who_asks(house: House, ago: Ago) -> None:
    async def seen(token: str) -> dict[str, Any]:
        states = (await house.get("/hub/v1/states", token=token)).json["states"]
        return {one["entity_id"]: one["value"] for one in states}

    await house.record(heart(ago(3)), {**heart(ago(3), 71), "person": "ben"})
    assert await seen("owner") == {"sensor.anna_heart_rate": 62, "sensor.ben_heart_rate": 71}
    assert await seen("anna only") == {"sensor.anna_heart_rate": 62}
    assert await seen("steps only") == {}
    await house.record(heart(ago(2), 63), heart(ago(9), 50))
    assert await seen("anna only") == {"sensor.anna_heart_rate": 63}
    assert (await house.get("/hub/v1/states/sensor.anna_heart_rate")).json["value"] == 63
    only_ben = (await house.get("/hub/v1/states", person="ben")).json["states"]
    assert [one["entity_id"] for one in only_ben] == ["sensor.ben_heart_rate"]


async def test_a_correction_moves_the_state_and_keeps_the_old_value_in_the_trail(house: House, ago: Ago) -> None:
    await house.record(heart(ago(3)))
    taken, entity = ago(3), "sensor.anna_heart_rate"
    body = {"entity_id": entity, "taken_at": taken, "value": 66, "reason": "read it wrong"}
    assert (await house.call("PATCH", "/hub/v1/readings", body)).json == {"changed": 1}
    assert (await house.get(f"/hub/v1/states/{entity}")).json["value"] == 66
    [reading] = (await house.get("/hub/v1/readings", entity_id=entity)).json["readings"]
    assert (reading["value"], reading["flags"]) == (66, ["corrected"])
    removed = await house.call("DELETE", "/hub/v1/readings", params={"entity_id": entity, "taken_at": taken})
    assert removed.json == {"changed": 1}
    assert (await house.get("/hub/v1/readings", entity_id=entity)).json["readings"] == []
    back = await house.call("POST", "/hub/v1/readings/restore", {"entity_id": entity, "taken_at": [taken]})
    assert back.json == {"changed": 1}
    [again] = (await house.get("/hub/v1/readings", entity_id=entity)).json["readings"]
    assert again["value"] == 66
    trail = (await house.get("/hub/v1/readings/revisions", entity_id=entity)).json["revisions"]
    assert (trail[0]["old"], trail[0]["new"], trail[0]["by"]) == (62, 66, "anna")
    impossible = await house.call("PATCH", "/hub/v1/readings", {**body, "value": 4000})
    assert impossible.status == 409
    assert "cannot be" in impossible.error["message"]


async def test_statistics_of_a_day_count_what_came_late(house: House) -> None:
    await house.record(heart("2026-03-02T10:00:00Z", 60), heart("2026-03-02T11:00:00Z", 70))
    query = {"person": "anna", "metric": "heart_rate", "start": "2026-03-01T00:00:00Z", "end": "2026-03-04T00:00:00Z"}
    [day] = (await house.get("/hub/v1/statistics", **query, period="day")).json["statistics"]
    assert (day["count"], day["min"], day["max"], day["mean"]) == (2, 60, 70, 65)
    assert day["start"] == "2026-03-01T23:00:00Z"
    await house.record(heart("2026-03-02T10:30:00Z", 80))
    [day] = (await house.get("/hub/v1/statistics", **query, period="day")).json["statistics"]
    assert (day["count"], day["max"], day["mean"]) == (3, 80, 70)
    hours = (await house.get("/hub/v1/statistics", **query, period="hour")).json["statistics"]
    assert [one["count"] for one in hours] == [2, 1]


async def test_bodies_that_together_are_too_much_are_asked_to_come_again(house: House, ago: Ago) -> None:
    bodies = house.hub.app[BODIES]
    bodies.limit = 100
    answer = await house.record(heart(ago(1)), heart(ago(2)))
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "1"
    assert bodies.held == 0
    bodies.limit = 10_000
    assert (await house.record(heart(ago(1)), heart(ago(2)))).json["accepted"] == 2


async def test_a_malformed_request_leaves_nothing_of_itself_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.hub.port)
    writer.write(b"GET /hub/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer canary\0secret\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert "malformed request was refused" in caplog.text
    assert "canary" not in caplog.text


async def test_a_fault_of_ours_is_told_in_json_and_logged_without_what_was_sent(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, ago: Ago
) -> None:
    secret = "canary 62"

    def fail(*arguments: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(house.hub.rooms.recorder, "write", fail)
    answer = await house.record(heart(ago(1)))
    assert answer.status == 500
    assert answer.error["code"] == "broken"
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text + answer.body.decode()


async def test_a_database_that_takes_nothing_is_told_as_such_and_reading_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, ago: Ago
) -> None:
    await house.record(heart(ago(3)))

    async def full(*arguments: object) -> None:
        raise StorageUnavailable("the disk is full; make room on it")

    with monkeypatch.context() as patched:
        patched.setattr(house.hub.rooms.recorder, "write", full)
        answer = await house.record(heart(ago(1)))
        assert answer.status == 503
        assert "disk is full" in answer.error["message"]
        assert answer.headers["Retry-After"] == "5"
        assert len((await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]) == 1
    assert (await house.record(heart(ago(1)))).json["accepted"] == 1


async def test_what_was_kept_before_a_failure_is_said(house: House, monkeypatch: pytest.MonkeyPatch, ago: Ago) -> None:
    write, calls = house.hub.rooms.recorder.write, 0

    async def second_fails(rows: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StorageUnavailable("the disk is full")
        return await write(rows)

    readings = [heart(ago(1)), heart(ago(2)), {**heart(ago(1)), "person": "ben"}]
    with monkeypatch.context() as patched:
        patched.setattr(house.hub.rooms.recorder, "write", second_fails)
        answer = await house.record(*readings)
    assert answer.status == 503
    assert answer.error["hint"].startswith("2 of these readings were kept")
    assert len((await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]) == 2
    again = (await house.record(*readings)).json
    assert (again["accepted"], again["unchanged"]) == (1, 2)


async def test_history_that_is_declared_so_is_imported_and_not_late(house: House, ago: Ago) -> None:
    assert (await house.record({**heart(ago(60 * 24)), "imported": True})).json["accepted"] == 1
    [reading] = (await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]
    assert reading["imported"] is True
    refused = (await house.record({**heart(ago(1)), "imported": "yes"})).json["rejected"]
    assert refused == [{"index": 0, "reason": "imported is not true or false"}]


@pytest.mark.parametrize("scale", [1, 1.0, 1_000])
async def test_unix_time_is_taken_in_seconds_and_in_milliseconds(house: House, scale: float) -> None:
    assert (await house.record(heart(1_760_000_000 * scale))).json["accepted"] == 1
    [reading] = (await house.get("/hub/v1/readings", person="anna", metric="heart_rate")).json["readings"]
    assert reading["taken_at"] == "2025-10-09T08:53:20Z"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_does_not_unpack_is_said_to_be_broken_and_the_log_stays_calm(
    house: House, encoding: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await house.call("POST", "/hub/v1/readings", raw=b"not packed", headers={"Content-Encoding": encoding})
    assert answer.status == 400
    assert answer.error["code"] == "broken_body"
    assert (await house.get("/hub/v1/me")).status == 200
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def test_a_way_of_packing_that_nobody_reads_is_named(house: House) -> None:
    answer = await house.call("POST", "/hub/v1/readings", raw=b"{}", headers={"Content-Encoding": "x-lzma"})
    assert answer.status == 415
    assert "x-lzma" in answer.error["message"]


async def test_the_byte_order_mark_that_windows_writes_is_no_fault(house: House, ago: Ago) -> None:
    raw = b"\xef\xbb\xbf" + json.dumps({"readings": [heart(ago(1))]}).encode()
    assert (await house.call("POST", "/hub/v1/readings", raw=raw)).json["accepted"] == 1
