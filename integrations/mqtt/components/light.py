"""Lights in Home Assistant's three schemas: topics of their own, one JSON object, templates."""

from __future__ import annotations

from typing import Any

import orjson

from hub.api import ConfigInvalid
from integrations.mqtt.components.base import (
    NONE,
    Component,
    Config,
    Fields,
    Ignored,
    Odd,
    Part,
    Read,
    Tell,
    Telling,
    as_number,
    boolean,
    choice_into,
    into,
    listing,
    mapped_into,
    number,
    on_off,
    on_off_kind,
    text,
)

_COLOURS = {"hs": 2, "xy": 2, "rgb": 3, "rgbw": 4, "rgbww": 5}
"""Colour modes with a topic and parameter of their own, and how many numbers each has."""
_DIMMABLE = frozenset({"brightness", "color_temp", "hs", "xy", "rgb", "rgbw", "rgbww", "white"})
_WARMEST, _COLDEST = 2000, 6535


def kelvin(config: Config) -> dict[str, int]:
    """Limits of the colour temperature."""
    low, high = config.get("min_kelvin"), config.get("max_kelvin")
    if low is None and config.get("max_mireds"):
        low = 1e6 / number(config, "max_mireds", 500)
    if high is None and config.get("min_mireds"):
        high = 1e6 / number(config, "min_mireds", 153)
    return {
        "min_color_temp_kelvin": int(as_number(low) or _WARMEST),
        "max_color_temp_kelvin": int(as_number(high) or _COLDEST),
    }


def facts(config: Config, modes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"supported_color_modes": sorted(modes)}
    if "color_temp" in modes:
        found |= kelvin(config)
    if config.get("effect_list") is not None:
        found["effect_list"] = listing(config, "effect_list")
    return found


def _brightness(value: Any, config: Config) -> int | None:
    found = as_number(value)
    if found is None:
        return None
    return max(0, min(255, round(found * 255 / (number(config, "brightness_scale", 255) or 255))))


def _own_brightness(telling: Telling) -> int | None:
    """The asked-for brightness (0 to 255, or `brightness_pct`) on the device's scale."""
    if telling.parameters.get("brightness_pct") is not None:
        share = telling.number("brightness_pct") / 100
    elif telling.parameters.get("brightness") is not None:
        share = telling.number("brightness") / 255
    else:
        return None
    if not 0 <= share <= 1:
        raise ConfigInvalid("`brightness` is 0 to 255, `brightness_pct` 0 to 100")
    telling.assumed["brightness"] = round(share * 255)
    return round(share * number(telling.config, "brightness_scale", 255))


def _own_temperature(telling: Telling) -> float | None:
    if telling.parameters.get("color_temp_kelvin") is None:
        return None
    asked = telling.number("color_temp_kelvin")
    telling.assumed["color_temp_kelvin"] = round(asked)
    return asked if boolean(telling.config, "color_temp_kelvin") else round(1e6 / asked)


def _colour(telling: Telling, mode: str) -> list[float] | None:
    wanted = telling.parameters.get(f"{mode}_color")
    if wanted is None:
        return None
    numbers = [as_number(one) for one in wanted] if isinstance(wanted, (list, tuple)) else []
    if len(numbers) != _COLOURS[mode] or None in numbers:
        raise ConfigInvalid(f"`{mode}_color` is a list of {_COLOURS[mode]} numbers")
    telling.assumed[f"{mode}_color"] = list(wanted)
    return [one for one in numbers if one is not None]


# -- the default schema


def _dimmed(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE):
        raise Ignored
    found = _brightness(value, config)
    if found is None:
        raise Odd(f"{value[:40]!r} is not a brightness")
    fields["brightness"] = found


def _temperature(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE):
        raise Ignored
    found = as_number(value)
    if not found:
        raise Odd(f"{value[:40]!r} is not a colour temperature")
    fields["color_temp_kelvin"] = int(found if boolean(config, "color_temp_kelvin") else 1e6 / found)


def _colours(mode: str) -> Read:
    def read(value: str, config: Config, fields: Fields) -> None:
        if value in ("", NONE):
            raise Ignored
        numbers = [as_number(one) for one in value.split(",")]
        if len(numbers) != _COLOURS[mode] or None in numbers:
            raise Odd(f"{value[:40]!r} is not {_COLOURS[mode]} numbers with commas between")
        fields[f"{mode}_color"] = numbers

    return read


def _basic_modes(config: Config) -> list[str]:
    modes = [mode for mode in _COLOURS if config.get(f"{mode}_command_topic")]
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
    brightness = _own_brightness(telling)
    if kind == "first":
        telling.publish("command_topic", on)
    for mode in _COLOURS:
        colour = _colour(telling, mode)
        if colour is not None:
            names = dict(zip(("red", "green", "blue", "white", "warm_white"), colour, strict=False))
            if mode in ("hs", "xy"):
                names = dict(zip(("hue", "sat") if mode == "hs" else ("x", "y"), colour, strict=True))
            spelled = ",".join(f"{one:g}" for one in colour)
            telling.publish(f"{mode}_command_topic", spelled, f"{mode}_command_template", **names)
    if brightness is not None:
        telling.publish("brightness_command_topic", brightness, "brightness_command_template")
    temperature = _own_temperature(telling)
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
        Part("brightness_state_topic", "brightness_value_template", _dimmed),
        Part("color_temp_state_topic", "color_temp_value_template", _temperature),
        Part("color_mode_state_topic", "color_mode_value_template", into("color_mode")),
        Part("effect_state_topic", "effect_value_template", choice_into("effect", "effect_list")),
        *(Part(f"{mode}_state_topic", f"{mode}_value_template", _colours(mode)) for mode in _COLOURS),
    ),
    kind=on_off_kind,
    required=("command_topic",),
    features=lambda config: 4 if config.get("effect_command_topic") else 0,
    capabilities=lambda config: facts(config, _basic_modes(config)),
    commands=lambda config: {"turn_on": _basic_on, "turn_off": _basic_off},
)

# -- the JSON schema


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
    if data.get("brightness") is not None and set(_json_modes(config)) & _DIMMABLE:
        fields["brightness"] = _brightness(data["brightness"], config)
    temperature = as_number(data.get("color_temp"))
    if temperature:
        fields["color_temp_kelvin"] = int(temperature if boolean(config, "color_temp_kelvin") else 1e6 / temperature)
    colour = data.get("color")
    if isinstance(colour, dict):
        for mode, names in (("hs", "hs"), ("xy", "xy"), ("rgbww", "rgbcw"), ("rgbw", "rgbw"), ("rgb", "rgb")):
            if all(as_number(colour.get(name)) is not None for name in names):
                fields[f"{mode}_color"] = [as_number(colour[name]) for name in names]
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
    brightness, temperature = _own_brightness(telling), _own_temperature(telling)
    if brightness is not None:
        message["brightness"] = brightness
    if temperature is not None:
        message["color_temp"] = temperature
    for mode, names in (("hs", "hs"), ("xy", "xy"), ("rgb", "rgb"), ("rgbw", "rgbw"), ("rgbww", "rgbcw")):
        colour = _colour(telling, mode)
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
    commands=lambda config: {"turn_on": _json_on, "turn_off": _json_off},
)

# -- the template schema


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
        brightness, temperature = _own_brightness(telling), _own_temperature(telling)
        if brightness is not None:
            variables["brightness"] = brightness
        if temperature is not None:
            variables["color_temp"] = temperature
        colour = _colour(telling, "rgb")
        if colour is not None:
            variables |= dict(zip(("red", "green", "blue"), map(int, colour), strict=True))
        hue = _colour(telling, "hs")
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
        Part("state_topic", "brightness_template", _dimmed),
        Part("state_topic", "color_temp_template", _temperature),
        Part("state_topic", "effect_template", choice_into("effect", "effect_list")),
        *(Part("state_topic", f"{name}_template", _channel(name)) for name in ("red", "green", "blue")),
    ),
    kind=on_off_kind,
    required=("command_topic", "command_on_template", "command_off_template"),
    features=lambda config: 40 + (4 if config.get("effect_list") is not None else 0),
    capabilities=lambda config: facts(config, _template_modes(config)),
    commands=lambda config: {"turn_on": _template_command("on"), "turn_off": _template_command("off")},
)
"""A part without its template is left out, for all read the same topic."""
