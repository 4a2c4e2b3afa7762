"""People, household, vocabulary, tokens, who asks."""

import pytest

from hub.model import Verb
from tests.rest.conftest import House


async def test_who_asks_is_told_what_they_may(house: House) -> None:
    mine = (await house.get("/hub/v1/me", token="anna only")).json
    assert mine["account"] == "anna"
    assert mine["kind"] == "token"
    assert mine["persons"] == {"anna": ["view", "record"]}
    every = (await house.get("/hub/v1/me")).json["persons"]
    assert set(every) == {"anna", "ben", "cleo", "household"}
    assert "manage" in every["ben"]


async def test_people_are_listed_added_and_changed(house: House) -> None:
    made = await house.call("POST", "/hub/v1/people", {"name": "Dora", "birth_date": "2025-11-02", "sex": "female"})
    assert made.status == 201
    assert made.json["person"] == "dora"
    changed = await house.call("PATCH", "/hub/v1/people/dora", {"time_zone": "Asia/Tokyo"})
    assert changed.json == {
        "person": "dora", "name": "Dora", "time_zone": "Asia/Tokyo", "birth_date": "2025-11-02", "sex": "female",
    }  # fmt: skip
    people = (await house.get("/hub/v1/people")).json["people"]
    assert [one["person"] for one in people] == ["anna", "ben", "cleo", "dora"]


@pytest.mark.parametrize("born", ["2199-01-01", "1899-12-31"])
async def test_a_birth_date_that_cannot_be_is_refused_and_nothing_is_added(house: House, born: str) -> None:
    answer = await house.call("POST", "/hub/v1/people", {"name": "Dora", "birth_date": born})
    assert answer.status == 409
    assert born in answer.error["message"]
    assert (await house.call("PATCH", "/hub/v1/people/anna", {"birth_date": born})).status == 409
    people = (await house.get("/hub/v1/people")).json["people"]
    assert "dora" not in [one["person"] for one in people]
    assert next(one for one in people if one["person"] == "anna").get("birth_date") != born


async def test_a_zone_that_is_none_is_refused_with_the_one_meant(house: House) -> None:
    answer = await house.call("PATCH", "/hub/v1/people/anna", {"time_zone": "Europe/Madird"})
    assert answer.status == 409
    assert "Europe/Madrid" in answer.error["message"]


async def test_a_birthday_is_for_those_who_may_see_the_whole_person(house: House) -> None:
    await house.call("PATCH", "/hub/v1/people/anna", {"birth_date": "1990-04-05"})
    [anna] = (await house.get("/hub/v1/people", token="anna only")).json["people"]
    assert anna["birth_date"] == "1990-04-05"
    narrow = (await house.get("/hub/v1/people", token="steps only")).json["people"]
    assert all("birth_date" not in one for one in narrow)


async def test_the_household_is_shown_and_renamed(house: House) -> None:
    assert (await house.get("/hub/v1/household")).json["time_zone"] == "Europe/Madrid"
    assert (await house.call("PATCH", "/hub/v1/household", {"name": "Casa"})).json["name"] == "Casa"
    assert (await house.get("/hub/v1/household")).json["name"] == "Casa"


async def test_the_vocabulary_is_there_to_read(house: House) -> None:
    metrics = (await house.get("/hub/v1/metrics")).json["metrics"]
    assert len(metrics) >= 120
    heart = (await house.get("/hub/v1/metrics/heart_rate")).json
    assert heart["unit"] == "/min"
    assert heart["loinc"] == "8867-4"
    assert heart in metrics


async def test_a_near_miss_of_a_metric_is_told_the_right_one(house: House) -> None:
    answer = await house.get("/hub/v1/metrics/hart_rate")
    assert answer.status == 404
    assert "heart_rate" in answer.error["message"]


async def test_a_revoked_token_opens_nothing_any_more(house: House) -> None:
    text = await house.token("short", verbs=[Verb.VIEW])
    tokens = (await house.get("/hub/v1/tokens")).json["tokens"]
    [short] = [one for one in tokens if one["label"] == "short"]
    assert text not in str(tokens)
    answer = await house.call("DELETE", f"/hub/v1/tokens/{short['id']}")
    assert short["id"] not in [one["id"] for one in answer.json["tokens"]]
    assert (await house.get("/hub/v1/me", token="short")).status == 401


async def test_a_token_cannot_make_tokens(house: House) -> None:
    answer = await house.call("POST", "/hub/v1/tokens", {"label": "child"})
    assert answer.status == 403
    assert "sign in" in answer.error["message"]


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "  "}, {}, {"name": "X", "sex": "blue"}, {"nme": "X"}])
async def test_a_person_needs_a_proper_name(house: House, body: dict[str, str]) -> None:
    answer = await house.call("POST", "/hub/v1/people", body)
    assert answer.status == 422
    assert answer.error["where"].startswith("body")
