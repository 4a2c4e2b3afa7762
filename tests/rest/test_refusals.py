"""Every refusal has one shape and says what, where and how to mend it."""

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.rest.conftest import House, running
from web.rest.table import ENDPOINTS


@pytest.fixture(scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, moved_in: tuple[Path, dict[str, str]]
) -> AsyncIterator[House]:
    """One for all: what is refused changes nothing."""
    data, tokens = moved_in
    folder = shutil.copytree(data, tmp_path_factory.mktemp("refusing") / "data")
    async with running(folder, tokens=tokens) as house:
        yield house


def filled(path: str) -> str:
    return re.sub(r"{\w+}", "something", path)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
async def test_nothing_is_told_to_who_shows_no_token(house: House, endpoint: Any) -> None:
    body: Any = {} if endpoint.body is not None else None
    answer = await house.call(endpoint.method, filled(endpoint.path), body, token=None)
    assert answer.status == 401
    assert answer.error["code"] == "unauthenticated"


@pytest.mark.parametrize("path", ["/hub/v1/live", "/hub/v1/ws", "/metrics"])
async def test_streams_document_and_figures_are_closed_too(house: House, path: str) -> None:
    answer = await house.get(path, token=None)
    assert answer.status == 401


async def test_an_address_that_is_not_there_is_refused_in_json(house: House) -> None:
    answer = await house.get("/hub/v1/reading")
    assert answer.status == 404
    assert "openapi.json" in answer.error["hint"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/hub/v1/readings", {"GET", "HEAD", "POST", "PATCH", "DELETE"}),
        ("POST", "/hub/v1/states", {"GET", "HEAD"}),
        ("TRACE", "/hub/v1/journal/x/undo", {"POST"}),
        ("HEAD", "/hub/v1/live", {"GET"}),
    ],
)
async def test_a_method_that_does_not_work_is_answered_with_those_that_do(
    house: House, method: str, path: str, allowed: set[str]
) -> None:
    answer = await house.call(method, path)
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(",")) == allowed
    if method != "HEAD":
        assert answer.error["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"persn": "anna", "metric": "weight"}, "'persn' is not known here. Did you mean 'person'?"),
        ({"person": "anna", "metric": "weight", "start": "2026-05-01"}, "is not an instant"),
        ({"person": "anna", "metric": "weight", "start": "2026-05-01T00:00:00"}, "has no time zone"),
        ({"person": "anna", "metric": "weight", "limit": "0"}, "greater than or equal to 1"),
        ({"person": "anna", "metric": "weight", "limit": "many"}, "Write a whole number."),
        ({"person": "anna", "metric": "weight", "order": "sideways"}, "oldest_first"),
    ],
)
async def test_a_wrong_parameter_is_named(house: House, query: dict[str, str], said: str) -> None:
    answer = await house.get("/hub/v1/readings", **query)
    assert answer.status == 422
    assert answer.error["where"].startswith("query")
    assert said in f"{answer.error['message']} {answer.error['hint']}"


async def test_a_parameter_given_twice_is_refused(house: House) -> None:
    answer = await house.get("/hub/v1/readings?person=anna&person=ben&metric=weight")
    assert answer.status == 422
    assert "2 times" in answer.error["message"]


@pytest.mark.parametrize(
    "query", [{}, {"person": "anna"}, {"metric": "weight"}, {"person": "anna", "metric": "weight", "entity_id": "x"}]
)
async def test_history_needs_either_person_and_metric_or_an_entity(house: House, query: dict[str, str]) -> None:
    answer = await house.get("/hub/v1/readings", **query)
    assert answer.status == 409
    assert "person" in answer.error["message"]


@pytest.mark.parametrize(
    "path",
    [
        "/hub/v1/states/sensor.nothing",
        "/hub/v1/entities/sensor.nothing",
        "/hub/v1/journal/nothing",
        "/hub/v1/journal/nothing/revisions",
        "/hub/v1/people/nobody",
        "/hub/v1/metrics/hart_rate",
        "/hub/v1/entries/nothing",
        "/hub/v1/devices/nothing",
        "/hub/v1/integrations/nothing",
        "/hub/v1/readings?person=nobody&metric=weight",
        "/hub/v1/readings?person=anna&metric=wait",
        "/hub/v1/readings?entity_id=sensor.nothing",
        "/hub/v1/statistics?person=nobody&metric=weight",
        "/hub/v1/states/%00",
    ],
)
async def test_an_unknown_name_is_not_found(house: House, path: str) -> None:
    answer = await house.get(path)
    assert answer.status == 404
    assert answer.error["code"] == "not_found"


async def test_a_person_of_others_looks_like_one_who_is_not_there(house: House) -> None:
    hidden = await house.get("/hub/v1/readings", token="anna only", person="ben", metric="weight")
    absent = await house.get("/hub/v1/readings", token="anna only", person="nemo", metric="weight")
    assert (hidden.status, hidden.body.replace(b"ben", b"nemo")) == (absent.status, absent.body)


async def test_a_cursor_that_is_not_ours_is_refused(house: House) -> None:
    answer = await house.get("/hub/v1/readings", person="anna", metric="weight", cursor="../../etc")
    assert answer.status in (200, 409)
    if answer.status == 200:
        assert answer.json == {"readings": [], "cursor": None}


async def test_a_token_that_may_only_look_changes_nothing(house: House) -> None:
    entry = {"person": "anna", "kind": "note", "start": "2026-05-01T10:00:00Z"}
    assert (await house.call("POST", "/hub/v1/journal", entry, token="viewer")).status == 403
    assert (await house.call("POST", "/hub/v1/people", {"name": "Dora"}, token="viewer")).status == 403
    assert (await house.call("PATCH", "/hub/v1/household", {"name": "Ours"}, token="viewer")).status == 403
    assert (await house.call("POST", "/hub/v1/tokens", {"label": "more"}, token="viewer")).status == 403


async def test_a_page_of_another_name_is_not_ours(house: House) -> None:
    answer = await house.call("GET", "/hub/v1/me", headers={"Host": "evil.example.com"})
    assert answer.status == 421


async def test_a_slash_too_many_is_named(house: House) -> None:
    answer = await house.get("/hub/v1/states/")
    assert answer.status == 404
    assert "slash" in answer.error["hint"]
