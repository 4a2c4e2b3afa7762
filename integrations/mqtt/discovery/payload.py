"""From a discovery message to full configurations: short keys spelled out, `~` replaced, both forms made one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from integrations.mqtt.discovery.abbreviations import DEVICE_KEYS, KEYS, ORIGIN_KEYS

LARGEST = 1_000_000
"""Bytes of a discovery message; the largest seen of a device with hundreds of components is a tenth of it."""
COMPONENTS = frozenset({
    "alarm_control_panel", "binary_sensor", "button", "camera", "climate", "cover", "date", "datetime",
    "device_automation", "device_tracker", "event", "fan", "humidifier", "image", "infrared", "lawn_mower", "light",
    "lock", "notify", "number", "scene", "select", "sensor", "siren", "switch", "tag", "text", "time", "update",
    "vacuum", "valve", "water_heater",
})  # fmt: skip
_SHARED = (
    "availability", "availability_mode", "availability_template", "availability_topic", "command_topic", "encoding",
    "message_expiry_interval", "payload_available", "payload_not_available", "qos", "state_topic",
)  # fmt: skip
"""What a device message says once for all its components."""
_PLACE = re.compile(r"(?P<component>\w+)/(?:(?P<node>[a-zA-Z0-9_-]+)/)?(?P<object>[a-zA-Z0-9_-]+)/config")


class Refused(Exception):
    """Why a discovery message, or one component of it, is not used; for its author's eyes."""


@dataclass(frozen=True, slots=True)
class Announced:
    """One entity's configuration, keys in full."""

    component: str
    id: str
    """Where it was announced: node, object and component ids; unique for its component."""
    config: Mapping[str, Any]
    device: Mapping[str, Any] | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a message says of its topic. With neither, all that it announced before is gone."""

    announced: tuple[Announced, ...] = ()
    migrating: bool = False
    """The entities stay and are about to be announced on another topic."""
    refused: tuple[tuple[str, str], ...] = ()
    """Component id and reason, for those parts that cannot be used."""


def is_discovery(prefix: str, topic: str) -> bool:
    """Whether a topic is one of those where devices announce themselves, well written or not."""
    return (
        topic.startswith(f"{prefix}/") and topic.endswith("/config") and topic.count("/") - prefix.count("/") in (3, 4)
    )


def place(prefix: str, topic: str) -> tuple[str, str] | None:
    """Component and discovery id of a discovery topic; None when it is not one."""
    if not topic.startswith(f"{prefix}/"):
        return None
    found = _PLACE.fullmatch(topic[len(prefix) + 1 :])
    if found is None:
        return None
    return found["component"], " ".join(part for part in (found["node"], found["object"]) if part)


def read(prefix: str, topic: str, payload: bytes) -> Announcement:
    """Raises Refused with a reason."""
    where = place(prefix, topic)
    if where is None:
        raise Refused("a discovery topic is <prefix>/<component>/[<node>/]<object>/config, its ids of A-Z a-z 0-9 _ -")
    component, identity = where
    if component not in COMPONENTS and component != "device":
        raise Refused(f"there is no component {component!r}")
    if not payload.strip():
        return Announcement()
    if len(payload) > LARGEST:
        raise Refused(f"{len(payload):,} bytes are more than the {LARGEST:,} a discovery message may have")
    try:
        config = orjson.loads(payload)
    except ValueError as error:
        raise Refused(f"it is not JSON: {error}") from None
    if not isinstance(config, dict):
        raise Refused("it is not a JSON object")
    config = _spelled(config, KEYS)
    if config.get("migrate_discovery") is True:
        return Announcement(migrating=True)
    if not config:
        return Announcement()
    _expand(config)
    device = _section(config, "device", DEVICE_KEYS)
    origin = _section(config, "origin", ORIGIN_KEYS) or {}
    if component == "device":
        return _of_device(identity, config, device, origin)
    return Announcement((Announced(component, identity, config, device, origin),))


def _of_device(
    identity: str, config: dict[str, Any], device: Mapping[str, Any] | None, origin: Mapping[str, Any]
) -> Announcement:
    components = config.get("components")
    if device is None:
        raise Refused("a message about a device needs `device`")
    if not origin.get("name"):
        raise Refused("a message about a device needs `origin` with a `name`")
    if not isinstance(components, dict):
        raise Refused("a message about a device needs `components`, an object")
    children = config.get("child_devices")
    shared = {key: config[key] for key in _SHARED if key in config}
    announced, refused = [], []
    for name, raw in components.items():
        try:
            one = _component(name, raw, shared, config.get("~"))
            if one is None:
                continue
            component, full = one
            own = _child(full, device, children if isinstance(children, dict) else {})
            announced.append(Announced(component, f"{identity} {name}", full, own, origin))
        except Refused as reason:
            refused.append((str(name), str(reason)))
    return Announcement(tuple(announced), refused=tuple(refused))


def _component(name: str, raw: Any, shared: Mapping[str, Any], base: Any) -> tuple[str, dict[str, Any]] | None:
    """None for a component that is to be removed: it has nothing but its platform."""
    if not isinstance(raw, dict):
        raise Refused("a component is a JSON object")
    if not re.fullmatch(r"[a-zA-Z0-9_-]+", name):
        raise Refused("a component's id has only A-Z a-z 0-9 _ -")
    config = _spelled(raw, KEYS)
    component = config.pop("platform", None)
    if component not in COMPONENTS:
        raise Refused(f"there is no component {component!r}")
    if not config:
        return None
    if "unique_id" not in config and component not in ("device_automation", "tag"):
        raise Refused("a component of a device needs a `unique_id`")
    if base is not None:
        config.setdefault("~", base)
    _expand(config)
    if any(key in config for key in ("availability", "availability_topic")):
        shared = {key: value for key, value in shared.items() if not key.startswith("availability")}
    return component, {**shared, **config}


def _child(config: dict[str, Any], device: Mapping[str, Any], children: Mapping[str, Any]) -> Mapping[str, Any]:
    """The device a component belongs to: the message's own, or one of its child devices."""
    inner = config.pop("device", None)
    name = inner.get("child_device", inner.get("cdev")) if isinstance(inner, dict) else config.get("child_device")
    child = children.get(name) if isinstance(name, str) else None
    if not isinstance(child, dict):
        return device
    described = _spelled(child, DEVICE_KEYS)
    parent = device.get("identifiers")
    first = parent[0] if isinstance(parent, list) and parent else parent
    return {"identifiers": [f"{first}_{name}"], **described, **({"via_device": first} if first else {})}


def _spelled(config: Mapping[str, Any], table: Mapping[str, str]) -> dict[str, Any]:
    full: dict[str, Any] = {}
    for key, value in config.items():
        name = table.get(key, key)
        if name == "availability" and isinstance(value, (dict, list)):
            value = value if isinstance(value, list) else [value]
            value = [_spelled(one, KEYS) if isinstance(one, dict) else one for one in value]
        full[name] = value
    return full


def _section(config: dict[str, Any], name: str, table: Mapping[str, str]) -> dict[str, Any] | None:
    value = config.pop(name, None)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused(f"`{name}` is not an object")
    return _spelled(value, table)


def _expand(config: dict[str, Any]) -> None:
    """Put the base topic in at the first or last place of every topic that asks for it."""
    base = config.pop("~", None)
    if not isinstance(base, str):
        return
    _replace(config, base)
    availability = config.get("availability")
    for one in availability if isinstance(availability, list) else [availability]:
        if isinstance(one, dict):
            _replace(one, base)


def _replace(config: dict[str, Any], base: str) -> None:
    for key, value in config.items():
        if key.endswith("topic") and isinstance(value, str) and value:
            if value[0] == "~":
                value = base + value[1:]
            if value.endswith("~"):
                value = value[:-1] + base
            config[key] = value
