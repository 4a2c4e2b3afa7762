"""Components that are set: switches, buttons, numbers, choices, texts, dates, scenes, notifications, sirens."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from hub.api import ConfigInvalid, Kind
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
    plain,
    text,
)
from integrations.mqtt.components.reporting import limits


def _switch(state: str, template: str = "") -> Tell:
    def tell(telling: Telling) -> None:
        default = state.upper()
        telling.publish(
            "command_topic", text(telling.config, f"payload_{state}", default), template or "command_template"
        )
        telling.assumed["state"] = state

    return tell


SWITCH = Component(
    parts=(Part("state_topic", "value_template", mapped_into("state", on_off("state_on", "state_off"))),),
    kind=on_off_kind,
    required=("command_topic",),
    commands=lambda config: {"turn_on": _switch("on"), "turn_off": _switch("off")},
)


def _press(telling: Telling) -> None:
    telling.publish("command_topic", text(telling.config, "payload_press", "PRESS"), "command_template")


BUTTON = Component(required=("command_topic",), commands=lambda config: {"press": _press}, records=False)


def _scene(telling: Telling) -> None:
    telling.publish("command_topic", text(telling.config, "payload_on", "ON"))


SCENE = Component(required=("command_topic",), commands=lambda config: {"turn_on": _scene}, records=False)


def _notify(telling: Telling) -> None:
    telling.publish("command_topic", str(telling.wanted("message")), "command_template")


NOTIFY = Component(required=("command_topic",), commands=lambda config: {"send_message": _notify}, records=False)


def _number(value: str, config: Config, fields: Fields) -> None:
    if not value.strip():
        raise Ignored
    if value == text(config, "payload_reset", NONE):
        fields["state"] = None
        return
    found = as_number(value)
    if found is None:
        raise Odd(f"{value[:40]!r} is not a number")
    low, high = number(config, "min", 0.0), number(config, "max", 100.0)
    if not low <= found <= high:
        raise Odd(f"{found:g} is not between {low:g} and {high:g}")
    fields["state"] = found


def _set_number(telling: Telling) -> None:
    value = telling.number("value")
    low, high = number(telling.config, "min", 0.0), number(telling.config, "max", 100.0)
    if not low <= value <= high:
        raise ConfigInvalid(f"{value:g} is not between {low:g} and {high:g}")
    telling.publish("command_topic", int(value) if value.is_integer() else value, "command_template")
    telling.assumed["state"] = value


def _number_rules(config: Config) -> None:
    if number(config, "min", 0.0) >= number(config, "max", 100.0):
        raise ValueError("`min` is not below `max`")
    if number(config, "step", 1.0) < 1e-3:
        raise ValueError("`step` is below 0.001")
    if text(config, "mode", "auto") not in ("auto", "box", "slider"):
        raise ValueError("`mode` is auto, box or slider")


NUMBER = Component(
    parts=(Part("state_topic", "value_template", _number),),
    kind=lambda config: (Kind.GAUGE, ()),
    required=("command_topic",),
    check=_number_rules,
    capabilities=limits,
    commands=lambda config: {"set_value": _set_number},
    repeats=True,
)


def _select_option(telling: Telling) -> None:
    option = telling.choice("option", listing(telling.config, "options"))
    telling.publish("command_topic", option, "command_template")
    telling.assumed["state"] = option


def _select(value: str, config: Config, fields: Fields) -> None:
    if value.lower() == "none" and value not in listing(config, "options"):
        fields["state"] = None
        return
    choice_into("state", "options")(value, config, fields)


SELECT = Component(
    parts=(Part("state_topic", "value_template", _select),),
    kind=lambda config: (Kind.ENUM, tuple(listing(config, "options"))),
    required=("command_topic", "options"),
    capabilities=lambda config: {"options": listing(config, "options")},
    commands=lambda config: {"select_option": _select_option},
)


def _lengths(config: Config) -> tuple[int, int]:
    return int(number(config, "min", 0)), int(number(config, "max", 255))


def _read_text(value: str, config: Config, fields: Fields) -> None:
    low, high = _lengths(config)
    if value != NONE and not low <= len(value) <= high:
        raise Odd(f"the text has {len(value)} characters, and between {low} and {high} are possible")
    into("state")(value, config, fields)


def _set_text(telling: Telling) -> None:
    value = str(telling.wanted("value"))
    low, high = _lengths(telling.config)
    if not low <= len(value) <= high:
        raise ConfigInvalid(f"the text has {len(value)} characters, and between {low} and {high} are possible")
    telling.publish("command_topic", value, "command_template")
    telling.assumed["state"] = value


def _text_rules(config: Config) -> None:
    if not 0 <= number(config, "min", 0) <= number(config, "max", 255) <= 255:
        raise ValueError("`min` and `max` are lengths, 0 to 255, `min` not above `max`")
    if text(config, "mode", "text") not in ("text", "password"):
        raise ValueError("`mode` is text or password")


TEXT = Component(
    parts=(Part("state_topic", "value_template", _read_text),),
    required=("command_topic",),
    check=_text_rules,
    capabilities=lambda config: {
        "mode": text(config, "mode", "text"),
        "min": int(number(config, "min", 0)),
        "max": int(number(config, "max", 255)),
        "pattern": config.get("pattern"),
    },
    commands=lambda config: {"set_value": _set_text},
)


def _moment(kind: type[date] | type[time] | type[datetime]) -> Component:
    """A date, a time or both, as ISO 8601 text."""
    word = {date: "date", time: "time", datetime: "datetime"}[kind]

    def read(value: str, config: Config, fields: Fields) -> None:
        if not value:
            raise Ignored
        if value == NONE:
            fields["state"] = None
            return
        try:
            fields["state"] = kind.fromisoformat(value).isoformat()
        except ValueError:
            raise Odd(f"{value[:40]!r} is not a {word}") from None

    def tell(telling: Telling) -> None:
        try:
            value = kind.fromisoformat(str(telling.wanted("value"))).isoformat()
        except ValueError:
            raise ConfigInvalid(f"`value` is not a {word}") from None
        telling.publish("command_topic", value, "command_template")
        telling.assumed["state"] = value

    reader: Read = read
    return Component(
        parts=(Part("state_topic", "value_template", reader),),
        required=("command_topic",),
        commands=lambda config: {"set_value": tell},
    )


DATE, TIME, DATETIME = _moment(date), _moment(time), _moment(datetime)


def _siren_on(telling: Telling) -> None:
    extras = {key: telling.parameters[key] for key in ("tone", "volume_level", "duration") if key in telling.parameters}
    payload = text(telling.config, "payload_on", "ON")
    if telling.config.get("command_template"):
        telling.publish("command_topic", payload, "command_template", state=payload, **extras)
    else:
        telling.publish("command_topic", payload)
    telling.assumed["state"] = "on"


def _siren_off(telling: Telling) -> None:
    payload = text(telling.config, "payload_off", "OFF")
    template = "command_off_template" if telling.config.get("command_off_template") else "command_template"
    telling.publish("command_topic", payload, template, state=payload)
    telling.assumed["state"] = "off"


def _siren_state(value: str, config: Config, fields: Fields) -> None:
    data = _object(value)
    word = str(data.get("state", "")) if data is not None else value
    mapped_into("state", on_off("state_on", "state_off"))(word, config, fields)
    for key in ("tone", "volume_level", "duration"):
        if data is not None and key in data:
            fields[key] = data[key]


def _object(value: str) -> dict[str, Any] | None:
    import orjson

    try:
        data = orjson.loads(value)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _siren_features(config: Config) -> int:
    return (
        3
        + (4 if config.get("available_tones") is not None else 0)
        + (8 if boolean(config, "support_volume_set", True) else 0)
        + (16 if boolean(config, "support_duration", True) else 0)
    )


SIREN = Component(
    parts=(Part("state_topic", "state_value_template", _siren_state),),
    kind=on_off_kind,
    required=("command_topic",),
    features=_siren_features,
    capabilities=lambda config: (
        {"available_tones": listing(config, "available_tones")} if config.get("available_tones") is not None else {}
    ),
    commands=lambda config: {"turn_on": _siren_on, "turn_off": _siren_off},
)


def _send_infrared(telling: Telling) -> None:
    telling.publish("command_topic", plain(telling.wanted("command")), "command_template")


INFRARED = Component(commands=lambda config: {"send_command": _send_infrared}, records=False)
