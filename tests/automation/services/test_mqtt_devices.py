"""Actions on devices of many kinds, by what real bridges announce, over a real broker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.daemon import Hub
from hub.errors import BadReading, NotReady
from hub.model import HOUSEHOLD, ConfigEntry
from tests.automation.services.rooms import call, run
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import announce, is_connected
from tests.support.house import house
from tests.support.mosquitto import Mosquitto

DEVICES: dict[str, dict[str, Any]] = {
    "light/strip": {
        "schema": "json", "command_topic": "strip/set", "state_topic": "strip", "brightness": True,
        "brightness_scale": 254, "supported_color_modes": ["xy", "color_temp"], "min_mireds": 150, "max_mireds": 500,
        "effect": True, "effect_list": ["blink", "colorloop"],
    },
    "light/bulb": {"command_topic": "bulb/set", "brightness_command_topic": "bulb/dim", "state_topic": "bulb"},
    "switch/plug": {"command_topic": "plug/set", "payload_on": "1", "payload_off": "0", "state_topic": "plug"},
    "climate/radiator": {
        "modes": ["off", "heat", "auto"], "mode_state_topic": "radiator/mode", "mode_command_topic": "radiator/set",
        "mode_command_template": "{\"operating_mode\": \"{{ {'auto': 'schedule', 'heat': 'manual'}[value] }}\"}",
        "temperature_command_topic": "radiator/set/target", "temp_step": 0.5, "min_temp": "5", "max_temp": "30",
        "preset_mode_command_topic": "radiator/set/preset", "preset_modes": ["eco", "boost"],
    },
    "cover/shutter": {
        "command_topic": "shutter/set", "position_topic": "shutter/position", "set_position_topic": "shutter/set",
        "set_position_template": "{ \"position\": {{ position }} }", "tilt_command_topic": "shutter/set/tilt",
        "tilt_status_topic": "shutter/tilt",
    },
    "fan/breeze": {
        "command_topic": "breeze/set/state", "state_topic": "breeze", "percentage_command_topic": "breeze/set/speed",
        "percentage_command_template": "{{ value | default('') }}", "speed_range_min": 1, "speed_range_max": 254,
        "oscillation_command_topic": "breeze/set/swing", "preset_mode_command_topic": "breeze/set/preset",
        "preset_modes": ["sleep"],
    },
    "humidifier/mist": {
        "command_topic": "mist/set", "target_humidity_command_topic": "mist/set/target", "min_humidity": 30,
    },
    "lock/door": {"command_topic": "door/set", "code_format": "^\\d{4}$", "command_template":
                  "{\"do\": \"{{ value }}\", \"code\": \"{{ code }}\"}"},
    "siren/horn": {
        "command_topic": "horn/set", "available_tones": ["emergency"], "support_duration": True,
        "command_template": "{\"tone\": \"{{ tone }}\", \"for\": {{ duration | default(10) }}}",
        "command_off_template": "{\"tone\": \"stop\"}",
    },
    "vacuum/robot": {
        "command_topic": "robot/set", "send_command_topic": "robot/raw", "set_fan_speed_topic": "robot/fan",
        "fan_speed_list": ["quiet", "max"],
        "supported_features": ["start", "pause", "stop", "return_home", "fan_speed", "send_command"],
    },
    "valve/garden": {"command_topic": "garden/set", "state_topic": "garden"},
    "number/delay": {"command_topic": "delay/set", "min": 0, "max": 60, "step": 5},
    "select/scent": {"command_topic": "scent/set", "options": ["rose", "pine"]},
    "text/board": {"command_topic": "board/set", "max": 20},
    "button/chime": {"command_topic": "chime/set", "payload_press": "ring"},
}  # fmt: skip
"""As Zigbee2MQTT and others write it; none says its state, which is what a device does that was just switched on."""

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("light.turn_on", {"entity_id": "light.strip", "brightness_pct": "50", "color_temp_kelvin": 4000},
     {"strip/set": {"state": "ON", "brightness": 127, "color_temp": 250}}),
    ("light.turn_on", {"entity_id": "light.strip", "effect": "colorloop", "transition": 2},
     {"strip/set": {"state": "ON", "effect": "colorloop", "transition": 2.0}}),
    ("light.turn_off", {"entity_id": "light.strip"}, {"strip/set": {"state": "OFF"}}),
    ("light.turn_on", {"entity_id": "light.bulb", "brightness": 128}, {"bulb/set": "ON", "bulb/dim": "128"}),
    ("switch.turn_on", {"entity_id": "switch.plug"}, {"plug/set": "1"}),
    ("switch.turn_off", {"entity_id": ["switch.plug"]}, {"plug/set": "0"}),
    ("climate.set_temperature", {"entity_id": "climate.radiator", "temperature": "21.5", "hvac_mode": "heat"},
     {"radiator/set": {"operating_mode": "manual"}, "radiator/set/target": "21.5"}),
    ("climate.set_hvac_mode", {"entity_id": "climate.radiator", "hvac_mode": "auto"},
     {"radiator/set": {"operating_mode": "schedule"}}),
    ("climate.set_preset_mode", {"entity_id": "climate.radiator", "preset_mode": "boost"},
     {"radiator/set/preset": "boost"}),
    ("cover.open_cover", {"entity_id": "cover.shutter"}, {"shutter/set": "OPEN"}),
    ("cover.stop_cover", {"entity_id": "cover.shutter"}, {"shutter/set": "STOP"}),
    ("cover.set_cover_position", {"entity_id": "cover.shutter", "position": 42}, {"shutter/set": {"position": 42}}),
    ("cover.set_cover_tilt_position", {"entity_id": "cover.shutter", "tilt_position": 30}, {"shutter/set/tilt": "30"}),
    ("fan.turn_on", {"entity_id": "fan.breeze", "percentage": 50},
     {"breeze/set/state": "ON", "breeze/set/speed": "127"}),
    ("fan.oscillate", {"entity_id": "fan.breeze", "oscillating": "on"}, {"breeze/set/swing": "oscillate_on"}),
    ("fan.set_preset_mode", {"entity_id": "fan.breeze", "preset_mode": "sleep"}, {"breeze/set/preset": "sleep"}),
    ("humidifier.set_humidity", {"entity_id": "humidifier.mist", "humidity": 45}, {"mist/set/target": "45"}),
    ("lock.unlock", {"entity_id": "lock.door", "code": 1234}, {"door/set": {"do": "UNLOCK", "code": "1234"}}),
    ("siren.turn_on", {"entity_id": "siren.horn", "tone": "emergency", "duration": 3},
     {"horn/set": {"tone": "emergency", "for": 3}}),
    ("siren.turn_off", {"entity_id": "siren.horn"}, {"horn/set": {"tone": "stop"}}),
    ("vacuum.start", {"entity_id": "vacuum.robot"}, {"robot/set": "start"}),
    ("vacuum.return_to_base", {"entity_id": "vacuum.robot"}, {"robot/set": "return_to_base"}),
    ("vacuum.set_fan_speed", {"entity_id": "vacuum.robot", "fan_speed": "quiet"}, {"robot/fan": "quiet"}),
    ("vacuum.send_command", {"entity_id": "vacuum.robot", "command": "dance", "params": {"times": 2}},
     {"robot/raw": {"command": "dance", "times": 2}}),
    ("valve.open_valve", {"entity_id": "valve.garden"}, {"garden/set": "OPEN"}),
    ("number.set_value", {"entity_id": "number.delay", "value": "15"}, {"delay/set": "15"}),
    ("select.select_option", {"entity_id": "select.scent", "option": "pine"}, {"scent/set": "pine"}),
    ("text.set_value", {"entity_id": "text.board", "value": "Milk"}, {"board/set": "Milk"}),
    ("button.press", {"entity_id": "button.chime"}, {"chime/set": "ring"}),
]  # fmt: skip


@pytest.fixture
async def street(tmp_path: Path, mosquitto: Mosquitto) -> AsyncIterator[tuple[Hub, Client]]:
    """A hub at a broker with every device of the table; kitchen and hall share them."""
    entry = ConfigEntry("mqtt", "mqtt", "MQTT", options={"url": mosquitto.url})
    async with house(tmp_path / "house", entries=(entry,)) as hub, Client(mosquitto.port) as device:
        await until(lambda: is_connected(hub), what="MQTT does not run")
        ids = []
        for number, (topic, config) in enumerate(DEVICES.items()):
            name = topic.partition("/")[2]
            area = "Kitchen" if number < 5 else "Hall"
            told = {"identifiers": [name], "name": name.title(), "suggested_area": area}
            await announce(device, topic, name=None, unique_id=name, device=told, **config)
            ids.append(topic.replace("/", "."))
        await until(lambda: not set(ids) - set(hub.rooms.entities.all), what=f"not all are there: {ids}")
        for topic in DEVICES:
            await hub.rooms.entities.assign(f"mqtt:{topic.partition('/')[2]}", HOUSEHOLD)
        seen = hub.rooms.automations.house
        await until(lambda: all((one := seen.get(each)) and one.state != "unavailable" for each in ids))
        await device.subscribe("#")
        yield hub, device


def plain(payload: bytes) -> Any:
    """What a payload says; JSON where it is an object."""
    text = payload.decode()
    return json.loads(text) if text.startswith("{") else text


async def told(hub: Hub, device: Client, topics: set[str]) -> dict[str, Any]:
    """What devices were told since `forget`, once it is on all of these topics."""
    await until(lambda: not topics - {one.topic for one in device.messages}, 10, f"{topics}: {device.messages}")
    return {one.topic: plain(one.payload) for one in device.messages if one.topic.partition("/")[0] in NAMES}


NAMES = {topic.partition("/")[2] for topic in DEVICES}


async def test_every_kind_of_device_gets_the_message_that_it_waits_for(street: tuple[Hub, Client]) -> None:
    hub, device = street
    wrong = []
    for name, data, wished in CASES:
        device.messages.clear()
        try:
            await call(hub, name, **data)
            found = await told(hub, device, set(wished))
        except Exception as error:  # noqa: BLE001 # all that is wrong at once
            found = {"error": repr(error)}
        if found != wished:
            wrong.append(f"{name} {data}: {found}, not {wished}")
    assert not wrong, "\n".join(wrong)


async def test_an_area_and_a_device_mean_what_is_in_them_and_templates_say_how(street: tuple[Hub, Client]) -> None:
    hub, device = street
    device.messages.clear()
    trace = await run(hub, """
variables: {room: kitchen, level: 40}
actions:
  - action: light.turn_on
    target: {area_id: "{{ room }}"}
    data: {brightness_pct: "{{ level / 2 }}"}
  - action: "{{ 'cover' }}.set_cover_position"
    target: {device_id: mqtt:shutter}
    data: {position: "{{ [level, 100] | max }}"}
  - action: homeassistant.turn_off
    target: {area_id: hall}
""")  # fmt: skip
    assert trace.outcome == "done", trace.why
    off = {"breeze/set/state": "OFF", "mist/set": "OFF", "horn/set": {"tone": "stop"}}
    wished = {"strip/set": {"state": "ON", "brightness": 51}, "bulb/set": "ON", "bulb/dim": "51",
              "shutter/set": {"position": 100}, **off}  # fmt: skip
    assert await told(hub, device, set(wished)) == wished


async def test_what_does_not_fit_is_said_and_no_device_is_told_anything(street: tuple[Hub, Client]) -> None:
    hub, device = street
    device.messages.clear()
    for error, match, name, data in (
        (BadReading, "temprature", "climate.set_temperature", {"entity_id": "climate.radiator", "temprature": 20}),
        (BadReading, "one of temperature", "climate.set_temperature", {"entity_id": "climate.radiator"}),
        (BadReading, "'cool' is none of its modes: off, heat, auto", "climate.set_hvac_mode",
         {"entity_id": "climate.radiator", "hvac_mode": "cool"}),
        (BadReading, "position.*100", "cover.set_cover_position", {"entity_id": "cover.shutter", "position": 140}),
        (BadReading, "'lily' is none of its options", "select.select_option",
         {"entity_id": "select.scent", "option": "lily"}),
        (NotReady, "valve.garden can't do valve.set_valve_position", "valve.set_valve_position",
         {"entity_id": "valve.garden", "position": 5}),
    ):  # fmt: skip
        with pytest.raises(error, match=match):
            await call(hub, name, **data)
    answer = await call(hub, "light.turn_on", entity_id=["switch.plug", "fan.breeze"], area_id="attic")
    assert answer["warnings"] == [
        "switch.plug is no light, so it is left out", "fan.breeze is no light, so it is left out",
        "there is no area 'attic'",
    ]  # fmt: skip
    await call(hub, "switch.turn_on", entity_id="switch.plug")
    assert await told(hub, device, {"plug/set"}) == {"plug/set": "1"}
