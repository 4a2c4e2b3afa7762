"""The journal over REST: kinds, entries, revisions, undo."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.rest.conftest import Answer, House

Ago = Callable[[float], str]


async def add(house: House, start: str, **more: Any) -> Any:
    body = {"person": "anna", "kind": "note", "start": start, "note": "slept badly", **more}
    answer = await house.call("POST", "/hub/v1/journal", body)
    assert answer.status == 201, answer.body
    return answer.json


def notes(page: Answer) -> list[str]:
    return [one["note"] for one in page.json["entries"]]


async def test_every_kind_comes_with_a_schema_of_its_data(house: House) -> None:
    kinds = {one["key"]: one for one in (await house.get("/hub/v1/journal_kinds")).json["kinds"]}
    assert {"meal", "sleep", "workout", "medication", "insulin", "note", "feeding"} <= set(kinds)
    assert all(one["schema"]["type"] == "object" for one in kinds.values())


async def test_an_entry_is_added_read_changed_removed_and_brought_back(house: House, ago: Ago) -> None:
    entry = await add(house, ago(60))
    path = f"/hub/v1/journal/{entry['id']}"
    assert entry["author"] == "anna"
    assert entry["revision"] == 1
    assert (await house.get(path)).json == entry
    changed = (await house.call("PATCH", path, {"note": "slept well", "revision": 1})).json
    assert (changed["note"], changed["revision"], changed["start"]) == ("slept well", 2, entry["start"])
    removed = (await house.call("DELETE", path)).json
    assert removed["deleted"]
    assert (await house.get("/hub/v1/journal")).json["entries"] == []
    assert [one["id"] for one in (await house.get("/hub/v1/journal", deleted="true")).json["entries"]] == [entry["id"]]
    back = (await house.call("POST", f"{path}/undo")).json
    assert (back["deleted"], back["note"]) == (False, "slept well")
    past = (await house.get(f"{path}/revisions")).json["revisions"]
    assert [one["note"] for one in past] == ["slept badly", "slept well", "slept well", "slept well"]


async def test_who_changes_what_somebody_changed_meanwhile_is_told(house: House, ago: Ago) -> None:
    entry = await add(house, ago(60))
    path = f"/hub/v1/journal/{entry['id']}"
    await house.call("PATCH", path, {"note": "first"})
    late = await house.call("PATCH", path, {"note": "second", "revision": 1})
    assert late.status == 409
    assert (await house.get(path)).json["note"] == "first"


async def test_entries_are_found_by_person_kind_and_time_and_paged(house: House, ago: Ago) -> None:
    for minutes in range(1, 6):
        await add(house, ago(minutes), note=str(minutes))
    await add(house, ago(3), person="ben", note="ben's")
    assert notes(await house.get("/hub/v1/journal", person="anna")) == ["1", "2", "3", "4", "5"]
    assert notes(await house.get("/hub/v1/journal", person="anna", start=ago(3), end=ago(1))) == ["2", "3"]
    assert notes(await house.get("/hub/v1/journal", kind="meal")) == []
    first = await house.get("/hub/v1/journal", person="anna", limit=2)
    second = await house.get("/hub/v1/journal", person="anna", limit=2, cursor=first.json["cursor"])
    third = await house.get("/hub/v1/journal", person="anna", limit=2, cursor=second.json["cursor"])
    assert notes(first) + notes(second) + notes(third) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"kind": "nap"}, 422, "not a kind"),
        ({"kind": "mael"}, 422, "Did you mean 'meal'?"),
        ({"start": "2026-05-01T10:00:00"}, 422, "has no time zone"),
        ({"start": "2190-01-01T00:00:00Z"}, 409, "future"),
        ({"end": "2026-05-01T09:00:00Z"}, 409, "before start"),
        ({"person": "nobody"}, 404, "nobody"),
        ({"kind": "meal", "data": {"carbs": "much"}}, 422, "carbs"),
        ({"data": []}, 422, "should be an object"),
        ({"strat": "x"}, 422, "Did you mean 'start'?"),
    ],
)
async def test_an_entry_that_cannot_be_is_refused_with_the_reason(
    house: House, change: dict[str, Any], status: int, said: str
) -> None:
    body = {"person": "anna", "kind": "note", "start": "2026-05-01T10:00:00Z", "note": "x", **change}
    answer = await house.call("POST", "/hub/v1/journal", body)
    assert answer.status == status, answer.body
    assert said in f"{answer.error['where']} {answer.error['message']} {answer.error['hint']}"
    assert (await house.get("/hub/v1/journal")).json["entries"] == []


async def test_who_may_not_see_an_entry_does_not_learn_that_it_is_there(house: House, ago: Ago) -> None:
    entry = await add(house, ago(5), person="ben")
    hidden = await house.get(f"/hub/v1/journal/{entry['id']}", token="anna only")
    assert hidden.status == 404
    assert (await house.get("/hub/v1/journal", token="anna only")).json["entries"] == []
    assert (await house.call("DELETE", f"/hub/v1/journal/{entry['id']}", token="anna only")).status == 404
