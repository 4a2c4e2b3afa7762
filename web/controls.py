"""What an entity can be told, as controls of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.model import Entity, State
from hub.units import label
from web import words

ON_OFF = ("turn_on", "turn_off")
NAMED: Mapping[str, tuple[str, str]] = {
    "press": ("Press", "circle"),
    "turn_on": ("Turn on", "power"),
    "turn_off": ("Turn off", "power"),
    "increment": ("Step up", ""),
    "decrement": ("Step down", ""),
}
"""Commands whose own name would read oddly: words and icon; the others are written as they are called."""
ASKING: Mapping[str, tuple[str, str, str]] = {
    "set_value": ("value", "Value", "number"),
    "select_option": ("option", "Choose", "choice"),
    "set_temperature": ("temperature", "Temperature", "number"),
    "set_humidity": ("humidity", "Humidity", "number"),
    "set_percentage": ("percentage", "Speed", "number"),
    "set_position": ("position", "Position", "number"),
    "set_preset_mode": ("preset_mode", "Preset", "choice"),
    "set_hvac_mode": ("hvac_mode", "Mode", "choice"),
    "set_fan_mode": ("fan_mode", "Fan", "choice"),
    "set_mode": ("mode", "Mode", "choice"),
    "send_message": ("message", "Message", "text"),
    "set_datetime": ("datetime", "When", "datetime-local"),
    "change": ("duration", "Add or take away", "text"),
}
"""Command -> its one parameter, what it is called, and how it is asked for."""
CHOICES = {"preset_mode": "preset_modes", "hvac_mode": "modes", "fan_mode": "fan_modes", "mode": "modes"}
"""Parameter -> the attribute that lists what may be chosen."""


HIDDEN: Mapping[str, tuple[str, ...]] = {
    "input_boolean": ("toggle",),
    "input_select": ("select_next", "select_previous", "select_first", "select_last"),
}
"""Component -> commands that a page has a better control for."""
WHILE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("timer", "start"): ("idle", "paused"),
    ("timer", "pause"): ("active",),
    ("timer", "cancel"): ("active", "paused"),
    ("timer", "finish"): ("active",),
    ("timer", "change"): ("active",),
}
"""Component and command -> states in which it can be told."""


@dataclass(frozen=True, slots=True)
class Control:
    command: str
    kind: str
    """`button`, `number`, `slider`, `choice`, `text`, `password`, `date`, `time` or `datetime-local`."""
    name: str
    icon: str = ""
    parameter: str = ""
    value: str = ""
    unit: str = ""
    low: str = ""
    high: str = ""
    step: str = "any"
    choices: tuple[str, ...] = ()
    pressed: bool = False
    may_be_empty: bool = False


def controls_of(entity: Entity, state: State | None) -> list[Control]:
    """Buttons first, then what asks for a value; commands that need more than one value are left to programs."""
    value = str(state.value) if state is not None and state.value is not None else ""
    buttons, asking = [], []
    for command in entity.commands:
        if command in HIDDEN.get(entity.component, ()) or value not in WHILE.get((entity.component, command), (value,)):
            continue
        if command in ASKING:
            made = _asking(entity, command, value)
            if made is not None:
                asking.append(made)
        elif not command.startswith(("set_", "send_")):
            name, icon = NAMED.get(command, (words.capital(words.spaced(command)), ""))
            pressed = (command == "turn_on" and value.lower() in ("on", "1.0")) or (
                command == "turn_off" and value.lower() in ("off", "0.0")
            )
            buttons.append(Control(command, "button", name, icon, pressed=pressed))
    return [*buttons, *asking]


def _asking(entity: Entity, command: str, value: str) -> Control | None:
    parameter, name, kind = ASKING[command]
    attributes = entity.attributes
    if kind == "choice":
        choices = entity.options if parameter == "option" else attributes.get(CHOICES.get(parameter, ""), ())
        found = tuple(str(one) for one in choices or ())
        return Control(command, "choice", name, "", parameter, value, choices=found) if found else None
    if kind == "number" and entity.component in ("text", "input_text"):
        kind = "password" if attributes.get("mode") == "password" else "text"
    if command == "set_datetime":
        has_date, has_time = attributes.get("has_date", True), attributes.get("has_time", True)
        kind = parameter = "date" if not has_time else "time"
        if has_date and has_time:
            parameter, kind = "datetime", "datetime-local"
            value = value.replace(" ", "T")
    if command == "change":
        value = ""
    low, high = _bound(attributes, "min", parameter), _bound(attributes, "max", parameter)
    if kind == "number":
        value = value.removesuffix(".0")
    step = str(attributes.get("step") or "any")
    if kind == "number" and attributes.get("mode") == "slider" and low and high:
        kind = "slider"
    if kind == "text" and entity.component == "input_text":
        low = high = ""
    empty = kind in ("text", "password") and command == "set_value" and not attributes.get("min")
    return Control(command, kind, name, "", parameter, value, label(entity.unit), low, high, step, may_be_empty=empty)


def _bound(attributes: Mapping[str, Any], end: str, parameter: str) -> str:
    for name in (end, f"{end}_{parameter}"):
        if isinstance(attributes.get(name), int | float):
            return f"{attributes[name]:g}"
    return ""
