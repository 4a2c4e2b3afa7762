"""Lights whose messages are made and read by templates."""

from __future__ import annotations

from typing import Any

from integrations.mqtt.components.base import (
    NONE,
    Component,
    Config,
    Fields,
    Odd,
    Part,
    Read,
    Tell,
    Telling,
    as_number,
    choice_into,
    on_off_kind,
)
from integrations.mqtt.components.light import (
    asked_colour,
    facts,
    own_brightness,
    own_temperature,
    read_brightness,
    read_temperature,
    shown,
)


def _template_modes(config: Config) -> list[str]:
    modes = [mode for mode, key in (("color_temp", "color_temp_template"), ("hs", "red_template")) if config.get(key)]
    return modes or (["brightness"] if config.get("brightness_template") else ["onoff"])


def _template_state(value: str, config: Config, fields: Fields) -> None:
    if value in ("on", "off"):
        fields["state"] = value
    elif value == NONE:
        fields["state"] = None
    elif value:
        raise Odd(f"{value[:40]!r} is neither on nor off")


def _channel(name: str) -> Read:
    def read(value: str, config: Config, fields: Fields) -> None:
        found = as_number(value)
        if found is not None:
            colour = list(fields.get("rgb_color") or (0, 0, 0))
            colour[("red", "green", "blue").index(name)] = int(found)
            fields["rgb_color"] = colour

    return read


def _template_command(state: str) -> Tell:
    def tell(telling: Telling) -> None:
        variables: dict[str, Any] = {"state": state}
        brightness, temperature = own_brightness(telling), own_temperature(telling)
        if brightness is not None:
            variables["brightness"] = brightness
        if temperature is not None:
            variables["color_temp"] = temperature
        colour = asked_colour(telling, "rgb")
        if colour is not None:
            variables |= dict(zip(("red", "green", "blue"), map(int, colour), strict=True))
        hue = asked_colour(telling, "hs")
        if hue is not None:
            variables |= {"hue": hue[0], "sat": hue[1]}
        for key in ("effect", "transition", "flash"):
            if telling.parameters.get(key) is not None:
                variables[key] = telling.parameters[key]
        telling.publish("command_topic", state, f"command_{state}_template", **variables)
        telling.assumed["state"] = state

    return tell


TEMPLATE = Component(
    parts=(
        Part("state_topic", "state_template", _template_state),
        Part("state_topic", "brightness_template", read_brightness),
        Part("state_topic", "color_temp_template", read_temperature),
        Part("state_topic", "effect_template", choice_into("effect", "effect_list")),
        *(Part("state_topic", f"{name}_template", _channel(name)) for name in ("red", "green", "blue")),
    ),
    kind=on_off_kind,
    required=("command_topic", "command_on_template", "command_off_template"),
    features=lambda config: 40 + (4 if config.get("effect_list") is not None else 0),
    capabilities=lambda config: facts(config, _template_modes(config)),
    attributes=lambda config, fields: shown(config, fields, _template_modes(config)),
    commands=lambda config: {"turn_on": _template_command("on"), "turn_off": _template_command("off")},
)
"""A part without its template is left out, for all read the same topic."""
