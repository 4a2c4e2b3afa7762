"""How entities and devices are called, as Home Assistant calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.api import slugify
from integrations.mqtt.components import text
from integrations.mqtt.discovery.vocabulary import CLASSES, NAMELESS

_NAMED_BY_CLASS = frozenset({"binary_sensor", "button", "event", "number", "sensor", "update"})


class Names(NamedTuple):
    own: str
    """Without the device's name; the device's name for an entity that has none of its own."""
    friendly: str
    """With the device's name before it."""
    object_id: str


def names(component: str, config: Mapping[str, Any], device: str | None) -> Names:
    """`device` is the name of its device, None when it has no device."""
    own = _own(component, config)
    if device is None:
        friendly = own or _nameless(component, config)
    else:
        friendly = f"{device} {own}" if own else device
    wished = text(config, "default_entity_id")
    object_id = slugify(wished.partition(".")[2] or wished) if wished else slugify(friendly)
    return Names(own or friendly, friendly, object_id)


def _own(component: str, config: Mapping[str, Any]) -> str:
    if "name" in config:
        return text(config, "name")
    device_class = config.get("device_class")
    if device_class not in (None, "enum") and component in _NAMED_BY_CLASS:
        return CLASSES[component].get(str(device_class), "")
    return "" if component == "device_tracker" else _nameless(component, config)


def _nameless(component: str, config: Mapping[str, Any]) -> str:
    if component == "light" and config.get("schema") in ("json", "template"):
        return "MQTT JSON Light" if config["schema"] == "json" else "MQTT Template Light"
    return f"MQTT {NAMELESS.get(component, component.replace('_', ' ').title())}"
