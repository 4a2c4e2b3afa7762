"""Lights that speak JSON objects."""

from __future__ import annotations

from typing import Any

import orjson

from integrations.mqtt.components.base import (
    Component,
    Config,
    Fields,
    Odd,
    Part,
    Telling,
    as_number,
    boolean,
    listing,
    number,
    on_off_kind,
)
from integrations.mqtt.components.light import (
    DIMMABLE,
    asked_colour,
    brightness_of,
    facts,
    own_brightness,
    own_temperature,
    shown,
)


def _json_modes(config: Config) -> list[str]:
    modes = listing(config, "supported_color_modes")
    return modes or (["brightness"] if boolean(config, "brightness") else ["onoff"])


def _json_state(value: str, config: Config, fields: Fields) -> None:
    try:
        data = orjson.loads(value)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Odd(f"{value[:40]!r} is not a JSON object")
    if "state" in data:
        fields["state"] = {"ON": "on", "OFF": "off"}.get(str(data["state"]).upper())
    if data.get("brightness") is not None and set(_json_modes(config)) & DIMMABLE:
        fields["brightness"] = brightness_of(data["brightness"], config)
    temperature = as_number(data.get("color_temp"))
    if temperature:
        fields["color_temp_kelvin"] = int(temperature if boolean(config, "color_temp_kelvin") else 1e6 / temperature)
    colour = data.get("color")
    if isinstance(colour, dict):
        for mode, names in (("hs", "hs"), ("xy", "xy"), ("rgbww", "rgbcw"), ("rgbw", "rgbw"), ("rgb", "rgb")):
            if all(as_number(colour.get(name)) is not None for name in names):
                numbers = [as_number(colour[name]) or 0 for name in names]
                fields[f"{mode}_color"] = [int(one) for one in numbers] if mode.startswith("rgb") else numbers
                break
    for key in ("effect", "color_mode"):
        if key in data:
            fields[key] = data[key]


def _json_payload(telling: Telling, state: str) -> dict[str, Any]:
    message: dict[str, Any] = {"state": state.upper()}
    transition, flash = telling.parameters.get("transition"), telling.parameters.get("flash")
    if transition is not None:
        message["transition"] = telling.number("transition")
    if flash in ("short", "long"):
        message["flash"] = number(telling.config, f"flash_time_{flash}", 2 if flash == "short" else 10)
    return message


def _json_on(telling: Telling) -> None:
    message = _json_payload(telling, "on")
    brightness, temperature = own_brightness(telling), own_temperature(telling)
    if brightness is not None:
        message["brightness"] = brightness
    if temperature is not None:
        message["color_temp"] = temperature
    for mode, names in (("hs", "hs"), ("xy", "xy"), ("rgb", "rgb"), ("rgbw", "rgbw"), ("rgbww", "rgbcw")):
        colour = asked_colour(telling, mode)
        if colour is not None:
            message["color"] = dict(zip(names, colour, strict=True))
    if telling.parameters.get("effect") is not None:
        message["effect"] = telling.choice("effect", listing(telling.config, "effect_list"))
        telling.assumed["effect"] = message["effect"]
    telling.publish("command_topic", orjson.dumps(message).decode())
    telling.assumed["state"] = "on"


def _json_off(telling: Telling) -> None:
    telling.publish("command_topic", orjson.dumps(_json_payload(telling, "off")).decode())
    telling.assumed["state"] = "off"


JSON = Component(
    parts=(Part("state_topic", "", _json_state),),
    kind=on_off_kind,
    required=("command_topic",),
    features=lambda config: (
        (4 if boolean(config, "effect") else 0)
        + (8 if boolean(config, "flash", True) else 0)
        + (32 if boolean(config, "transition", True) else 0)
    ),
    capabilities=lambda config: facts(config, _json_modes(config)),
    attributes=lambda config, fields: shown(config, fields, _json_modes(config)),
    commands=lambda config: {"turn_on": _json_on, "turn_off": _json_off},
)
