"""Components that open and close: covers and valves."""

from __future__ import annotations

import orjson

from hub.api import Kind
from integrations.mqtt.components.base import (
    NONE,
    Component,
    Config,
    Fields,
    Ignored,
    Odd,
    Part,
    Tell,
    Telling,
    as_number,
    boolean,
    mapped_into,
    number,
    text,
)

OPENING_STATES = ("open", "opening", "closed", "closing")


def _share(config: Config, value: float, low: str, high: str, low_default: float, high_default: float) -> int:
    """A position in the device's own range as 0 to 100."""
    closed, open_ = number(config, low, low_default), number(config, high, high_default)
    return round(max(0.0, min(100.0, (value - closed) * 100 / ((open_ - closed) or 1))))


def _own(config: Config, share: float, low: str, high: str, low_default: float, high_default: float) -> int:
    """0 to 100 in the device's own range."""
    closed, open_ = number(config, low, low_default), number(config, high, high_default)
    return round(closed + (open_ - closed) * share / 100)


_POSITION = ("position_closed", "position_open", 0.0, 100.0)
_TILT = ("tilt_closed_value", "tilt_opened_value", 0.0, 100.0)


def _cover_state(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE):
        if value == NONE:
            fields["state"] = None
            fields.pop("is_closed", None)
            return
        raise Ignored
    table = {
        text(config, "state_open", "open"): "open",
        text(config, "state_opening", "opening"): "opening",
        text(config, "state_closed", "closed"): "closed",
        text(config, "state_closing", "closing"): "closing",
    }
    if value == text(config, "state_stopped", "stopped"):
        if fields.get("state") in ("opening", "closing") or "current_position" in fields:
            position = fields.get("current_position")
            fields["state"] = "closed" if position == 0 else "open"
        elif fields.get("state") is None:
            fields["state"] = "open"
    elif value in table:
        fields["state"] = table[value]
    else:
        raise Odd(f"{value[:40]!r} is not one of {', '.join(table)}")
    fields["is_closed"] = fields["state"] == "closed"


def _position_of(value: str) -> tuple[float | None, float | None]:
    """Position and tilt: a number, or an object with `position` and perhaps `tilt_position`."""
    found = as_number(value)
    if found is not None:
        return found, None
    try:
        data = orjson.loads(value)
    except ValueError:
        data = None
    if not isinstance(data, dict) or "position" not in data:
        raise Odd(f"{value[:40]!r} is not a position")
    return as_number(data["position"]), as_number(data.get("tilt_position"))


def _cover_position(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE):
        raise Ignored
    position, tilt = _position_of(value)
    if position is None:
        raise Odd(f"{value[:40]!r} is not a position")
    fields["current_position"] = _share(config, position, *_POSITION)
    if tilt is not None:
        fields["current_tilt_position"] = _share(config, tilt, *_TILT)
    if config.get("state_topic") is None:
        fields["state"] = "closed" if fields["current_position"] == 0 else "open"
        fields["is_closed"] = fields["state"] == "closed"


def _cover_tilt(value: str, config: Config, fields: Fields) -> None:
    if value == "":
        raise Ignored
    found = as_number(value)
    if found is None:
        if value == NONE:
            return
        raise Odd(f"{value[:40]!r} is not a tilt")
    fields["current_tilt_position"] = _share(config, found, *_TILT)


def _payload(name: str, default: str, becomes: str | None = None) -> Tell:
    """Publish what is configured as payload `name`."""

    def tell(telling: Telling) -> None:
        telling.publish("command_topic", text(telling.config, f"payload_{name}", default), "command_template")
        if becomes is not None:
            telling.assumed.update(state=becomes, is_closed=becomes == "closed")

    return tell


def _set_position(telling: Telling) -> None:
    share = telling.number("position")
    own = _own(telling.config, share, *_POSITION)
    extras = {
        "position": own,
        "position_open": number(telling.config, "position_open", 100),
        "position_closed": number(telling.config, "position_closed", 0),
    }
    telling.publish("set_position_topic", own, "set_position_template", **extras)
    telling.assumed.update(current_position=round(share), state="closed" if share == 0 else "open")


def _set_tilt(telling: Telling, share: float) -> None:
    own = _own(telling.config, share, *_TILT)
    telling.publish("tilt_command_topic", own, "tilt_command_template", tilt_position=own)
    telling.assumed["current_tilt_position"] = round(share)


def _stop_tilt(telling: Telling) -> None:
    telling.publish("tilt_command_topic", text(telling.config, "payload_stop_tilt", "STOP"), "tilt_command_template")


def _can(config: Config, name: str) -> bool:
    """A payload is there unless it is configured as null."""
    return not (f"payload_{name}" in config and config[f"payload_{name}"] is None)


def _cover_commands(config: Config) -> dict[str, Tell]:
    commands: dict[str, Tell] = {}
    if config.get("command_topic"):
        for name, payload, becomes in (("open", "OPEN", "open"), ("close", "CLOSE", "closed"), ("stop", "STOP", None)):
            if _can(config, name):
                commands[name] = _payload(name, payload, becomes)
    if config.get("set_position_topic"):
        commands["set_position"] = _set_position
    if config.get("tilt_command_topic"):
        commands["open_tilt"] = lambda telling: _set_tilt(telling, 100)
        commands["close_tilt"] = lambda telling: _set_tilt(telling, 0)
        commands["stop_tilt"] = _stop_tilt
        commands["set_tilt_position"] = lambda telling: _set_tilt(telling, telling.number("tilt_position"))
    return commands


_COVER_BITS = {"open": 1, "close": 2, "set_position": 4, "stop": 8, "open_tilt": 16, "close_tilt": 32, "stop_tilt": 64,
               "set_tilt_position": 128}  # fmt: skip


def _cover_rules(config: Config) -> None:
    if config.get("set_position_topic") is not None and config.get("position_topic") is None:
        raise ValueError("`set_position_topic` needs `position_topic`")
    if config.get("value_template") is not None and config.get("state_topic") is None:
        raise ValueError("`value_template` needs `state_topic`")


COVER = Component(
    parts=(
        Part("position_topic", "position_template", _cover_position),
        Part("state_topic", "value_template", _cover_state),
        Part("tilt_status_topic", "tilt_status_template", _cover_tilt),
    ),
    kind=lambda config: (Kind.ENUM, OPENING_STATES),
    features=lambda config: sum(_COVER_BITS[name] for name in _cover_commands(config)),
    commands=_cover_commands,
    optimistic="state_topic position_topic",
    check=_cover_rules,
)


def _valve_state(value: str, config: Config, fields: Fields) -> None:
    if value == "":
        raise Ignored
    if not boolean(config, "reports_position"):
        mapped_into("state", _valve_states)(value, config, fields)
        return
    try:
        data = orjson.loads(value)
    except ValueError:
        data = value
    position = data.get("position") if isinstance(data, dict) else data
    moving = data.get("state") if isinstance(data, dict) else value
    found = as_number(position)
    if found is not None:
        fields["current_position"] = _share(config, found, *_POSITION)
        fields["state"] = "closed" if fields["current_position"] == 0 else "open"
    if moving in _valve_states(config):
        fields["state"] = _valve_states(config)[str(moving)]
    elif found is None:
        raise Odd(f"{value[:40]!r} is not a position")


def _valve_states(config: Config) -> dict[str, str | None]:
    return {
        text(config, "state_open", "open"): "open",
        text(config, "state_opening", "opening"): "opening",
        text(config, "state_closed", "closed"): "closed",
        text(config, "state_closing", "closing"): "closing",
        NONE: None,
    }


def _valve_position(share: float, becomes: str) -> Tell:
    def tell(telling: Telling) -> None:
        telling.publish("command_topic", _own(telling.config, share, *_POSITION), "command_template")
        telling.assumed.update(state=becomes, current_position=round(share))

    return tell


def _set_valve(telling: Telling) -> None:
    share = telling.number("position")
    _valve_position(share, "closed" if share == 0 else "open")(telling)


def _valve_commands(config: Config) -> dict[str, Tell]:
    if not config.get("command_topic"):
        return {}
    commands: dict[str, Tell]
    if boolean(config, "reports_position"):
        commands = {
            "open": _valve_position(100, "open"),
            "close": _valve_position(0, "closed"),
            "set_position": _set_valve,
        }
    else:
        commands = {"open": _payload("open", "OPEN", "open"), "close": _payload("close", "CLOSE", "closed")}
        commands = {name: tell for name, tell in commands.items() if _can(config, name)}
    if config.get("payload_stop") is not None:
        commands["stop"] = _payload("stop", "STOP")
    return commands


VALVE = Component(
    parts=(Part("state_topic", "value_template", _valve_state),),
    kind=lambda config: (Kind.ENUM, OPENING_STATES),
    features=lambda config: sum(_COVER_BITS[name] for name in _valve_commands(config)),
    commands=_valve_commands,
)
