"""Who is told what over which way, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.errors import AuthFailed, BadReading, Forbidden, NotAllowed, NotFound, NotReady
from hub.model import Actor, NoticeAnswer, NoticeState, Role, Urgency
from hub.notify import Draft
from tests.notify.conftest import ANNA, NOON, Loft, open_loft
from tests.notify.pigeon import Pigeons


async def call(loft: Loft, name: str, actor: Actor = ANNA, **fields: object) -> dict[str, object]:
    answer = dict(await loft.hub.rooms.actions.call(actor, name, fields))
    await loft.passes(0)
    return answer


async def test_a_notice_goes_out_on_the_persons_channel_and_is_kept(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.channel("mia")
    sent = await loft.send("Dinner is ready", title="x")
    assert loft.pigeons.texts == ["Dinner is ready"]
    assert (sent.state, sent.ways["pigeon"].handle) == (NoticeState.SENT, 1)
    assert loft.events("mobile_app_notification_received")[0].data["message"] == "Dinner is ready"


@pytest.mark.parametrize("name", ["notify.ben", "notify.mobile_app_ben"])
async def test_home_assistants_names_reach_the_person(loft: Loft, name: str) -> None:
    await loft.channel("ben")
    await call(loft, name, message=21.5, title="Warm", data={"actions": [{"action": "FAN", "title": "Fan on"}]})
    going = loft.pigeons.flown[0]
    assert (going.title, going.message, going.notice.buttons[0].action) == ("Warm", "21.5", "FAN")


async def test_notify_notify_tells_everyone_who_can_be_told(loft: Loft) -> None:
    await loft.channel("ben")
    answer = await call(loft, "notify.notify", message="Hello")
    told = answer["notices"]
    assert isinstance(told, list)
    # Mia has neither an account nor a channel.
    assert {one["to"] for one in told} == {"anna", "ben"}
    assert answer["left_out"] == ["mia"]


async def test_send_message_takes_entities_and_names(loft: Loft) -> None:
    await loft.channel("ben")
    await call(loft, "notify.send_message", message="Hello", entity_id="notify.ben")
    await call(loft, "notify.send_message", message="Again", target={"entity_id": ["notify.mobile_app_ben"]})
    assert loft.pigeons.texts == ["Hello", "Again"]
    with pytest.raises(BadReading, match="say who"):
        await call(loft, "notify.send_message", message="Nobody")
    with pytest.raises(NotFound, match="did you mean 'ben'"):
        await call(loft, "notify.send_message", message="x", entity_id="notify.bem")


async def test_a_new_person_can_be_told_by_name_at_once(loft: Loft) -> None:
    await loft.hub.rooms.people.add("Zoe")
    await loft.passes(0)
    assert "notify.mobile_app_zoe" in loft.hub.rooms.actions.all
    await loft.hub.rooms.people.remove("zoe")
    await loft.passes(0)
    assert "notify.zoe" not in loft.hub.rooms.actions.all


async def test_a_tag_takes_the_place_of_the_last_one_and_can_be_cleared(loft: Loft) -> None:
    await loft.channel("ben")
    first = await loft.send("Wash: 30 min left", tag="wash")
    second = await loft.send("Wash: done", tag="wash")
    assert (first.id, second.version) == (second.id, 2)
    assert [one.handle for one in loft.pigeons.flown] == [None, 1]
    await call(loft, "notify.ben", message="clear_notification", data={"tag": "wash"})
    assert loft.now(first).state is NoticeState.CLEARED
    assert loft.pigeons.taken_back == [2]
    # The sender took it back itself: that is no news to it.
    assert loft.events("mobile_app_notification_cleared") == []


async def test_nobody_takes_the_place_of_anothers_notice_by_its_tag(loft: Loft) -> None:
    ben = await loft.account("ben", Role.ADULT, "ben")
    mine = await loft.send("Lock the door", tag="door")
    theirs = await loft.send("The door is fine", actor=ben, tag="door")
    assert mine.id != theirs.id
    assert loft.now(mine).open


async def test_orders_to_a_phone_are_no_notices(loft: Loft) -> None:
    await loft.channel("ben")
    answer = await call(loft, "notify.mobile_app_ben", message="command_volume_level", data={"command": "1"})
    assert answer == {"notices": [], "left_out": []}
    assert loft.pigeons.flown == []


URGENT: list[tuple[dict[str, Any], Urgency]] = [
    ({"push": {"sound": {"name": "default", "critical": 1, "volume": 1.0}}}, Urgency.CRITICAL),
    ({"push": {"interruption-level": "time-sensitive"}}, Urgency.IMPORTANT),
    ({"ttl": 0, "priority": "high"}, Urgency.IMPORTANT),
    ({"channel": "alarm_stream"}, Urgency.CRITICAL),
    ({"urgency": "critical"}, Urgency.CRITICAL),
    ({}, Urgency.INFO),
]


async def test_what_home_assistants_apps_call_urgent_is(loft: Loft) -> None:
    for data, urgency in URGENT:
        assert (await loft.send("x", **data)).urgency is urgency, data


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"actions": [{"title": "x"}]}, r"data\.actions\.0: needs an action"),
    ({"actions": "x"}, r"data\.actions: give a list"),
    ({"urgency": "hot"}, r"data\.urgency: 'hot' is none of info, important, critical"),
    ({"timeout": "soon"}, r"data\.timeout: 'soon' is no time span"),
    ({"escalate": {"after": 1}}, r"data\.escalate\.after: at least ten seconds"),
    ({"escalate": {"later": 1}}, r"data\.escalate: Extra inputs"),
    ({"person": "zed"}, r"data\.person: there is no person 'zed'"),
    ({"x": "y" * 40_000}, r"data has 39 kB; 32 kB are allowed"),
]


async def test_bad_input_says_what_where(loft: Loft) -> None:
    for data, words in WRONG:
        with pytest.raises((BadReading, NotFound), match=words):
            await loft.send("x", **data)
    assert loft.room.shelf.all == {}


async def test_a_link_that_would_run_script_opens_nothing(loft: Loft) -> None:
    buttons = [{"action": "URI", "title": "x", "uri": "javascript:alert(1)"}]
    sent = await loft.send("x", url="javascript:alert(1)", image="//evil.example/x.png", actions=buttons)
    assert (sent.uri, sent.image, sent.buttons[0].uri) == ("", "", "")


# -- failures


async def test_a_channel_that_is_away_is_tried_again_until_it_answers(loft: Loft) -> None:
    await loft.channel("ben")
    loft.pigeons.raising = NotReady("fog")
    sent = await loft.send("Hello")
    assert (sent.state, sent.ways["pigeon"].why) == (NoticeState.WAITING, "fog")
    loft.pigeons.raising = None
    await loft.passes(6)
    assert loft.now(sent).state is NoticeState.SENT
    assert loft.pigeons.tries == 2


async def test_a_channel_that_asks_for_patience_gets_it_for_all(loft: Loft) -> None:
    await loft.channel("ben")
    loft.pigeons.raising = NotReady("429", retry_after=120)
    await loft.send("One")
    loft.pigeons.raising = None
    await loft.send("Two")
    await loft.passes(100)
    assert loft.pigeons.tries == 1
    await loft.passes(25)
    assert sorted(loft.pigeons.texts) == ["One", "Two"]


@pytest.mark.parametrize("error", [AuthFailed("the token is refused"), BadReading("too long for a pigeon")])
async def test_what_is_refused_for_good_is_told_with_why_and_not_tried_again(loft: Loft, error: Exception) -> None:
    await loft.channel("ben")
    loft.pigeons.raising = error
    sent = await loft.send("Hello")
    assert sent.state is NoticeState.FAILED
    assert str(error) in sent.why
    await loft.passes(3_600)
    assert loft.pigeons.tries == 1


async def test_a_channel_that_breaks_stops_nobody_else(loft: Loft) -> None:
    await loft.channel("ben")
    loft.pigeons.raising = ZeroDivisionError()
    broken = await loft.send("One")
    loft.pigeons.raising = None
    fine = await loft.send("Two")
    assert (broken.state, fine.state) == (NoticeState.FAILED, NoticeState.SENT)
    assert "ZeroDivisionError" in broken.why


async def test_a_round_that_fails_is_not_the_last(loft: Loft, monkeypatch: pytest.MonkeyPatch) -> None:
    await loft.channel("ben")
    await loft.passes(0)
    with monkeypatch.context() as broken:
        broken.setattr(loft.room.shelf, "_all", {"x": None})
        loft.room.post.wake()
        await loft.rest()
    sent = await loft.send("Hello")
    await loft.passes(60)
    assert loft.now(sent).state is NoticeState.SENT


async def test_what_waited_for_a_channel_that_was_removed_waits_no_more(loft: Loft) -> None:
    entry = await loft.channel("ben")
    loft.pigeons.raising = NotReady("fog")
    sent = await loft.send("Hello")
    await loft.hub.rooms.supervisor.remove(entry)
    await loft.passes(10)
    assert (loft.now(sent).state, loft.now(sent).why) == (NoticeState.FAILED, "pigeon: this channel was removed")


async def test_after_a_day_it_is_given_up(loft: Loft) -> None:
    await loft.channel("ben")
    loft.pigeons.raising = NotReady("fog", retry_after=4 * 3_600)
    sent = await loft.send("Hello")
    for _ in range(8):
        await loft.passes(4 * 3_600)
    assert loft.now(sent).state is NoticeState.FAILED
    assert "given up after a day" in loft.now(sent).why


async def test_who_has_no_channel_is_told_to_nobody_in_silence(loft: Loft) -> None:
    sent = await loft.send("Hello", to="mia")
    assert sent.ways.keys() == {"app"}
    assert sent.state is NoticeState.SENT
    gone = await loft.send("Hello", to="household")
    assert gone.state is NoticeState.FAILED
    assert "no channel" in gone.why


async def test_what_is_worth_telling_for_a_minute_is_not_told_after(loft: Loft) -> None:
    await loft.channel("ben")
    loft.pigeons.raising = NotReady("fog", retry_after=120)
    sent = await loft.send("The bus leaves", ttl=60)
    loft.pigeons.raising = None
    await loft.passes(300)
    assert loft.pigeons.flown == []
    assert loft.now(sent).state is NoticeState.FAILED


async def test_nothing_is_lost_over_a_restart(tmp_path: Path) -> None:
    pigeons, clock = Pigeons(), VirtualClock(NOON)
    async with open_loft(tmp_path / "hub", pigeons, clock) as loft:
        await loft.channel("ben")
        pigeons.raising = NotReady("fog")
        sent = await loft.send("Hello")
    pigeons.raising = None
    async with open_loft(tmp_path / "hub", pigeons, VirtualClock(clock.now())) as loft:
        await loft.passes(60)
        assert pigeons.texts == ["Hello"]
        assert loft.now(sent).state is NoticeState.SENT


async def test_short_text_tells_a_channel_no_value(loft: Loft) -> None:
    await loft.channel("ben", short=True)
    await loft.send("Glucose is 54 mg/dL", title="x")
    going = loft.pigeons.flown[0]
    assert "54" not in going.title + going.message


async def test_a_withdrawn_consent_stops_it_at_once(loft: Loft) -> None:
    entry = await loft.channel("anna")
    loft.hub.rooms.sharing._no = frozenset({("out", entry, "mia")})
    about_mia = await loft.send("Mia sleeps", to="anna", person="mia")
    of_herself = await loft.send("Drink something", to="anna")
    assert entry not in about_mia.ways
    assert entry in of_herself.ways


# -- answers


async def test_a_button_comes_back_as_home_assistants_event(loft: Loft) -> None:
    entry = await loft.channel("ben")
    buttons = [{"action": "FED", "title": "Done"}, {"action": "REPLY", "title": "Say", "behavior": "textInput"}]
    sent = await loft.send("Feed Mia", tag="feed", actions=buttons, action_data={"who": "mia"})
    ctx = loft.pigeons.contexts[entry]
    assert not await ctx.answered(NoticeAnswer(sent.id, "BURN_IT_DOWN"))
    assert not await ctx.answered(NoticeAnswer("guessed", "FED"))
    assert await ctx.answered(NoticeAnswer(sent.id, "REPLY", "Grandma does"))
    assert not await ctx.answered(NoticeAnswer(sent.id, "FED"))
    (event,) = loft.events("mobile_app_notification_action")
    assert {**event.data, "notice_id": ""} == {
        "action": "REPLY", "tag": "feed", "reply_text": "Grandma does", "action_data": {"who": "mia"},
        "person": "ben", "title": "", "message": "Feed Mia", "notice_id": "",
    }  # fmt: skip
    # It is the sender's: whose automations wait for it.
    assert event.person == "anna"
    await loft.passes(0)
    assert loft.pigeons.taken_back == [1]
    assert loft.now(sent).dealt_by == "ben"


async def test_a_channel_can_answer_only_what_went_out_on_it(loft: Loft) -> None:
    await loft.channel("ben")
    other = await loft.channel("mia")
    sent = await loft.send("For Ben", to="ben", confirm=True)
    await loft.send("For Mia", to="mia")
    assert not await loft.pigeons.contexts[other].answered(NoticeAnswer(sent.id, "CONFIRM"))


async def test_a_token_answers_its_notice_and_no_other(loft: Loft) -> None:
    one, two = await loft.send("One"), await loft.send("Two")
    token = loft.room.channels.token(one.id)
    assert loft.room.channels.opened(token) == one.id
    assert loft.room.channels.opened(token.replace(one.id, two.id)) == ""
    assert loft.room.channels.opened("x.é") == ""


# -- persistent ones


async def test_persistent_notices_are_for_the_pages_of_who_made_them(loft: Loft) -> None:
    await loft.channel("anna")
    await call(loft, "persistent_notification.create", message="Disk is full", notification_id="disk")
    await call(loft, "persistent_notification.create", message="Disk is fuller", notification_id="disk")
    (kept,) = loft.room.notices("anna")
    assert (kept.message, kept.to, set(kept.ways)) == ("Disk is fuller", "anna", {"app"})
    assert loft.pigeons.flown == []
    assert [one.data["update_type"] for one in loft.events("persistent_notification")] == ["added", "updated"]
    assert await call(loft, "persistent_notification.dismiss", notification_id="disk") == {"dismissed": 1}
    assert await call(loft, "persistent_notification.dismiss_all") == {"dismissed": 0}
    ben = await loft.account("ben", Role.ADULT, "ben")
    await call(loft, "notify.persistent_notification", message="Mine")
    assert await call(loft, "persistent_notification.dismiss_all", actor=ben) == {"dismissed": 0}


# -- who may


async def test_one_is_told_by_oneself_by_who_may_act_for_one_and_by_nobody_else(loft: Loft) -> None:
    ben = await loft.account("ben", Role.ADULT, "ben")
    nanny = await loft.account("nina", Role.CAREGIVER, mia=["view", "act"])
    await loft.send("Note to self", to="ben", actor=ben)
    await loft.send("For Mia", to="mia", actor=nanny)
    await loft.send("Note to self", to="nina", actor=nanny)
    # Who may see nothing of Anna is told nothing of her, not even that she is there.
    for who in (ben, nanny):
        with pytest.raises(NotFound, match="nobody 'anna'"):
            await loft.send("Hello Anna", to="anna", actor=who)
    seer = await loft.account("seer", Role.COACH, anna=["view"])
    with pytest.raises(NotAllowed, match="you may not notify Anna"):
        await loft.send("Hello Anna", to="anna", actor=seer)
    await loft.room.wishes.set_carers("mia", ("anna", "@nina"))
    assert (await loft.send("Mia is awake", to="anna", actor=nanny)).to == "anna"


async def test_fellow_carers_that_the_owner_put_in_line_may_tell_each_other(loft: Loft) -> None:
    nanny = await loft.account("nina", Role.CAREGIVER, mia=["view", "act"])
    granny = await loft.account("gran", Role.CAREGIVER, mia=["view"])
    with pytest.raises((NotAllowed, NotFound)):
        await loft.send("Mia is awake", to="gran", actor=nanny, person="mia")
    await loft.room.wishes.set_carers("mia", ("@nina", "@gran"))
    assert (await loft.send("Mia is awake", to="gran", actor=nanny, person="mia")).to == "@gran"
    assert (await loft.send("Thank you", to="nina", actor=granny)).to == "@nina"


async def test_a_notice_about_somebody_goes_only_to_who_may_see_that(loft: Loft) -> None:
    await loft.account("ben", Role.ADULT, "ben")
    await loft.account("nina", Role.CAREGIVER, mia=["view"])
    with pytest.raises(NotAllowed, match="Ben may not see that of Mia"):
        await loft.send("Mia's glucose is 54", to="ben", person="mia")
    assert (await loft.send("Mia's glucose is 54", to="nina", person="mia")).to == "@nina"
    answer = await call(loft, "notify.notify", message="Mia's glucose is 54", data={"person": "mia"})
    told = answer["notices"]
    assert isinstance(told, list)
    assert {one["to"] for one in told} == {"anna", "@nina"}
    # Who loses the right loses the sight of what was told.
    await loft.hub.rooms.accounts.withdraw("nina-mia")
    assert loft.room.notices("nina") == []


async def test_nobody_speaks_about_whom_they_may_not_see(loft: Loft) -> None:
    ben = await loft.account("ben", Role.ADULT, "ben")
    with pytest.raises(NotFound):
        await loft.send("x", to="ben", actor=ben, person="mia")
    with pytest.raises((Forbidden, NotFound)):
        await loft.hub.rooms.actions.call(ben, "notify.notify", {"message": "x", "target": "anna"})


async def test_who_is_erased_is_forgotten(loft: Loft) -> None:
    about, to = await loft.send("Mia sleeps", to="anna", person="mia"), await loft.send("Hello", to="mia")
    stays = await loft.send("Hello", to="ben")
    await loft.room.forget_person("mia")
    assert set(loft.room.shelf.all) == {stays.id} - {about.id, to.id}
    await loft.room.shelf.load(loft.hub.rooms.people.all)
    assert set(loft.room.shelf.all) == {stays.id}


async def test_a_sending_is_in_the_trail_without_its_words(loft: Loft) -> None:
    await loft.send("Glucose 54", person="mia", to="anna")
    lines = await loft.hub.rooms.recorder.audit_tail(limit=20)
    found = [one.line for one in lines if one.line.action == "notify.send"]
    assert [(one.account, one.person, one.detail) for one in found] == [("anna", "anna", "to anna about mia")]


async def test_a_draft_takes_what_home_assistant_sends() -> None:
    draft = Draft.model_validate({"message": True, "title": None, "target": "anna, ben"})
    assert (draft.message, draft.title, draft.target) == ("True", "", ["anna", "ben"])
