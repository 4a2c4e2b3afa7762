"""Health Auto Export over HTTP, with the quirks of real phones."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.clock import VirtualClock
from tests.integrations.phone.conftest import EARLY, Phone, body

POINTS = {
    "hrv_sdnn": 48.2,
    "blood_pressure_systolic": 121,
    "blood_pressure_diastolic": 79,
    "weight": 68.04,
    "body_fat": 22.4,
    "bmi": 22.9,
    "energy_active": 10.0,
    "energy_basal": 1.1,
    "distance": 160.93,
    "body_temperature": 37.0,
    "blood_glucose": 99.09,
    "insulin_bolus": 4.5,
    "insulin_basal": 0.8,
    "water_intake": 236.59,
    "sodium_intake": 400,
    "noise": 61,
    "exercise_duration": 1,
    "vo2_max": 41.2,
    "handwashing_events": 1,
    "sleep_duration": 450,
    "sleep_light_duration": 270,
    "sleep_deep_duration": 75,
    "sleep_rem_duration": 105,
    "sleep_awake_duration": 30,
}


async def test_every_metric_lands_in_the_hubs_unit(phone: Phone) -> None:
    status, answer = await phone.post(body("hae_metrics"))
    assert (status, answer["rejected"]) == (200, [])
    assert {metric: await phone.only(metric) for metric in POINTS} == POINTS


async def test_heart_rates_are_averages_with_lowest_and_highest_beside_them(phone: Phone) -> None:
    await phone.post(body("hae_metrics"))
    assert await phone.values("heart_rate") == [("11-19T07:00:00", 61.5), ("11-19T07:00:07", 70)]
    assert await phone.values("heart_rate_min") == [("11-19T07:00:00", 58)]
    assert await phone.values("heart_rate_max") == [("11-19T07:00:00", 66)]


async def test_oxygen_comes_as_a_share_or_as_per_cent(phone: Phone) -> None:
    await phone.post(body("hae_metrics"))
    assert [value for _, value in await phone.values("oxygen_saturation")] == [97, 96]


async def test_twelve_hour_times_with_a_narrow_space_are_read(phone: Phone) -> None:
    await phone.post(body("hae_metrics"))
    assert await phone.values("blood_pressure_systolic") == [("11-19T06:15:30", 121)]
    assert await phone.values("weight") == [("11-19T06:20:00", 68.04)]


async def test_steps_that_the_phone_has_put_together_are_one_series(phone: Phone) -> None:
    await phone.post(body("hae_metrics"))
    assert [value for _, value in await phone.values("steps")] == [12, 34, 20]
    assert len(phone.view.sources("anna", "steps")) == 1
    day = await phone.view.statistics("anna", "steps", "day", *_days())
    assert [one.sum for one in day] == [66]


async def test_steps_of_each_device_are_never_added_up(phone: Phone) -> None:
    points = [
        {"qty": quantity, "date": f"2026-11-19 08:0{minute}:00 +0100", "source": source}
        for minute in (0, 1)
        for source, quantity in (("Apple Watch", 100), ("iPhone", 90))
    ]
    status, _ = await phone.post(metrics("step_count", "count", points))
    assert status == 200
    assert {one.source for one in phone.view.sources("anna", "steps")} == {"apple_watch", "iphone"}
    day = await phone.view.statistics("anna", "steps", "day", *_days())
    assert [one.sum for one in day] == [200]


async def test_the_same_body_twice_adds_nothing(phone: Phone) -> None:
    for name in ("hae_metrics", "hae_sleep_loose", "hae_workouts", "hae_other"):
        first = (await phone.post(body(name)))[1]
        again = (await phone.post(body(name)))[1]
        assert first["accepted"] + first["journal"]["accepted"] > 0
        assert (again["accepted"], again["journal"]["accepted"], again["rejected"]) == (0, 0, [])


async def test_the_order_of_fields_does_not_matter(phone: Phone) -> None:
    reversed_text = json.dumps(_reversed(body("hae_metrics"))).encode()
    status, answer = await phone.post(reversed_text)
    assert (status, answer["rejected"]) == (200, [])
    assert {metric: await phone.only(metric) for metric in POINTS} == POINTS


async def test_points_before_their_name_survive_in_any_number(phone: Phone) -> None:
    points = [
        {"qty": 60 + n % 30, "date": f"2026-11-19 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02} +0000"}
        for n in range(20_000)
    ]
    text = (
        b'{"data":{"metrics":[{"data":' + json.dumps(points).encode() + b',"units":"count/min","name":"heart_rate"}]}}'
    )
    status, answer = await phone.post(text)
    assert (status, answer["accepted"]) == (200, 20_000)


async def test_a_night_is_a_journal_entry_and_its_lengths(phone: Phone) -> None:
    await phone.post(body("hae_metrics"))
    (night,) = await phone.journal("sleep")
    assert (f"{night.start:%d %H:%M}", f"{night.end:%d %H:%M}") == ("18 22:10", "19 06:10")
    assert (night.data["asleep"], night.data["deep"], night.data["nap"]) == (450, 75, False)


async def test_a_night_that_grows_replaces_its_first_version(phone: Phone) -> None:
    early = metrics("sleep_analysis", "hr", [night(totalSleep=5, sleepEnd="2026-11-19 05:00:00 +0100")])
    await phone.post(early)
    await phone.post(metrics("sleep_analysis", "hr", [night(totalSleep=7, sleepEnd="2026-11-19 07:10:00 +0100")]))
    await phone.post(early)
    assert await phone.values("sleep_duration") == [("11-19T06:10:00", 420)]
    (kept,) = await phone.journal("sleep")
    assert (kept.data["asleep"], f"{kept.end:%H:%M}") == (420, "06:10")


async def test_a_night_without_times_still_counts_for_its_day(phone: Phone) -> None:
    point = {"date": "2026-11-19", "asleep": 6.5, "inBed": 7.25, "sleepSource": "iPhone"}
    status, _ = await phone.post(metrics("sleep_analysis", "hr", [point]))
    assert status == 200
    assert await phone.values("sleep_duration") == [("11-18T23:00:00", 390)]
    assert await phone.journal("sleep") == []


async def test_loose_stretches_become_a_night_and_a_nap(phone: Phone) -> None:
    status, answer = await phone.post(body("hae_sleep_loose"))
    assert (status, answer["rejected"]) == (200, [])
    night_entry, nap = await phone.journal("sleep")
    assert (night_entry.data["asleep"], night_entry.data["deep"], night_entry.data["awake"]) == (470, 50, 5)
    assert (night_entry.data["latency"], round(night_entry.data["efficiency"])) == (15, 95)
    assert (nap.data["nap"], nap.data["asleep"]) == (True, 40)
    assert await phone.values("sleep_duration") == [("11-20T06:00:00", 470)]
    assert await phone.values("nap_duration") == [("11-20T13:40:00", 40)]
    assert await phone.values("sleep_stage") == [
        ("11-19T22:05:00", "light"),
        ("11-19T22:50:00", "deep"),
        ("11-19T23:40:00", "light"),
        ("11-20T01:10:00", "awake"),
        ("11-20T01:15:00", "light"),
        ("11-20T04:00:00", "rem"),
        ("11-20T06:00:00", "out_of_bed"),
        ("11-20T13:00:00", "asleep"),
        ("11-20T13:40:00", "out_of_bed"),
    ]


async def test_a_night_cut_in_two_by_the_phones_window_is_one_night(phone: Phone) -> None:
    whole = body("hae_sleep_loose")
    points = whole["data"]["metrics"][0]["data"]
    await phone.post(metrics("sleep_analysis", "hr", points[1:3]))
    assert len(await phone.journal("sleep")) == 1
    await phone.post(metrics("sleep_analysis", "hr", points[3:7]))
    await phone.post(metrics("sleep_analysis", "hr", points[4:5]))
    (entry,) = await phone.journal("sleep")
    assert entry.data["asleep"] == 470
    assert await phone.values("sleep_duration") == [("11-20T06:00:00", 470)]
    assert [value for _, value in await phone.values("sleep_stage")] == [
        "light", "deep", "light", "awake", "light", "rem", "out_of_bed",
    ]  # fmt: skip


async def test_workouts_of_both_versions_become_journal_entries(phone: Phone) -> None:
    status, answer = await phone.post(body("hae_workouts"))
    assert (status, answer["rejected"]) == (200, [])
    yoga, run = await phone.journal("workout")
    assert (run.data["activity"], run.data["distance"], run.data["energy"]) == ("running", 4828.032, 300)
    assert (run.data["mean_heart_rate"], run.data["steps"], run.data["indoor"]) == (146, 165, False)
    assert run.data["extra"]["temperature"] == {"qty": 52, "units": "degF"}
    assert (yoga.data["activity"], yoga.data["energy"], yoga.data["max_heart_rate"]) == ("yoga", 60, 96)
    assert [value for _, value in await phone.values("heart_rate")] == [83, 104, 131, 121]
    assert [value for _, value in await phone.values("exercise_duration")] == [20, 30]


async def test_a_workouts_minutes_are_not_added_to_the_watchs(phone: Phone) -> None:
    minutes = [{"date": f"2026-11-19 18:{n:02}:00 +0100", "qty": 1, "source": "Apple Watch"} for n in range(50, 60)]
    minutes += [{"date": f"2026-11-19 19:{n:02}:00 +0100", "qty": 1, "source": "Apple Watch"} for n in range(20)]
    sent = metrics("apple_exercise_time", "min", minutes)
    run = {"id": "1", "name": "Run", "start": "2026-11-19 18:50:00 +0100", "end": "2026-11-19 19:20:00 +0100"}
    await phone.post({"data": {"workouts": [run], **sent["data"]}})
    day = await phone.view.statistics("anna", "exercise_duration", "day", *_days())
    assert [one.sum for one in day] == [30]


async def test_a_route_is_kept_beside_the_entry(phone: Phone) -> None:
    await phone.post(body("hae_workouts"))
    (route,) = await phone.hub.rooms.recorder.documents_find("anna", "routes")
    run = (await phone.journal("workout"))[1]
    assert route.id == run.data["extra"]["route"]
    assert route.body["points"] == [[1.0, 1.000001, 2.5, 10.0, 2.7], [2.0, 1.00002, 2.50001, 10.5, 2.9]]


async def test_moods_medicines_symptoms_and_the_rest_are_kept(phone: Phone) -> None:
    status, answer = await phone.post(body("hae_other"))
    assert (status, answer["rejected"]) == (200, [])
    (mood,) = await phone.journal("mood")
    assert (mood.data["valence"], mood.data["labels"]) == (0.62, ["Calm", "Content"])
    assert await phone.only("mood_valence") == 0.62
    skipped, taken = await phone.journal("medication")
    assert (taken.data["name"], taken.data["taken"], taken.data["dose"]) == ("Vitamin D", True, 1)
    assert skipped.data["taken"] is False
    (headache,) = await phone.journal("symptom")
    assert (headache.data["name"], headache.data["severity"]) == ("Headache", 6)
    assert await phone.only("menstrual_flow") == "medium"
    assert await phone.only("ecg_classification") == "sinus_rhythm"
    (note,) = await phone.journal("note")
    assert "120 bpm" in note.data["text"]
    recorder = phone.hub.rooms.recorder
    assert (await recorder.documents_find("anna", "health_auto_export/moonPhases"))[0].body["phase"] == "waxing"
    assert (await recorder.documents_find("anna", "health_auto_export/cycleTracking"))[0].body["value"] == "Oral"


async def test_a_metric_nobody_knows_is_kept_as_it_came(phone: Phone) -> None:
    _, answer = await phone.post(body("hae_metrics"))
    assert answer["kept_whole"] == 1
    found = await phone.hub.rooms.recorder.documents_find("anna", "health_auto_export/metric/aura_brightness")
    assert found[0].body["qty"] == 3


REFUSED: list[tuple[str, str, Any, str]] = [
    ("heart_rate", "count/min", {"date": "2026-11-19 08:00:00 +0100", "Avg": 900}, "heart_rate cannot be 900"),
    ("weight_body_mass", "mmHg", {"date": "2026-11-19 08:00:00 +0100", "qty": 70}, "cannot be turned into 'kg'"),
    ("weight_body_mass", "kg", {"date": "next Tuesday", "qty": 70}, "'next Tuesday' is no date"),
    ("weight_body_mass", "kg", {"date": "2026-11-19 14:20:00 pm +0100", "qty": 70}, "is no date"),
    ("weight_body_mass", "kg", {"date": "2027-01-01 08:00:00 +0100", "qty": 70}, "lies in the future"),
    ("weight_body_mass", "kg", {"date": "2026-11-19 08:00:00 +0100", "qty": "seventy"}, "is not a number"),
    ("weight_body_mass", "kg", {"date": "2026-11-19 08:00:00 +0100", "qty": None}, "is not a number"),
    ("blood_pressure", "mmHg", {"date": "2026-11-19 08:00:00 +0100", "systolic": 120}, "diastolic is not a number"),
    ("sleep_analysis", "hr", {"date": "2026-11-19"}, "says no length of sleep"),
    ("sleep_analysis", "kg", {"date": "2026-11-19", "totalSleep": 7}, "sleep is measured in hours"),
    ("step_count", "count", 17, "an object with date and qty"),
]


async def test_what_cannot_be_is_refused_with_its_place_and_the_rest_is_kept(phone: Phone) -> None:
    for number, (name, units, point, reason) in enumerate(REFUSED):
        sent = metrics(name, units, [point])
        good = [{"date": f"2026-11-19 08:{number:02}:00 +0100", "qty": 171}]
        sent["data"]["metrics"] += metrics("height", "cm", good)["data"]["metrics"]
        status, answer = await phone.post(sent)
        assert (status, answer["rejected_count"]) == (207, 1), reason
        assert name in answer["rejected"][0]["what"]
        assert reason in answer["rejected"][0]["reason"]
    assert [value for _, value in await phone.values("height")] == [171] * len(REFUSED)


async def test_nan_spoils_only_its_own_point(phone: Phone) -> None:
    text = json.dumps(metrics("height", "cm", [{"date": "2026-11-19 08:00:00 +0100", "qty": 171}])).replace(
        "171}", '171}, {"date": "2026-11-19 09:00:00 +0100", "qty": NaN}'
    )
    status, answer = await phone.post(text.encode())
    assert (status, answer["accepted"], answer["rejected_count"]) == (207, 1, 1)


async def test_when_nothing_can_be_kept_the_answer_says_so(phone: Phone) -> None:
    status, answer = await phone.post(metrics("height", "cm", [{"date": "2026-11-19 08:00:00 +0100", "qty": 9000}]))
    assert status == 422
    assert "height cannot be 9000" in answer["error"]


def metrics(name: str, units: str, points: list[Any]) -> dict[str, Any]:
    return {"data": {"metrics": [{"name": name, "units": units, "data": points}]}}


def night(**fields: Any) -> dict[str, Any]:
    return {"date": "2026-11-19", "sleepStart": "2026-11-18 23:10:00 +0100", "source": "Apple Watch", **fields}


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(list(value))}
    return [_reversed(one) for one in value] if isinstance(value, list) else copy.copy(value)


def _days() -> tuple[datetime, datetime]:
    return datetime(2026, 11, 18, 23, tzinfo=UTC), datetime(2026, 11, 19, 23, tzinfo=UTC)


async def test_what_was_measured_before_the_phone_was_connected_is_history_and_not_late(phone: Phone) -> None:
    def weight(at: str, kilos: float) -> dict[str, object]:
        point = {"date": at, "qty": kilos}
        return {"data": {"metrics": [{"name": "weight_body_mass", "units": "kg", "data": [point]}]}}

    async def marks() -> list[tuple[float, bool, bool]]:
        page = await phone.view.readings("anna", "weight", EARLY, datetime(2026, 12, 1, tzinfo=UTC))
        return [(float(one.value), one.late, one.imported) for one in page.readings]

    await phone.post(weight("2026-11-10 07:00:00 +0000", 70))
    assert await marks() == [(70.0, True, True)]
    clock = phone.hub.rooms.clock
    assert isinstance(clock, VirtualClock)
    await clock.step(timedelta(days=5))
    await phone.post(weight("2026-11-22 07:00:00 +0000", 71))
    await phone.post(weight("2026-11-11 07:00:00 +0000", 72))
    assert await marks() == [(70.0, True, True), (72.0, True, True), (71.0, True, False)]
