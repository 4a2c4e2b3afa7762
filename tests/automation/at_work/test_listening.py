"""What comes from outside and is no device's: sentences, tags, notes, webhooks, the sun, and where somebody is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.automation.replay.needs import not_kept
from hub.automation.trace import Outcome
from hub.clock import VirtualClock
from hub.errors import BadReading, Forbidden
from hub.model import Actor, ConfigEntry, EntityDescription, Kind, Sample, Verb
from hub.view.backtests import BacktestWish
from hub.view.view import View
from tests.automation.at_work.conftest import Home
from tests.integrations.helpers.lived import NOON
from tests.support.house import house

EVENT = {"event": "heard"}


def waiting(alias: str, *triggers: Any, **more: Any) -> dict[str, Any]:
    return {"alias": alias, "mode": "queued", "triggers": list(triggers), "actions": [EVENT], **more}


def spoken(*command: str, **more: Any) -> dict[str, Any]:
    return {"trigger": "conversation", "command": list(command), **more}


async def say(view: View, sentence: str, **more: Any) -> tuple[str, str]:
    """What is answered, and how it went."""
    told = await view.call("conversation.process", {"text": sentence, **more})
    response = told["response"]
    return response["speech"]["plain"]["speech"], response["data"].get("code", response["response_type"])


async def test_a_sentence_sets_an_automation_off_and_its_answer_comes_back(home: Home) -> None:
    anna = home.view()
    answer = {"set_conversation_response": "{{ trigger.slots.what }} in the {{ trigger.slots.get('room', 'house') }}"}
    light = waiting("Light", spoken("[please] (turn|switch) on [the] {what} [in the {room}]"), actions=[answer])
    await anna.add_automation(light)
    assert await say(anna, "Please, switch ON the big Lamp in the Kitchen!") == (
        "big Lamp in the Kitchen",
        "action_done",
    )
    assert await say(anna, "turn on music") == ("music in the house", "action_done")
    told = await anna.call("conversation.process", {"text": "turn off music", "conversation_id": "7"})
    assert told["conversation_id"] == "7"
    assert (told["response"]["response_type"], told["response"]["data"]) == ("error", {"code": "no_intent_match"})
    trace = (await home.traces("light"))[1]
    assert trace.trigger["sentence"] == "Please, switch ON the big Lamp in the Kitchen!"
    assert trace.trigger["details"]["room"]["text"] == "Kitchen"


async def test_without_an_answer_it_says_how_it_went(home: Home) -> None:
    anna = home.view()
    await anna.add_automation(waiting("Good night", spoken("good night")))
    never = {"condition": "template", "value_template": "{{ false }}"}
    await anna.add_automation(waiting("Never", spoken("never mind"), conditions=[never]))
    asks = {"action": "conversation.process", "data": {"text": "good night"}, "response_variable": "told"}
    passed_on = {"set_conversation_response": "{{ told.response.speech.plain.speech }}!"}
    await anna.add_automation(waiting("Asks", spoken("sleep well"), actions=[asks, passed_on]))
    assert await say(anna, "Good night.") == ("Done", "action_done")
    assert await say(anna, "never mind") == ("That was not done: the template says 'False'.", "failed_to_handle")
    assert await say(anna, "sleep well") == ("Done!", "action_done")
    with pytest.raises(BadReading, match="at most 500 characters"):
        await say(anna, "x" * 501)
    _, flaws = anna.check_automation(waiting("Odd", spoken("turn on [the {what}")))
    assert "a ']' is missing" in str(flaws[0])


async def test_a_sentence_uses_the_rights_of_nobody_but_who_says_it(home: Home) -> None:
    anna, ben = home.view(), home.view("ben")
    await anna.add_automation(waiting("Hers", spoken("open the door")))
    assert await say(ben, "open the door") == ("Sorry, I couldn't understand that.", "no_intent_match")
    assert await home.traces("hers") == []
    await ben.add_automation(waiting("His", spoken("open the door")))
    await say(ben, "open the door")
    assert len(await home.traces("his", "ben")) == 1
    assert await home.traces("hers") == []
    # Who manages the household may set anything off, as with automation.trigger.
    await say(anna, "open the door")
    assert (len(await home.traces("his", "ben")), len(await home.traces("hers"))) == (2, 1)
    token, _ = await home.hub.rooms.accounts.create_token("anna", label="phone", persons=["anna"], verbs=list(Verb))
    narrow = View(home.hub.rooms, Actor("anna", token=token.id, kind="token"))
    with pytest.raises(Forbidden, match="reaches less than its account"):
        await say(narrow, "open the door")


async def test_a_tag_that_is_scanned_is_heard_by_who_sees_the_house(home: Home) -> None:
    anna, ben = home.view(), home.view("ben")
    tag = {"trigger": "tag", "tag_id": "04-1A"}
    await anna.add_automation(waiting("Any reader", tag))
    await ben.add_automation(waiting("This reader", {**tag, "device_id": "hall"}))
    await ben.call("tag.scan", {"tag_id": "04-1A"})
    await anna.call("tag.scan", {"tag_id": "04-1A", "device_id": "hall"})
    await anna.call("tag.scan", {"tag_id": "other", "device_id": "hall"})
    readers = [one.trigger["event"]["data"].get("device_id") for one in await home.traces("any_reader")]
    assert readers == ["hall", None]
    assert len(await home.traces("this_reader", "ben")) == 1


async def test_a_note_of_the_hub_sets_off_who_waits_for_it(home: Home) -> None:
    anna = home.view()
    note = {"trigger": "persistent_notification"}
    await anna.add_automation(waiting("All", note))
    await anna.add_automation(waiting("Gone", {**note, "notification_id": "door", "update_type": ["removed"]}))
    await anna.call("persistent_notification.create", {"message": "open", "title": "Door", "notification_id": "door"})
    await anna.call("persistent_notification.create", {"message": "still open", "notification_id": "door"})
    await anna.call("persistent_notification.create", {"message": "rain", "notification_id": "rain"})
    await anna.call("persistent_notification.dismiss_all", {})
    found = [one.trigger for one in (await home.traces("all"))[::-1]]
    said = [
        (one["update_type"], one["notification"]["notification_id"], one["notification"]["message"]) for one in found
    ]
    assert said[:3] == [("added", "door", "open"), ("updated", "door", "still open"), ("added", "rain", "rain")]
    assert sorted(said[3:]) == [("removed", "door", "still open"), ("removed", "rain", "rain")]
    assert all(one["notification"]["created_at"] for one in found)
    [gone] = await home.traces("gone")
    assert gone.trigger["notification"]["title"] == ""
    # Swept away on the page, it is gone as well.
    await anna.call("persistent_notification.create", {"message": "again", "notification_id": "door"})
    await anna.clear_notices()
    assert len(await home.traces("gone")) == 2


async def test_a_webhook_is_called_over_http_by_the_methods_it_allows(tmp_path: Path) -> None:
    async with house(tmp_path, serve=True) as hub:
        anna = View(hub.rooms, Actor("anna"))
        bell = {"trigger": "webhook", "webhook_id": "bell-4711", "allowed_methods": ["GET", "HEAD", "POST"]}
        await anna.add_automation(waiting("Bell", bell))
        address = f"http://127.0.0.1:{hub.port}/webhook/bell-4711"
        async with aiohttp.ClientSession() as session:
            for call in (
                session.get(address, params={"door": "front"}),
                session.head(address),
                session.put(address),
                session.post(address, data={"by": "postman", "note": "two parcels"}),
                session.post(address, json={"by": [1, None]}),
                session.post(address, data="plain text"),
            ):
                async with call as answer:
                    assert answer.status == 200
        told: list[Any] = []
        while len(told) < 5:
            told = [one.trigger for one in (await anna.automation_traces("bell"))[::-1] if one.ended]
        assert [one["method"] for one in told] == ["GET", "HEAD", "POST", "POST", "POST"]
        assert told[0]["query"] == {"door": "front"}
        assert told[2]["data"] == {"by": "postman", "note": "two parcels"}
        assert told[3]["json"] == {"by": [1, None]}
        assert told[4]["data"] == "plain text"


async def test_the_sun_and_a_zone_set_automations_off_in_a_running_hub(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with house(tmp_path, clock=clock) as hub:
        people = hub.rooms.people
        await people.save_household(replace(people.household, latitude=40.4, longitude=-3.7))
        anna = View(hub.rooms, Actor("anna"))
        evening = {"trigger": "sun", "event": "sunset", "offset": "-00:30:00"}
        await anna.add_automation(waiting("Evening", evening))
        arrives = {"trigger": "zone", "entity_id": "person.ben", "zone": "zone.home", "event": "enter"}
        await anna.add_automation(waiting("Arrives", arrives, {**arrives, "event": "leave", "id": "left"}))
        await clock.advance(timedelta(hours=12).total_seconds())
        [trace] = await anna.automation_traces("evening")
        assert (trace.outcome, trace.trigger["event"]) == (Outcome.DONE, "sunset")
        phone = ConfigEntry("phone", "phone", "Phone", "ben")
        tracker = EntityDescription("where", "Phone", "device_tracker", kind=Kind.TEXT)
        await hub.rooms.entities.describe(phone, [], [tracker])
        for value, latitude in (("not_home", 41.0), ("home", 40.4), ("not_home", 41.0)):
            where = {"latitude": latitude, "longitude": -3.7, "gps_accuracy": 5, "source_type": "gps"}
            await hub.rooms.intake.accept(phone, [Sample(entity="where", value=value, attributes=where)])
            await clock.advance(5)
        runs = [one.trigger for one in (await anna.automation_traces("arrives"))[::-1]]
        assert [(one["event"], one["id"]) for one in runs] == [("enter", "0"), ("leave", "left")]


async def test_the_past_says_what_it_cannot_replay(home: Home) -> None:
    remote = {"trigger": "device", "device_id": "mqtt:remote", "domain": "mqtt", "type": "action", "subtype": "on"}
    await home.measure(100)
    anna = home.view()
    outside = [{"trigger": "mqtt", "topic": "a/b"}, spoken("good night"), {"trigger": "tag", "tag_id": "1"}, remote]
    now = home.hub.rooms.clock.now()
    wish = BacktestWish(body=waiting("Outside", *outside), start=now - timedelta(hours=1), end=now)
    job = await anna.start_backtest(wish)
    async with asyncio.timeout(60):
        await job.ended.wait()
    for what in ("MQTT messages", "sentences that were said", "tags that were read", "what devices told"):
        assert f"History keeps no {what}: triggers that wait for them don't fire here." in job.result["notes"]
    # What a device's entity becomes is kept.
    assert not_kept(waiting("Inside", {**remote, "domain": "light", "type": "turned_on"})) == []
