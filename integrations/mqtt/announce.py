"""The hub's entities as Home Assistant's discovery, one device for each person and one for the household."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.api import HOUSEHOLD, Entity, Household, Kind, Metric, Person
from integrations.mqtt.discovery.catalogue import ORIGIN
from integrations.mqtt.discovery.vocabulary import CLASSES, SENSOR, STATE_CLASSES

_STATE_CLASSES = STATE_CLASSES - {"measurement_angle"}
LIVE_VALUE = "{{ (value_json.value if not value_json.late) | is_defined }}"
"""Late readings come on the same topic, and are not the state."""
_YOUNG_CLASSES = frozenset({
    "absolute_humidity", "area", "blood_glucose_concentration", "conductivity", "energy_distance", "pm4", "radon",
    "reactive_energy", "temperature_delta", "uptime", "wind_direction",
})  # fmt: skip
"""A Home Assistant older than a device class refuses the whole entity; without one it shows it all the same."""
_AVAILABLE = "{{ 'online' if value_json.available else 'offline' }}"


def component_for(entity: Entity) -> str:
    """What a Home Assistant shows an entity as; what it could only misunderstand is a sensor."""
    told = set(entity.commands)
    # Helpers are there what they are on a device.
    component = entity.component.removeprefix("input_")
    if component == "binary_sensor":
        return "binary_sensor"
    if component == "button" and "press" in told:
        return "button"
    if component in ("number", "text") and "set_value" in told:
        return component
    if component == "select" and "select_option" in told:
        return "select"
    return "switch" if {"turn_on", "turn_off"} <= told and entity.component != "scene" else "sensor"


def config_topic(prefix: str, household: str, entity: Entity) -> str:
    return f"{prefix}/{component_for(entity)}/homeostat_{household}/{entity.id.replace('.', '_')}/config"


def unit_of(entity: Entity, metric: Metric | None) -> str:
    """Home Assistant's spelling of the unit that published values have."""
    if metric is not None and metric.ha_unit is not None:
        return metric.ha_unit
    return "" if entity.unit == "1" else entity.unit


def announcement(
    entity: Entity,
    metric: Metric | None,
    household: Household,
    person: Person | None,
    topic: str,
    status: str,
    version: str,
) -> dict[str, Any]:
    """The discovery message of one entity."""
    component = component_for(entity)
    owner = entity.person or HOUSEHOLD
    identity = f"homeostat_{household.id}"
    config: dict[str, Any] = {
        "name": str(entity.attributes.get("friendly_name") or entity.name) if entity.device else entity.name,
        "unique_id": f"{identity}_{entity.series}",
        "object_id": entity.id.partition(".")[2],
        "default_entity_id": f"{component}.{entity.id.partition('.')[2]}",
        "availability": [
            {"topic": status},
            *([] if component == "button" else [{"topic": topic, "value_template": _AVAILABLE}]),
        ],
        "availability_mode": "all",
        "device": {
            "identifiers": [f"{identity}_{owner}"],
            "name": person.name if person is not None else household.name,
            "manufacturer": ORIGIN,
            "model": "Person" if person is not None else "Household",
            "sw_version": version,
        },
        "origin": {"name": ORIGIN, "sw_version": version},
        **_values(component, entity, unit_of(entity, metric)),
    }
    if component != "button":
        config |= {"state_topic": topic, "value_template": LIVE_VALUE}
    if component not in ("sensor", "binary_sensor"):
        config["command_topic"] = f"{topic}/set"
    if entity.category and not (entity.category == "config" and component in ("sensor", "binary_sensor")):
        config["entity_category"] = entity.category
    if entity.icon.startswith("mdi:"):
        config["icon"] = entity.icon
    return config


def _values(component: str, entity: Entity, unit: str) -> dict[str, Any]:
    facts: Mapping[str, Any] = entity.attributes
    found: dict[str, Any] = {}
    if component == "sensor":
        found = _sensor(entity, unit)
    elif component == "binary_sensor":
        found = {"payload_on": "on", "payload_off": "off"}
    elif component == "switch":
        found = {"payload_on": "on", "payload_off": "off", "state_on": "on", "state_off": "off"}
    elif component == "button":
        found = {"payload_press": "press"}
    elif component == "number":
        found = {key: facts[key] for key in ("min", "max", "step", "mode") if key in facts}
        if unit:
            found["unit_of_measurement"] = unit
    elif component == "select":
        found = {"options": list(entity.options)}
    elif component == "text":
        found = {key: facts[key] for key in ("min", "max", "mode") if key in facts}
    if component != "sensor" and entity.device_class in CLASSES.get(component, {}) and component != "number":
        found["device_class"] = entity.device_class
    return found


def _sensor(entity: Entity, unit: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if entity.kind in (Kind.ENUM, Kind.TEXT):
        if entity.kind is Kind.ENUM and entity.options:
            found = {"device_class": "enum", "options": list(entity.options)}
        return found
    if unit:
        found["unit_of_measurement"] = unit
    known = SENSOR.get(entity.device_class)
    suits = known is not None and (known.units is None or (unit or None) in known.units)
    if suits and entity.device_class not in _YOUNG_CLASSES:
        found["device_class"] = entity.device_class
    found["state_class"] = entity.state_class if entity.state_class in _STATE_CLASSES else "measurement"
    if entity.precision is not None:
        found["suggested_display_precision"] = max(0, entity.precision)
    return found
