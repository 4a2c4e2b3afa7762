"""What comes over a broker sets automations off: messages, words of devices, tags; and only those who may hear it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.automation.schema.automation import automation
from hub.automation.source import read
from hub.automation.trace import Outcome, Trace
from hub.daemon import Hub
from hub.model import HOUSEHOLD, Actor, Role
from hub.view.view import View
from integrations.mqtt.connection import Connection
from integrations.mqtt.session import Session, sessions
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home, announce, is_connected, problems, there
from tests.support.house import PASSWORD
from tests.support.mosquitto import Mosquitto
from web.selectors.house import devices

EVENT = {"event": "heard", "event_data": {}}


def waiting(alias: str, *triggers: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"alias": alias, "mode": "queued", "max": 50, "triggers": list(triggers), "actions": [EVENT], **more}


def mqtt(topic: str, **more: Any) -> dict[str, Any]:
    return {"trigger": "mqtt", "topic": topic, **more}


def view(hub: Hub, account: str = "anna") -> View:
    return View(hub.rooms, Actor(account))


def session(hub: Hub) -> Session:
    mine = hub.settings.data_dir / "entries"
    return next(one for ctx, one in sessions.items() if one.is_connected and ctx.data_dir.parent == mine)


def line(hub: Hub) -> Connection | None:
    """The connection over which it listens."""
    return session(hub).ears.connection


async def listening(hub: Hub) -> None:
    await until(lambda: is_connected(hub) and session(hub).ears.settled, what="the broker was not asked")


async def add(hub: Hub, body: Mapping[str, Any], account: str = "anna") -> str:
    """The key; the broker brings what it waits for once this returns."""
    made = await view(hub, account).add_automation(body)
    await listening(hub)
    return made.key


async def ran(hub: Hub, key: str, times: int = 1, account: str = "anna") -> list[Trace]:
    """The runs, oldest first, once there are that many."""
    found: list[Trace] = []

    async def over() -> bool:
        found[:] = [one for one in await view(hub, account).automation_traces(key) if one.ended]
        return len(found) >= times

    await until(over, what=f"{key} ran {len(found)} times, not {times}")
    assert len(found) == times, [dict(one.trigger) for one in found]
    return found[::-1]


async def nothing_more(hub: Hub, device: Client, key: str, times: int, account: str = "anna") -> None:
    """All that was published has been heard; it led to no more runs than that."""
    mark = await view(hub).add_automation(waiting("Mark", mqtt("mark")))
    await listening(hub)
    await device.publish("mark", "1")
    await ran(hub, mark.key)
    await view(hub).remove_automation(mark.key)
    assert len(await view(hub, account).automation_traces(key)) == times


async def test_a_message_sets_an_automation_off_with_what_home_assistant_tells(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        key = await add(hub, waiting("Door", mqtt("home/+/door", payload="open", value_template="{{ value_json.is }}")))
        await device.publish("home/hall/door", '{"is": "shut"}')
        await device.publish("home/hall/door/far", '{"is": "open"}')
        await device.publish("home/hall/door", '{"is": "open", "by": [1]}', qos=0)
        [trace] = await ran(hub, key)
        told = trace.trigger
        assert trace.outcome is Outcome.DONE
        assert (told["platform"], told["topic"], told["qos"]) == ("mqtt", "home/hall/door", 0)
        assert told["payload"] == '{"is": "open", "by": [1]}'
        assert told["payload_json"] == {"is": "open", "by": [1]}
        await nothing_more(hub, device, key, 1)


async def test_topics_are_templates_and_what_overlaps_is_heard_once(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        body = waiting("Any", mqtt("{{ where }}/+/bell"), trigger_variables={"where": "home"})
        first = await add(hub, body)
        second = await add(hub, waiting("Other", mqtt("home/hall/+"), mqtt("home/hall/bell", id="plain")))
        await device.publish("home/hall/bell", "1")
        [told] = await ran(hub, first)
        assert told.trigger["topic"] == "home/hall/bell"
        assert {one.trigger["id"] for one in await ran(hub, second, 2)} == {"0", "plain"}
        await nothing_more(hub, device, first, 1)
        await nothing_more(hub, device, second, 2)


async def test_bytes_and_other_encodings_come_as_they_are(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        raw = await add(hub, waiting("Raw", mqtt("odd", encoding="")))
        old = await add(hub, waiting("Old", mqtt("odd", encoding="latin-1")))
        text = await add(hub, waiting("Text", mqtt("odd")))
        await device.publish("odd", b"caf\xe9")
        assert (await ran(hub, raw))[0].trigger["payload"] == b"caf\xe9"
        assert (await ran(hub, old))[0].trigger["payload"] == "café"
        assert await view(hub).automation_traces(text) == []
        assert view(hub).automation_problems(text) == ["a message on odd is no utf-8 text"]


async def test_what_the_broker_keeps_is_heard_once_and_not_again_after_it_came_back(
    at_home: Home, device: Client, mosquitto: Mosquitto
) -> None:
    await device.publish("kept", "old", retain=True)
    async with at_home(url=mosquitto.url) as hub:
        first = await add(hub, waiting("First", mqtt("kept")))
        [told] = await ran(hub, first)
        assert (told.trigger["payload"], told.trigger["retain"]) == ("old", True)
        second = await add(hub, waiting("Second", mqtt("kept")))
        await ran(hub, second)
        await nothing_more(hub, device, first, 1)
        lost = line(hub)
        assert lost is not None
        lost._drop()
        await until(lambda: line(hub) not in (None, lost), what="it did not connect again")
        await listening(hub)
        await device.publish("kept", "new")
        assert [one.trigger["payload"] for one in await ran(hub, first, 2)] == ["old", "new"]


async def test_only_what_is_switched_on_is_listened_for(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        assert line(hub) is None
        key = await add(hub, waiting("Bell", mqtt("bell")))
        assert line(hub) is not None
        await view(hub).change_automation(key, waiting("Bell", mqtt("gong")))
        await listening(hub)
        await device.publish("bell", "1")
        await device.publish("gong", "2")
        assert [one.trigger["topic"] for one in await ran(hub, key)] == ["gong"]
        await view(hub).enable_automation(key, False)
        await until(lambda: line(hub) is None, what="it listens on for nobody")
        await view(hub).enable_automation(key, True)
        await listening(hub)
        await device.publish("gong", "3")
        assert [one.trigger["payload"] for one in await ran(hub, key, 2)] == ["2", "3"]
        await view(hub).remove_automation(key)
        await until(lambda: line(hub) is None, what="it listens on for nobody")


async def test_a_run_waits_for_a_message(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        wait = {"wait_for_trigger": [mqtt("answer/{{ trigger.payload }}")], "timeout": 60}
        key = await add(hub, {"alias": "Asks", "triggers": [mqtt("ask")], "actions": [wait, EVENT]})
        await device.publish("ask", "x")
        await until(lambda: len(hub.rooms.automations.hearing.awaited("mqtt")) == 2, what="the run does not wait")
        await listening(hub)
        await device.publish("answer/x", "yes")
        [trace] = await ran(hub, key)
        assert trace.steps[0].changed["wait"]["trigger"]["payload"] == "yes"


async def test_after_a_reload_of_the_entry_and_a_restart_of_the_broker_it_listens_on(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        key = await add(hub, waiting("Bell", mqtt("bell", qos=1)))
        before = session(hub)
        await hub.rooms.supervisor.reload("mqtt")
        await until(lambda: is_connected(hub) and session(hub) is not before, what="it did not come again")
        await listening(hub)
        await device.publish("bell", "1")
        await ran(hub, key)
        ears = session(hub).ears
        mosquitto.stop()
        await until(lambda: ears.connection is None)
        mosquitto.start()
        await until(lambda: ears.connection is not None, what="it did not connect again")
        await listening(hub)
        async with Client(mosquitto.port) as again:
            await again.publish("bell", "2")
            assert [one.trigger["payload"] for one in await ran(hub, key, 2)] == ["1", "2"]


async def test_an_automation_that_hears_itself_is_stopped(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        echo = {"action": "mqtt.publish", "data": {"topic": "echo", "payload": "{{ trigger.payload }}!"}}
        key = await add(hub, waiting("Echo", mqtt("echo"), actions=[echo]))
        await device.publish("echo", "hello")
        traces = await ran(hub, key, 11)
        assert traces[-1].outcome is Outcome.LOOP
        await nothing_more(hub, device, key, 11)


async def test_an_account_hears_of_what_it_may_see_and_the_rest_is_for_who_manages_the_house(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await hub.views.system().add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        for name, person in (("scale", "anna"), ("lamp", HOUSEHOLD), ("ring", "ben"), ("new", "")):
            await announce(
                device, f"sensor/{name}", name="Value", unique_id=name, state_topic=f"{name}/state",
                device={"identifiers": [name], "name": name.capitalize()},
            )  # fmt: skip
            await there(hub, f"sensor.{name}_value")
            if person:
                await hub.rooms.entities.assign(f"mqtt:{name}", person)
        ours = f"homeostat/{session(hub).outbound.household}"
        everything = [mqtt("#"), mqtt("+/state"), mqtt("homeostat/#"), mqtt("$SYS/#")]
        hers = await add(hub, waiting("Hers", *everything))
        his = await add(hub, waiting("His", *everything), "ben")
        heard: dict[str, set[str]] = {hers: set(), his: set()}
        hub.rooms.automations.listeners.append(lambda one: heard[one.automation].add(one.trigger["topic"]))
        for name in ("scale", "lamp", "ring", "new", "attic"):
            await device.publish(f"{name}/state", "71.5")
        told = {f"{ours}/anna/scale_value", f"{ours}/household/lamp_value", f"{ours}/ben/ring_value"}
        raw = {f"{name}/state" for name in ("scale", "lamp", "ring", "new", "attic")}
        await until(lambda: told | raw <= heard[hers], what=str(heard))
        mine = {"lamp/state", "ring/state", f"{ours}/household/lamp_value", f"{ours}/ben/ring_value"}
        await until(lambda: mine <= heard[his], what=str(heard))
        assert heard[his] == mine


async def test_notices_to_somebody_are_overheard_by_nobody(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        ours = f"homeostat/{session(hub).outbound.household}"
        key = await add(hub, waiting("Spy", mqtt(f"{ours}/#")))
        await device.publish(f"{ours}/notify/anna", '{"answer": "secret"}')
        await device.publish(f"{ours}/notification", "1")
        [one] = [one for one in await ran(hub, key, 2) if not one.trigger["retain"]]
        assert one.trigger["topic"] == f"{ours}/notification"


async def test_a_remote_tells_what_is_pressed(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await hub.views.system().add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        remote = {"identifiers": ["zigbee2mqtt_0x0c43"], "name": "Remote", "manufacturer": "IKEA", "model": "E1743"}
        for press in ("on", "brightness_stop"):
            await announce(
                device, f"device_automation/0x0c43/action_{press}", automation_type="trigger", type="action",
                subtype=press, payload=press, t="zigbee2mqtt/Remote/action", device=remote,
                origin={"name": "Zigbee2MQTT"},
            )  # fmt: skip
        known = "mqtt:zigbee2mqtt_0x0c43"
        await until(lambda: known in hub.rooms.entities.devices, what="the remote is not there")
        await until(lambda: len(session(hub).catalogue.words) == 2)
        pressed = {"platform": "device", "domain": "mqtt", "device_id": known, "type": "action", "subtype": "on"}
        key = await add(hub, waiting("On", {**pressed, "discovery_id": "0x0c43 action_on"}))
        his = await add(hub, waiting("His", pressed), "ben")
        named = await add(hub, waiting("Moved", {**pressed, "device_id": "0" * 32, "discovery_id": "0x0c43 action_on"}))
        await device.publish("zigbee2mqtt/Remote/action", "brightness_stop")
        await device.publish("zigbee2mqtt/Remote/action", "on")
        [trace] = await ran(hub, key)
        assert {name: trace.trigger[name] for name in ("type", "subtype", "payload", "device_id", "topic")} == {
            "type": "action", "subtype": "on", "payload": "on", "device_id": known,
            "topic": "zigbee2mqtt/Remote/action",
        }  # fmt: skip
        await ran(hub, named)
        assert await view(hub, "ben").automation_traces(his) == []
        await hub.rooms.entities.assign(known, HOUSEHOLD)
        directory = view(hub, "ben").directory()
        assert directory.devices[known].attributes["model"] == "E1743"
        wanted = {"filter": {"integration": "mqtt", "manufacturer": "IKEA"}}
        assert [one.value for one in devices(view(hub, "ben"), wanted)] == [known]
        await device.publish("zigbee2mqtt/Remote/action", "on")
        await ran(hub, his, account="ben")
        await device.publish("homeassistant/device_automation/0x0c43/action_on/config", "", retain=True)
        await until(lambda: len(session(hub).catalogue.words) == 1)
        await device.publish("zigbee2mqtt/Remote/action", "on")
        await nothing_more(hub, device, key, 2)


async def test_a_tag_that_is_held_to_a_reader_is_an_event_of_the_house(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(
            device, "tag/reader", t="reader/scanned", value_template="{{ value_json.PN532.UID }}",
            device={"identifiers": ["reader"], "name": "Reader"},
        )  # fmt: skip
        await until(lambda: "mqtt:reader" in hub.rooms.entities.devices, what="the reader is not there")
        await hub.rooms.entities.assign("mqtt:reader", HOUSEHOLD)
        tag = await add(hub, waiting("Tag", {"trigger": "tag", "tag_id": ["E9F3", "04A1"], "device_id": "mqtt:reader"}))
        other = await add(hub, waiting("Other", {"trigger": "tag", "tag_id": "0000"}))
        event = await add(hub, waiting("Event", {"trigger": "event", "event_type": "tag_scanned"}))
        await device.publish("reader/scanned", '{"PN532": {"UID": ""}}')
        await device.publish("reader/scanned", '{"PN532": {"UID": "E9F3"}}')
        [trace] = await ran(hub, tag)
        assert trace.trigger["tag_id"] == "E9F3"
        assert trace.trigger["event"]["data"] == {"tag_id": "E9F3", "device_id": "mqtt:reader"}
        await ran(hub, event)
        assert await view(hub).automation_traces(other) == []


async def test_a_topic_that_cannot_be_listened_to_is_said_at_once(at_home: Home, mosquitto: Mosquitto) -> None:
    async with at_home(url=mosquitto.url) as hub:
        for topic, why in (("a/#/b", "# stands alone"), ("a/b+", "+ stands for one"), ("$share/x/y", "below $SYS/")):
            made, flaws = view(hub).check_automation(waiting("Odd", mqtt(topic)))
            assert made is None
            assert any(why in str(one) for one in flaws), flaws
        body = waiting("Late", mqtt("{{ where }}/#/x"), trigger_variables={"where": "home"})
        key = (await view(hub).add_automation(body)).key
        assert "# stands alone" in view(hub).automation_problems(key)[0]
        assert hub.rooms.automations.hearing.awaited("mqtt") == []
        assert "Automations" not in problems(hub)


def test_what_the_guide_shows_loads_as_it_stands() -> None:
    page = (Path(__file__).parents[3] / "docs" / "mqtt.md").read_text(encoding="utf-8")
    shown = [text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "triggers:" in text]
    kinds = [automation({"actions": [], **read(text).value}).triggers[0].trigger for text in shown]
    assert kinds == ["mqtt", "device"]
