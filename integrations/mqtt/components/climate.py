"""Components that make a climate: thermostats and water heaters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.api import ConfigInvalid, Kind
from integrations.mqtt.components.air import set_humidity
from integrations.mqtt.components.base import (
    NONE,
    Component,
    Config,
    Fields,
    Ignored,
    Part,
    Read,
    Tell,
    Telling,
    choice_into,
    into,
    known_fields,
    listing,
    number,
    number_into,
    set_choice,
    text,
)

_HVAC_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
_WATER_MODES = ("eco", "electric", "gas", "heat_pump", "high_demand", "performance", "off")
_FAN_MODES = ("auto", "low", "medium", "high")
_SWING_MODES = ("on", "off")


def in_celsius(config: Config, value: float) -> float:
    """A temperature of the device as the hub keeps it."""
    return round((value - 32) * 5 / 9, 2) if _fahrenheit(config) else value


def _in_its_unit(config: Config, value: float) -> float:
    value = value * 9 / 5 + 32 if _fahrenheit(config) else value
    return round(value, 2)


def _fahrenheit(config: Config) -> bool:
    return text(config, "temperature_unit", "C").upper() == "F"


def _temperature(name: str) -> Read:
    plain = number_into(name)

    def read(value: str, config: Config, fields: Fields) -> None:
        plain(value, config, fields)
        if fields[name] is not None:
            fields[name] = in_celsius(config, fields[name])

    return read


def _set_temperature(telling: Telling) -> None:
    names = {"temperature": "temperature", "target_temp_high": "temperature_high", "target_temp_low": "temperature_low"}
    given = [name for name in names if telling.parameters.get(name) is not None]
    if not given:
        raise ConfigInvalid("this command needs `temperature`, or `target_temp_high` and `target_temp_low`")
    low = in_celsius(telling.config, number(telling.config, "min_temp", 7.0 if not _fahrenheit(telling.config) else 45))
    high = in_celsius(
        telling.config, number(telling.config, "max_temp", 35.0 if not _fahrenheit(telling.config) else 95)
    )
    for name in given:
        value = telling.number(name)
        if not low <= value <= high:
            raise ConfigInvalid(f"{value:g} °C is not between {low:g} and {high:g} °C")
        key = names[name]
        telling.publish(f"{key}_command_topic", _in_its_unit(telling.config, value), f"{key}_command_template")
        telling.assumed[name] = value


def _power(state: str) -> Tell:
    def tell(telling: Telling) -> None:
        payload = text(telling.config, f"payload_{state}", state.upper())
        if telling.config.get("power_command_topic"):
            telling.publish("power_command_topic", payload, "power_command_template")
        modes = listing(telling.config, "modes", _HVAC_MODES)
        mode = "off" if state == "off" else next((mode for mode in modes if mode != "off"), None)
        if mode in modes and not (state == "on" and telling.config.get("power_command_topic")):
            telling.publish("mode_command_topic", mode, "mode_command_template")
            telling.assumed["state"] = mode

    return tell


def _climate_commands(config: Config) -> dict[str, Tell]:
    table: list[tuple[str, str, Tell]] = [
        ("set_hvac_mode", "mode",
         set_choice("hvac_mode", "mode_command_topic", "mode_command_template", "modes", _HVAC_MODES)),
        ("set_temperature", "temperature", _set_temperature),
        ("set_temperature", "temperature_high", _set_temperature),
        ("set_fan_mode", "fan_mode",
         set_choice("fan_mode", "fan_mode_command_topic", "fan_mode_command_template", "fan_modes", _FAN_MODES)),
        ("set_preset_mode", "preset_mode",
         set_choice("preset_mode", "preset_mode_command_topic", "preset_mode_command_template", "preset_modes")),
        ("set_swing_mode", "swing_mode",
         set_choice("swing_mode", "swing_mode_command_topic", "swing_mode_command_template", "swing_modes",
                    _SWING_MODES)),
        ("set_swing_horizontal_mode", "swing_horizontal_mode",
         set_choice("swing_horizontal_mode", "swing_horizontal_mode_command_topic",
              "swing_horizontal_mode_command_template", "swing_horizontal_modes", _SWING_MODES)),
        ("set_humidity", "target_humidity", set_humidity),
    ]  # fmt: skip
    commands = {name: tell for name, topic, tell in table if config.get(f"{topic}_command_topic")}
    modes = listing(config, "modes", _HVAC_MODES)
    if config.get("power_command_topic") or (config.get("mode_command_topic") and "off" in modes):
        commands |= {"turn_on": _power("on"), "turn_off": _power("off")}
    return commands


def _climate_features(config: Config) -> int:
    def has(name: str) -> bool:
        return any(config.get(f"{name}_{kind}_topic") is not None for kind in ("command", "state"))

    modes = listing(config, "modes", _HVAC_MODES)
    powered = config.get("power_command_topic") is not None
    return (
        (1 if has("temperature") else 0)
        + (2 if has("temperature_low") or has("temperature_high") else 0)
        + (4 if config.get("target_humidity_command_topic") else 0)
        + (8 if has("fan_mode") else 0)
        + (16 if config.get("preset_mode_command_topic") or config.get("preset_mode_state_topic") else 0)
        + (32 if has("swing_mode") else 0)
        + (512 if has("swing_horizontal_mode") else 0)
        + (128 if powered or "off" in modes else 0)
        + (256 if powered or any(mode != "off" for mode in modes) else 0)
    )


def _climate_facts(config: Config) -> dict[str, Any]:
    features = _climate_features(config)
    low, high = ("min_temp", 7.0), ("max_temp", 35.0)
    if _fahrenheit(config):
        low, high = ("min_temp", 44.6), ("max_temp", 95.0)
    facts: dict[str, Any] = {
        "hvac_modes": listing(config, "modes", _HVAC_MODES),
        "min_temp": in_celsius(config, number(config, *low)),
        "max_temp": in_celsius(config, number(config, *high)),
        "target_temp_step": number(config, "temp_step", 1.0),
    }
    if features & 4:
        facts |= {
            "min_humidity": number(config, "min_humidity", 30),
            "max_humidity": number(config, "max_humidity", 99),
        }
    for bit, name, default in (
        (8, "fan_modes", _FAN_MODES), (16, "preset_modes", ()), (32, "swing_modes", _SWING_MODES),
        (512, "swing_horizontal_modes", _SWING_MODES),
    ):  # fmt: skip
        if features & bit:
            options = listing(config, name, default)
            facts[name] = ["none", *options] if name == "preset_modes" else options
    return facts


_SHOWN = (
    (0, ("current_temperature",)), (1, ("temperature",)), (2, ("target_temp_high", "target_temp_low")),
    (4, ("humidity",)), (8, ("fan_mode",)), (16, ("preset_mode",)), (32, ("swing_mode",)),
    (512, ("swing_horizontal_mode",)),
)  # fmt: skip
"""Bit of `supported_features`, and what is shown with it even while it is unknown."""


def _climate_attributes(config: Config, fields: Fields) -> dict[str, Any]:
    features = _climate_features(config)
    empty = {name: None for bit, names in _SHOWN if not bit or features & bit for name in names}
    return {**empty, **known_fields(config, fields)}


def _hvac_mode(value: str, config: Config, fields: Fields) -> None:
    choice_into("state", "modes")(value, {"modes": listing(config, "modes", _HVAC_MODES)}, fields)


def _action(value: str, config: Config, fields: Fields) -> None:
    if value == "":
        raise Ignored
    fields["hvac_action"] = None if value == NONE else value


def _modes_kind(default: tuple[str, ...]) -> Callable[[Config], tuple[Kind, tuple[str, ...]]]:
    return lambda config: (Kind.ENUM, tuple(dict.fromkeys([*listing(config, "modes", default), "off"])))


CLIMATE = Component(
    parts=(
        Part("mode_state_topic", "mode_state_template", _hvac_mode),
        Part("action_topic", "action_template", _action),
        Part("current_temperature_topic", "current_temperature_template", _temperature("current_temperature")),
        Part("current_humidity_topic", "current_humidity_template", number_into("current_humidity")),
        Part("temperature_state_topic", "temperature_state_template", _temperature("temperature")),
        Part("temperature_high_state_topic", "temperature_high_state_template", _temperature("target_temp_high")),
        Part("temperature_low_state_topic", "temperature_low_state_template", _temperature("target_temp_low")),
        Part("target_humidity_state_topic", "target_humidity_state_template", number_into("humidity")),
        Part("fan_mode_state_topic", "fan_mode_state_template", into("fan_mode")),
        Part("preset_mode_state_topic", "preset_mode_value_template", into("preset_mode")),
        Part("swing_mode_state_topic", "swing_mode_state_template", into("swing_mode")),
        Part(
            "swing_horizontal_mode_state_topic", "swing_horizontal_mode_state_template", into("swing_horizontal_mode")
        ),
    ),
    kind=_modes_kind(_HVAC_MODES),
    features=_climate_features,
    capabilities=_climate_facts,
    attributes=_climate_attributes,
    commands=_climate_commands,
    optimistic="mode_state_topic",
)


def _water_commands(config: Config) -> dict[str, Tell]:
    commands: dict[str, Tell] = {}
    if config.get("mode_command_topic"):
        commands["set_operation_mode"] = set_choice(
            "operation_mode", "mode_command_topic", "mode_command_template", "modes", _WATER_MODES
        )
    if config.get("temperature_command_topic"):
        commands["set_temperature"] = _set_temperature
    if config.get("power_command_topic"):
        commands |= {"turn_on": _power("on"), "turn_off": _power("off")}
    return commands


def _water_facts(config: Config) -> dict[str, Any]:
    fahrenheit = _fahrenheit(config)
    return {
        "min_temp": in_celsius(config, number(config, "min_temp", 110.0 if fahrenheit else 43.3)),
        "max_temp": in_celsius(config, number(config, "max_temp", 140.0 if fahrenheit else 60.0)),
        "operation_list": listing(config, "modes", _WATER_MODES),
    }


def _operation_mode(value: str, config: Config, fields: Fields) -> None:
    choice_into("state", "modes")(value, {"modes": listing(config, "modes", _WATER_MODES)}, fields)


WATER_HEATER = Component(
    parts=(
        Part("mode_state_topic", "mode_state_template", _operation_mode),
        Part("current_temperature_topic", "current_temperature_template", _temperature("current_temperature")),
        Part("temperature_state_topic", "temperature_state_template", _temperature("temperature")),
    ),
    kind=_modes_kind(_WATER_MODES),
    features=lambda config: (
        (1 if config.get("temperature_state_topic") or config.get("temperature_command_topic") else 0)
        + (2 if config.get("mode_state_topic") or config.get("mode_command_topic") else 0)
        + (8 if config.get("power_command_topic") else 0)
    ),
    capabilities=_water_facts,
    attributes=lambda config, fields: {
        "current_temperature": None,
        "temperature": None,
        "operation_mode": fields.get("state"),
        **known_fields(config, fields),
    },
    commands=_water_commands,
    optimistic="mode_state_topic",
)
