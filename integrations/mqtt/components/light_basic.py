"""Lights with topics of their own for each thing."""

from __future__ import annotations

from integrations.mqtt.components.base import (
    NONE,
    Component,
    Config,
    Fields,
    Ignored,
    Odd,
    Part,
    Read,
    Telling,
    as_number,
    choice_into,
    into,
    listing,
    mapped_into,
    on_off,
    on_off_kind,
    text,
)
from integrations.mqtt.components.light import (
    COLOURS,
    asked_colour,
    facts,
    own_brightness,
    own_temperature,
    read_brightness,
    read_temperature,
    shown,
)


def _colours(mode: str) -> Read:
    def read(value: str, config: Config, fields: Fields) -> None:
        if value in ("", NONE):
            raise Ignored
        numbers = [as_number(one) for one in value.split(",")]
        if len(numbers) != COLOURS[mode] or None in numbers:
            raise Odd(f"{value[:40]!r} is not {COLOURS[mode]} numbers with commas between")
        fields[f"{mode}_color"] = [int(one or 0) for one in numbers] if mode.startswith("rgb") else numbers

    return read


def _basic_modes(config: Config) -> list[str]:
    modes = [mode for mode in COLOURS if config.get(f"{mode}_command_topic")]
    if config.get("color_temp_command_topic"):
        modes.append("color_temp")
    if config.get("white_command_topic"):
        modes.append("white")
    if not modes:
        modes = ["brightness"] if config.get("brightness_command_topic") else ["onoff"]
    return modes


def _basic_on(telling: Telling) -> None:
    kind = text(telling.config, "on_command_type", "last")
    on = text(telling.config, "payload_on", "ON")
    brightness = own_brightness(telling)
    if kind == "first":
        telling.publish("command_topic", on)
    for mode in COLOURS:
        colour = asked_colour(telling, mode)
        if colour is not None:
            names = dict(zip(("red", "green", "blue", "white", "warm_white"), colour, strict=False))
            if mode in ("hs", "xy"):
                names = dict(zip(("hue", "sat") if mode == "hs" else ("x", "y"), colour, strict=True))
            spelled = ",".join(f"{one:g}" for one in colour)
            telling.publish(f"{mode}_command_topic", spelled, f"{mode}_command_template", **names)
    if brightness is not None:
        telling.publish("brightness_command_topic", brightness, "brightness_command_template")
    temperature = own_temperature(telling)
    if temperature is not None:
        telling.publish("color_temp_command_topic", temperature, "color_temp_command_template")
    if telling.parameters.get("effect") is not None:
        effect = telling.choice("effect", listing(telling.config, "effect_list"))
        telling.publish("effect_command_topic", effect, "effect_command_template")
        telling.assumed["effect"] = effect
    if kind == "last" or (kind == "brightness" and brightness is None):
        telling.publish("command_topic", on)
    telling.assumed["state"] = "on"


def _basic_off(telling: Telling) -> None:
    telling.publish("command_topic", text(telling.config, "payload_off", "OFF"))
    telling.assumed["state"] = "off"


BASIC = Component(
    parts=(
        Part("state_topic", "state_value_template", mapped_into("state", on_off("payload_on", "payload_off"))),
        Part("brightness_state_topic", "brightness_value_template", read_brightness),
        Part("color_temp_state_topic", "color_temp_value_template", read_temperature),
        Part("color_mode_state_topic", "color_mode_value_template", into("color_mode")),
        Part("effect_state_topic", "effect_value_template", choice_into("effect", "effect_list")),
        *(Part(f"{mode}_state_topic", f"{mode}_value_template", _colours(mode)) for mode in COLOURS),
    ),
    kind=on_off_kind,
    required=("command_topic",),
    features=lambda config: 4 if config.get("effect_command_topic") else 0,
    capabilities=lambda config: facts(config, _basic_modes(config)),
    attributes=lambda config, fields: shown(config, fields, _basic_modes(config)),
    commands=lambda config: {"turn_on": _basic_on, "turn_off": _basic_off},
)
