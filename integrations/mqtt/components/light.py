"""What lights of all three schemas share: brightness, colours, temperatures."""

from __future__ import annotations

from typing import Any

from hub.api import ConfigInvalid
from integrations.mqtt.components.base import (
    NONE,
    Config,
    Fields,
    Ignored,
    Odd,
    Telling,
    as_number,
    boolean,
    known_fields,
    listing,
    number,
)

COLOURS = {"hs": 2, "xy": 2, "rgb": 3, "rgbw": 4, "rgbww": 5}
"""Colour modes with a topic and parameter of their own, and how many numbers each has."""
DIMMABLE = frozenset({"brightness", "color_temp", "hs", "xy", "rgb", "rgbw", "rgbww", "white"})
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


def shown(config: Config, fields: Fields, modes: list[str]) -> dict[str, Any]:
    """Colour and brightness of a light that is on; of one that is off nothing is shown."""
    if fields.get("state") != "on":
        return {}
    mode = fields.get("color_mode") or (modes[0] if len(modes) == 1 else None)
    return {**known_fields(config, fields), **({"color_mode": mode} if mode is not None else {})}


def brightness_of(value: Any, config: Config) -> int | None:
    found = as_number(value)
    if found is None:
        return None
    return max(0, min(255, round(found * 255 / (number(config, "brightness_scale", 255) or 255))))


def own_brightness(telling: Telling) -> int | None:
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


def own_temperature(telling: Telling) -> float | None:
    if telling.parameters.get("color_temp_kelvin") is None:
        return None
    asked = telling.number("color_temp_kelvin")
    telling.assumed["color_temp_kelvin"] = round(asked)
    return asked if boolean(telling.config, "color_temp_kelvin") else round(1e6 / asked)


def asked_colour(telling: Telling, mode: str) -> list[float] | None:
    wanted = telling.parameters.get(f"{mode}_color")
    if wanted is None:
        return None
    numbers = [as_number(one) for one in wanted] if isinstance(wanted, (list, tuple)) else []
    if len(numbers) != COLOURS[mode] or None in numbers:
        raise ConfigInvalid(f"`{mode}_color` is a list of {COLOURS[mode]} numbers")
    telling.assumed[f"{mode}_color"] = list(wanted)
    return [one for one in numbers if one is not None]


def read_brightness(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE):
        raise Ignored
    found = brightness_of(value, config)
    if found is None:
        raise Odd(f"{value[:40]!r} is not a brightness")
    fields["brightness"] = found


def read_temperature(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE):
        raise Ignored
    found = as_number(value)
    if not found:
        raise Odd(f"{value[:40]!r} is not a colour temperature")
    fields["color_temp_kelvin"] = int(found if boolean(config, "color_temp_kelvin") else 1e6 / found)
