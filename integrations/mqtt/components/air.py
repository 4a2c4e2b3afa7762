"""Components that move air or water in it: fans and humidifiers."""

from __future__ import annotations

from typing import Any

from hub.api import ConfigInvalid, Kind
from integrations.mqtt.components.base import (
    NONE,
    ON_OFF,
    Component,
    Config,
    Fields,
    Ignored,
    Odd,
    Part,
    Tell,
    Telling,
    as_number,
    into,
    known_fields,
    listing,
    mapped_into,
    number,
    number_into,
    on_off,
    on_off_kind,
    set_choice,
    text,
)


def _speed_range(config: Config) -> tuple[float, float]:
    return number(config, "speed_range_min", 1), number(config, "speed_range_max", 100)


def _percentage(value: str, config: Config, fields: Fields) -> None:
    if value == "":
        raise Ignored
    if value == text(config, "payload_reset_percentage", NONE):
        fields["percentage"] = None
        return
    found = as_number(value)
    if found is None:
        raise Odd(f"{value[:40]!r} is not a speed")
    low, high = _speed_range(config)
    share = round((found - (low - 1)) * 100 / (high - low + 1)) if found else 0
    if not 0 <= share <= 100:
        raise Odd(f"speed {found:g} is not between {low:g} and {high:g}")
    fields["percentage"] = share


def _set_percentage(telling: Telling) -> None:
    share = telling.number("percentage")
    low, high = _speed_range(telling.config)
    speed = -(-(share * (high - low + 1)) // 100) + low - 1 if share else 0
    telling.publish("percentage_command_topic", int(speed), "percentage_command_template")
    telling.assumed["percentage"] = round(share)


def _fan_switch(state: str) -> Tell:
    def tell(telling: Telling) -> None:
        telling.publish("command_topic", text(telling.config, f"payload_{state}", state.upper()), "command_template")
        telling.assumed["state"] = state
        if state == "on" and telling.parameters.get("percentage") is not None:
            _set_percentage(telling)

    return tell


def _oscillate(telling: Telling) -> None:
    on = bool(telling.wanted("oscillating"))
    name, default = ("payload_oscillation_on", "oscillate_on") if on else ("payload_oscillation_off", "oscillate_off")
    telling.publish("oscillation_command_topic", text(telling.config, name, default), "oscillation_command_template")
    telling.assumed["oscillating"] = on


def _oscillation(value: str, config: Config, fields: Fields) -> None:
    on, off = (
        text(config, "payload_oscillation_on", "oscillate_on"),
        text(config, "payload_oscillation_off", "oscillate_off"),
    )
    if value in (on, off):
        fields["oscillating"] = value == on


_FAN = {
    "set_percentage": ("percentage", 1, _set_percentage),
    "oscillate": ("oscillation", 2, _oscillate),
    "set_direction": ("direction", 4, set_choice("direction", "direction_command_topic", "direction_command_template")),
    "set_preset_mode": (
        "preset_mode", 8,
        set_choice("preset_mode", "preset_mode_command_topic", "preset_mode_command_template", "preset_modes"),
    ),
}  # fmt: skip


def _fan_commands(config: Config) -> dict[str, Tell]:
    extra = {name: tell for name, (topic, _, tell) in _FAN.items() if config.get(f"{topic}_command_topic")}
    return {"turn_on": _fan_switch("on"), "turn_off": _fan_switch("off"), **extra}


def _fan_features(config: Config) -> int:
    return 48 + sum(bit for topic, bit, _ in _FAN.values() if config.get(f"{topic}_command_topic") is not None)


def _fan_attributes(config: Config, fields: Fields) -> dict[str, Any]:
    shown = known_fields(config, fields)
    if config.get("percentage_command_topic") is not None:
        low, high = _speed_range(config)
        shown = {"percentage": None, "percentage_step": 100 / (high - low + 1), **shown}
    return shown


FAN = Component(
    parts=(
        Part("state_topic", "state_value_template", mapped_into("state", on_off("payload_on", "payload_off"))),
        Part("percentage_state_topic", "percentage_value_template", _percentage),
        Part("preset_mode_state_topic", "preset_mode_value_template", into("preset_mode")),
        Part("oscillation_state_topic", "oscillation_value_template", _oscillation),
        Part("direction_state_topic", "direction_value_template", into("direction")),
    ),
    kind=on_off_kind,
    required=("command_topic",),
    features=_fan_features,
    capabilities=lambda config: {"preset_modes": listing(config, "preset_modes")} if _fan_features(config) & 9 else {},
    attributes=_fan_attributes,
    commands=_fan_commands,
)


def set_humidity(telling: Telling) -> None:
    value = telling.number("humidity")
    low, high = number(telling.config, "min_humidity", 0), number(telling.config, "max_humidity", 100)
    if not low <= value <= high:
        raise ConfigInvalid(f"{value:g} % is not between {low:g} and {high:g} %")
    telling.publish("target_humidity_command_topic", int(value), "target_humidity_command_template")
    telling.assumed["humidity"] = value


def _humidifier_commands(config: Config) -> dict[str, Tell]:
    commands = {"turn_on": _fan_switch("on"), "turn_off": _fan_switch("off"), "set_humidity": set_humidity}
    if config.get("mode_command_topic"):
        commands["set_mode"] = set_choice("mode", "mode_command_topic", "mode_command_template", "modes")
    return commands


HUMIDIFIER = Component(
    parts=(
        Part("state_topic", "state_value_template", mapped_into("state", on_off("payload_on", "payload_off"))),
        Part("action_topic", "action_template", into("action")),
        Part("current_humidity_topic", "current_humidity_template", number_into("current_humidity")),
        Part("target_humidity_state_topic", "target_humidity_state_template", number_into("humidity")),
        Part("mode_state_topic", "mode_state_template", into("mode")),
    ),
    kind=lambda config: (Kind.ENUM, ON_OFF),
    required=("command_topic", "target_humidity_command_topic"),
    features=lambda config: 1 if config.get("mode_command_topic") else 0,
    capabilities=lambda config: {
        "device_class": "humidifier",
        "min_humidity": number(config, "min_humidity", 0),
        "max_humidity": number(config, "max_humidity", 100),
        **({"available_modes": listing(config, "modes")} if config.get("mode_command_topic") else {}),
    },
    commands=_humidifier_commands,
)
