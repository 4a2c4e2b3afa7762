"""MQTT devices by template: a dozen lines of YAML, at the hub's own connection, acknowledged after the commit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from pydantic import ValidationError

from hub.api import ConfigInvalid
from hub.daemon import Hub
from hub.errors import StorageUnavailable
from hub.model import EntryState
from integrations.mqtt import guests
from integrations.mqtt.session import running_beside, sessions
from integrations.mqtt.template.config import TemplateConfig
from integrations.mqtt.template.device import TemplateDevice
from integrations.vocabulary.metrics import METRICS
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home, announce, problems, state, there, values
from tests.support.mosquitto import Mosquitto

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VOCABULARY = {metric.key: metric for metric in METRICS}


def template(**options: Any) -> TemplateDevice:
    given = {"topic": "scale", "readings": [{"metric": "weight", "path": "w"}], **options}
    return TemplateDevice(TemplateConfig.model_validate(given), "Scale", ZoneInfo("Europe/Madrid"), VOCABULARY.get)


async def add(hub: Hub, person: str = "anna", title: str = "Scale", **options: Any) -> str:
    """A running template entry whose topics are asked for."""
    entry = await hub.rooms.supervisor.add("mqtt_template", options, title=title, person=person)
    await until(lambda: hub.rooms.supervisor.status(entry.id).state is EntryState.RUNNING)
    await asyncio.sleep(0.2)
    return entry.id


async def test_a_device_is_a_dozen_lines_of_yaml(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    options = yaml.safe_load(
        """
        topic: scales/bathroom
        readings:
          - {metric: weight, path: data.w, unit: g, taken_at: data.t}
          - {metric: body_fat, path: data.fat, when: "data.fat > `0`", taken_at: data.t}
          - {name: Battery, path: battery, unit: "%", device_class: battery}
        """
    )
    async with at_home(url=mosquitto.url) as hub:
        entry = await add(hub, **options)
        message = '{"data": {"w": 72400, "fat": 0, "t": 1795000000}, "battery": 77}'
        await device.publish("scales/bathroom", message)
        weight = await state(hub, "sensor.anna_weight", 72.4)
        assert weight.taken_at == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
        await state(hub, "sensor.scale_battery", 77)
        assert hub.rooms.entities.get("sensor.scale_battery").person == "anna"
        assert "sensor.anna_body_fat" not in hub.rooms.entities.all, "a condition that does not hold was overlooked"
        await device.publish("scales/bathroom", message)
        await device.publish("scales/bathroom", '{"data": {"w": 72900, "fat": 21, "t": 1795003600}, "battery": 76}')
        await state(hub, "sensor.anna_body_fat", 21)
        assert await values(hub, "sensor.anna_weight") == [72.4, 72.9]
        assert hub.rooms.supervisor.status(entry).rejected == 0


async def test_named_levels_make_a_device_each(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await add(
            hub, "household", "Air", topic="air/{room}/co2", payload="plain", device="Air {room}",
            availability_topic="air/{room}/status", readings=[{"metric": "carbon_dioxide"}],
        )  # fmt: skip
        await device.publish("air/kitchen/co2", "612")
        await device.publish("air/nursery/co2", "480.5")
        await state(hub, "sensor.air_kitchen_carbon_dioxide", 612)
        await state(hub, "sensor.air_nursery_carbon_dioxide", 480.5)
        kitchen = hub.rooms.entities.get("sensor.air_kitchen_carbon_dioxide")
        assert (kitchen.metric, kitchen.person, kitchen.unit) == ("carbon_dioxide", "household", "[ppm]")
        await device.publish("air/kitchen/status", "offline")
        await until(lambda: not hub.rooms.states.get(kitchen.id).available)  # type: ignore[union-attr] # it has a state
        nursery = hub.rooms.states.get("sensor.air_nursery_carbon_dioxide")
        assert nursery is not None
        assert nursery.available
        await device.publish("air/kitchen/status", "online")
        await until(lambda: hub.rooms.states.get(kitchen.id).available)  # type: ignore[union-attr] # it has a state


async def test_what_cannot_be_read_is_told_and_taken_back(at_home: Home, mosquitto: Mosquitto, device: Client) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await add(hub, topic="scale", readings=[{"metric": "weight", "path": "w"}])
        for message, said in (
            ("72.4 kg", "the message is not JSON (7 bytes); for a bare value set payload to plain"),
            ('{"kg": 72}', "weight: nothing at 'w': there is no 'w' in an object with kg"),
            ('{"w": "72 kg"}', "weight: 'w' is text where a number was expected"),
            ('{"w": 7200}', "weight cannot be 7200 kg"),
        ):
            await device.publish("scale", message)
            await until(lambda said=said: said in problems(hub), what=said)
        await device.publish("scale", '{"w": 72}')
        await state(hub, "sensor.anna_weight", 72)
        await until(lambda: not problems(hub))


async def test_a_retained_message_is_no_new_reading_after_a_restart(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    await device.publish("scale", '{"w": 71}', retain=True)
    async with at_home(url=mosquitto.url) as hub:
        await add(hub, topic="scale", readings=[{"metric": "weight", "path": "w"}])
        await state(hub, "sensor.anna_weight", 71)
    async with at_home(url=mosquitto.url) as hub:
        await there(hub, "sensor.anna_weight")
        await asyncio.sleep(1.5)
        assert await values(hub, "sensor.anna_weight") == [71]
        await device.publish("scale", '{"w": 70}', retain=True)
        await state(hub, "sensor.anna_weight", 70)


async def test_what_came_while_the_hub_was_down_waits_until_the_device_is_there_again(
    at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await add(hub, topic="scale", readings=[{"metric": "weight", "path": "w"}])
        await device.publish("scale", '{"w": 70}')
        await state(hub, "sensor.anna_weight", 70)
    for weight in (71, 72, 73):
        await device.publish("scale", f'{{"w": {weight}}}')
    monkeypatch.setattr("integrations.mqtt.template.guest.running_beside", _late(1.5))
    async with at_home(url=mosquitto.url) as hub:
        await state(hub, "sensor.anna_weight", 73)
        assert await values(hub, "sensor.anna_weight") == [70, 71, 72, 73]


def _late(seconds: float) -> Any:
    """The session beside an entry, found only after that time."""
    until = asyncio.get_running_loop().time() + seconds
    return lambda ctx: None if asyncio.get_running_loop().time() < until else running_beside(ctx)


async def test_a_device_that_was_removed_keeps_nothing_waiting(
    at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "PATIENCE", 1.0)
    async with at_home(url=mosquitto.url) as hub:
        entry = await add(hub, topic="scale", readings=[{"metric": "weight", "path": "w"}])
        connection = next(one for one in sessions.values() if one.is_connected)
        await hub.rooms.supervisor.remove(entry)
        assert connection.inbound.wanted()["scale"] == 1
        await until(lambda: "scale" not in connection.inbound.wanted())


@pytest.mark.parametrize("by_template", [True, False])
async def test_a_retained_message_that_was_not_recorded_yet_is_no_repeat(
    by_template: bool, at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        if by_template:
            await add(hub, topic="scale", readings=[{"metric": "weight", "path": "w"}])
        else:
            await announce(
                device, "sensor/scale", name="Anna weight", unique_id="scale", state_topic="scale",
                value_template="{{ value_json.w }}",
            )  # fmt: skip
            await there(hub, "sensor.anna_weight")
        await device.publish("scale", '{"w": 70}', retain=True)
        await state(hub, "sensor.anna_weight", 70)
        accept, asked = hub.rooms.intake.accept, asyncio.Event()

        async def never(*given: Any, **more: Any) -> Any:
            asked.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(hub.rooms.intake, "accept", never)
        await device.publish("scale", '{"w": 71}', retain=True)
        await asyncio.wait_for(asked.wait(), 10)
        await hub.rooms.supervisor.reload("mqtt")
        monkeypatch.setattr(hub.rooms.intake, "accept", accept)
        await state(hub, "sensor.anna_weight", 71)


async def test_a_message_is_acknowledged_only_after_it_is_kept(
    at_home: Home, mosquitto: Mosquitto, device: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await add(hub, topic="scale", readings=[{"metric": "weight", "path": "w"}])
        accept = hub.rooms.intake.accept
        refused: list[Any] = []

        async def full(*given: Any, **more: Any) -> Any:
            if len(refused) < 2:
                refused.append(given)
                raise StorageUnavailable("the disk is full")
            return await accept(*given, **more)

        monkeypatch.setattr(hub.rooms.intake, "accept", full)
        await device.publish("scale", '{"w": 71}')
        await until(lambda: "Messages wait at the broker: the disk is full" in problems(hub))
        await state(hub, "sensor.anna_weight", 71)
        assert len(refused) == 2
        await until(lambda: not problems(hub))


async def test_the_entry_follows_when_mqtt_is_reloaded_and_discovery_goes_on_beside_it(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await add(hub, topic="home/+/state", readings=[{"metric": "weight", "path": "w"}])
        await announce(
            device, "sensor/load", name="Load", unique_id="load", state_topic="home/attic/state",
            value_template="{{ value_json.load }}",
        )  # fmt: skip
        await there(hub, "sensor.load")
        await hub.rooms.supervisor.reload("mqtt")
        await asyncio.sleep(2.5)
        await device.publish("home/attic/state", '{"w": 70, "load": 5}')
        await state(hub, "sensor.anna_weight", 70)
        await state(hub, "sensor.load", 5)
        assert await values(hub, "sensor.anna_weight") == [70]


async def test_an_unknown_metric_stops_the_entry_alone(at_home: Home, mosquitto: Mosquitto) -> None:
    async with at_home(url=mosquitto.url) as hub:
        entry = await hub.rooms.supervisor.add(
            "mqtt_template", {"topic": "x", "readings": [{"metric": "wieght"}]}, title="X", person="anna"
        )
        status = hub.rooms.supervisor.status
        await until(lambda: status(entry.id).state is EntryState.MISCONFIGURED)
        assert "there is no metric 'wieght'" in status(entry.id).problem
        await until(lambda: status("mqtt").state is EntryState.RUNNING)


@pytest.mark.parametrize(
    ("pattern", "topic", "names"),
    [
        ("a/{x}/c", "a/b/c", {"x": "b"}),
        ("{x}/{y}", "1/2", {"x": "1", "y": "2"}),
        ("a/+/{x}", "a/b/c", {"x": "c"}),
        ("a/{x}/#", "a/b/c/d", {"x": "b"}),
        ("a/{x}/#", "a/b", {"x": "b"}),
        ("a/{x}", "a/b/c", None),
        ("a/{x}/c", "a/b", None),
        ("a", "b", None),
    ],
)
def test_named_levels_match_one_level_each(pattern: str, topic: str, names: dict[str, str] | None) -> None:
    config = TemplateConfig.model_validate({"topic": pattern, "readings": [{"metric": "weight"}]})
    assert config.named(topic) == names
    assert "{" not in config.pattern


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"topic": "a/{x}/{x}"}, "a name twice"),
        ({"topic": "a/b{x}"}, "one whole level"),
        ({"topic": "a/{X}"}, "one whole level"),
        ({"topic": "a/#/b"}, "as the last level"),
        ({"topic": ""}, "at least 1 character"),
        ({"device": "Scale {room}"}, "names {room}, which is not in the topic; there: none"),
        ({"topic": "a/{x}", "availability_topic": "a/{y}"}, "there: x"),
        ({"readings": []}, "at least 1"),
        ({"readings": [{"name": "A"}, {"name": "a"}]}, "same name"),
    ],
)
def test_options_that_cannot_work_are_refused_with_a_reason(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        template(**options)


def test_a_list_in_a_message_tells_of_several_devices() -> None:
    read = template(
        topic="hub/{floor}", items="sensors", readings=[{"metric": "temperature_indoor", "path": "c", "which": "id"}]
    ).read("hub/ground", b'{"sensors": [{"id": "hall", "c": 19}, {"id": "loo", "c": 17}]}', NOW)
    assert read is not None
    assert [(one.sample.entity, one.sample.value) for one in read.told] == [
        ("temperature_indoor@ground@hall", 19), ("temperature_indoor@ground@loo", 17)
    ]  # fmt: skip
    assert [one.name for one in read.devices.values()] == ["Scale ground hall", "Scale ground loo"]


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[", b"[" * 5_000, b'{"w": {}}', b'{"w": []}', b"null", b"7"])
def test_whatever_a_stranger_sends_is_an_error_and_never_a_crash(payload: bytes) -> None:
    for kind in ("json", "plain"):
        read = template(payload=kind).read("scale", payload, NOW)
        assert read is not None
        assert bool(read.told) != bool(read.errors)


def test_a_template_for_a_metric_there_is_not_says_so() -> None:
    with pytest.raises(ConfigInvalid, match="there is no metric 'x'"):
        template(readings=[{"metric": "x"}])
