"""Treatments over HTTP: kept whole, told in the journal, and the journal's own told as treatments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.model import JournalDraft
from tests.integrations.nightscout.conftest import Site
from tests.support.house import everything


def minutes_ago(minutes: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).replace(microsecond=0)


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def contains(whole: dict[str, Any], part: dict[str, Any]) -> bool:
    return all(whole.get(key) == value for key, value in part.items())


async def journal(site: Site) -> list[Any]:
    entries, _ = await everything(site.hub).journal(["anna"])
    return entries


MEAL: dict[str, Any] = {
    "eventType": "Meal Bolus",
    "carbs": 45,
    "insulin": 4.5,
    "absorptionTime": 180,
    "foodType": "🍝",
    "enteredBy": "loop://iPhone",
    "notes": "pasta",
    "syncIdentifier": "a1b2",
    "insulinType": "Novolog",
    "unknown": {"deep": [1, {"two": None}]},
}


async def test_a_treatment_comes_back_with_every_field_and_is_in_the_journal(site: Site) -> None:
    at = minutes_ago(10)
    written = {**MEAL, "created_at": iso(at), "timestamp": iso(at)}
    [answered] = await site.post("/api/v1/treatments", written)
    [read] = await site.get("/api/v1/treatments.json")
    assert contains(read, written)
    assert read["_id"] == answered["_id"]
    found = {one.kind: one for one in await journal(site)}
    assert set(found) == {"meal", "insulin"}
    assert (found["meal"].data["carbs"], found["meal"].data["absorption_minutes"], found["meal"].start) == (45, 180, at)
    assert (found["insulin"].data["units"], found["insulin"].data["product"]) == (4.5, "Novolog")
    assert found["meal"].note == "pasta"


async def test_each_kind_of_treatment_has_its_place_in_the_journal(site: Site) -> None:
    at = iso(minutes_ago(30))
    await site.post(
        "/api/v1/treatments",
        [
            {"eventType": "Exercise", "created_at": at, "duration": 25, "notes": "walk"},
            {"eventType": "Site Change", "created_at": at, "notes": "left arm"},
            {"eventType": "Correction Bolus", "created_at": at, "insulin": "1.25"},
            {"eventType": "Announcement", "created_at": at, "notes": "hello"},
            {"eventType": "Suspend Pump", "created_at": at, "duration": 10},
        ],
    )
    found = await journal(site)
    told = sorted((one.kind, one.data.get("delivery") or one.data.get("title") or "") for one in found)
    assert told == [
        ("insulin", "correction"),
        ("insulin", "suspend"),
        ("note", "Announcement"),
        ("note", "Site Change"),
        ("workout", ""),
    ]
    walk = next(one for one in found if one.kind == "workout")
    assert (walk.end - walk.start, walk.note) == (timedelta(minutes=25), "walk")
    announced = await site.get("/api/v1/treatments.json?find[eventType]=Announcement")
    assert announced[0]["isAnnouncement"] is True


async def test_a_finger_stick_is_a_reading_and_no_entry(site: Site) -> None:
    at = minutes_ago(4)
    check = {"eventType": "BG Check", "created_at": iso(at), "glucose": 5.5, "glucoseType": "Finger", "units": "mmol"}
    await site.post("/api/v1/treatments", check)
    assert await site.get("/api/v1/entries.json") == []
    merged = await everything(site.hub).readings("anna", "blood_glucose", at, at + timedelta(seconds=1))
    assert [round(one.value, 1) for one in merged.readings if isinstance(one.value, float)] == [99.1]
    assert await journal(site) == []


async def test_the_same_treatment_twice_is_one_by_id_by_identifier_and_by_moment(site: Site) -> None:
    at = iso(minutes_ago(5))
    by_moment = {"eventType": "Carb Correction", "created_at": at, "carbs": 10}
    by_name = {
        "eventType": "Carb Correction",
        "created_at": at,
        "carbs": 11,
        "_id": "6F9619FF-8B86-D011-B42D-00C04FC964FF",
    }
    by_id = {"eventType": "Note", "created_at": at, "notes": "x", "_id": "5f7b2f4a0e6d4f0b8c3a5d9c"}
    first = await site.post("/api/v1/treatments", [by_moment, by_name, by_id])
    again = await site.post("/api/v1/treatments", [{**by_moment, "carbs": 12}, by_name, {**by_id, "notes": "y"}])
    assert [one["_id"] for one in first] == [one["_id"] for one in again]
    assert all(len(one["_id"]) == 24 for one in first)
    read = {one["_id"]: one for one in await site.get("/api/v1/treatments.json")}
    assert len(read) == 3
    assert read[first[0]["_id"]]["carbs"] == 12
    assert read[first[1]["_id"]]["identifier"] == by_name["_id"]
    assert read["5f7b2f4a0e6d4f0b8c3a5d9c"]["notes"] == "y"
    assert len(await journal(site)) == 3


async def test_a_record_without_a_name_takes_the_place_of_the_named_one_of_its_moment(site: Site) -> None:
    at = iso(minutes_ago(5))
    named = {"eventType": "Carb Correction", "created_at": at, "carbs": 10, "_id": "5f7b2f4a0e6d4f0b8c3a5d95"}
    await site.post("/api/v1/treatments", named)
    [kept] = await site.post("/api/v1/treatments", {"eventType": "Carb Correction", "created_at": at, "carbs": 12})
    assert kept["_id"] == named["_id"]
    assert [one["carbs"] for one in await site.get("/api/v1/treatments.json")] == [12]
    assert [one.data["carbs"] for one in await journal(site)] == [12]


async def test_a_prebolus_is_a_second_treatment_for_the_carbohydrates(site: Site) -> None:
    at = minutes_ago(60)
    sent = {"eventType": "Meal Bolus", "created_at": iso(at), "carbs": 30, "insulin": 3, "preBolus": 15}
    answered = await site.post("/api/v1/treatments", sent)
    assert len(answered) == 2
    later, first = await site.get("/api/v1/treatments.json")
    assert (later["carbs"], later["created_at"]) == (30, iso(at + timedelta(minutes=15)))
    assert (first["insulin"], first.get("carbs")) == (3, None)


async def test_a_treatment_without_a_moment_is_of_now_and_event_time_decides(site: Site) -> None:
    [now] = await site.post("/api/v1/treatments", {"eventType": "Note", "notes": "now"})
    assert abs(datetime.fromisoformat(now["created_at"]) - datetime.now(UTC)) < timedelta(seconds=30)
    at = minutes_ago(90)
    local = (at - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S-05:00")
    [then] = await site.post("/api/v1/treatments", {"eventType": "Note", "notes": "then", "eventTime": local})
    assert (then["created_at"], then["utcOffset"], "eventTime" in then) == (iso(at), -300, False)


async def test_empty_numbers_go_and_numbers_in_words_become_numbers(site: Site) -> None:
    sent = {
        "eventType": "Note",
        "notes": "",
        "carbs": 0,
        "insulin": "",
        "glucose": 0,
        "units": "mg/dl",
        "duration": "30",
    }
    [kept] = await site.post("/api/v1/treatments", sent)
    assert {"notes", "carbs", "insulin", "glucose", "units"}.isdisjoint(kept)
    assert kept["duration"] == 30


async def test_putting_a_treatment_changes_it_and_its_journal_entry(site: Site) -> None:
    at = minutes_ago(15)
    [kept] = await site.post("/api/v1/treatments", {"eventType": "Meal Bolus", "created_at": iso(at), "carbs": 20})
    changed = await site.send("PUT", "/api/v1/treatments", {**kept, "carbs": 25, "insulin": 2})
    assert (changed["_id"], changed["carbs"]) == (kept["_id"], 25)
    assert len(await site.get("/api/v1/treatments.json")) == 1
    assert sorted(one.kind for one in await journal(site)) == ["insulin", "meal"]
    await site.send("PUT", "/api/v1/treatments", {**kept, "carbs": 25})
    assert [(one.kind, one.data["carbs"]) for one in await journal(site)] == [("meal", 25)]


async def test_a_removed_treatment_leaves_the_journal_and_may_come_again(site: Site) -> None:
    sent = {**MEAL, "created_at": iso(minutes_ago(10)), "_id": "5f7b2f4a0e6d4f0b8c3a5d9d"}
    await site.post("/api/v1/treatments", sent)
    removed = await site.call("DELETE", "/api/v1/treatments/5f7b2f4a0e6d4f0b8c3a5d9d")
    assert (await removed.json())["deletedCount"] == 1
    assert await site.get("/api/v1/treatments.json") == []
    assert await journal(site) == []
    await site.post("/api/v1/treatments", {**sent, "carbs": 50})
    assert [one["carbs"] for one in await site.get("/api/v1/treatments.json")] == [50]
    assert sorted(one.kind for one in await journal(site)) == ["insulin", "meal"]


async def test_what_is_changed_in_the_journal_is_told_to_clients(site: Site) -> None:
    at = minutes_ago(20)
    await site.post("/api/v1/treatments", {**MEAL, "created_at": iso(at)})
    view = everything(site.hub)
    meal = next(one for one in await journal(site) if one.kind == "meal")
    draft = JournalDraft("meal", at - timedelta(minutes=5), None, {**meal.data, "carbs": 60, "fat": 12}, "big pasta")
    await view.change_journal(meal.id, draft)
    [read] = await site.get("/api/v1/treatments.json")
    assert (read["carbs"], read["fat"], read["notes"]) == (60, 12, "big pasta")
    assert read["created_at"] == iso(at - timedelta(minutes=5))
    assert read["unknown"] == MEAL["unknown"]
    await view.remove_journal(meal.id)
    [read] = await site.get("/api/v1/treatments.json")
    assert ("carbs" in read, read["insulin"]) == (False, 4.5)
    await view.remove_journal(next(one for one in await journal(site) if one.kind == "insulin").id)
    assert await site.get("/api/v1/treatments.json") == []


async def test_an_entry_removed_on_the_page_stays_removed_though_its_sender_repeats_it(site: Site) -> None:
    sent = {"eventType": "Carb Correction", "created_at": iso(minutes_ago(5)), "carbs": 15}
    await site.post("/api/v1/treatments", sent)
    [entry] = await journal(site)
    await everything(site.hub).remove_journal(entry.id)
    await site.post("/api/v1/treatments", sent)
    assert await journal(site) == []
    assert await site.get("/api/v1/treatments.json") == []


async def test_the_journals_own_entries_are_treatments(site: Site) -> None:
    view, at = everything(site.hub), minutes_ago(30)
    await view.add_journal("anna", JournalDraft("meal", at, None, {"name": "Porridge", "carbs": 33}))
    await view.add_journal("anna", JournalDraft("insulin", at, None, {"units": 3.5, "delivery": "bolus"}))
    await view.add_journal(
        "anna", JournalDraft("insulin", at, None, {"units": 18, "delivery": "basal", "product": "L"})
    )
    await view.add_journal("anna", JournalDraft("note", at, None, {"text": "felt odd"}))
    await view.add_journal("anna", JournalDraft("workout", at, at + timedelta(minutes=20), {"activity": "running"}))
    await view.add_journal("ben", JournalDraft("meal", at, None, {"carbs": 99}))
    read = await site.get("/api/v1/treatments.json")
    told = sorted((one["eventType"], one.get("carbs"), one.get("insulin"), one.get("duration")) for one in read)
    assert told == [
        ("Carb Correction", 33, None, None),
        ("Correction Bolus", None, 3.5, None),
        ("Exercise", None, None, 20),
        ("Note", None, None, None),
        ("Note", None, None, None),
    ]
    assert {one["notes"] for one in read if one["eventType"] == "Note"} == {"felt odd", "Basal L 18 units"}
    meal = next(one for one in read if one.get("carbs"))
    assert len(meal["_id"]) == 24
    # A client that edits it edits the journal's entry, and makes no second one.
    await site.send("PUT", "/api/v1/treatments", {**meal, "carbs": 40})
    assert [one.data["carbs"] for one in await journal(site) if one.kind == "meal"] == [40]
    await site.call("DELETE", f"/api/v1/treatments/{meal['_id']}")
    assert [one for one in await journal(site) if one.kind == "meal"] == []


async def test_trios_questions_and_removals_are_understood(site: Site) -> None:
    at = minutes_ago(30)
    await site.post(
        "/api/v1/treatments.json",
        [
            {"eventType": "Carb Correction", "created_at": iso(at), "carbs": 12, "enteredBy": "Trio", "id": "ONE"},
            {
                "eventType": "Carb Correction",
                "created_at": iso(at + timedelta(minutes=1)),
                "carbs": 8,
                "enteredBy": "page",
            },
            {"eventType": "Note", "created_at": iso(at), "enteredBy": "page", "notes": "n"},
            {"eventType": "Temporary Target", "created_at": iso(at), "duration": 60, "enteredBy": "page"},
        ],
    )
    since = iso(at - timedelta(hours=1))
    question = "find[carbs][$exists]=true&find[$and][0][enteredBy][$ne]=Trio&find[$and][1][enteredBy][$ne]=iAPS"
    carbs = await site.get(f"/api/v1/treatments.json?{question}&find[created_at][$gt]={since}")
    assert [one["carbs"] for one in carbs] == [8]
    targets = await site.get("/api/v1/treatments.json?find[eventType]=Temporary+Target&find[duration][$exists]=true")
    assert [one["duration"] for one in targets] == [60]
    await site.call("DELETE", "/api/v1/treatments.json?find[id][$eq]=ONE")
    assert [one["carbs"] for one in await site.get("/api/v1/treatments.json?find[carbs][$exists]=true")] == [8]


async def test_more_are_told_when_a_question_is_asked(site: Site) -> None:
    start = minutes_ago(60 * 30)
    batch = [
        {"eventType": "Note", "created_at": iso(start + timedelta(minutes=index)), "notes": str(index)}
        for index in range(130)
    ]
    answered = await site.post("/api/v1/treatments", batch)
    assert len(answered) == 130
    assert len(await site.get("/api/v1/treatments")) == 100
    assert len(await site.get(f"/api/v1/treatments?find[created_at][$gte]={iso(start)}")) == 130
    assert [one["notes"] for one in await site.get("/api/v1/treatments?count=2")] == ["129", "128"]
