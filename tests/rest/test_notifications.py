"""Notices over REST: sent, listed, answered; and what a token may not."""

from hub.model import Verb
from tests.rest.conftest import House

PATH = "/hub/v1/notifications"


async def send(house: House, *, token: str = "owner", **body: object) -> dict[str, object]:
    answer = await house.call("POST", PATH, {"message": "Dinner is ready", **body}, token=token)
    assert answer.status == 200, answer.body
    (made,) = answer.json["notices"]
    return dict(made)


async def test_what_is_sent_is_listed_for_whom_it_is_and_answered_once(house: House) -> None:
    buttons = [{"action": "SOON", "title": "Coming"}, {"action": "REPLY", "title": "Say"}]
    made = await send(house, to=["ben"], title="Kitchen", data={"tag": "dinner", "actions": buttons})
    assert (await house.get(PATH)).json == {"waiting": 0, "notices": []}
    listed = (await house.get(PATH, token="ben")).json
    (one,) = listed["notices"]
    assert (listed["waiting"], one["id"], one["title"], one["by"], one["tag"]) == (
        1,
        made["id"],
        "Kitchen",
        "anna",
        "dinner",
    )
    assert [(each["action"], each["reply"]) for each in one["buttons"]] == [("SOON", False), ("REPLY", True)]
    assert [(each["channel"], each["state"]) for each in one["ways"]] == [("app", "sent")]
    where = f"{PATH}/{made['id']}"
    wrong = await house.call("POST", f"{where}/answer", {"action": "NEVER"}, token="ben")
    assert wrong.status == 404
    assert "it has: SOON, REPLY" in wrong.error["message"]
    for expected in (True, False):
        done = await house.call("POST", f"{where}/answer", {"action": "REPLY", "reply": "Five minutes"}, token="ben")
        assert done.json == {"done": expected}
    (one,) = (await house.get(PATH, token="ben")).json["notices"]
    assert (one["state"], one["reply"], one["dealt_by"]) == ("answered", "Five minutes", "ben")
    assert (await house.get(PATH, token="ben", open="true")).json["notices"] == []


async def test_one_is_confirmed_and_one_swept_away(house: House) -> None:
    first, second = await send(house, to=["anna"], data={"confirm": True}), await send(house, to=["anna"])
    assert (await house.call("POST", f"{PATH}/{first['id']}/confirm")).json == {"done": True}
    assert (await house.call("DELETE", f"{PATH}/{second['id']}")).json == {"done": True}
    states = {one["id"]: one["state"] for one in (await house.get(PATH)).json["notices"]}
    assert states == {first["id"]: "confirmed", second["id"]: "cleared"}
    kept = await send(house, to=["anna"], data={"persistent": True})
    refused = await house.call("DELETE", f"{PATH}/{kept['id']}")
    assert refused.status == 403
    assert "stays until it is answered" in refused.error["message"]


async def test_a_token_answers_only_with_the_verb_and_reads_only_what_it_may_see(house: House) -> None:
    about_ben = await send(house, to=["anna"], data={"person": "ben"})
    await house.token("acts on anna", persons=["anna"], verbs=[Verb.VIEW, Verb.ACT])
    assert (await house.get(PATH, token="acts on anna")).json["notices"] == []
    assert (await house.call("POST", f"{PATH}/{about_ben['id']}/confirm", token="acts on anna")).status == 404
    assert [one["about"] for one in (await house.get(PATH, token="viewer")).json["notices"]] == ["ben"]
    assert (await house.call("POST", f"{PATH}/{about_ben['id']}/confirm", token="viewer")).status == 403


async def test_what_is_wrong_is_refused_with_its_place_and_nobody_is_told(house: House) -> None:
    unknown = await house.call("POST", PATH, {"to": ["bem"], "message": "x"})
    assert unknown.status == 404
    assert "did you mean 'ben'" in unknown.error["message"]
    empty = await house.call("POST", PATH, {"to": ["ben"]})
    assert (empty.status, empty.error["where"]) == (422, "body message")
    button = await house.call("POST", PATH, {"to": ["ben"], "message": "x", "data": {"actions": [{"title": "x"}]}})
    assert button.status == 409
    assert "data.actions.0: needs an action and a title" in button.error["message"]
    some = await house.call("POST", PATH, {"to": ["ben", "nobody"], "message": "x"})
    assert some.status == 404
    assert (await house.get(PATH, token="ben")).json["notices"] == []
