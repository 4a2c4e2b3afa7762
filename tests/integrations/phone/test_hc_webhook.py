"""HC Webhook over HTTP: overlapping windows, constants as text, sessions without a start."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integrations.phone.conftest import Phone, body

POINTS = {
    "hrv_rmssd": 42.5,
    "resting_heart_rate": 54,
    "distance": 240.5,
    "energy_active": 12.5,
    "energy_total": 25,
    "weight": 75.5,
    "height": 178,
    "blood_pressure_systolic": 118,
    "blood_pressure_diastolic": 76,
    "blood_glucose": 97.28,
    "oxygen_saturation": 97.5,
    "body_temperature": 36.6,
    "skin_temperature_deviation": -0.2,
    "skin_temperature": 33.2,
    "respiratory_rate": 14.2,
    "water_intake": 250,
    "basal_metabolic_rate": 1652.01,
    "body_fat": 18.2,
    "lean_mass": 61.7,
    "bone_mass": 3.1,
    "vo2_max": 44,
    "menstrual_flow": "medium",
    "ovulation_test": "negative",
    "sleep_duration": 440,
    "sleep_deep_duration": 60,
    "sleep_light_duration": 320,
    "sleep_rem_duration": 60,
    "sleep_awake_duration": 10,
    "time_in_bed": 450,
}


async def test_every_type_lands_in_the_hubs_unit(phone: Phone) -> None:
    status, answer = await phone.post(body("hc_webhook"))
    assert (status, answer["rejected"]) == (200, [])
    assert {metric: await phone.only(metric) for metric in POINTS} == POINTS


async def test_the_same_body_twice_adds_nothing(phone: Phone) -> None:
    await phone.post(body("hc_webhook"))
    status, again = await phone.post(body("hc_webhook"))
    assert (status, again["accepted"], again["journal"]["accepted"], again["rejected"]) == (200, 0, 0, [])


async def test_a_window_that_overlaps_brings_only_what_is_new(phone: Phone) -> None:
    sent = body("hc_webhook")
    await phone.post(sent)
    extra = {"count": 55, "start_time": "2026-11-20T07:15:00Z", "end_time": "2026-11-20T07:20:00Z"}
    steps = [*sent["steps"], {**extra, "metadata": sent["steps"][0]["metadata"]}]
    later = {"timestamp": "2026-11-20T10:00:00Z", "app_version": "1.8.0", "steps": steps}
    assert (await phone.post(later))[1]["accepted"] == 1
    assert [value for _, value in await phone.values("steps")] == [120, 300, 55]


async def test_a_days_total_that_grows_is_the_same_day(phone: Phone) -> None:
    for count in (1_000, 4_000, 8_421):
        day = {"count": count, "start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-19T23:59:59Z"}
        await phone.post({"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", "steps": [day]})
    assert await phone.values("steps") == [("11-19T00:00:00", 8_421)]


async def test_averages_over_minutes_are_heart_rates_too(phone: Phone) -> None:
    await phone.post(body("hc_webhook"))
    assert [value for _, value in await phone.values("heart_rate")] == [57, 88]
    assert await phone.only("heart_rate_min") == 80


@pytest.mark.parametrize(
    "words",
    [
        ("4", "5", "6", "1"),
        (4, 5, 6, 1),
        ("light", "deep", "rem", "awake"),
        ("STAGE_TYPE_LIGHT", "STAGE_TYPE_DEEP", "STAGE_TYPE_REM", "STAGE_TYPE_AWAKE_IN_BED"),
    ],
)
async def test_stages_come_as_numbers_as_text_and_as_words(phone: Phone, words: tuple[Any, ...]) -> None:
    sent = {"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", "sleep": [session(words)]}
    status, answer = await phone.post(sent)
    assert (status, answer["rejected"]) == (200, [])
    assert [value for _, value in await phone.values("sleep_stage")] == ["light", "deep", "rem", "awake", "out_of_bed"]
    (night,) = await phone.journal("sleep")
    assert f"{night.start:%H:%M}-{night.end:%H:%M}" == "22:00-02:00"


async def test_a_session_without_stages_is_all_sleep(phone: Phone) -> None:
    sleep = {"session_end_time": "2026-11-20T06:00:00Z", "duration_seconds": 28_800, "stages": []}
    await phone.post({"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", "sleep": [sleep]})
    assert await phone.only("sleep_duration") == 480
    assert await phone.values("sleep_deep_duration") == []


async def test_a_stage_nobody_knows_is_noted_and_spoils_nothing(phone: Phone) -> None:
    sent = session(("light", "hibernating", "rem", "awake"))
    status, _ = await phone.post({"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", "sleep": [sent]})
    assert status == 200
    (night,) = await phone.journal("sleep")
    assert night.data["extra"] == {"unknown_stages": ["hibernating"]}


async def test_workouts_have_names_whether_numbers_or_words_came(phone: Phone) -> None:
    await phone.post(body("hc_webhook"))
    strength, run = await phone.journal("workout")
    assert (strength.data["activity"], run.data["activity"]) == ("strength_training", "running")
    assert (run.data["distance"], run.data["steps"], run.data["mean_cadence"]) == (5_000, 4_800, 160)
    assert run.data["extra"] == {"max_cadence_spm": 172}
    assert [value for _, value in await phone.values("exercise_duration")] == [40, 30]


async def test_foods_of_one_meal_are_all_counted(phone: Phone) -> None:
    await phone.post(body("hc_webhook"))
    await phone.post(body("hc_webhook"))
    assert sorted(value for _, value in await phone.values("energy_intake")) == [90, 320]
    assert await phone.only("sodium_intake") == 400
    assert sorted(entry.data["name"] for entry in await phone.journal("meal")) == ["Banana", "Porridge"]
    porridge = next(entry for entry in await phone.journal("meal") if entry.data["name"] == "Porridge")
    assert (porridge.data["carbs"], porridge.data["sodium"]) == (45, 400)


async def test_two_apps_that_count_the_same_steps_are_two_sources(phone: Phone) -> None:
    def steps(count: int, package: str) -> dict[str, Any]:
        return {
            "count": count, "start_time": "2026-11-20T07:00:00Z", "end_time": "2026-11-20T07:05:00Z",
            "metadata": {"data_origin": package},
        }  # fmt: skip

    sent = [steps(100, "com.fitbit.FitbitMobile"), steps(96, "com.sec.android.app.shealth")]
    await phone.post({"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", "steps": sent})
    assert [one.source for one in phone.view.sources("anna", "steps")] == ["fitbit", "samsung_health"]
    assert await phone.values("steps") == [("11-20T07:00:00", 100)]


async def test_what_has_no_metric_is_kept_as_it_came(phone: Phone) -> None:
    _, answer = await phone.post(body("hc_webhook"))
    assert answer["kept_whole"] == 2
    recorder = phone.hub.rooms.recorder
    assert (await recorder.documents_find("anna", "hc_webhook/future_type"))[0].body["glow"] == 7


async def test_the_apps_own_test_is_answered_and_not_kept(phone: Phone) -> None:
    sent = {"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", "test": True}
    status, answer = await phone.post({**sent, "weight": [{"kilograms": 75.5, "time": "2026-11-20T06:30:00Z"}]})
    assert (status, answer["test"]) == (200, True)
    assert await phone.values("weight") == []


async def test_a_body_without_records_is_fine(phone: Phone) -> None:
    status, answer = await phone.post({"timestamp": "2026-11-20T09:00:00Z", "app_version": "1.8.0"})
    assert (status, answer["accepted"]) == (200, 0)


REFUSED: list[tuple[str, Any, str]] = [
    ("weight", {"kilograms": 75.5, "time": "soon"}, "'soon' is no date"),
    ("weight", {"pounds": 160, "time": "2026-11-20T06:30:00Z"}, "kilograms is not a number"),
    ("weight", "heavy", "a record is an object"),
    ("sleep", {"session_end_time": "2026-11-20T06:00:00Z", "duration_seconds": 200_000}, "longer than a day"),
    ("sleep", {"session_end_time": "2026-11-20T06:00:00Z"}, "says when it began"),
    ("exercise", {"type": "56", "start_time": "2026-11-20T06:00:00Z"}, "is no date"),
    ("menstruation_flow", {"flow": 77, "time": "2026-11-20T06:00:00Z"}, "flow 77 is not one of"),
]


async def test_a_record_that_cannot_be_is_refused_with_its_place(phone: Phone) -> None:
    for number, (kind, record, reason) in enumerate(REFUSED):
        good = {"height": [{"meters": 1.78, "time": f"2026-11-20T06:{number:02}:00Z"}]}
        sent = {"timestamp": "2026-11-20T09:00:00Z", "app_version": "1", kind: [record], **good}
        status, answer = await phone.post(sent)
        assert (status, answer["accepted"]) == (207, 1), reason
        assert answer["rejected"][0]["what"].startswith(kind)
        assert reason in answer["rejected"][0]["reason"]


def session(words: tuple[Any, ...]) -> dict[str, Any]:
    stages = [
        {"stage": word, "start_time": f"2026-11-{day}T{hour:02}:00:00Z", "end_time": f"2026-11-{until}T{to:02}:00:00Z"}
        for word, (day, hour, until, to) in zip(
            words, ((19, 22, 19, 23), (19, 23, 20, 0), (20, 0, 20, 1), (20, 1, 20, 2)), strict=True
        )
    ]
    return {"session_end_time": "2026-11-20T02:00:00Z", "duration_seconds": 14_400, "stages": stages}
