"""Lights: brightness, colour, effects."""

from __future__ import annotations

from typing import Any

from hub.automation.services import colours
from hub.automation.services.described import Given, Service, Thing, Told, choice, number, state
from hub.automation.services.table.common import as_number, is_on
from hub.automation.services.values import Five, Four, Pair, Text, Three

_PROFILES = {
    "relax": ((0.5119, 0.4147), 144), "energize": ((0.368, 0.3686), 203), "concentrate": ((0.5119, 0.4147), 219),
    "reading": ((0.4448, 0.4066), 240),
}  # fmt: skip
"""Name -> colour (xy) and brightness, as Home Assistant ships them."""
_COLOUR = ("color_name", "hs_color", "xy_color", "rgb_color", "rgbw_color", "rgbww_color", "color_temp_kelvin",
           "color_temp", "kelvin", "white")  # fmt: skip
_BRIGHTNESS = ("brightness", "brightness_pct", "brightness_step", "brightness_step_pct")

_FADE = number("transition", "How long the change takes.", 0, 6553, unit="s")
_FLASH = choice("flash", "Flash once: short or long.", "short", "long")
_ON: tuple[Given, ...] = (
    _FADE,
    number("brightness_pct", "How bright, in percent; 0 turns it off.", 0, 100, unit="%", example=47),
    number("brightness", "How bright, 0 to 255; 0 turns it off.", 0, 255, whole=True, example=120),
    number("brightness_step_pct", "Brighter or darker by so many percent.", -100, 100, unit="%"),
    number("brightness_step", "Brighter or darker by so much.", -255, 255, whole=True),
    Given("rgb_color", Three, "Red, green and blue, 0 to 255.", {"color_rgb": {}}, example=[255, 100, 100]),
    number("color_temp_kelvin", "Temperature of the white.", 1000, 40_000, unit="K", whole=True, example=2700),
    Given("color_name", Text, "A colour's name, as on web pages.",
          {"select": {"options": sorted(colours.NAMES), "custom_value": False}}, example="tomato"),
    Given("hs_color", Pair, "Hue (0 to 360) and saturation (0 to 100).", {"object": {}}, example=[300, 70]),
    Given("xy_color", Pair, "Coordinates x and y.", {"object": {}}, example=[0.52, 0.43]),
    Given("rgbw_color", Four, "Red, green, blue and white.", {"object": {}}, example=[255, 100, 100, 50]),
    Given("rgbww_color", Five, "Red, green, blue, cold and warm white.", {"object": {}},
          example=[255, 100, 100, 50, 70]),
    state("effect", "One of its effects.", "effect_list", example="rainbow"),
    _FLASH,
    number("white", "White of this brightness.", 0, 255, whole=True),
    choice("profile", "A ready-made light.", *_PROFILES),
    number("color_temp", "Temperature in mireds; older automations have it.", 25, 1000, whole=True),
    number("kelvin", "The same as color_temp_kelvin; older automations have it.", 1000, 40_000, whole=True),
)  # fmt: skip


def _on(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    out = dict(given)
    profile = _PROFILES.get(out.pop("profile", ""))
    if profile is not None:
        if not any(name in out for name in _BRIGHTNESS):
            out["brightness"] = profile[1]
        if not any(name in out for name in _COLOUR):
            out["xy_color"] = list(profile[0])
    _brighten(thing, out)
    if "color_name" in out:
        out["rgb_color"] = list(colours.by_name(out.pop("color_name")))
    if "color_temp" in out:
        out["color_temp_kelvin"] = round(1e6 / out.pop("color_temp"))
    if "kelvin" in out:
        out["color_temp_kelvin"] = out.pop("kelvin")
    if "white" in out:
        out["brightness"] = out.pop("white")
    if out.get("brightness") == 0 or out.get("brightness_pct") == 0:
        return _off(thing, {name: out[name] for name in ("transition", "flash") if name in out})
    out = colours.for_light(out, thing.attributes.get("supported_color_modes") or ())
    return [Told("turn_on", out)] if "turn_on" in thing.commands else None


def _brighten(thing: Thing, out: dict[str, Any]) -> None:
    """Steps become a brightness."""
    step = out.pop("brightness_step", None)
    if step is None and "brightness_step_pct" in out:
        step = out.pop("brightness_step_pct") * 2.55
    if step is not None:
        now = as_number(thing.attributes.get("brightness")) if thing.state == "on" else 0.0
        out["brightness"] = round(min(max(now + step, 0), 255))


def _off(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    return [Told("turn_off", given)] if "turn_off" in thing.commands else None


def _toggle(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    if is_on(thing):
        return _off(thing, {name: given[name] for name in ("transition", "flash") if name in given})
    return _on(thing, given)


SERVICES = (
    Service("light.turn_on", "Turn on light", "Turns lights on, or changes how they shine.", _ON, ("light",),
            prepare=_on, only_one=(_BRIGHTNESS, _COLOUR)),
    Service("light.turn_off", "Turn off light", "Turns lights off.", (_FADE, _FLASH), ("light",), prepare=_off),
    Service("light.toggle", "Toggle light", "Turns lights on that are off, and the other way round.", _ON, ("light",),
            prepare=_toggle, only_one=(_BRIGHTNESS, _COLOUR)),
)  # fmt: skip
