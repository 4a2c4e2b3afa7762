"""What makes the air: thermostats, fans, humidifiers, water heaters."""

from __future__ import annotations

from typing import Any

from hub.automation.services.described import Service, Thing, Told, choice, number, state, yes_no
from hub.automation.services.table.common import as_number, power, toggled

HVAC_MODES = ("off", "auto", "cool", "dry", "fan_only", "heat_cool", "heat")
_TEMPERATURES = (
    number("temperature", "Target temperature.", -50, 250, unit="°C", step=0.1, example=21),
    number("target_temp_high", "Not warmer than.", -50, 250, unit="°C", step=0.1),
    number("target_temp_low", "Not colder than.", -50, 250, unit="°C", step=0.1),
)
_SPEED = number("percentage", "How fast; 0 turns it off.", 0, 100, unit="%", whole=True)


def _set_temperature(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    given = dict(given)
    told = []
    mode = given.pop("hvac_mode", None) or given.pop("operation_mode", None)
    name = "set_hvac_mode" if thing.domain == "climate" else "set_operation_mode"
    if mode is not None and name in thing.commands:
        told.append(Told(name, {name.removeprefix("set_"): mode}))
    if given:
        if "set_temperature" not in thing.commands:
            return None
        told.append(Told("set_temperature", given))
    return told or None


def _mode(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    modes = thing.attributes.get("hvac_modes")
    if modes and given["hvac_mode"] not in modes:
        raise ValueError(f"{given['hvac_mode']!r} is none of its modes: {', '.join(map(str, modes))}")
    return [Told("set_hvac_mode", given)] if "set_hvac_mode" in thing.commands else None


def _fan_on(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    given = dict(given)
    if given.get("percentage") == 0:
        return [Told("turn_off", {})]
    told = [Told("turn_on", given)]
    preset = given.pop("preset_mode", None)
    if preset is not None and "set_preset_mode" in thing.commands:
        told.append(Told("set_preset_mode", {"preset_mode": preset}))
    return told if "turn_on" in thing.commands else None


def _fan_speed(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    if given["percentage"] == 0 and "turn_off" in thing.commands:
        return [Told("turn_off", {})]
    return [Told("set_percentage", given)] if "set_percentage" in thing.commands else None


def _by(sign: int) -> Any:
    """Faster or slower by a step."""

    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        step = as_number(given.get("percentage_step") or thing.attributes.get("percentage_step"), 10.0)
        now = as_number(thing.attributes.get("percentage")) if thing.state != "off" else 0.0
        return _fan_speed(thing, {"percentage": round(min(max(now + sign * step, 0), 100))})

    return prepare


_STEP = number("percentage_step", "By how much.", 0, 100, unit="%", whole=True)
_HUMIDITY = number("humidity", "Target humidity.", 0, 100, unit="%", whole=True, required=True)


def _word(domain: str, command: str, field: str, attribute: str, title: str) -> Service:
    return Service(f"{domain}.{command}", title, f"{title}, as the device names it.",
                   (state(field, "One of its own.", attribute, required=True),), (domain,), (command,))  # fmt: skip


def _power(on: bool) -> Any:
    """Where there is no command for it, by the mode."""

    def prepare(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
        command = "turn_on" if on else "turn_off"
        if command in thing.commands:
            return [Told(command, {})]
        modes = thing.attributes.get("hvac_modes") or ()
        mode = next((one for one in ("heat_cool", "heat", "cool", "auto") if one in modes), None) if on else "off"
        known = "set_hvac_mode" in thing.commands and mode in modes
        return [Told("set_hvac_mode", {"hvac_mode": mode})] if known else None

    return prepare


def _toggle(thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    told: list[Told] | None = _power(thing.state == "off")(thing, given)
    return told


SERVICES = (
    Service("climate.turn_on", "Turn on", "Turns thermostats on.", (), ("climate",), prepare=_power(True)),
    Service("climate.turn_off", "Turn off", "Turns thermostats off.", (), ("climate",), prepare=_power(False)),
    Service("climate.toggle", "Toggle", "Turns thermostats on that are off, and the other way round.", (),
            ("climate",), prepare=_toggle),
    Service("climate.set_temperature", "Set target temperature", "Sets what a thermostat aims at, in °C.",
            (*_TEMPERATURES, choice("hvac_mode", "And what it is to do.", *HVAC_MODES)), ("climate",),
            prepare=_set_temperature, at_least=("temperature", "target_temp_high", "target_temp_low")),
    Service("climate.set_hvac_mode", "Set mode", "Heat, cool, off and the like.",
            (choice("hvac_mode", "What it is to do.", *HVAC_MODES, required=True),), ("climate",), prepare=_mode),
    _word("climate", "set_preset_mode", "preset_mode", "preset_modes", "Set preset"),
    _word("climate", "set_fan_mode", "fan_mode", "fan_modes", "Set fan mode"),
    _word("climate", "set_swing_mode", "swing_mode", "swing_modes", "Set swing mode"),
    _word("climate", "set_swing_horizontal_mode", "swing_horizontal_mode", "swing_horizontal_modes",
          "Set horizontal swing mode"),
    Service("climate.set_humidity", "Set target humidity", "Sets the humidity it aims at.", (_HUMIDITY,), ("climate",),
            ("set_humidity",)),
    Service("fan.turn_on", "Turn on", "Turns fans on.",
            (_SPEED, state("preset_mode", "One of its presets.", "preset_modes")), ("fan",), prepare=_fan_on),
    Service("fan.turn_off", "Turn off", "Turns fans off.", (), ("fan",), ("turn_off",)),
    Service("fan.toggle", "Toggle", "Turns fans on that are off, and the other way round.", (), ("fan",),
            prepare=toggled()),
    Service("fan.set_percentage", "Set speed", "Sets how fast a fan turns.",
            (number("percentage", "How fast; 0 turns it off.", 0, 100, unit="%", whole=True, required=True),),
            ("fan",), prepare=_fan_speed),
    Service("fan.increase_speed", "Faster", "Makes a fan turn faster.", (_STEP,), ("fan",), prepare=_by(1)),
    Service("fan.decrease_speed", "Slower", "Makes a fan turn slower.", (_STEP,), ("fan",), prepare=_by(-1)),
    Service("fan.oscillate", "Oscillate", "Makes a fan swing, or stand still.",
            (yes_no("oscillating", "Whether it swings.", required=True),), ("fan",), ("oscillate",)),
    Service("fan.set_direction", "Set direction", "Which way it turns.",
            (choice("direction", "Which way.", "forward", "reverse", required=True),), ("fan",), ("set_direction",)),
    _word("fan", "set_preset_mode", "preset_mode", "preset_modes", "Set preset"),
    *power("humidifier", "humidifiers"),
    Service("humidifier.set_humidity", "Set target humidity", "Sets the humidity it aims at.", (_HUMIDITY,),
            ("humidifier",), ("set_humidity",)),
    _word("humidifier", "set_mode", "mode", "available_modes", "Set mode"),
    *power("water_heater", "water heaters")[:2],
    Service("water_heater.set_temperature", "Set target temperature", "Sets what a water heater aims at, in °C.",
            (number("temperature", "Target temperature.", 0, 250, unit="°C", step=0.5, required=True),
             state("operation_mode", "And how.", "operation_list")), ("water_heater",), prepare=_set_temperature),
    _word("water_heater", "set_operation_mode", "operation_mode", "operation_list", "Set operation mode"),
    Service("water_heater.set_away_mode", "Set away mode", "Says that nobody is at home.",
            (yes_no("away_mode", "Whether nobody is.", required=True),), ("water_heater",), ("set_away_mode",)),
)  # fmt: skip
