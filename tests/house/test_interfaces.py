"""What other programs rely on, asked of a real hub as a stranger would who has read only its description."""

import gzip
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.house.client import NOW, Answer, Client, ago, reading
from tests.support.console import Household, Running

READING_KEYS = {"taken_at", "received_at", "value", "unit", "entity_id", "late"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Household:
    folder = tmp_path_factory.mktemp("interfaces") / "config"
    folder.mkdir()
    (folder / "hub.yaml").write_text("integrations:\n  - {domain: mqtt, disabled: true}\n")
    home = Household(folder)
    home.set_up("Ben", "Mia")
    return home


@pytest.fixture(scope="module")
def running(home: Household) -> Iterator[Running]:
    with home.running() as running:
        yield running


@pytest.fixture(scope="module")
def owner(home: Household, running: Running) -> Client:
    return Client(running.port, home.token())


@pytest.fixture(scope="module")
def annas(home: Household, running: Running) -> Client:
    """Reaches Anna's readings, to see and to record."""
    return Client(running.port, home.token("--person", "anna", "--verbs", "view,record"))


@pytest.fixture
def stranger(running: Running) -> Client:
    return Client(running.port)


# -- that it runs, and how it is --------------------------------------------------------------------------------------


def test_healthz_says_ok_and_the_version_to_everybody(stranger: Client) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status, set(answer.json), answer.json["status"]) == (200, {"status", "version"}, "ok")
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", answer.json["version"])
    head = stranger.ask("HEAD", "/healthz")
    assert (head.status, head.body) == (200, b"")


def test_readyz_answers_everybody_and_names_nobody(owner: Client, stranger: Client) -> None:
    owner.record(reading("weight", 71.5, 3))
    answer = stranger.get("/readyz")
    assert (answer.status, answer.json["status"]) == (200, "ready")
    assert "anna" not in answer.body.decode().lower()


def test_metrics_are_prometheus_text_without_values_and_names(owner: Client, stranger: Client) -> None:
    owner.record(reading("weight", 71.4375, 4))
    answer = owner.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    sample = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})? -?[0-9.eE+-]+|[a-z_]+(\{[^{}]*\})? (NaN|\+Inf)")
    lines = answer.body.decode().splitlines()
    assert [one for one in lines if not one.startswith("#") and not sample.fullmatch(one)] == []
    accepted = next(one for one in lines if one.startswith('homeostat_readings_total{outcome="accepted"}'))
    assert float(accepted.split()[-1]) >= 1
    assert "anna" not in answer.body.decode().lower()
    assert "71.4375" not in answer.body.decode()
    assert stranger.get("/metrics").status == 401


def test_the_description_is_openapi_3_1_and_names_every_address(stranger: Client) -> None:
    document = stranger.get("/hub/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    wanted = {
        "/hub/v1/readings": {"get", "post"},
        "/hub/v1/statistics": {"get"},
        "/hub/v1/states": {"get"},
        "/hub/v1/states/{entity_id}": {"get"},
        "/hub/v1/journal": {"get", "post"},
        "/hub/v1/journal/{id}": {"get", "patch", "delete"},
        "/hub/v1/actions": {"get"},
        "/hub/v1/actions/{name}": {"post"},
    }
    for path, methods in wanted.items():
        assert methods <= set(document["paths"][path]), path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/hub/v1/readings"),
        ("GET", "/hub/v1/readings?person=anna&metric=weight"),
        ("GET", "/hub/v1/statistics?person=anna&metric=weight&period=day"),
        ("GET", "/hub/v1/states"),
        ("GET", "/hub/v1/states/sensor.anna_weight"),
        ("GET", "/hub/v1/journal"),
        ("POST", "/hub/v1/journal"),
        ("PATCH", "/hub/v1/journal/x"),
        ("DELETE", "/hub/v1/journal/x"),
        ("GET", "/hub/v1/actions"),
        ("POST", "/hub/v1/actions/reading.record"),
        ("GET", "/hub/v1/live"),
        ("GET", "/hub/v1/ws"),
    ],
)
def test_without_a_token_and_with_a_wrong_one_the_answer_is_401_in_json(
    running: Running, method: str, path: str
) -> None:
    for client in (Client(running.port), Client(running.port, "nobody-has-this-one")):
        answer = client.ask(method, path, {} if method in ("POST", "PATCH") else None)
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "homeostat token create" in answer.error
    # In the address, where it would end up in logs, a token is none.
    assert Client(running.port).ask("GET", "/hub/v1/states", token="x").status == 401


def test_other_methods_and_addresses_are_refused_in_json_with_what_there_is(owner: Client) -> None:
    for method in ("PUT", "OPTIONS"):
        answer = owner.ask(method, "/hub/v1/readings", {} if method == "PUT" else None)
        assert answer.status == 405
        assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))
    assert owner.ask("HEAD", "/hub/v1/states").status == 200
    assert "slash" in owner.get("/hub/v1/readings/", person="anna", metric="weight").error
    assert "openapi.json" in owner.get("/hub/v1/reading").error


# -- readings in ------------------------------------------------------------------------------------------------------


def test_readings_with_and_without_unit_and_source_are_accepted_and_then_unchanged(annas: Client) -> None:
    batch = [
        reading("heart_rate", 61, 50),
        reading("heart_rate", 62.5, 49, unit="/min"),
        reading("heart_rate", 63, 48, unit="bpm", source="ring"),
        reading("heart_rate", 64, 47, source="watch"),
        reading("heart_rate", 65, 46, unit=None, source=None),
        reading("blood_glucose", 5.5, 45, unit="mmol/L"),
        reading("steps", 4000, 44),
    ]
    assert annas.record(*batch) == {"accepted": 7, "unchanged": 0, "rejected": []}
    assert annas.record(*batch) == {"accepted": 0, "unchanged": 7, "rejected": []}
    assert annas.record() == {"accepted": 0, "unchanged": 0, "rejected": []}


def test_every_way_of_writing_an_instant_is_the_same_reading(annas: Client) -> None:
    at = NOW - timedelta(minutes=60)
    ways: list[Any] = [
        f"{at:%Y-%m-%dT%H:%M:%SZ}",
        f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
        f"{at:%Y-%m-%dT%H:%M:%S.000000+00:00}",
        at.isoformat(),
        at.astimezone(timezone(timedelta(hours=2))).isoformat(),
        at.astimezone(timezone(timedelta(hours=-3, minutes=-30))).isoformat(),
        f"{at:%Y-%m-%d %H:%M:%SZ}",
        at.timestamp(),
        int(at.timestamp()),
        int(at.timestamp() * 1000),
    ]
    told = annas.record(*({**reading("body_temperature", 36.6), "taken_at": way} for way in ways))
    assert told == {"accepted": 1, "unchanged": len(ways) - 1, "rejected": []}
    fraction = {**reading("body_temperature", 36.7), "taken_at": f"{at:%Y-%m-%dT%H:%M:%S}.123456Z"}
    assert annas.record(fraction)["accepted"] == 1
    kept = annas.get("/hub/v1/readings", person="anna", metric="body_temperature").json["readings"]
    assert [one["taken_at"] for one in kept] == [ways[0], fraction["taken_at"]]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"unit": "mg/dL"}, "mg/dL"),
    ({"unit": "furlong"}, "furlong"),
    ({"value": "sixty"}, "'sixty' is text"),
    ({"value": "62"}, "'62' is text"),
    ({"value": None}, "value is null"),
    ({"value": True}, "not a number"),
    ({"value": [62]}, "neither a number nor text"),
    ({"value": float("nan")}, "not a measurement"),
    ({"value": float("inf")}, "not a measurement"),
    ({"value": 10**400}, "larger than any measurement"),
    ({"value": -1}, "cannot be -1"),
    ({"value": 100_000}, "cannot be 100000"),
    ({"taken_at": "2099-01-01T00:00:00Z"}, "future"),
    ({"taken_at": ago(-24 * 60)}, "future"),  # of when this was read in, which is some time ago
    ({"taken_at": 4_000_000_000}, "future"),
    ({"taken_at": "yesterday"}, "is not an instant"),
    ({"taken_at": "2026-05-01T07:30:00"}, "has no time zone"),
    ({"taken_at": "2026-13-01T07:30:00Z"}, "is not an instant"),
    ({"taken_at": None}, "taken_at is missing"),
    ({"metric": "hart_rate"}, "did you mean 'heart_rate'"),
    ({"metric": "no_such_thing_at_all"}, "no_such_thing_at_all"),
    ({"metric": None}, "metric is missing"),
    ({"person": "nobody"}, "there is no person 'nobody'"),
    ({"person": "Anna"}, "did you mean 'anna'"),
    ({"person": 5}, "person is not text"),
    ({"vlaue": 3}, "'vlaue' is not a field"),
]


def test_what_cannot_be_kept_is_named_by_its_place_with_a_reason_and_the_others_are_kept(owner: Client) -> None:
    batch: list[Any] = []
    for number, (change, _) in enumerate(WRONG):
        batch += [reading("heart_rate", 70, 200 + number), {**reading("heart_rate", 70, 300 + number), **change}]
    batch += ["not a reading", None, {}]
    told = owner.record(*batch)
    assert told["accepted"] == len(WRONG)
    assert told["unchanged"] == 0
    assert [one["index"] for one in told["rejected"]] == [
        *range(1, 2 * len(WRONG), 2),
        *range(2 * len(WRONG), len(batch)),
    ]
    assert all(set(one) == {"index", "reason"} for one in told["rejected"])
    for (change, words), refused in zip(WRONG, told["rejected"], strict=False):
        assert words in refused["reason"], change


def test_a_token_of_another_person_is_refused_by_the_row_and_to_see_as_a_whole(annas: Client, owner: Client) -> None:
    bens = {**reading("weight", 80, 90), "person": "ben"}
    told = annas.record(reading("weight", 70, 90), bens)
    assert (told["accepted"], [one["index"] for one in told["rejected"]]) == (1, [1])
    assert owner.get("/hub/v1/readings", person="ben", metric="weight").json["readings"] == []
    owner.record(bens)
    for path in ("/hub/v1/readings", "/hub/v1/statistics"):
        hidden = (
            [annas.get(path, person=whose, metric="weight", period="day") for whose in ("ben", "nemo")]
            if (path.endswith("statistics"))
            else [annas.get(path, person=whose, metric="weight") for whose in ("ben", "nemo")]
        )
        assert [one.status for one in hidden] == [403, 403]
        assert hidden[0].error.replace("ben", "nemo") == hidden[1].error, "it does not tell who lives here"
    assert annas.get("/hub/v1/states", person="ben").status == 403
    assert annas.get("/hub/v1/journal", person="ben").status == 403
    assert annas.get("/hub/v1/states/sensor.ben_weight").status == 404
    assert {one["person"] for one in annas.get("/hub/v1/states").json["states"]} == {"anna"}


def test_a_token_without_the_verb_is_refused_as_a_whole(home: Household, running: Running) -> None:
    viewer = Client(running.port, home.token("--verbs", "view"))
    recorder = Client(running.port, home.token("--verbs", "record"))
    assert viewer.post("/hub/v1/readings", {"readings": [reading("weight", 70)]}).status == 403
    assert viewer.post("/hub/v1/actions/reading.record", reading("weight", 70)).status == 403
    assert recorder.record(reading("weight", 70.25, 91))["accepted"] == 1
    assert recorder.get("/hub/v1/readings", person="anna", metric="weight").status in (403, 404)


@pytest.mark.parametrize(
    ("raw", "headers", "status", "words"),
    [
        (b"", {}, 400, "empty"),
        (b"{broken", {}, 400, "line 1, column 2"),
        (b"\xff\xfe\x00", {}, 400, "not JSON"),
        (b"[1, 2]", {}, 422, "readings"),
        (b'{"reading": []}', {}, 422, "Did you mean 'readings'"),
        (b'{"readings": 5}', {}, 422, "not a list"),
        (b'{"readings": []}', {"Content-Type": "text/plain"}, 415, "application/json"),
        (b'{"readings": []}', {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        (b"plain", {"Content-Encoding": "gzip"}, 400, "Content-Encoding"),
        (b'{"readings": []}', {"Content-Encoding": "zip"}, 415, "gzip"),
        (b"[" * 5_000_000, {}, 400, "not JSON"),
        (b"x" * (11 << 20), {}, 413, "smaller parts"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_what_is_wrong(
    owner: Client, raw: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    answer = owner.ask("POST", "/hub/v1/readings", raw=raw, headers=headers)
    assert answer.status == status
    assert words in answer.error


def test_a_packed_body_and_one_in_chunks_are_read(owner: Client) -> None:
    packed = gzip.compress(json.dumps({"readings": [reading("weight", 70.5, 92)]}).encode())
    answer = owner.ask("POST", "/hub/v1/readings", raw=packed, headers={"Content-Encoding": "gzip"})
    assert answer.json["accepted"] == 1
    charset = {"Content-Type": "application/json; charset=UTF-8"}
    answer = owner.ask("POST", "/hub/v1/readings", raw=b'\xef\xbb\xbf{"readings": []}', headers=charset)
    assert answer.json == {"accepted": 0, "unchanged": 0, "rejected": []}


# -- history out ------------------------------------------------------------------------------------------------------


def test_pages_follow_one_another_to_the_end_and_nothing_is_missed_or_doubled(owner: Client) -> None:
    sent = [reading("hrv_rmssd", 30 + number, 120 - number) for number in range(25)]
    assert owner.record(*reversed(sent))["accepted"] == 25
    query: dict[str, Any] = {"person": "anna", "metric": "hrv_rmssd"}
    found: list[Any] = []
    for limit in (1, 7, 25, 1000):
        found = []
        cursor: dict[str, str] = {}
        for _ in range(30):
            page = owner.get("/hub/v1/readings", **query, limit=limit, **cursor).json
            assert set(page) == {"readings", "cursor"}
            assert len(page["readings"]) <= limit
            found += page["readings"]
            if page["cursor"] is None:
                break
            assert isinstance(page["cursor"], str)
            cursor = {"cursor": page["cursor"]}
        assert [one["taken_at"] for one in found] == [one["taken_at"] for one in sent]
        assert [one["value"] for one in found] == [one["value"] for one in sent]
        assert all(set(one) >= READING_KEYS for one in found)
    first = found[0]
    assert first["unit"] == "ms"
    assert first["entity_id"] == "sensor.anna_hrv_rmssd"
    assert first["late"] is True
    assert first["received_at"] > first["taken_at"]
    some = owner.get("/hub/v1/readings", **query, start=ago(110), end=ago(105)).json["readings"]
    assert [one["taken_at"] for one in some] == [ago(minute) for minute in (110, 109, 108, 107, 106)]


def test_questions_that_make_no_sense_are_refused_and_those_without_an_answer_are_empty(owner: Client) -> None:
    def ask(**query: Any) -> Answer:
        return owner.get("/hub/v1/readings", **query)

    assert ask(person="mia", metric="weight").json == {"readings": [], "cursor": None}
    assert ask(person="anna", metric="weight", start=ago(1), end=ago(50)).json["readings"] == []
    assert (ask(person="nobody", metric="weight").status, ask(person="anna", metric="wieght").status) == (404, 404)
    assert "did you mean 'weight'" in ask(person="anna", metric="wieght").error
    for query in ({}, {"person": "anna"}, {"metric": "weight"}):
        assert 400 <= ask(**query).status < 500
        assert "metric" in ask(**query).error
    for name, value in (
        ("limit", 0), ("limit", -1), ("limit", "many"), ("limit", 10**9), ("start", "yesterday"), ("end", ""),
        ("strat", ago(1)),
    ):  # fmt: skip
        refused = ask(person="anna", metric="weight", **{name: value})
        assert (refused.status, name in refused.error) == (422, True), (name, value, refused.body)
    assert "begin again without it" in ask(person="anna", metric="weight", cursor="made-up").error


def test_statistics_of_hours_and_days_are_those_of_the_readings(owner: Client) -> None:
    hour = (NOW - timedelta(hours=30)).replace(minute=0, second=0)
    for minute, value in enumerate((60, 62, 67)):
        at = f"{hour + timedelta(minutes=10 * minute):%Y-%m-%dT%H:%M:%SZ}"
        owner.record({"person": "ben", "metric": "heart_rate", "value": value, "taken_at": at})
    span = {"start": f"{hour - timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}", "end": ago(0)}
    for period in ("hour", "day"):
        told = owner.get("/hub/v1/statistics", person="ben", metric="heart_rate", period=period, **span).json
        assert (told["period"], told["unit"]) == (period, "/min")
        [one] = told["statistics"]
        assert (one["min"], one["max"], one["mean"], one["count"], one["last"]) == (60, 67, 63, 3, 67)
        length = datetime.fromisoformat(one["end"]) - datetime.fromisoformat(one["start"])
        assert (
            timedelta(hours=1 if period == "hour" else 23) <= length <= timedelta(hours=1 if period == "hour" else 25)
        )
        assert datetime.fromisoformat(one["start"]) <= hour
    empty = owner.get("/hub/v1/statistics", person="mia", metric="weight", period="hour", **span)
    assert (empty.status, empty.json["statistics"]) == (200, [])
    assert owner.get("/hub/v1/statistics", person="ben", metric="heart_rate", period="week").status == 422
    assert owner.get("/hub/v1/statistics", person="nobody", metric="heart_rate", period="day").status == 404


def test_degrees_fahrenheit_come_back_as_they_were_sent(owner: Client) -> None:
    sent = [{**reading("body_temperature", value, 10 + number), "person": "mia", "unit": "°F"}
            for number, value in enumerate((98.6, 99.5, 100.4))]  # fmt: skip
    assert owner.record(*sent)["accepted"] == 3
    query = {"person": "mia", "metric": "body_temperature"}
    assert [one["value"] for one in owner.get("/hub/v1/readings", **query).json["readings"]] == [38, 37.5, 37]
    shown = owner.get("/hub/v1/readings", **query, unit="[degF]").json["readings"]
    assert [(one["value"], one["unit"]) for one in shown] == [(100.4, "[degF]"), (99.5, "[degF]"), (98.6, "[degF]")]
    day = owner.get("/hub/v1/statistics", **query, period="day", unit="[degF]").json["statistics"]
    assert (min(one["min"] for one in day), max(one["max"] for one in day)) == (98.6, 100.4)
    assert owner.get("/hub/v1/states/sensor.mia_body_temperature").json["value"] == 37


def test_states_are_the_newest_readings_and_a_late_one_does_not_change_them(owner: Client) -> None:
    owner.record(reading("resting_heart_rate", 55, 5), reading("resting_heart_rate", 58, 50))
    one = owner.get("/hub/v1/states/sensor.anna_resting_heart_rate").json
    assert (one["entity_id"], one["value"], one["unit"], one["taken_at"]) == (
        "sensor.anna_resting_heart_rate", 55, "/min", ago(5),
    )  # fmt: skip
    every = owner.get("/hub/v1/states").json["states"]
    assert one in every
    assert owner.get("/hub/v1/states", person="anna").json["states"] == [o for o in every if o["person"] == "anna"]
    assert owner.get("/hub/v1/states/sensor.nobody").status == 404
    assert owner.get("/hub/v1/states", person="nobody").status == 404


# -- journal, actions, live -------------------------------------------------------------------------------------------


def test_a_journal_entry_is_added_read_changed_and_removed(owner: Client) -> None:
    made = owner.post(
        "/hub/v1/journal", {"person": "anna", "kind": "meal", "start": ago(20), "data": {"carbs": 40}, "note": "Soup"}
    )
    assert made.status == 201
    entry = made.json
    where = f"/hub/v1/journal/{entry['id']}"
    assert (entry["kind"], entry["person"], entry["note"], entry["revision"]) == ("meal", "anna", "Soup", 1)
    assert owner.get(where).json == entry
    assert entry in owner.get("/hub/v1/journal", person="anna", kind="meal").json["entries"]
    changed = owner.ask("PATCH", where, {"note": "Soup and bread", "data": {"carbs": 55}}).json
    assert (changed["note"], changed["data"]["carbs"], changed["revision"]) == ("Soup and bread", 55, 2)
    assert changed["start"] == entry["start"]
    assert owner.ask("PATCH", where, {"note": "x", "revision": 1}).status == 409
    assert owner.ask("DELETE", where).json["deleted"] is True
    assert entry["id"] not in {one["id"] for one in owner.get("/hub/v1/journal").json["entries"]}
    assert owner.get("/hub/v1/journal/no-such-entry").status == 404
    assert owner.ask("DELETE", "/hub/v1/journal/no-such-entry").status == 404
    for body, words in (
        ({"person": "anna", "kind": "maeal", "start": ago(1)}, "Did you mean 'meal'"),
        ({"person": "anna", "kind": "meal"}, "'start' is missing"),
        ({"person": "anna", "kind": "meal", "start": ago(1), "data": {"carbs": "many"}}, "carbs"),
        ({"person": "anna", "kind": "sleep", "start": ago(1), "end": ago(60)}, "end"),
        ({"person": "nobody", "kind": "meal", "start": ago(1)}, "nobody"),
    ):
        refused = owner.post("/hub/v1/journal", body)
        assert 400 <= refused.status < 500
        assert words in refused.error


def test_actions_are_listed_with_their_parameters_and_done(owner: Client) -> None:
    actions = {one["name"]: one for one in owner.get("/hub/v1/actions").json["actions"]}
    assert {"person", "metric", "value"} <= set(actions["reading.record"]["parameters"]["properties"])
    done = owner.post("/hub/v1/actions/reading.record", {"person": "mia", "metric": "weight", "value": 7.25})
    assert (done.status, done.json["result"]["accepted"]) == (200, 1)
    assert owner.get("/hub/v1/states/sensor.mia_weight").json["value"] == 7.25
    assert owner.post("/hub/v1/actions/no.such", {}).status == 404
    missing = owner.post("/hub/v1/actions/reading.record", {"person": "mia"})
    assert 400 <= missing.status < 500
    assert "metric" in missing.error


def test_a_state_is_told_live_as_it_changes(owner: Client, annas: Client) -> None:
    with annas.listen() as annas_news, owner.listen() as news:
        owner.record({**reading("weight", 81, 0.5), "person": "ben"})
        owner.record(reading("weight", 70.75, 0.5))
        for told, wanted in ((news, ["sensor.ben_weight", "sensor.anna_weight"]), (annas_news, ["sensor.anna_weight"])):
            for entity in wanted:
                name, state = next(told)
                assert name == "state"
                assert state["entity_id"] == entity
                value = 81 if entity == "sensor.ben_weight" else 70.75
                assert (state["value"], state["unit"], state["taken_at"]) == (value, "kg", ago(0.5))


# -- the command line, and what it leaves behind -----------------------------------------------------------------------


def test_set_up_and_tokens_work_before_the_hub_runs_and_while_it_does(tmp_path: Path) -> None:
    early, late = Household(tmp_path / "early"), Household(tmp_path / "late")
    quiet = "integrations:\n  - {domain: mqtt, disabled: true}\n"
    for one in (early, late):
        one.folder.mkdir()
        (one.folder / "hub.yaml").write_text(quiet)
    early.set_up("Ben", "Mia Sophie")
    token = early.token("--person", "ben", "--person", "Mia Sophie", "--verbs", " view, record ")
    with early.running() as hub:
        people = {one["person"] for one in Client(hub.port, early.token()).get("/hub/v1/people").json["people"]}
        assert people == {"anna", "ben", "mia_sophie"}
        scoped = Client(hub.port, token)
        told = scoped.record(*({**reading("weight", 9), "person": who} for who in ("ben", "mia_sophie", "anna")))
        assert (told["accepted"], [one["index"] for one in told["rejected"]]) == (2, [2])
    with late.running() as hub:
        assert "Set-up code:" in hub.said
        assert Client(hub.port).get("/healthz").status == 200
        late.set_up("Ben")
        done = late("token", "create", "--account", "anna", "--verbs", "view,record,act,manage")
        assert re.fullmatch(r"[\w-]{30,}\n", done.out)
        assert Client(hub.port, done.out.strip()).record(reading("weight", 70))["accepted"] == 1


def test_script_run_serves_the_demo_on_the_address_it_is_told_and_writes_under_data_alone(tmp_path: Path) -> None:
    for name in ("home", "tmp", "here"):
        (tmp_path / name).mkdir()
    folder = tmp_path / "config"
    variables = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    home = Household(folder, variables)
    with home.running("--demo", "--host", "127.0.0.1", program="script/run", cwd=tmp_path / "here") as hub:
        began = time.monotonic()
        owner = Client(hub.port, home("token", "create", "--demo", "--account", "anna").out.strip())
        while len([one for one in owner.get("/hub/v1/states").json["states"] if one["value"] is not None]) < 30:
            assert time.monotonic() - began < 40, "the page fills"
            time.sleep(0.2)
        assert len(owner.get("/hub/v1/people").json["people"]) == 3
    assert [one.name for one in folder.iterdir() if one.name != "console.txt"] == ["data"]
    assert [one for name in ("home", "tmp", "here") for one in (tmp_path / name).iterdir()] == []


TALKS = """
from datetime import timedelta
from pydantic import BaseModel, SecretStr
from hub.api import Integration, Sample, hookimpl

class Config(BaseModel):
    key: SecretStr

async def poll(ctx):
    for number in range(400):
        ctx.log.warning("asking for the %dth time with %s", number, ctx.config.key.get_secret_value())
    return [Sample("weight", 67.13579, ctx.clock.now()), Sample("weight", "67.13579", ctx.clock.now())]

@hookimpl
def register_integrations(register):
    register(Integration(domain="talks", name="Talks", config=Config, poll=poll, every=timedelta(seconds=30)))
"""


def test_logs_rotate_and_hold_neither_values_nor_secrets(tmp_path: Path) -> None:
    home = Household(tmp_path / "config")
    (home.folder / "custom_integrations").mkdir(parents=True)
    (home.folder / "custom_integrations" / "talks.py").write_text(TALKS)
    (home.folder / "hub.yaml").write_text(
        "logging: {level: debug, size: 10000, keep: 2}\nintegrations:\n  - {domain: mqtt, disabled: true}\n"
        "  - {domain: talks, person: anna, options: {key: a-secret-of-the-source}}\n"
    )
    home.set_up()
    token, canary = home.token(), "67.13579"
    with home.running() as hub:
        owner = Client(hub.port, token)
        for number in range(30):
            owner.record(reading("weight", float(canary), number), reading("weight", canary), reading(canary, 5))
            owner.ask("POST", "/hub/v1/readings", raw=f'{{"readings": [{canary}, {token}'.encode())
            owner.ask("POST", "/hub/v1/readings", raw=canary.encode(), headers={"Content-Encoding": "gzip"})
            owner.get("/hub/v1/readings", person="anna", metric=canary, cursor=token)
            owner.ask("POST", f"/webhook/{canary}", raw=canary.encode())
            Client(hub.port, f"{token}x").get("/hub/v1/states", token=token)
            owner.post("/hub/v1/journal", {"person": "anna", "kind": "note", "start": ago(1), "note": canary})
            owner.ask("GET", f"/login?password=correct+horse+battery&value={canary}")
        hub.wait_for("asking for the 399th time")
        said = hub.said
    files = sorted((home.folder / "data" / "logs").iterdir())
    assert len(files) == 3
    assert all(one.stat().st_size <= 10_000 for one in files)
    text = "".join(one.read_text() for one in files)
    assert all(set(json.loads(line)) >= {"at", "level", "logger", "message"} for line in text.splitlines())
    assert {json.loads(line).get("entry") for line in text.splitlines()} >= {"talks"}
    for secret in (canary, token, "a-secret-of-the-source", "correct horse battery", "correct+horse+battery"):
        assert secret not in text + said
