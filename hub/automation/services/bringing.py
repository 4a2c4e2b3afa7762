"""How an entity is brought into a state: by the actions of its domain, as somebody would do it by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Deed = tuple[str, dict[str, Any]]
"""An action and its data, without the entity."""
Facts = Mapping[str, Any]
_OPENING = ("open", "opening")
_COLOURS = {
    "color_temp": "color_temp_kelvin", "hs": "hs_color", "xy": "xy_color", "rgb": "rgb_color", "rgbw": "rgbw_color",
    "rgbww": "rgbww_color",
}  # fmt: skip


def kept_of(entity_id: str, attributes: Facts) -> dict[str, Any]:
    """The attributes of an entity that can be brought about again."""
    return {name: attributes[name] for name in _KEPT.get(_domain(entity_id), ()) if attributes.get(name) is not None}


def deeds_for(entity_id: str, state: str, attributes: Facts) -> list[Deed] | None:
    """In order; None where nothing brings an entity of this kind into a state."""
    domain = _domain(entity_id)
    if domain in _SWITCHED:
        return [(f"{domain}.turn_{state}", {})] if state in ("on", "off") else []
    bring = _BRING.get(domain)
    return bring(state, attributes) if bring is not None else None


def _domain(entity_id: str) -> str:
    return entity_id.partition(".")[0]


def _light(state: str, told: Facts) -> list[Deed]:
    if state != "on":
        return [("light.turn_off", {})]
    data = {name: told[name] for name in ("brightness", "effect") if told.get(name) is not None}
    wished = _COLOURS.get(str(told.get("color_mode")))
    names = (wished,) if wished is not None and told.get(wished) is not None else tuple(_COLOURS.values())[::-1]
    colour = next((name for name in names if told.get(name) is not None), None)
    if colour is not None:
        data[colour] = told[colour]
    return [("light.turn_on", data)]


def _cover(state: str, told: Facts) -> list[Deed]:
    found: list[Deed] = []
    position, tilt = told.get("current_position", told.get("position")), told.get("current_tilt_position")
    if position is not None:
        found.append(("cover.set_cover_position", {"position": position}))
    else:
        found.append(("cover.open_cover" if state in _OPENING else "cover.close_cover", {}))
    if tilt is not None:
        found.append(("cover.set_cover_tilt_position", {"tilt_position": tilt}))
    return found


def _valve(state: str, told: Facts) -> list[Deed]:
    position = told.get("current_position")
    if position is not None:
        return [("valve.set_valve_position", {"position": position})]
    return [("valve.open_valve" if state in _OPENING else "valve.close_valve", {})]


def _climate(state: str, told: Facts) -> list[Deed]:
    found: list[Deed] = [("climate.set_hvac_mode", {"hvac_mode": state})]
    aims = {name: told[name] for name in ("temperature", "target_temp_high", "target_temp_low") if _has(told, name)}
    if aims:
        found.append(("climate.set_temperature", aims))
    return found + _each("climate", told, "preset_mode", "fan_mode", "swing_mode", "swing_horizontal_mode", "humidity")


def _fan(state: str, told: Facts) -> list[Deed]:
    if state != "on":
        return [("fan.turn_off", {})]
    data = {name: told[name] for name in ("percentage", "preset_mode") if _has(told, name)}
    found: list[Deed] = [("fan.turn_on", data)]
    if _has(told, "oscillating"):
        found.append(("fan.oscillate", {"oscillating": told["oscillating"]}))
    return found + _each("fan", told, "direction")


def _humidifier(state: str, told: Facts) -> list[Deed]:
    if state != "on":
        return [("humidifier.turn_off", {})]
    return [("humidifier.turn_on", {}), *_each("humidifier", told, "mode", "humidity")]


def _water_heater(state: str, told: Facts) -> list[Deed]:
    found: list[Deed] = [("water_heater.set_operation_mode", {"operation_mode": state})]
    return found + _each("water_heater", told, "temperature")


def _player(state: str, told: Facts) -> list[Deed]:
    if state in ("off", "standby"):
        return [("media_player.turn_off", {})]
    found: list[Deed] = [("media_player.turn_on", {})] if state == "on" else []
    for name, action in (
        ("volume_level", "volume_set"), ("is_volume_muted", "volume_mute"), ("source", "select_source"),
        ("sound_mode", "select_sound_mode"),
    ):  # fmt: skip
        if _has(told, name):
            found.append((f"media_player.{action}", {name: told[name]}))
    plays = {"playing": "media_play", "paused": "media_pause", "idle": "media_stop"}
    return [*found, (f"media_player.{plays[state]}", {})] if state in plays else found


def _each(domain: str, told: Facts, *names: str) -> list[Deed]:
    return [(f"{domain}.set_{name}", {name: told[name]}) for name in names if _has(told, name)]


def _has(told: Facts, name: str) -> bool:
    return told.get(name) is not None


def _by_word(domain: str, **words: str) -> Callable[[str, Facts], list[Deed]]:
    """state=action."""
    return lambda state, told: [(f"{domain}.{words[state]}", {})] if state in words else []


def _setting(action: str, field: str) -> Callable[[str, Facts], list[Deed]]:
    return lambda state, told: [(action, {field: state})]


def _moment(state: str, told: Facts) -> list[Deed]:
    field = "datetime" if len(state) > 10 else "date" if "-" in state else "time"
    return [("input_datetime.set_datetime", {field: state})]


def _vacuum(state: str, told: Facts) -> list[Deed]:
    speed: list[Deed] = [("vacuum.set_fan_speed", {"fan_speed": told["fan_speed"]})] if _has(told, "fan_speed") else []
    verbs = {"cleaning": "start", "docked": "return_to_base", "returning": "return_to_base", "idle": "stop",
             "paused": "pause"}  # fmt: skip
    return [*speed, *([(f"vacuum.{verbs[state]}", {})] if state in verbs else [])]


def _alarm(state: str, told: Facts) -> list[Deed]:
    verb = {"disarmed": "disarm", "triggered": "trigger"}.get(state, state.replace("armed_", "arm_"))
    return [(f"alarm_control_panel.alarm_{verb}", {})]


_SWITCHED = frozenset({"switch", "input_boolean", "siren", "remote", "automation", "script"})
_BRING: Mapping[str, Callable[[str, Facts], list[Deed]]] = {
    "light": _light, "cover": _cover, "valve": _valve, "climate": _climate, "fan": _fan, "humidifier": _humidifier,
    "water_heater": _water_heater, "media_player": _player, "vacuum": _vacuum, "alarm_control_panel": _alarm,
    "lock": _by_word("lock", locked="lock", unlocked="unlock", open="open"),
    "timer": _by_word("timer", active="start", idle="cancel", paused="pause"),
    "lawn_mower": _by_word("lawn_mower", mowing="start_mowing", paused="pause", docked="dock", returning="dock"),
    "number": _setting("number.set_value", "value"), "input_number": _setting("input_number.set_value", "value"),
    "text": _setting("text.set_value", "value"), "input_text": _setting("input_text.set_value", "value"),
    "select": _setting("select.select_option", "option"),
    "input_select": _setting("input_select.select_option", "option"),
    "counter": _setting("counter.set_value", "value"), "date": _setting("date.set_value", "date"),
    "time": _setting("time.set_value", "time"), "datetime": _setting("datetime.set_value", "datetime"),
    "input_datetime": _moment,
}  # fmt: skip
_KEPT = {
    "light": ("brightness", "effect", "color_mode", *_COLOURS.values()),
    "cover": ("current_position", "current_tilt_position"), "valve": ("current_position",),
    "climate": ("temperature", "target_temp_high", "target_temp_low", "preset_mode", "fan_mode", "swing_mode",
                "swing_horizontal_mode", "humidity"),
    "fan": ("percentage", "preset_mode", "oscillating", "direction"), "humidifier": ("mode", "humidity"),
    "water_heater": ("temperature",), "media_player": ("volume_level", "is_volume_muted", "source", "sound_mode"),
    "vacuum": ("fan_speed",),
}  # fmt: skip
