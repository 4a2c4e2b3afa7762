"""Announcements as well-known programs write them give what Home Assistant's documentation says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from hub.api import DeviceDescription
from integrations.mqtt.discovery.catalogue import Catalogue
from integrations.mqtt.live import Live, Reader
from integrations.mqtt.message import Incoming
from integrations.mqtt.router import Router
from tests.integrations.mqtt.test_components import TEMPLATES


class Case(NamedTuple):
    topic: str
    config: dict[str, Any]
    said: list[tuple[str, str]]
    wanted: dict[str, tuple[Any, dict[str, Any]]]
    """Unique id -> state (`unavailable` while its source is away), and what else must be so."""


def heard(case: Case) -> tuple[dict[str, Live], dict[str, DeviceDescription]]:
    router: Router[Reader] = Router()
    complaints: list[str] = []
    catalogue = Catalogue(
        "homeassistant", TEMPLATES, router, default_name="here", complain=lambda _, why: complaints.append(why)
    )
    change = catalogue.apply(case.topic, json.dumps(case.config).encode())
    assert not change.refused, change.refused
    for number, (topic, payload) in enumerate(case.said):
        for reader in router[topic]:
            reader(Incoming(topic, payload.encode(), taken_us=number))
    assert not complaints
    return dict(catalogue.lives), change.devices


def found(live: Live, devices: Mapping[str, DeviceDescription], name: str) -> Any:
    """A field of the description, or an attribute, or the device's."""
    description = live.thing.description
    if name in description.__dataclass_fields__:
        return getattr(description, name)
    if name.startswith("device_") and name != "device_class":
        return getattr(devices[description.device], name.removeprefix("device_"))
    return {**description.attributes, **live.attributes()}.get(name)


CASES = {
    "esphome sensor": Case(
        "homeassistant/sensor/bedroom/bedroom_temperature/config",
        {
            "dev_cla": "temperature",
            "unit_of_meas": "°C",
            "stat_cla": "measurement",
            "name": "Temperature",
            "sug_dsp_prc": 1,
            "stat_t": "bedroom/sensor/temperature/state",
            "avty_t": "bedroom/status",
            "uniq_id": "ESPsensortemperature",
            "dev": {"ids": "a4cf12", "name": "Bedroom", "sw": "2026.10", "mf": "Espressif"},
        },
        [("bedroom/sensor/temperature/state", "21.456")],
        {"ESPsensortemperature": ("unavailable", {"unit": "°C", "precision": 1, "state_class": "measurement"})},
    ),
    "esphome sensor that is there": Case(
        "homeassistant/sensor/bedroom/bedroom_co2/config",
        {
            "dev_cla": "carbon_dioxide",
            "unit_of_meas": "ppm",
            "stat_t": "~/state",
            "avty_t": "bedroom/status",
            "~": "bedroom/sensor/co2",
            "uniq_id": "co2",
            "dev": {"ids": ["a4cf12"], "name": "Bedroom"},
        },
        [("bedroom/status", "online"), ("bedroom/sensor/co2/state", "612")],
        {"co2": (612.0, {"device_class": "carbon_dioxide"})},
    ),
    "tasmota energy": Case(
        "homeassistant/sensor/DC4F22_energy_today/config",
        {
            "name": "Tasmota ENERGY Today",
            "stat_t": "tele/plug/SENSOR",
            "avty_t": "tele/plug/LWT",
            "pl_avail": "Online",
            "pl_not_avail": "Offline",
            "uniq_id": "DC4F22_e",
            "unit_of_meas": "kWh",
            "dev_cla": "energy",
            "stat_cla": "total_increasing",
            "val_tpl": "{{value_json['ENERGY']['Today']}}",
            "frc_upd": True,
            "dev": {"ids": ["DC4F22"], "cns": [["mac", "DC:4F:22:00:00:01"]], "mdl": "Sonoff S31"},
        },
        [("tele/plug/LWT", "Online"), ("tele/plug/SENSOR", '{"ENERGY":{"Today":1.234}}')],
        {"DC4F22_e": (1.234, {"kind": "counter", "device_model": "Sonoff S31"})},
    ),
    "tasmota switch": Case(
        "homeassistant/switch/DC4F22_RL_1/config",
        {
            "name": "Plug",
            "cmd_t": "~cmnd/POWER",
            "stat_t": "~tele/STATE",
            "val_tpl": "{{value_json.POWER}}",
            "pl_off": "OFF",
            "pl_on": "ON",
            "avty_t": "~tele/LWT",
            "pl_avail": "Online",
            "pl_not_avail": "Offline",
            "uniq_id": "DC4F22_RL_1",
            "~": "plug/",
            "dev": {"ids": ["DC4F22"]},
        },
        [("plug/tele/LWT", "Online"), ("plug/tele/STATE", '{"POWER":"ON"}')],
        {"DC4F22_RL_1": ("on", {})},
    ),
    "zigbee2mqtt with two availabilities": Case(
        "homeassistant/binary_sensor/0x00158d/contact/config",
        {
            "availability": [
                {"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"},
                {"topic": "zigbee2mqtt/door/availability", "value_template": "{{ value_json.state }}"},
            ],
            "availability_mode": "all",
            "device": {"identifiers": ["zigbee2mqtt_0x00158d"], "name": "door"},
            "device_class": "door",
            "json_attributes_topic": "zigbee2mqtt/door",
            "payload_off": True,
            "payload_on": False,
            "state_topic": "zigbee2mqtt/door",
            "unique_id": "door",
            "value_template": "{{ value_json.contact }}",
        },
        [
            ("zigbee2mqtt/bridge/state", '{"state":"online"}'),
            ("zigbee2mqtt/door/availability", '{"state":"online"}'),
            ("zigbee2mqtt/door", '{"contact":false,"battery":97}'),
        ],
        {"door": ("on", {"battery": 97, "device_class": "door"})},
    ),
    "zigbee2mqtt with one of two away": Case(
        "homeassistant/sensor/0x00158e/linkquality/config",
        {
            "availability": [
                {"topic": "b", "value_template": "{{ value_json.state }}"},
                {"topic": "d", "value_template": "{{ value_json.state }}"},
            ],
            "availability_mode": "all",
            "enabled_by_default": False,
            "entity_category": "diagnostic",
            "icon": "mdi:signal",
            "state_class": "measurement",
            "state_topic": "z",
            "unique_id": "lqi",
            "unit_of_measurement": "lqi",
            "value_template": "{{ value_json.linkquality }}",
        },
        [("b", '{"state":"online"}'), ("d", '{"state":"offline"}'), ("z", '{"linkquality":90}')],
        {"lqi": ("unavailable", {"enabled": False, "category": "diagnostic", "icon": "mdi:signal"})},
    ),
    "availability of any": Case(
        "homeassistant/sensor/x/config",
        {
            "avty": [{"t": "a"}, {"t": "b", "pl_avail": "1", "pl_not_avail": "0"}],
            "avty_mode": "any",
            "stat_t": "s",
            "uniq_id": "x",
        },
        [("a", "offline"), ("b", "1"), ("s", "text")],
        {"x": ("text", {})},
    ),
    "availability of the latest": Case(
        "homeassistant/sensor/x/config",
        {"avty": [{"t": "a"}, {"t": "b"}], "stat_t": "s", "uniq_id": "x"},
        [("a", "online"), ("b", "offline"), ("s", "text")],
        {"x": ("unavailable", {})},
    ),
    "openmqttgateway": Case(
        "homeassistant/sensor/A4C138-temp/config",
        {
            "stat_t": "+/+/BTtoMQTT/A4C138",
            "dev_cla": "temperature",
            "unit_of_meas": "°C",
            "name": "temperature",
            "uniq_id": "A4C138-temp",
            "val_tpl": "{{ value_json.tempc | is_defined }}",
            "stat_cla": "measurement",
            "device": {
                "name": "Thermo",
                "model": "LYWSD03MMC",
                "manufacturer": "Xiaomi",
                "via_device": "OMG",
                "identifiers": ["A4C138"],
            },
        },
        [("home/OMG_A/BTtoMQTT/A4C138", '{"tempc":21.5}'), ("home/OMG_B/BTtoMQTT/A4C138", '{"rssi":-80}')],
        {"A4C138-temp": (21.5, {"device_via": "OMG", "device_manufacturer": "Xiaomi"})},
    ),
    "openmqttgateway tracker": Case(
        "homeassistant/device_tracker/tag/config",
        {
            "stat_t": "+/+/BTtoMQTT/tag",
            "uniq_id": "tag",
            "val_tpl": "{% if value_json.get('rssi') -%}home{%- else -%}not_home{%- endif %}",
            "src_type": "bluetooth_le",
        },
        [("home/O/BTtoMQTT/tag", '{"rssi":-70}')],
        {"tag": ("home", {"source_type": "bluetooth_le"})},
    ),
    "shelly numeric payloads": Case(
        "homeassistant/binary_sensor/shelly/input/config",
        {
            "name": "Input",
            "state_topic": "shellies/i3/input/0",
            "payload_on": 1,
            "payload_off": 0,
            "qos": "1",
            "uniq_id": "i3",
        },
        [("shellies/i3/input/0", "1")],
        {"i3": ("on", {})},
    ),
    "shelly roller": Case(
        "homeassistant/cover/shelly/config",
        {
            "cmd_t": "shellies/r/roller/0/command",
            "pos_t": "shellies/r/roller/0/pos",
            "set_pos_t": "shellies/r/roller/0/command/pos",
            "pl_open": "open",
            "pl_cls": "close",
            "pl_stop": "stop",
            "dev_cla": "shutter",
            "uniq_id": "r",
            "opt": False,
        },
        [("shellies/r/roller/0/pos", "40")],
        {"r": ("open", {"current_position": 40, "device_class": "shutter"})},
    ),
    "frigate occupancy": Case(
        "homeassistant/binary_sensor/frigate/porch_person/config",
        {
            "name": "Person",
            "unique_id": "porch_person",
            "state_topic": "frigate/porch/person",
            "device_class": "occupancy",
            "value_template": "{{ 'ON' if value | int(0) > 0 else 'OFF' }}",
            "availability_topic": "frigate/available",
        },
        [("frigate/available", "online"), ("frigate/porch/person", "2")],
        {"porch_person": ("on", {"device_class": "occupancy"})},
    ),
    "room-assistant": Case(
        "homeassistant/sensor/room-assistant/ble-keys/config",
        {
            "unique_id": "ra-keys",
            "name": "Keys",
            "state_topic": "ra/keys/state",
            "json_attributes_topic": "ra/keys/attributes",
            "expire_after": 300,
            "device": {"identifiers": ["keys"], "name": "Keys", "viaDevice": "hub"},
        },
        [("ra/keys/attributes", '{"distance":1.2}'), ("ra/keys/state", "kitchen")],
        {"ra-keys": ("kitchen", {"distance": 1.2})},
    ),
    "valetudo vacuum": Case(
        "homeassistant/vacuum/valetudo_x/config",
        {
            "schema": "state",
            "name": None,
            "unique_id": "v",
            "state_topic": "valetudo/x/hass/state",
            "command_topic": "valetudo/x/c",
            "supported_features": ["start", "stop", "battery", "fan_speed"],
            "fan_speed_list": ["low", "max"],
            "json_attributes_topic": "valetudo/x/attributes",
            "device": {"name": "Robo", "ids": "x"},
        },
        [
            ("valetudo/x/attributes", '{"cleanCount":5}'),
            ("valetudo/x/hass/state", '{"state":"docked","fan_speed":"low"}'),
        ],
        {"v": ("docked", {"fan_speed": "low", "cleanCount": 5})},
    ),
    "valetudo select": Case(
        "homeassistant/select/valetudo_x/water/config",
        {
            "name": "Water",
            "uniq_id": "w",
            "stat_t": "~/preset",
            "cmd_t": "~/preset/set",
            "ops": ["low", "high"],
            "~": "valetudo/x",
            "ent_cat": "config",
            "ic": "mdi:water",
        },
        [("valetudo/x/preset", "high")],
        {"w": ("high", {"category": "config", "options": ("low", "high")})},
    ),
    "update": Case(
        "homeassistant/update/door/config",
        {
            "state_topic": "z/door",
            "value_template": "{{ value_json['update'] | to_json }}",
            "uniq_id": "u",
            "device_class": "firmware",
            "entity_picture": "https://example.com/logo.png",
        },
        [("z/door", '{"update":{"installed_version":"1.0","latest_version":"1.1","title":"Door"}}')],
        {
            "u": (
                "on",
                {"installed_version": "1.0", "latest_version": "1.1", "entity_picture": "https://example.com/logo.png"},
            )
        },
    ),
    "json attributes by template": Case(
        "homeassistant/sensor/timer1/config",
        {
            "uniq_id": "t",
            "stat_t": "tele/sonoff/sensor",
            "val_tpl": "{{ value_json.ClientName }}",
            "json_attr_t": "tele/sonoff/sensor",
            "json_attr_tpl": "{{ {'arm': value_json.Timer1.Arm} | tojson }}",
        },
        [("tele/sonoff/sensor", '{"ClientName":"S","Timer1":{"Arm":"ON"}}')],
        {"t": ("S", {"arm": "ON"})},
    ),
    "rounded by filters": Case(
        "homeassistant/sensor/rtl/config",
        {
            "uniq_id": "f",
            "stat_t": "rtl/temp",
            "unit_of_meas": "°C",
            "val_tpl": "{{ ((value|float - 32) * 5 / 9) | round(1) }}",
        },
        [("rtl/temp", "68.2")],
        {"f": (20.1, {})},
    ),
    "light by json": Case(
        "homeassistant/light/rgb/config",
        {
            "schema": "json",
            "uniq_id": "l",
            "cmd_t": "l/set",
            "stat_t": "l",
            "brightness": True,
            "sup_clrm": ["rgb", "color_temp"],
        },
        [("l", '{"state":"ON","brightness":128,"color_mode":"rgb","color":{"r":1,"g":2,"b":3}}')],
        {"l": ("on", {"brightness": 128, "color_mode": "rgb", "rgb_color": [1, 2, 3]})},
    ),
    "climate": Case(
        "homeassistant/climate/hvac/config",
        {
            "uniq_id": "c",
            "mode_cmd_t": "c/mode/set",
            "mode_stat_t": "c/mode",
            "modes": ["off", "heat"],
            "temp_stat_t": "c/set",
            "temp_cmd_t": "c/set/set",
            "curr_temp_t": "c/now",
            "act_t": "c/action",
            "min_temp": 5,
            "max_temp": 30,
        },
        [("c/mode", "heat"), ("c/set", "21"), ("c/now", "19.5"), ("c/action", "heating")],
        {"c": ("heat", {"temperature": 21.0, "current_temperature": 19.5, "hvac_action": "heating"})},
    ),
    "fan": Case(
        "homeassistant/fan/f/config",
        {
            "uniq_id": "f",
            "cmd_t": "f/set",
            "stat_t": "f/on",
            "pct_cmd_t": "f/speed/set",
            "pct_stat_t": "f/speed",
            "spd_rng_max": 4,
        },
        [("f/on", "ON"), ("f/speed", "2")],
        {"f": ("on", {"percentage": 50})},
    ),
    "lock": Case(
        "homeassistant/lock/k/config",
        {
            "uniq_id": "k",
            "cmd_t": "k/set",
            "stat_t": "k",
            "val_tpl": "{{ value_json.lock_state }}",
            "stat_jam": "not_fully_locked",
            "stat_locked": "locked",
            "stat_unlocked": "unlocked",
        },
        [("k", '{"lock_state":"not_fully_locked"}')],
        {"k": ("jammed", {})},
    ),
    "number": Case(
        "homeassistant/number/n/config",
        {
            "uniq_id": "n",
            "cmd_t": "n/set",
            "stat_t": "n",
            "min": 0,
            "max": 60,
            "step": 0.5,
            "mode": "box",
            "unit_of_meas": "min",
        },
        [("n", "30.5")],
        {"n": (30.5, {"min": 0, "max": 60, "step": 0.5, "mode": "box"})},
    ),
    "event": Case(
        "homeassistant/event/remote/config",
        {
            "uniq_id": "e",
            "stat_t": "remote",
            "event_types": ["single", "double"],
            "dev_cla": "button",
            "val_tpl": '{ "event_type": "{{ value_json.action }}" }',
        },
        [("remote", '{"action":"double"}')],
        {"e": ("double", {"device_class": "button"})},
    ),
    "gps tracker": Case(
        "homeassistant/device_tracker/phone/config",
        {
            "uniq_id": "p",
            "json_attr_t": "phone/where",
            "stat_t": "phone/state",
            "pl_home": "in",
            "pl_not_home": "out",
            "name": "Phone",
        },
        [("phone/where", '{"latitude":1.0,"longitude":2.0,"gps_accuracy":3}'), ("phone/state", "in")],
        {"p": ("home", {"latitude": 1.0, "gps_accuracy": 3})},
    ),
    "text": Case(
        "homeassistant/text/t/config",
        {
            "uniq_id": "t",
            "cmd_t": "t/set",
            "stat_t": "t",
            "mode": "password",
            "min": 2,
            "max": 5,
            "pattern": "^[a-z]+$",
        },
        [("t", "abc")],
        {"t": ("abc", {"mode": "password"})},
    ),
    "button": Case(
        "homeassistant/button/b/config",
        {"uniq_id": "b", "cmd_t": "b/set", "pl_prs": "RESTART", "dev_cla": "restart", "ent_cat": "config"},
        [],
        {"b": (None, {"device_class": "restart", "category": "config", "commands": ("press",)})},
    ),
    "notify": Case(
        "homeassistant/notify/n/config",
        {"uniq_id": "n", "cmd_t": "n/say"},
        [],
        {"n": (None, {"commands": ("send_message",)})},
    ),
    "one device with many components": Case(
        "homeassistant/device/0AFFD2/config",
        {
            "dev": {
                "ids": "ea334450",
                "name": "Kitchen",
                "mf": "Bla",
                "mdl": "xya",
                "sw": "1.0",
                "sn": "ea3",
                "hw": "1.0rev2",
                "cu": "http://kitchen.example/",
            },
            "o": {"name": "bla2mqtt", "sw": "2.1", "url": "https://bla2mqtt.example.com"},
            "stat_t": "sensorBedroom/state",
            "qos": 2,
            "avty_t": "bedroom/there",
            "cmps": {
                "t": {
                    "p": "sensor",
                    "dev_cla": "temperature",
                    "unit_of_meas": "°F",
                    "val_tpl": "{{ value_json.temperature }}",
                    "uniq_id": "temp01",
                },
                "h": {
                    "p": "sensor",
                    "dev_cla": "humidity",
                    "unit_of_meas": "%",
                    "val_tpl": "{{ value_json.humidity }}",
                    "uniq_id": "hum01",
                },
                "b": {
                    "platform": "binary_sensor",
                    "name": "Wet",
                    "stat_t": "wet",
                    "avty_t": "wet/there",
                    "uniq_id": "wet01",
                },
            },
        },
        [("bedroom/there", "online"), ("sensorBedroom/state", '{"temperature":68,"humidity":41.5}'), ("wet", "ON")],
        {
            "temp01": (20.0, {"device_serial_number": "ea3", "device_configuration_url": "http://kitchen.example/"}),
            "hum01": (41.5, {"unit": "%", "device_hw_version": "1.0rev2"}),
            "wet01": ("unavailable", {"name": "Wet"}),
        },
    ),
    "tilde at both ends": Case(
        "homeassistant/switch/s/config",
        {"~": "home/irrigation", "uniq_id": "s", "cmd_t": "~/set", "stat_t": "state/of/~", "avty": {"t": "~/there"}},
        [("home/irrigation/there", "online"), ("state/of/home/irrigation", "OFF")],
        {"s": ("off", {})},
    ),
    "expired": Case(
        "homeassistant/sensor/e/config",
        {
            "uniq_id": "e",
            "stat_t": "e",
            "exp_aft": 60,
            "unit_of_meas": "W",
            "dev_cla": "power",
            "stat_cla": "measurement",
        },
        [],
        {"e": ("unavailable", {"device_class": "power"})},
    ),
    "siren": Case(
        "homeassistant/siren/s/config",
        {"uniq_id": "s", "cmd_t": "s/set", "stat_t": "s", "tones": ["ping"]},
        [("s", '{"state":"ON","tone":"ping"}')],
        {"s": ("on", {"tone": "ping"})},
    ),
    "humidifier": Case(
        "homeassistant/humidifier/h/config",
        {
            "uniq_id": "h",
            "cmd_t": "h/set",
            "stat_t": "h",
            "hum_cmd_t": "h/hum/set",
            "hum_stat_t": "h/hum",
            "curr_hum_t": "h/now",
        },
        [("h", "ON"), ("h/hum", "45"), ("h/now", "39")],
        {"h": ("on", {"humidity": 45, "current_humidity": 39})},
    ),
    "valve": Case(
        "homeassistant/valve/v/config",
        {"uniq_id": "v", "stat_t": "v", "cmd_t": "v/set", "reports_position": True},
        [("v", "0")],
        {"v": ("closed", {"current_position": 0})},
    ),
    "lawn mower": Case(
        "homeassistant/lawn_mower/m/config",
        {"uniq_id": "m", "act_stat_t": "m/act", "dock_cmd_t": "m/dock", "act_val_tpl": "{{ value_json.activity }}"},
        [("m/act", '{"activity":"mowing"}')],
        {"m": ("mowing", {})},
    ),
    "water heater": Case(
        "homeassistant/water_heater/w/config",
        {
            "uniq_id": "w",
            "mode_stat_t": "w/mode",
            "mode_cmd_t": "w/mode/set",
            "modes": ["off", "eco"],
            "curr_temp_t": "w/now",
        },
        [("w/mode", "eco"), ("w/now", "48")],
        {"w": ("eco", {"current_temperature": 48.0})},
    ),
    "alarm panel": Case(
        "homeassistant/alarm_control_panel/a/config",
        {"uniq_id": "a", "stat_t": "a", "cmd_t": "a/set"},
        [("a", "armed_away")],
        {"a": ("armed_away", {})},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_device_is_understood_as_home_assistant_does(case: Case) -> None:
    found_lives, devices = heard(case)
    lives = {str(live.thing.config.get("unique_id")): live for live in found_lives.values()}
    assert {*lives} == {*case.wanted}
    for unique_id, (state, more) in case.wanted.items():
        live = lives[unique_id]
        expiring = live.thing.expire_after and case.said
        shown = "unavailable" if not live.available and not expiring else live.value()
        assert shown == state
        assert {name: found(live, devices, name) for name in more} == more
