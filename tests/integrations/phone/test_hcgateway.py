"""HCGateway's app against the hub: what App.js of its repository asks, in its order."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import VirtualClock
from tests.integrations.phone.conftest import SECRET, Phone, body

LOGIN = {"username": "anna", "password": SECRET, "fcmToken": "x"}
READINGS = {
    "steps": [("11-20T07:00:00", 510), ("11-20T07:10:00", 40)],
    "heart_rate": [("11-20T07:00:00", 71), ("11-20T07:01:00", 75)],
    "weight": [("11-20T06:30:00", 75.5)],
    "blood_pressure_diastolic": [("11-20T06:40:00", 76)],
    "basal_metabolic_rate": [("11-20T06:30:00", 1652)],
    "sleep_duration": [("11-20T06:00:00", 450)],
    "carbohydrate_intake": [("11-20T07:00:00", 45)],
    "vitamin_c_intake": [("11-20T07:00:00", 12)],
    "exercise_duration": [("11-19T17:00:00", 30)],
    "cervical_mucus": [("11-20T07:00:00", "creamy")],
}


class App:
    """The app: logs in, then shows its token."""

    def __init__(self, phone: Phone, token: str = "", refresh: str = "") -> None:
        self.phone, self.token, self.refresh = phone, token, refresh

    async def ask(self, method: str, path: str, data: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        shown = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return await self.phone.call(method, f"/api/v2/{path}", data, headers=shown, secret="")

    async def sync_all(self, records: dict[str, Any]) -> int:
        """Sends every type; how many readings and entries were new."""
        new = 0
        for kind, data in records.items():
            status, answer = await self.ask("POST", f"sync/{kind}", {"data": data})
            assert (status, answer["success"], answer["rejected"]) == (200, True, []), (kind, answer)
            new += answer["accepted"] + answer["journal"]["accepted"]
        return new


@pytest.fixture
async def app(phone: Phone) -> App:
    status, answer = await phone.post(LOGIN, "/api/v2/login", secret="")
    assert status == 201
    assert {*answer} == {"token", "refresh", "expiry"}
    return App(phone, answer["token"], answer["refresh"])


async def test_every_type_lands_and_a_second_sync_adds_nothing(app: App) -> None:
    records = body("hcgateway")
    assert await app.sync_all(records) > 0
    for metric, wanted in READINGS.items():
        assert await app.phone.values(metric) == wanted, metric
    assert await app.sync_all(records) == 0
    assert [entry.kind for entry in await app.phone.journal()] == ["workout", "sleep", "meal"]
    (run,) = await app.phone.journal("workout")
    assert (run.data["activity"], run.data["name"], run.note) == ("running", "Evening run", "Windy")


async def test_the_hub_may_be_given_with_the_secret_in_the_address(phone: Phone) -> None:
    status, answer = await phone.post(LOGIN, f"/{SECRET}/api/v2/login", secret="")
    assert (status, "token" in answer) == (201, True)


async def test_a_deleted_record_takes_its_readings_and_entries_along(app: App) -> None:
    await app.sync_all(body("hcgateway"))
    for kind, uuid in (
        ("Steps", "s-1"),
        ("HeartRate", "h-1"),
        ("SleepSession", "n-1"),
        ("ExerciseSession", "e-1"),
        ("Nutrition", "f-1"),
    ):
        status, answer = await app.ask("DELETE", f"sync/{kind}", {"uuid": [uuid]})
        assert (status, answer) == (200, {"success": True, "removed": 1})
    assert await app.phone.values("steps") == [("11-20T07:10:00", 40)]
    for metric in ("heart_rate", "sleep_duration", "sleep_stage", "carbohydrate_intake", "exercise_duration"):
        assert await app.phone.values(metric) == [], metric
    assert await app.phone.journal() == []
    assert (await app.ask("DELETE", "sync/Steps", {"uuid": "never-there"}))[1]["removed"] == 0


async def test_a_record_that_moved_is_not_in_two_places(app: App) -> None:
    records = body("hcgateway")
    await app.sync_all(records)
    moved = copy.deepcopy(records)
    moved["Steps"][0].update(count=600, startTime="2026-11-20T07:05:00Z")
    moved["SleepSession"].update(endTime="2026-11-20T05:00:00Z")
    moved["SleepSession"]["stages"][2]["endTime"] = "2026-11-20T05:00:00Z"
    moved["ExerciseSession"][0].update(startTime="2026-11-19T17:10:00Z")
    await app.sync_all({kind: moved[kind] for kind in ("Steps", "SleepSession", "ExerciseSession")})
    assert await app.phone.values("steps") == [("11-20T07:05:00", 600), ("11-20T07:10:00", 40)]
    assert await app.phone.values("sleep_duration") == [("11-20T05:00:00", 390)]
    assert [value for _, value in await app.phone.values("sleep_stage")] == ["light", "deep", "rem", "out_of_bed"]
    (night,) = await app.phone.journal("sleep")
    (run,) = await app.phone.journal("workout")
    assert (night.data["asleep"], f"{run.start:%H:%M}") == (390, "17:10")
    assert await app.phone.values("exercise_duration") == [("11-19T17:10:00", 20)]


async def test_records_can_be_fetched_again(app: App) -> None:
    await app.sync_all(body("hcgateway"))
    status, steps = await app.ask("POST", "fetch/steps", {"queries": {}})
    assert status == 200
    assert [(one["_id"], one["data"]["count"], one["app"]) for one in steps] == [
        ("s-2", 40, "com.sec.android.app.shealth"),
        ("s-1", 510, "com.sec.android.app.shealth"),
    ]


async def test_tokens_end_after_twelve_hours_and_are_renewed(app: App) -> None:
    clock = app.phone.hub.rooms.clock
    assert isinstance(clock, VirtualClock)
    await clock.step(timedelta(hours=13))
    assert (await app.ask("POST", "sync/Steps", {"data": []}))[0] == 403
    status, answer = await app.phone.post({"refresh": app.refresh}, "/api/v2/refresh", secret="")
    assert (status, answer["refresh"]) == (200, app.refresh)
    assert (await app.ask("POST", "fetch/steps", {}, token=answer["token"]))[0] == 200


async def test_revoked_tokens_are_of_no_use(app: App) -> None:
    clock = app.phone.hub.rooms.clock
    assert isinstance(clock, VirtualClock)
    await clock.step(timedelta(seconds=2))
    assert (await app.ask("DELETE", "revoke"))[0] == 200
    assert (await app.ask("POST", "fetch/steps", {}))[0] == 403
    assert (await app.phone.post({"refresh": app.refresh}, "/api/v2/refresh", secret=""))[0] == 403


@pytest.mark.parametrize("token", ["", "nonsense", "access.1.2.c2ln", "."])
async def test_a_bad_token_is_refused_as_the_app_expects(app: App, token: str) -> None:
    status, answer = await app.ask("POST", "sync/Steps", {"data": body("hcgateway")["Steps"]}, token=token)
    assert status == (403 if token else 400)
    assert "token" in answer["error"]
    assert await app.phone.values("steps") == []


async def test_a_refresh_token_is_no_access_token(app: App) -> None:
    assert (await app.ask("POST", "fetch/steps", {}, token=app.refresh))[0] == 403


@pytest.mark.parametrize(
    ("path", "data", "status", "error"),
    [
        ("login", {"username": "anna", "password": "wrong"}, 403, "invalid password"),
        ("login", {"username": "anna"}, 400, "invalid request"),
        ("refresh", {}, 400, "invalid request"),
        ("refresh", {"refresh": "old"}, 403, "invalid refresh token"),
    ],
)
async def test_a_wrong_login_is_refused_as_the_app_expects(
    phone: Phone, path: str, data: Any, status: int, error: str
) -> None:
    got, answer = await phone.post(data, f"/api/v2/{path}", secret="")
    assert got == status
    assert error in answer["error"]


@pytest.mark.parametrize(
    ("kind", "data", "error"),
    [
        ("Steps", {"startTime": "2026-11-20T07:00:00Z", "count": 5}, "metadata.id is missing"),
        ("Steps", {"metadata": {"id": "x"}, "startTime": "2026-11-20T07:00:00Z"}, "count is not a number"),
        ("Weight", {"metadata": {"id": "x"}, "time": "?", "weight": {"inKilograms": 5}}, "is no date"),
        ("SleepSession", {"metadata": {"id": "x"}, "startTime": "2026-11-20T07:00:00Z"}, "endTime is missing"),
    ],
)
async def test_a_record_that_cannot_be_is_answered_400_with_the_reason(
    app: App, kind: str, data: Any, error: str
) -> None:
    status, answer = await app.ask("POST", f"sync/{kind}", {"data": data})
    assert status == 400
    assert error in answer["error"]


async def test_a_type_without_a_metric_is_kept_as_it_came(app: App) -> None:
    record = {"metadata": {"id": "p-1"}, "startTime": "2026-11-16T07:00:00Z", "endTime": "2026-11-20T07:00:00Z"}
    status, answer = await app.ask("POST", "sync/MenstruationPeriod", {"data": record})
    assert (status, answer["success"]) == (200, True)
    assert (await app.ask("POST", "fetch/menstruationPeriod", {}))[1][0]["start"] == "2026-11-16T07:00:00Z"


async def test_unknown_routes_say_so(app: App) -> None:
    assert (await app.ask("PUT", "push/Steps", {"data": []}))[0] == 404
    assert (await app.ask("POST", "sync/Steps", {"nothing": 1}))[1]["error"] == "no data provided"
