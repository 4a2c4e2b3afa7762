"""What each component reads of its topics, shows, and publishes when it is told something."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.errors import ConfigInvalid
from hub.template import TemplateEnvironment
from integrations.mqtt.components.base import Telling
from integrations.mqtt.discovery.catalogue import Catalogue
from integrations.mqtt.live import Live, Reader
from integrations.mqtt.message import Incoming
from integrations.mqtt.router import Router

START = datetime(2026, 11, 21, 7, tzinfo=UTC)
TEMPLATES = TemplateEnvironment(VirtualClock(START))


class Bench:
    """One announced entity, without a broker."""

    def __init__(self, component: str, config: dict[str, Any]) -> None:
        self.router: Router[Reader] = Router()
        self.complaints: list[str] = []
        catalogue = Catalogue(
            "homeassistant",
            TEMPLATES,
            self.router,
            default_name="here",
            complain=lambda _, why: self.complaints.append(why),
        )
        change = catalogue.apply(f"homeassistant/{component}/x/config", json.dumps(config).encode())
        self.refused = [why for _, why in change.refused]
        self.live: Live | None = next(iter(catalogue.lives.values()), None)

    def hear(self, topic: str, payload: str) -> None:
        message = Incoming(topic, payload.encode(), taken_us=1)
        for reader in self.router[topic]:
            reader(message)

    @property
    def value(self) -> Any:
        assert self.live is not None, self.refused
        return self.live.value()

    def tell(self, command: str, **parameters: Any) -> list[tuple[str, str]]:
        assert self.live is not None, self.refused
        thing = self.live.thing
        telling = Telling(thing.config, self.live.fields, parameters, TEMPLATES)
        thing.component.commands(thing.config)[command](telling)
        return telling.messages


READS: list[tuple[str, dict[str, Any], list[tuple[str, str]], Any, dict[str, Any]]] = [
    ("sensor", {"stat_t": "s", "unit_of_meas": "°F", "dev_cla": "temperature"}, [("s", "68")], 20.0, {}),
    ("sensor", {"stat_t": "s", "dev_cla": "enum", "ops": ["a", "b"]}, [("s", "a"), ("s", "c")], "a", {}),
    ("sensor", {"stat_t": "s", "dev_cla": "timestamp"}, [("s", "2026-11-21T08:00:00+01:00")],
     "2026-11-21T07:00:00+00:00", {}),
    ("sensor", {"stat_t": "s", "dev_cla": "date"}, [("s", "2026-11-21")], "2026-11-21", {}),
    ("sensor", {"stat_t": "s", "unit_of_meas": "kg"}, [("s", "3"), ("s", "None")], None, {}),
    ("sensor", {"stat_t": "s", "unit_of_meas": "kg"}, [("s", "3"), ("s", "")], 3.0, {}),
    ("sensor", {"stat_t": "s", "val_tpl": "{{ value_json.x | is_defined }}", "unit_of_meas": "kg"},
     [("s", '{"x": 3}'), ("s", '{"y": 4}')], 3.0, {}),
    ("sensor", {"stat_t": "s", "json_attr_t": "s", "val_tpl": "{{ value_json.x }}", "unit_of_meas": "kg"},
     [("s", '{"x": 3, "battery": 9}')], 3.0, {"x": 3, "battery": 9}),
    ("binary_sensor", {"stat_t": "s", "pl_on": True, "pl_off": False, "val_tpl": "{{ value_json.x }}"},
     [("s", '{"x": true}')], "on", {}),
    ("switch", {"stat_t": "s", "cmd_t": "c", "stat_on": "1", "stat_off": "0"}, [("s", "0")], "off", {}),
    ("number", {"stat_t": "s", "cmd_t": "c", "max": 10}, [("s", "7"), ("s", "11")], 7.0, {}),
    ("select", {"stat_t": "s", "cmd_t": "c", "ops": ["a"]}, [("s", "a"), ("s", "z")], "a", {}),
    ("text", {"stat_t": "s", "cmd_t": "c"}, [("s", "hello")], "hello", {}),
    ("date", {"stat_t": "s", "cmd_t": "c"}, [("s", "2026-11-21")], "2026-11-21", {}),
    ("time", {"stat_t": "s", "cmd_t": "c"}, [("s", "07:30")], "07:30:00", {}),
    ("event", {"stat_t": "s", "evt_typ": ["press"]}, [("s", '{"event_type": "press", "n": 2}')], "press", {"n": 2}),
    ("event", {"stat_t": "s", "evt_typ": ["press"]}, [("s", '{"event_type": "other"}')], None, {}),
    ("device_tracker", {"stat_t": "s", "pl_home": "in"}, [("s", "in")], "home", {}),
    ("device_tracker", {"stat_t": "s"}, [("s", "garden")], "garden", {}),
    ("update", {"stat_t": "s"}, [("s", '{"installed_version": "1", "latest_version": "2"}')], "on",
     {"latest_version": "2"}),
    ("light", {"cmd_t": "c", "stat_t": "s", "bri_stat_t": "b", "bri_cmd_t": "bc", "bri_scl": 100},
     [("s", "ON"), ("b", "50")], "on", {"brightness": 128}),
    ("light", {"schema": "json", "cmd_t": "c", "stat_t": "s", "sup_clrm": ["xy", "color_temp"], "bri_scl": 254},
     [("s", '{"state": "ON", "brightness": 254, "color_temp": 250, "color": {"x": 0.1, "y": 0.2}}')], "on",
     {"brightness": 255, "color_temp_kelvin": 4000, "xy_color": [0.1, 0.2]}),
    ("light", {"schema": "template", "cmd_t": "c", "stat_t": "s", "cmd_on_tpl": "on", "cmd_off_tpl": "off",
               "stat_tpl": "{{ value.split(',')[0] }}", "bri_tpl": "{{ value.split(',')[1] }}"},
     [("s", "on,77")], "on", {"brightness": 77}),
    ("cover", {"stat_t": "s", "cmd_t": "c"}, [("s", "opening"), ("s", "stopped")], "open", {"is_closed": False}),
    ("cover", {"pos_t": "p", "set_pos_t": "sp", "cmd_t": "c", "pos_open": 0, "pos_clsd": 100}, [("p", "100")],
     "closed", {"current_position": 0}),
    ("valve", {"stat_t": "s", "cmd_t": "c", "pos": True}, [("s", '{"position": 40}')], "open",
     {"current_position": 40}),
    ("lock", {"stat_t": "s", "cmd_t": "c"}, [("s", "JAMMED")], "jammed", {}),
    ("fan", {"stat_t": "s", "cmd_t": "c", "pct_stat_t": "p", "pct_cmd_t": "pc", "spd_rng_max": 4},
     [("s", "ON"), ("p", "2")], "on", {"percentage": 50}),
    ("humidifier", {"stat_t": "s", "cmd_t": "c", "hum_cmd_t": "hc", "hum_stat_t": "h"}, [("s", "ON"), ("h", "45")],
     "on", {"humidity": 45}),
    ("climate", {"mode_stat_t": "m", "temp_stat_t": "t", "curr_temp_t": "ct", "temp_unit": "F"},
     [("m", "heat"), ("t", "68"), ("ct", "50")], "heat", {"temperature": 20.0, "current_temperature": 10.0}),
    ("water_heater", {"mode_stat_t": "m", "temp_stat_t": "t"}, [("m", "eco"), ("t", "50")], "eco",
     {"temperature": 50.0}),
    ("siren", {"cmd_t": "c", "stat_t": "s"}, [("s", '{"state": "ON", "tone": "bell"}')], "on", {"tone": "bell"}),
    ("vacuum", {"cmd_t": "c", "stat_t": "s"}, [("s", '{"state": "cleaning", "fan_speed": "max"}')], "cleaning",
     {"fan_speed": "max"}),
    ("lawn_mower", {"act_stat_t": "s"}, [("s", "mowing")], "mowing", {}),
    ("alarm_control_panel", {"cmd_t": "c", "stat_t": "s"}, [("s", "armed_home")], "armed_home", {}),
    ("image", {"url_t": "s"}, [("s", "http://x/y.png")], "http://x/y.png", {}),
]  # fmt: skip


@pytest.mark.parametrize(("component", "config", "messages", "value", "attributes"), READS)
def test_a_component_reads_its_topics(
    component: str, config: dict[str, Any], messages: list[tuple[str, str]], value: Any, attributes: dict[str, Any]
) -> None:
    bench = Bench(component, {"name": "X", "unique_id": "x", **config})
    for topic, payload in messages:
        bench.hear(topic, payload)
    assert bench.value == value
    assert bench.live is not None
    found = bench.live.attributes()
    assert {key: found.get(key) for key in attributes} == attributes


TELLS: list[tuple[str, dict[str, Any], str, dict[str, Any], list[tuple[str, str]]]] = [
    ("switch", {"cmd_t": "c", "pl_on": "yes"}, "turn_on", {}, [("c", "yes")]),
    ("switch", {"cmd_t": "c", "cmd_tpl": '{"on": "{{ value }}"}'}, "turn_off", {}, [("c", '{"on": "OFF"}')]),
    ("button", {"cmd_t": "c", "pl_prs": "go"}, "press", {}, [("c", "go")]),
    ("scene", {"cmd_t": "c"}, "turn_on", {}, [("c", "ON")]),
    ("notify", {"cmd_t": "c"}, "send_message", {"message": "hi"}, [("c", "hi")]),
    ("number", {"cmd_t": "c", "cmd_tpl": '{"n": {{ value }}}'}, "set_value", {"value": 20}, [("c", '{"n": 20}')]),
    ("select", {"cmd_t": "c", "ops": ["a", "b"]}, "select_option", {"option": "b"}, [("c", "b")]),
    ("text", {"cmd_t": "c"}, "set_value", {"value": "hi"}, [("c", "hi")]),
    ("light", {"cmd_t": "c", "bri_cmd_t": "b", "bri_scl": 100}, "turn_on", {"brightness": 255},
     [("b", "100"), ("c", "ON")]),
    ("light", {"cmd_t": "c", "rgb_cmd_t": "r", "on_cmd_type": "first"}, "turn_on", {"rgb_color": [1, 2, 3]},
     [("c", "ON"), ("r", "1,2,3")]),
    ("light", {"schema": "json", "cmd_t": "c", "bri_scl": 254, "brightness": True}, "turn_on", {"brightness_pct": 50},
     [("c", '{"state":"ON","brightness":127}')]),
    ("light", {"schema": "json", "cmd_t": "c"}, "turn_off", {"transition": 2},
     [("c", '{"state":"OFF","transition":2.0}')]),
    ("light", {"schema": "template", "cmd_t": "c", "cmd_on_tpl": "on,{{ brightness }}", "cmd_off_tpl": "off"},
     "turn_on", {"brightness": 5}, [("c", "on,5")]),
    ("cover", {"cmd_t": "c"}, "stop", {}, [("c", "STOP")]),
    ("cover", {"cmd_t": "c", "pos_t": "p", "set_pos_t": "sp", "set_pos_tpl": '{"p": {{ position }}}'}, "set_position",
     {"position": 30}, [("sp", '{"p": 30}')]),
    ("cover", {"cmd_t": "c", "tilt_cmd_t": "t", "tilt_opnd_val": 180}, "open_tilt", {}, [("t", "180")]),
    ("valve", {"cmd_t": "c", "pos": True}, "set_position", {"position": 30}, [("c", "30")]),
    ("lock", {"cmd_t": "c", "cmd_tpl": "{{ value }}:{{ code }}"}, "unlock", {"code": "12"}, [("c", "UNLOCK:12")]),
    ("fan", {"cmd_t": "c", "pct_cmd_t": "p", "spd_rng_max": 4}, "set_percentage", {"percentage": 50}, [("p", "2")]),
    ("fan", {"cmd_t": "c", "osc_cmd_t": "o"}, "oscillate", {"oscillating": True}, [("o", "oscillate_on")]),
    ("humidifier", {"cmd_t": "c", "hum_cmd_t": "h"}, "set_humidity", {"humidity": 40}, [("h", "40")]),
    ("climate", {"mode_cmd_t": "m", "modes": ["off", "heat"]}, "set_hvac_mode", {"hvac_mode": "heat"}, [("m", "heat")]),
    ("climate", {"mode_cmd_t": "m", "modes": ["off", "heat"]}, "turn_off", {}, [("m", "off")]),
    ("climate", {"temp_cmd_t": "t", "temp_unit": "F"}, "set_temperature", {"temperature": 20}, [("t", "68")]),
    ("water_heater", {"mode_cmd_t": "m"}, "set_operation_mode", {"operation_mode": "eco"}, [("m", "eco")]),
    ("siren", {"cmd_t": "c", "cmd_tpl": "{{ value }} {{ tone | default('x') }}"}, "turn_on", {"tone": "b"},
     [("c", "ON b")]),
    ("vacuum", {"cmd_t": "c"}, "return_to_base", {}, [("c", "return_to_base")]),
    ("lawn_mower", {"strt_mw_cmd_t": "s"}, "start_mowing", {}, [("s", "start_mowing")]),
    ("alarm_control_panel", {"cmd_t": "c", "stat_t": "s", "cmd_tpl": "{{ action }}/{{ code }}"}, "arm_home",
     {"code": "1"}, [("c", "ARM_HOME/1")]),
    ("update", {"stat_t": "s", "cmd_t": "c", "payload_install": "go"}, "install", {}, [("c", "go")]),
]  # fmt: skip


@pytest.mark.parametrize(("component", "config", "command", "parameters", "messages"), TELLS)
def test_a_command_becomes_the_right_messages(
    component: str, config: dict[str, Any], command: str, parameters: dict[str, Any], messages: list[tuple[str, str]]
) -> None:
    bench = Bench(component, {"name": "X", "unique_id": "x", **config})
    assert bench.tell(command, **parameters) == messages


@pytest.mark.parametrize(
    ("component", "config", "command", "parameters"),
    [
        ("number", {"cmd_t": "c", "max": 10}, "set_value", {"value": 11}),
        ("number", {"cmd_t": "c"}, "set_value", {"value": "x"}),
        ("number", {"cmd_t": "c"}, "set_value", {}),
        ("select", {"cmd_t": "c", "ops": ["a"]}, "select_option", {"option": "z"}),
        ("text", {"cmd_t": "c", "max": 3}, "set_value", {"value": "long"}),
        ("climate", {"temp_cmd_t": "t"}, "set_temperature", {"temperature": 99}),
        ("light", {"cmd_t": "c", "rgb_cmd_t": "r"}, "turn_on", {"rgb_color": [1, 2]}),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    component: str, config: dict[str, Any], command: str, parameters: dict[str, Any]
) -> None:
    bench = Bench(component, {"name": "X", "unique_id": "x", **config})
    with pytest.raises(ConfigInvalid):
        bench.tell(command, **parameters)


@pytest.mark.parametrize(
    ("component", "config", "reason"),
    [
        ("sensor", {}, "`state_topic` is missing"),
        ("sensor", {"stat_t": "a/#/b"}, "# stands alone"),
        ("switch", {"cmd_t": "a/+"}, "wildcard"),
        ("sensor", {"stat_t": "s", "dev_cla": "wellness"}, "no device class 'wellness'"),
        ("sensor", {"stat_t": "s", "stat_cla": "sometimes"}, "no state class"),
        ("sensor", {"stat_t": "s", "ops": ["a"]}, "need the device class enum"),
        ("sensor", {"stat_t": "s", "lrst_val_tpl": "{{ 1 }}", "stat_cla": "measurement"}, "state class total"),
        ("sensor", {"stat_t": "s", "ent_cat": "secret"}, "config or diagnostic"),
        ("sensor", {"stat_t": "s", "dev": {"name": "no identity"}}, "`identifiers` or `connections`"),
        ("sensor", {"stat_t": "s", "avty_t": "a", "avty": [{"t": "b"}]}, "exclude each other"),
        ("sensor", {"stat_t": "s", "encoding": "klingon"}, "not known"),
        ("sensor", {"stat_t": "s", "expire_after": "soon"}, "`expire_after` is not a number"),
        ("number", {"cmd_t": "c", "min": 5, "max": 5}, "`min` is not below `max`"),
        ("light", {"cmd_t": "c", "schema": "fancy"}, "basic, json or template"),
        ("event", {"stat_t": "s"}, "`event_types` is missing"),
        ("device_tracker", {}, "`state_topic` or `json_attributes_topic`"),
    ],
)
def test_an_unusable_configuration_is_refused_with_its_reason(
    component: str, config: dict[str, Any], reason: str
) -> None:
    bench = Bench(component, {"name": "X", **config})
    assert bench.live is None
    assert reason in bench.refused[0]


@pytest.mark.parametrize(
    ("config", "friendly", "object_id"),
    [
        ({"name": "Weight", "dev": {"ids": "a", "name": "Scale"}}, "Scale Weight", "scale_weight"),
        ({"name": None, "dev": {"ids": "a", "name": "Scale"}}, "Scale", "scale"),
        ({"dev": {"ids": "a", "name": "Scale"}, "dev_cla": "pm25"}, "Scale PM2.5", "scale_pm2_5"),
        ({"dev": {"ids": "a", "name": "Scale"}}, "Scale MQTT Sensor", "scale_mqtt_sensor"),
        ({"name": "Weight"}, "Weight", "weight"),
        ({"name": "Weight", "dev": {"ids": "a"}}, "here Weight", "here_weight"),
        ({"name": "Weight", "def_ent_id": "sensor.my_Own"}, "Weight", "my_own"),
        ({"name": "Weight", "obj_id": "ignored"}, "Weight", "weight"),
    ],
)
def test_entities_are_called_as_home_assistant_calls_them(
    config: dict[str, Any], friendly: str, object_id: str
) -> None:
    bench = Bench("sensor", {"stat_t": "s", "uniq_id": "x", **config})
    assert bench.live is not None, bench.refused
    description = bench.live.thing.description
    assert description.attributes["friendly_name"] == friendly
    assert description.object_id == object_id


@pytest.mark.parametrize(
    ("mode", "votes", "available"),
    [
        ("all", ["online", "online"], True),
        ("all", ["online", None], False),
        ("all", ["online", "offline"], False),
        ("any", ["offline", "online"], True),
        ("any", [None, None], False),
        ("latest", ["online", "offline"], False),
        ("latest", ["offline", "online"], True),
    ],
)
def test_availability_of_several_topics(mode: str, votes: list[str | None], available: bool) -> None:
    topics = [{"t": "a"}, {"t": "b", "val_tpl": "{{ value_json.s }}"}]
    bench = Bench("sensor", {"name": "X", "stat_t": "s", "avty": topics, "avty_mode": mode})
    for topic, vote in zip("ab", votes, strict=True):
        if vote is not None:
            bench.hear(topic, vote if topic == "a" else json.dumps({"s": vote}))
    assert bench.live is not None
    assert bench.live.available is available


def test_a_base_topic_stands_at_either_end() -> None:
    bench = Bench(
        "switch", {"name": "X", "~": "base", "stat_t": "~/state", "cmd_t": "cmnd/~", "avty": [{"t": "~/LWT"}]}
    )
    assert bench.live is not None
    config = bench.live.thing.config
    assert (config["state_topic"], config["command_topic"]) == ("base/state", "cmnd/base")
    assert bench.live.thing.availability[0].topic == "base/LWT"
