"""Home Assistant's components, as data: what each reads, shows and can be told."""

from __future__ import annotations

from integrations.mqtt.components import (
    air,
    climate,
    light_basic,
    light_json,
    light_template,
    opening,
    reporting,
    settable,
    working,
)
from integrations.mqtt.components.base import Component, Config, boolean, number, plain, text

__all__ = ["Component", "Config", "boolean", "component_of", "number", "plain", "text"]

_COMPONENTS: dict[str, Component] = {
    "alarm_control_panel": working.ALARM_CONTROL_PANEL,
    "binary_sensor": reporting.BINARY_SENSOR,
    "button": settable.BUTTON,
    "camera": reporting.CAMERA,
    "climate": climate.CLIMATE,
    "cover": opening.COVER,
    "date": settable.DATE,
    "datetime": settable.DATETIME,
    "device_tracker": reporting.DEVICE_TRACKER,
    "event": reporting.EVENT,
    "fan": air.FAN,
    "humidifier": air.HUMIDIFIER,
    "image": reporting.IMAGE,
    "infrared": settable.INFRARED,
    "lawn_mower": working.LAWN_MOWER,
    "lock": working.LOCK,
    "notify": settable.NOTIFY,
    "number": settable.NUMBER,
    "scene": settable.SCENE,
    "select": settable.SELECT,
    "sensor": reporting.SENSOR,
    "siren": settable.SIREN,
    "switch": settable.SWITCH,
    "text": settable.TEXT,
    "time": settable.TIME,
    "update": reporting.UPDATE,
    "vacuum": working.VACUUM,
    "valve": opening.VALVE,
    "water_heater": climate.WATER_HEATER,
}
_LIGHTS = {
    "basic": light_basic.BASIC,
    "default": light_basic.BASIC,
    "json": light_json.JSON,
    "template": light_template.TEMPLATE,
}
WITHOUT_ENTITY = frozenset({"device_automation", "tag"})
"""Announced by publishers, and of no entity: triggers for automations."""


def component_of(name: str, config: Config) -> Component:
    """Raises ValueError for a schema that a light does not have."""
    if name != "light":
        return _COMPONENTS[name]
    schema = text(config, "schema", "basic").lower()
    if schema not in _LIGHTS:
        raise ValueError(f"a light's `schema` is basic, json or template, not {schema!r}")
    return _LIGHTS[schema]
