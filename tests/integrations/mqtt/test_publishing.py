"""What the hub says at the broker, and what it obeys."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.daemon import Hub
from hub.model import ConfigEntry, Sample
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home, announce, log, state, there
from tests.support.mosquitto import Mosquitto

PAGE = ConfigEntry("page", "page", "Page")
HEART = "homeostat/home/anna/anna_heart_rate"


async def record(hub: Hub, value: float, *, ago: float = 0.0, person: str = "anna", metric: str = "heart_rate") -> None:
    at = datetime.now(UTC) - timedelta(seconds=ago)
    await hub.rooms.intake.accept(PAGE, [Sample(metric=metric, value=value, taken_at=at)], person)


async def message(client: Client, topic: str, **wanted: Any) -> dict[str, Any]:
    """The newest JSON message of a topic that has these values."""

    def found() -> dict[str, Any] | None:
        newest = client.newest.get(topic)
        data = json.loads(newest.payload) if newest is not None and newest.payload else None
        return data if data is not None and all(data.get(key) == value for key, value in wanted.items()) else None

    got = await until(found, what=f"{topic} is {client.newest.get(topic)}")
    assert isinstance(got, dict)
    return got


async def test_states_and_readings_are_published_and_only_newer_ones_are_retained(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await device.subscribe("homeostat/#")
        await record(hub, 61)
        first = await message(device, HEART, value=61.0)
        assert (first["unit"], first["late"], first["available"]) == ("bpm", False, True)
        assert datetime.fromisoformat(first["taken_at"]).tzinfo is not None
        await record(hub, 55, ago=7_200)
        late = await message(device, HEART, value=55.0)
        assert late["late"] is True
        async with Client(mosquitto.port) as newcomer:
            await newcomer.subscribe("homeostat/#")
            await message(newcomer, HEART, value=61.0)
            assert newcomer.newest["homeostat/home/status"].payload == b"online"
        assert not [one for one in device.messages if one.topic == HEART and json.loads(one.payload)["value"] == 61.0][
            1:
        ]


async def test_history_that_is_brought_in_says_so_and_the_rest_says_nothing_of_it(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await device.subscribe("homeostat/#")
        await record(hub, 61)
        assert "imported" not in await message(device, HEART, value=61.0)
        old = Sample("heart_rate", 55, datetime.now(UTC) - timedelta(days=2), imported=True)
        await hub.rooms.intake.accept(PAGE, [old], "anna")
        assert (await message(device, HEART, value=55.0))["imported"] is True


async def test_the_hub_says_when_it_goes(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url):
        await device.subscribe("homeostat/home/status")
        await until(lambda: device.newest.get("homeostat/home/status"))
        assert device.newest["homeostat/home/status"].payload == b"online"
    await until(lambda: device.newest["homeostat/home/status"].payload == b"offline")


async def test_every_entity_is_announced_under_a_device_for_its_person(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await device.subscribe("homeassistant/#")
        await record(hub, 61)
        topic = "homeassistant/sensor/homeostat_home/sensor_anna_heart_rate/config"
        config = await message(device, topic, state_topic=HEART)
        assert config["device"]["name"] == "Anna"
        assert config["origin"]["name"] == "Homeostat"
        assert config["unit_of_measurement"] == "bpm"
        assert config["state_class"] == "measurement"
        assert config["availability"][0] == {"topic": "homeostat/home/status"}
        # Nothing of it comes back in.
        await asyncio.sleep(0.3)
        assert not [one for one in hub.rooms.entities.all.values() if one.entry == "mqtt"]
        await hub.rooms.entities.forget("page", entities=[])
        entity = hub.rooms.entities.get("sensor.anna_heart_rate")
        from hub.model import EntitiesChanged

        hub.rooms.bus.publish(EntitiesChanged(datetime.now(UTC), (), (entity,)))
        await until(lambda: device.newest[topic].payload == b"")


async def test_what_came_from_this_broker_is_published_but_not_announced_again(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url, assign=[{"person": "household"}]) as hub:
        await device.subscribe("homeostat/#")
        await device.subscribe("homeassistant/#")
        await announce(
            device, "switch/lamp", name="Lamp", uniq_id="lamp", cmd_t="lamp/set", stat_t="lamp",
            dev={"ids": "lamp", "name": "Desk"},
        )  # fmt: skip
        await there(hub, "switch.desk_lamp")
        await device.publish("lamp", "ON")
        await message(device, "homeostat/home/household/desk_lamp", value="on")
        assert not [one for one in device.newest if "homeostat_home" in one]


async def test_commands_come_in_and_go_out_to_the_device(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url, assign=[{"person": "household"}]) as hub:
        await device.subscribe("lamp/set")
        await device.subscribe("dim/set")
        desk = {"ids": "lamp", "name": "Desk"}
        await announce(device, "switch/lamp", name="Lamp", uniq_id="lamp", cmd_t="lamp/set", dev=desk)
        await announce(device, "number/dim", name="Dim", uniq_id="dim", cmd_t="dim/set", stat_t="dim", dev=desk)
        await there(hub, "number.desk_dim")
        base = "homeostat/home/household"
        await device.publish(f"{base}/desk_lamp/set", "ON")
        assert await device.value("lamp/set") == b"ON"
        # Without a state topic the command's effect is taken for granted.
        await state(hub, "switch.desk_lamp", "on")
        await device.publish(f"{base}/desk_lamp/set", "toggle")
        await until(lambda: device.newest["lamp/set"].payload == b"OFF")
        await device.publish(f"{base}/desk_dim/set", '{"command": "set_value", "parameters": {"value": 40}}')
        assert await device.value("dim/set") == b"40"
        assert hub.rooms.states.get("number.desk_dim") is None
        await device.publish(f"{base}/desk_dim/set", "1000")
        await until(lambda: "not carried out" in log(hub))
        await device.publish(f"{base}/desk_lamp/set", "ON", retain=True)
        await asyncio.sleep(0.2)
        sent = len([one for one in device.messages if one.topic == "lamp/set"])
    async with at_home(url=mosquitto.url, assign=[{"person": "household"}]) as hub:
        await until(lambda: "a retained command" in log(hub))
        assert len([one for one in device.messages if one.topic == "lamp/set"]) == sent


async def test_a_reading_does_not_echo_without_end(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url, announce_discovered=True, assign=[{"person": "anna"}]) as hub:
        await device.subscribe("homeostat/#")
        await announce(
            device, "sensor/w", name="W", uniq_id="w", stat_t="w", unit_of_meas="kg", dev={"ids": "s", "name": "S"}
        )
        await there(hub, "sensor.s_w")
        await device.publish("w", "70")
        await message(device, "homeostat/home/anna/s_w", value=70.0)
        await asyncio.sleep(0.5)
        assert len(hub.rooms.entities.all) == 1
        assert len([one for one in device.messages if one.topic == "homeostat/home/anna/s_w"]) == 1


async def test_a_home_assistant_that_starts_is_told_again(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url, birth=False) as hub:
        await record(hub, 61)
        await device.subscribe("homeassistant/sensor/#")
        await until(lambda: len(device.messages) == 1)
        await device.publish("homeassistant/status", "online")
        await until(lambda: len(device.messages) == 2)


async def test_devices_are_asked_to_announce_themselves(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    await device.subscribe("homeassistant/status")
    async with at_home(url=mosquitto.url):
        assert await device.value("homeassistant/status") == b"online"
