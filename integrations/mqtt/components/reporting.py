"""Components that only report: sensors, events, trackers, updates, pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

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
    into,
    known_fields,
    listing,
    mapped_into,
    number,
    on_off_kind,
    text,
)
from integrations.mqtt.discovery.vocabulary import NOT_NUMERIC

_TRACKER_STATES = ("home", "not_home")


def is_numeric(config: Config) -> bool:
    """Whether a sensor's states are numbers, as its configuration lets one expect."""
    device_class = config.get("device_class")
    return device_class not in NOT_NUMERIC and any(
        config.get(key) is not None
        for key in ("device_class", "state_class", "unit_of_measurement", "suggested_display_precision")
    )


def is_open(config: Config) -> bool:
    """Whether nothing says if a sensor's states are numbers or texts."""
    return not is_numeric(config) and config.get("device_class") is None


def _sensor(value: str, config: Config, fields: Fields) -> None:
    if value == NONE:
        fields["state"] = None
        return
    if is_numeric(config):
        if value == "":
            raise Ignored
        found = as_number(value)
        if found is None:
            raise Odd(f"{value[:40]!r} is not a number, and the sensor has a unit or class of numbers")
        fields["state"] = found
        return
    device_class = config.get("device_class")
    if device_class == "enum":
        options = listing(config, "options")
        if options and value not in options:
            raise Odd(f"{value[:40]!r} is not one of {', '.join(options)}")
    elif device_class == "date":
        value = _date(value)
    elif device_class in NOT_NUMERIC:
        value = _instant(value)
    fields["state"] = value or None


def _date(value: str) -> str:
    try:
        return (
            datetime.fromisoformat(value).date().isoformat() if "T" in value else date.fromisoformat(value).isoformat()
        )
    except ValueError:
        raise Odd(f"{value[:40]!r} is not a date like 2026-11-21") from None


def _instant(value: str) -> str:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise Odd(f"{value[:40]!r} is not an instant like 2026-11-21T07:00:00+00:00") from None
    if instant.tzinfo is None:
        raise Odd(f"{value[:40]!r} has no time zone; write an offset or Z")
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def _sensor_kind(config: Config) -> tuple[Kind, tuple[str, ...]]:
    if is_numeric(config):
        return (Kind.COUNTER if config.get("state_class") == "total_increasing" else Kind.GAUGE), ()
    if config.get("device_class") == "enum" and config.get("options"):
        return Kind.ENUM, tuple(listing(config, "options"))
    return Kind.TEXT, ()


def _sensor_rules(config: Config) -> None:
    if config.get("options") is not None:
        if config.get("device_class") != "enum":
            raise ValueError("`options` need the device class enum")
        if not listing(config, "options"):
            raise ValueError("`options` are an empty list")
        if config.get("state_class") is not None or config.get("unit_of_measurement") is not None:
            raise ValueError("`options` go with neither `state_class` nor `unit_of_measurement`")
    if config.get("last_reset_value_template") is not None and config.get("state_class") != "total":
        raise ValueError("`last_reset_value_template` needs the state class total")


SENSOR = Component(
    parts=(
        Part("state_topic", "value_template", _sensor),
        Part("last_reset_topic", "last_reset_value_template", into("last_reset")),
    ),
    kind=_sensor_kind,
    required=("state_topic",),
    check=_sensor_rules,
    capabilities=lambda config: {"options": listing(config, "options")} if config.get("options") is not None else {},
    repeats=True,
)

BINARY_SENSOR = Component(
    parts=(
        Part(
            "state_topic",
            "value_template",
            mapped_into(
                "state",
                lambda config: {
                    text(config, "payload_on", "ON"): "on",
                    text(config, "payload_off", "OFF"): "off",
                    NONE: None,
                },
            ),
        ),
    ),
    kind=on_off_kind,
    required=("state_topic",),
)


def _event(value: str, config: Config, fields: Fields) -> None:
    if value in ("", NONE, "{}"):
        raise Ignored
    try:
        data = orjson.loads(value)
    except ValueError:
        raise Odd(f"{value[:40]!r} is not a JSON object with an `event_type`") from None
    if not isinstance(data, dict) or "event_type" not in data:
        raise Odd("there is no `event_type` in the JSON object")
    kind = str(data.pop("event_type"))
    if kind not in listing(config, "event_types"):
        raise Odd(f"{kind[:40]!r} is not one of {', '.join(listing(config, 'event_types'))}")
    fields.clear()
    fields.update(data)
    fields["state"] = kind
    fields["event_type"] = kind


EVENT = Component(
    parts=(Part("state_topic", "value_template", _event),),
    kind=lambda config: (Kind.ENUM, tuple(listing(config, "event_types"))),
    required=("state_topic", "event_types"),
    capabilities=lambda config: {"event_types": listing(config, "event_types")},
    repeats=True,
)


def _tracker(value: str, config: Config, fields: Fields) -> None:
    if value == text(config, "payload_home", "home"):
        fields["state"] = "home"
    elif value == text(config, "payload_not_home", "not_home"):
        fields["state"] = "not_home"
    elif value == text(config, "payload_reset", NONE):
        fields["state"] = None
    else:
        fields["state"] = value or None


def _tracker_rules(config: Config) -> None:
    if config.get("state_topic") is None and config.get("json_attributes_topic") is None:
        raise ValueError("`state_topic` or `json_attributes_topic` is missing")
    if text(config, "source_type", "gps") not in ("gps", "router", "bluetooth", "bluetooth_le"):
        raise ValueError("`source_type` is gps, router, bluetooth or bluetooth_le")


DEVICE_TRACKER = Component(
    parts=(Part("state_topic", "value_template", _tracker),),
    check=_tracker_rules,
    capabilities=lambda config: {
        "tracking_type": "position",
        "in_zones": [],
        "source_type": text(config, "source_type", "gps"),
    },
)


def _update(value: str, config: Config, fields: Fields) -> None:
    if value in ("", "{}"):
        raise Ignored
    try:
        data: Any = orjson.loads(value)
    except ValueError:
        data = value
    if isinstance(data, dict):
        for key in (
            "installed_version", "latest_version", "title", "release_summary", "release_url", "entity_picture",
            "in_progress", "update_percentage",
        ):  # fmt: skip
            if key in data:
                fields[key] = data[key]
    else:
        fields["installed_version"] = value
    _compare(fields)


def _latest(value: str, config: Config, fields: Fields) -> None:
    if value:
        fields["latest_version"] = value
        _compare(fields)


def _compare(fields: Fields) -> None:
    installed, latest = fields.get("installed_version"), fields.get("latest_version")
    known = installed is not None and latest is not None
    fields["state"] = ("off" if str(installed) == str(latest) else "on") if known else None


def _install(telling: Telling) -> None:
    telling.publish("command_topic", text(telling.config, "payload_install"))


def _update_commands(config: Config) -> dict[str, Tell]:
    return {"install": _install} if config.get("command_topic") and config.get("payload_install") is not None else {}


def _update_facts(config: Config) -> dict[str, Any]:
    facts = {"title": config.get("title"), "release_url": config.get("release_url")}
    return {key: value for key, value in facts.items() if value is not None}


def _update_attributes(config: Config, fields: Fields) -> dict[str, Any]:
    empty = dict.fromkeys(("installed_version", "latest_version", "release_summary", "release_url", "title"))
    return {
        "auto_update": False,
        "in_progress": False,
        "skipped_version": None,
        "update_percentage": None,
        **empty,
        **_update_facts(config),
        **known_fields(config, fields),
    }


UPDATE = Component(
    parts=(
        Part("state_topic", "value_template", _update),
        Part("latest_version_topic", "latest_version_template", _latest),
    ),
    kind=on_off_kind,
    features=lambda config: 4 + (1 if config.get("payload_install") is not None else 0),
    required=("state_topic",),
    capabilities=_update_facts,
    attributes=_update_attributes,
    commands=_update_commands,
    records=False,
)


def _picture(value: str, config: Config, fields: Fields) -> None:
    fields["url"] = value or None
    fields["state"] = fields["url"]


IMAGE = Component(parts=(Part("url_topic", "url_template", _picture),), records=False)
"""Its address, where it has one; picture bytes are not kept."""
CAMERA = Component(features=lambda config: 0, records=False)
SILENT = Component(records=False)
"""Tags, device triggers, infrared and others that have no state of their own."""


def limits(config: Config) -> dict[str, Any]:
    """Minimum, maximum and step of a number."""
    return {
        "min": number(config, "min", 0.0),
        "max": number(config, "max", 100.0),
        "step": number(config, "step", 1.0),
        "mode": text(config, "mode", "auto"),
    }


def optimistic(config: Config, topic: str) -> bool:
    return boolean(config, "optimistic") or config.get(topic) is None
