"""Readings arrive once each, are acknowledged when they are kept, and survive what happens to hub and broker."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from hub.daemon import Hub
from hub.errors import StorageUnavailable
from hub.model import HOUSEHOLD, EntryState, StateChanged
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import (
    Home,
    announce,
    entry_state,
    is_connected,
    log,
    problems,
    state,
    there,
    values,
)
from tests.support.mosquitto import Mosquitto

SCALE = {"identifiers": ["scale"], "name": "Scale", "manufacturer": "Acme"}


def sensor(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "unique_id": name.lower().replace(" ", "_"),
        "state_topic": "scale/state",
        "value_template": f"{{{{ value_json.{name.lower()} }}}}",
        "device": SCALE,
        **more,
    }


async def scale(client: Client) -> None:
    await announce(client, "sensor/scale/weight", **sensor("Weight", unit_of_measurement="kg", device_class="weight"))


async def test_a_discovered_device_waits_for_its_owner_and_keeps_its_readings(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await scale(device)
        await there(hub, "sensor.scale_weight")
        await device.publish("scale/state", '{"weight": 81.5}')
        await state(hub, "sensor.scale_weight", 81.5)
        found = hub.rooms.entities.devices["mqtt:scale"]
        assert found.pending
        await hub.rooms.entities.assign("mqtt:scale", "anna")
        await device.publish("scale/state", '{"weight": 81.3}')
        await state(hub, "sensor.scale_weight", 81.3)
        assert hub.rooms.entities.get("sensor.scale_weight").person == "anna"
        assert await values(hub, "sensor.scale_weight") == [81.5, 81.3]


async def test_a_rule_says_whose_a_device_is_and_what_it_measures(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    rules = [
        {"manufacturer": "nobody", "person": "mia"},
        {"device": "sca*", "manufacturer": "acme", "person": "ben", "metrics": {"weight": "weight"}},
    ]
    async with at_home(url=mosquitto.url, assign=rules) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight", unit_of_measurement="lb"))
        await there(hub, "sensor.scale_weight")
        await device.publish("scale/state", '{"weight": 176.37}')
        await until(lambda: hub.rooms.states.get("sensor.scale_weight") is not None)
        entity, found = hub.rooms.entities.get("sensor.scale_weight"), hub.rooms.states.get("sensor.scale_weight")
        assert (entity.person, entity.metric, entity.unit) == ("ben", "weight", "kg")
        assert found is not None
        assert found.value == pytest.approx(80.0, abs=0.01)


async def test_a_delivery_is_acknowledged_only_after_the_commit(
    at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await scale(device)
        await there(hub, "sensor.scale_weight")
        await asyncio.sleep(0.2)
        gate = asyncio.Event()
        write = hub.rooms.recorder.write

        async def slow(rows: Any) -> Any:
            await gate.wait()
            return await write(rows)

        monkeypatch.setattr(hub.rooms.recorder, "write", slow)
        acknowledged = mosquitto.log.count("Received PUBACK from homeostat")
        await device.publish("scale/state", '{"weight": 70}')
        await asyncio.sleep(0.5)
        assert mosquitto.log.count("Received PUBACK from homeostat") == acknowledged
        gate.set()
        await until(lambda: mosquitto.log.count("Received PUBACK from homeostat") == acknowledged + 1)
        assert await values(hub, "sensor.scale_weight") == [70.0]


async def test_storage_that_takes_nothing_loses_nothing_and_is_said(
    at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await scale(device)
        await there(hub, "sensor.scale_weight")
        write = hub.rooms.recorder.write

        async def full(rows: Any) -> Any:
            raise StorageUnavailable("the disk is full; free some space")

        with monkeypatch.context() as patch:
            patch.setattr(hub.rooms.recorder, "write", full)
            for weight in range(50):
                await device.publish("scale/state", json.dumps({"weight": weight}))
            await until(lambda: "the disk is full" in problems(hub))
            assert await values(hub, "sensor.scale_weight") == []
        assert hub.rooms.recorder.write == write
        await until(lambda: getattr(hub.rooms.states.get("sensor.scale_weight"), "value", None) == 49.0, 30)
        assert await values(hub, "sensor.scale_weight") == [float(weight) for weight in range(50)]
        await until(lambda: "the disk is full" not in problems(hub), 20)


async def test_a_broker_killed_in_the_middle_loses_and_doubles_nothing(at_home: Home, mosquitto_factory: Any) -> None:
    broker: Mosquitto = mosquitto_factory(persistence=True)
    async with at_home(url=broker.url) as hub:
        async with Client(broker.port) as client:
            await scale(client)
            await there(hub, "sensor.scale_weight")
            for weight in range(200):
                await client.publish("scale/state", json.dumps({"weight": weight}))
            # All that the broker has taken on is with the hub before the broker dies.
            await state(hub, "sensor.scale_weight", 199.0)
        broker.kill()
        await until(lambda: "lost" in log(hub))
        broker.start()
        await until(lambda: "again" in log(hub), 20)
        async with Client(broker.port) as client:
            for weight in range(200, 400):
                await client.publish("scale/state", json.dumps({"weight": weight}))
            await state(hub, "sensor.scale_weight", 399.0)
        assert await values(hub, "sensor.scale_weight") == [float(weight) for weight in range(400)]


async def test_what_was_sent_while_the_hub_was_away_comes_when_it_is_back(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        # Not retained: only the hub's own memory knows the sensor afterwards.
        config = json.dumps(sensor("Weight", unit_of_measurement="kg"))
        await device.publish("homeassistant/sensor/scale/weight/config", config)
        await there(hub, "sensor.scale_weight")
        await device.publish("scale/state", '{"weight": 1}')
        await state(hub, "sensor.scale_weight", 1.0)
    for weight in (2, 3, 4):
        await device.publish("scale/state", json.dumps({"weight": weight}))
    async with at_home(url=mosquitto.url) as hub:
        await state(hub, "sensor.scale_weight", 4.0)
        assert await values(hub, "sensor.scale_weight") == [1.0, 2.0, 3.0, 4.0]


async def test_a_commit_whose_acknowledgement_was_lost_is_not_recorded_twice(
    at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.mqtt.connection import Connection

    async with at_home(url=mosquitto.url) as hub:
        await scale(device)
        await there(hub, "sensor.scale_weight")
        await asyncio.sleep(0.2)
        monkeypatch.setattr(Connection, "ack", lambda self, messages: None)
        for weight in (60, 60, 61):
            await device.publish("scale/state", json.dumps({"weight": weight}))
        await state(hub, "sensor.scale_weight", 61.0)
        before = await values(hub, "sensor.scale_weight")
        assert before == [60.0, 60.0, 61.0]
    monkeypatch.undo()
    async with at_home(url=mosquitto.url) as hub:
        await device.publish("scale/state", '{"weight": 62}')
        await state(hub, "sensor.scale_weight", 62.0)
        assert await values(hub, "sensor.scale_weight") == [60.0, 60.0, 61.0, 62.0]


async def test_two_thousand_retained_topics_at_a_reconnect_make_no_new_readings(
    at_home: Home, mosquitto_factory: Any
) -> None:
    count = 2_000
    broker: Mosquitto = mosquitto_factory(persistence=True)
    async with Client(broker.port) as client:
        await announce(
            client,
            "device/many",
            device={"identifiers": ["many"], "name": "Many"},
            origin={"name": "test"},
            components={
                f"c{index}": {
                    "platform": "sensor",
                    "unique_id": f"u{index}",
                    "name": f"N{index}",
                    "state_topic": f"many/{index}",
                    "unit_of_measurement": "kg",
                }
                for index in range(count)
            },
        )
        for index in range(count):
            await client.publish(f"many/{index}", str(index), qos=0, retain=True)
        await client.publish("many/end", "", qos=1)
    async with at_home(url=broker.url) as hub:
        await until(lambda: hub.rooms.intake.figures.accepted == count, 30)
        broker.stop()
        await until(lambda: "lost" in log(hub))
        broker.start()
        await until(lambda: "again" in log(hub), 20)
        async with Client(broker.port) as client:
            await client.publish("many/8", "8000", retain=True)
            await state(hub, "sensor.many_n8", 8000.0)
        await asyncio.sleep(1)
        assert hub.rooms.intake.figures.accepted == count + 1
    async with at_home(url=broker.url) as hub:
        async with Client(broker.port) as client:
            await client.publish("many/9", "9000", retain=True)
            await state(hub, "sensor.many_n9", 9000.0)
        await asyncio.sleep(1)
        assert hub.rooms.intake.figures.accepted == 1


async def test_a_retained_value_that_is_new_is_one_reading(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    await scale(device)
    await device.publish("scale/state", '{"weight": 50}', retain=True)
    async with at_home(url=mosquitto.url) as hub:
        await state(hub, "sensor.scale_weight", 50.0)
    await device.publish("scale/state", '{"weight": 51}', retain=True)
    async with at_home(url=mosquitto.url) as hub:
        await state(hub, "sensor.scale_weight", 51.0)
        await asyncio.sleep(0.3)
        assert await values(hub, "sensor.scale_weight") == [50.0, 51.0]


async def test_overlapping_topic_filters_do_not_double_a_reading(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        for name, pattern in (("one", "+/b/c"), ("two", "a/+/c"), ("three", "a/b/#"), ("four", "a/b/c")):
            await announce(device, f"sensor/{name}", name=name, unique_id=name, state_topic=pattern,
                           unit_of_measurement="kg")  # fmt: skip
        await there(hub, "sensor.four")
        await asyncio.sleep(0.3)
        for weight in (1, 2, 2, 3):
            await device.publish("a/b/c", str(weight))
        for name in ("one", "two", "three", "four"):
            await state(hub, f"sensor.{name}", 3.0)
        await asyncio.sleep(0.3)
        for name in ("one", "two", "three", "four"):
            assert await values(hub, f"sensor.{name}") == [1.0, 2.0, 2.0, 3.0]


async def test_a_payload_may_say_when_it_was_measured(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(
            device, "sensor/scale/weight",
            **sensor("Weight", unit_of_measurement="kg", taken_at_template="{{ value_json.at }}"),
        )  # fmt: skip
        await there(hub, "sensor.scale_weight")
        for _ in range(2):
            await device.publish("scale/state", '{"weight": 70, "at": "2026-01-02T03:04:05+01:00"}')
        found = await state(hub, "sensor.scale_weight", 70.0)
        assert found.taken_at is not None
        assert found.taken_at.isoformat() == "2026-01-02T02:04:05+00:00"
        await asyncio.sleep(0.2)
        assert await values(hub, "sensor.scale_weight") == [70.0]


async def test_garbage_is_refused_with_reasons_and_stops_nothing(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await scale(device)
        await there(hub, "sensor.scale_weight")
        await device.publish("homeassistant/sensor/huge/config", b"\xff" * 10_000_000)
        await device.publish("homeassistant/sensor/broken/config", '{"name": "x", ')
        await device.publish("homeassistant/sensor/list/config", "[1, 2]")
        await device.publish("homeassistant/sensor/empty/config", "{}")
        await device.publish("homeassistant/nonsense/x/config", '{"name": "x"}')
        await device.publish("homeassistant/sensor/bad id!/config", '{"name": "x", "state_topic": "x"}')
        await announce(
            device, "sensor/unit", name="U", state_topic="u", device_class="power", unit_of_measurement="kWh"
        )
        await announce(device, "sensor/template", name="T", state_topic="t", value_template="{{ value_json. }}")
        await announce(device, "binary_sensor/config", name="C", state_topic="c", entity_category="config")
        for payload in (b"\xff\xfe", b"{broken", b'{"weight": "heavy"}', b"x" * 10_000_000, b'{"weight": NaN}', b""):
            await device.publish("scale/state", payload)
        await device.publish("scale/state", '{"weight": 70.5}')
        await state(hub, "sensor.scale_weight", 70.5)
        told = problems(hub)
        assert "10,000,000 bytes" in told
        assert "not JSON" in told
        assert "not a JSON object" in told
        assert "no component 'nonsense'" in told
        assert "does not suit the device class power" in told
        assert "`value_template`: line 1" in told
        assert "cannot be of the category config" in told
        assert await values(hub, "sensor.scale_weight") == [70.5]
        assert "ids of A-Z" in told
        await until(lambda: entry_state(hub) is EntryState.RUNNING)
        # A mended announcement takes its problem back.
        await announce(device, "sensor/template", name="T", state_topic="t", value_template="{{ value }}")
        await there(hub, "sensor.t")
        await until(lambda: "`value_template`" not in problems(hub))


async def test_a_broker_that_is_down_at_the_start_is_said_and_found_later(at_home: Home, mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    async with at_home(url=mosquitto.url, connected=False) as hub:
        await until(lambda: entry_state(hub) is EntryState.RETRYING)
        assert "cannot be reached" in hub.rooms.supervisor.status("mqtt").problem
        mosquitto.start()
        await until(lambda: is_connected(hub), 20)


async def test_a_wrong_password_needs_the_owner(at_home: Home, mosquitto_factory: Any) -> None:
    broker = mosquitto_factory(users={"hub": "right"})
    async with at_home(url=broker.url, username="hub", password="wrong", connected=False) as hub:
        await until(lambda: entry_state(hub) is EntryState.NEEDS_OWNER)
    async with at_home(folder="other", url=broker.url, username="hub", password="right") as hub:
        assert is_connected(hub)


async def test_what_the_owner_switches_off_is_not_recorded(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight", enabled_by_default=False))
        await announce(device, "sensor/scale/fat", **sensor("Fat"))
        await there(hub, "sensor.scale_fat")
        await device.publish("scale/state", '{"weight": 1, "fat": 20}')
        await state(hub, "sensor.scale_fat", 20.0)
        assert hub.rooms.states.get("sensor.scale_weight") is None
        await hub.rooms.entities.change(replace(hub.rooms.entities.get("sensor.scale_weight"), enabled=True))
        await hub.rooms.entities.change(replace(hub.rooms.entities.get("sensor.scale_fat"), enabled=False))
        await asyncio.sleep(0.1)
        await device.publish("scale/state", '{"weight": 2, "fat": 21}')
        await until(lambda: hub.rooms.states.get("sensor.scale_weight"))
        assert await values(hub, "sensor.scale_fat") == [20.0]


async def test_removal_takes_an_entity_and_its_empty_device_away(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight"))
        await announce(device, "sensor/scale/fat", **sensor("Fat"))
        await there(hub, "sensor.scale_fat")
        await device.publish("homeassistant/sensor/scale/fat/config", "", retain=True)
        await until(lambda: "sensor.scale_fat" not in hub.rooms.entities.all)
        assert "mqtt:scale" in hub.rooms.entities.devices
        await device.publish("homeassistant/sensor/scale/weight/config", "", retain=True)
        await until(lambda: "mqtt:scale" not in hub.rooms.entities.devices)
        assert not [one for one in hub.rooms.entities.all.values() if one.entry == "mqtt"]


async def test_migration_to_the_device_form_keeps_entity_and_history(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight", unit_of_measurement="kg"))
        await there(hub, "sensor.scale_weight")
        await device.publish("scale/state", '{"weight": 70}')
        await state(hub, "sensor.scale_weight", 70.0)
        series = hub.rooms.entities.get("sensor.scale_weight").series
        await device.publish("homeassistant/sensor/scale/weight/config", '{"migrate_discovery": true}')
        config = sensor("Weight", unit_of_measurement="kg", platform="sensor")
        del config["device"]
        await announce(device, "device/scale", dev=SCALE, o={"name": "test"}, cmps={"weight": config})
        await device.publish("homeassistant/sensor/scale/weight/config", "", retain=True)
        await device.publish("scale/state", '{"weight": 71}')
        await state(hub, "sensor.scale_weight", 71.0)
        assert hub.rooms.entities.get("sensor.scale_weight").series == series
        assert await values(hub, "sensor.scale_weight") == [70.0, 71.0]
        # A component with nothing but its platform is gone.
        await announce(device, "device/scale", dev=SCALE, o={"name": "test"}, cmps={"weight": {"p": "sensor"}})
        await until(lambda: "sensor.scale_weight" not in hub.rooms.entities.all)


async def test_a_reading_of_an_unreachable_device_does_not_make_it_reachable(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight", availability_topic="scale/there"))
        await there(hub, "sensor.scale_weight")
        await device.publish("scale/state", '{"weight": 3}')
        found = await state(hub, "sensor.scale_weight", 3.0)
        await until(lambda: not getattr(hub.rooms.states.get("sensor.scale_weight"), "available", True))
        assert found.value == 3.0
        await device.publish("scale/there", "online")
        await until(lambda: getattr(hub.rooms.states.get("sensor.scale_weight"), "available", False))


async def test_a_value_expires_and_a_motion_sensor_falls_back(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight", expire_after=1))
        await announce(device, "binary_sensor/m", name="Motion", state_topic="m", off_delay=1)
        await there(hub, "binary_sensor.motion")
        assert not hub.rooms.states.get("sensor.scale_weight").available  # type: ignore[union-attr] # it has one
        await device.publish("scale/state", '{"weight": 3}')
        await device.publish("m", "ON")
        await state(hub, "binary_sensor.motion", "on")
        await until(lambda: getattr(hub.rooms.states.get("sensor.scale_weight"), "available", False))
        await state(hub, "binary_sensor.motion", "off")
        await until(lambda: not getattr(hub.rooms.states.get("sensor.scale_weight"), "available", True))


async def test_a_sensor_without_unit_is_text_or_number_as_its_values_are(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url, assign=[{"person": HOUSEHOLD}]) as hub:
        for name in ("steps", "mood"):
            await announce(device, f"sensor/{name}", name=name, unique_id=name, state_topic=name, device=SCALE)
        await there(hub, "sensor.scale_mood")
        await device.publish("steps", "1200")
        await device.publish("mood", "good")
        await state(hub, "sensor.scale_steps", 1200.0)
        await state(hub, "sensor.scale_mood", "good")
        await device.publish("steps", "many")
        await state(hub, "sensor.scale_steps", "many")
        assert hub.rooms.entities.get("sensor.scale_steps").kind == "text"


async def test_templates_follow_the_household_when_it_moves(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        local = "{{ 0 | timestamp_local }}"
        await announce(device, "sensor/z", name="Zone", uniq_id="z", stat_t="z", val_tpl=local)
        await there(hub, "sensor.zone")
        await device.publish("z", "x")
        await state(hub, "sensor.zone", "1970-01-01T01:00:00+01:00")
        await hub.rooms.people.save_household(replace(hub.rooms.people.household, time_zone="Asia/Tokyo"))
        await until(lambda: log(hub).count("connected to the broker") == 2)
        await device.publish("z", "x")
        await state(hub, "sensor.zone", "1970-01-01T09:00:00+09:00")


async def test_an_entity_that_comes_later_hears_what_is_retained_at_topics_of_others(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await device.publish("bridge/state", "online", retain=True)
        await device.publish("scale/state", '{"weight": 70, "fat": 20}', retain=True)
        await announce(device, "sensor/scale/weight", **sensor("Weight", availability_topic="bridge/state"))
        await state(hub, "sensor.scale_weight", 70.0)
        await announce(device, "sensor/scale/fat", **sensor("Fat", availability_topic="bridge/state"))
        found = await state(hub, "sensor.scale_fat", 20.0)
        await until(lambda: getattr(hub.rooms.states.get("sensor.scale_fat"), "available", False))
        assert found.value == 20.0
        await asyncio.sleep(0.3)
        assert await values(hub, "sensor.scale_weight") == [70.0]
        assert hub.rooms.states.get("sensor.scale_weight").available  # type: ignore[union-attr] # it has one


async def test_a_source_that_is_away_does_not_flicker_and_comes_back_when_it_says_no_more(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **sensor("Weight"), availability_topic="scale/there")
        await there(hub, "sensor.scale_weight")
        with hub.rooms.bus.subscribe(StateChanged) as news:
            await device.publish("scale/there", "offline")
            for weight in range(5):
                await device.publish("scale/state", json.dumps({"weight": weight}))
            await state(hub, "sensor.scale_weight", 4.0)
            moved = [event.new for event in news.drain() if isinstance(event, StateChanged)]
            assert not any(new.available for new in moved if new.entity_id == "sensor.scale_weight")
        await announce(device, "sensor/scale/weight", **sensor("Weight"))
        await until(lambda: (found := hub.rooms.states.get("sensor.scale_weight")) is not None and found.available)


async def test_attributes_are_there_after_a_start_and_when_they_come_alone(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    def attributes(hub: Hub) -> Any:
        found = hub.rooms.states.get("sensor.scale_weight")
        return dict(found.attributes) if found is not None else None

    config = sensor("Weight", json_attributes_topic="scale/about")
    async with at_home(url=mosquitto.url) as hub:
        await announce(device, "sensor/scale/weight", **config)
        await there(hub, "sensor.scale_weight")
        await device.publish("scale/state", '{"weight": 81.5}', retain=True)
        await state(hub, "sensor.scale_weight", 81.5)
        await device.publish("scale/about", '{"battery": 40}', retain=True)
        await until(lambda: attributes(hub) == {"battery": 40})
    async with at_home(url=mosquitto.url) as hub:
        await until(lambda: attributes(hub) == {"battery": 40})
        assert await values(hub, "sensor.scale_weight") == [81.5]
