"""What makes a configuration unusable. Everything else in it is taken or left out."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from hub.api import TemplateEnvironment, TemplateFailed
from integrations.mqtt.components import Component
from integrations.mqtt.discovery.vocabulary import CATEGORIES, CLASSES, SENSOR, STATE_CLASSES, UNIT_SPELLINGS
from integrations.mqtt.topics import check_filter, check_topic

_PUBLISHED = ("command_topic", "set_position_topic", "set_fan_speed_topic")
_COMMANDS = frozenset({"sensor", "binary_sensor"})


def cleaned(name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with spellings made one and meaningless nulls dropped."""
    config = dict(raw)
    for key in ("unit_of_measurement", "device_class", "state_class", "entity_category", "icon"):
        if config.get(key) in ("", None):
            config.pop(key, None)
    unit = config.get("unit_of_measurement")
    if unit is not None:
        config["unit_of_measurement"] = UNIT_SPELLINGS.get(str(unit).strip(), str(unit).strip())
    if isinstance(config.get("device_class"), str):
        config["device_class"] = config["device_class"].lower()
    if name not in CLASSES:
        config.pop("device_class", None)
    if name != "sensor":
        config.pop("state_class", None)
    return config


def check(name: str, component: Component, config: Mapping[str, Any], templates: TemplateEnvironment) -> None:
    """Raises ValueError with the reason."""
    for key in component.required:
        if config.get(key) is None:
            raise ValueError(f"`{key}` is missing")
    _check_topics(config)
    for key, value in config.items():
        if key.endswith("_template") and value is not None:
            _check_template(key, value, templates)
    _check_availability(config, templates)
    qos = config.get("qos", 0)
    if str(qos) not in ("0", "1", "2"):
        raise ValueError(f"`qos` is 0, 1 or 2, not {qos!r}")
    encoding = config.get("encoding", "utf-8")
    if encoding:
        try:
            codecs.lookup(str(encoding))
        except LookupError:
            raise ValueError(f"`encoding` {encoding!r} is not known") from None
    _check_vocabulary(name, config)
    component.check(config)
    # Whatever else is read of it must be readable: numbers that are numbers, truths that are true or false.
    component.kind(config), component.capabilities(config), component.commands(config)
    if component.features is not None:
        component.features(config)


def _check_topics(config: Mapping[str, Any]) -> None:
    for key, value in config.items():
        if not key.endswith("_topic") or value is None:
            continue
        if not isinstance(value, str):
            raise ValueError(f"`{key}` is not a text")
        try:
            (check_topic if key.endswith(_PUBLISHED) else check_filter)(value)
        except ValueError as error:
            raise ValueError(f"`{key}`: {error}") from None


def _check_template(key: str, value: Any, templates: TemplateEnvironment) -> None:
    try:
        templates.compile(str(value))
    except TemplateFailed as error:
        raise ValueError(f"`{key}`: {error}") from None


def _check_availability(config: Mapping[str, Any], templates: TemplateEnvironment) -> None:
    many = config.get("availability")
    if many is not None and config.get("availability_topic") is not None:
        raise ValueError("`availability` and `availability_topic` exclude each other")
    if config.get("availability_mode", "latest") not in ("all", "any", "latest"):
        raise ValueError("`availability_mode` is all, any or latest")
    if many is None:
        return
    for one in many if isinstance(many, list) else [many]:
        if not isinstance(one, dict) or not isinstance(one.get("topic"), str):
            raise ValueError("each of `availability` needs a `topic`")
        check_filter(one["topic"])
        if one.get("value_template") is not None:
            _check_template("availability: value_template", one["value_template"], templates)


def _check_vocabulary(name: str, config: Mapping[str, Any]) -> None:
    category, state_class = config.get("entity_category"), config.get("state_class")
    if category is not None and category not in CATEGORIES:
        raise ValueError(f"`entity_category` is config or diagnostic, not {str(category)[:40]!r}")
    if category == "config" and name in _COMMANDS:
        raise ValueError(f"a {name} cannot be of the category config: it has nothing to set")
    if state_class is not None and state_class not in STATE_CLASSES:
        raise ValueError(f"there is no state class {str(state_class)[:40]!r}")
    device_class, unit = config.get("device_class"), config.get("unit_of_measurement")
    if device_class is None:
        return
    if device_class not in CLASSES[name]:
        raise ValueError(f"a {name} has no device class {str(device_class)[:40]!r}")
    if name in ("sensor", "number") and unit is not None:
        units = SENSOR[str(device_class)].units
        if units is not None and unit not in units:
            fitting = ", ".join(sorted(one for one in units if one)) or "none"
            raise ValueError(f"the unit {unit!r} does not suit the device class {device_class}; it has {fitting}")
