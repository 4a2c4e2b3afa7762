"""From an announced configuration to what the hub is told of it and what is listened to for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.api import DeviceDescription, EntityDescription, Template, TemplateEnvironment
from integrations.mqtt.components import Component, boolean, component_of, number, plain, text
from integrations.mqtt.components.reporting import is_open, optimistic
from integrations.mqtt.discovery.names import names
from integrations.mqtt.discovery.payload import Announced, Refused
from integrations.mqtt.discovery.rules import check, cleaned
from integrations.mqtt.discovery.vocabulary import METRIC, Reading
from integrations.mqtt.topics import check_filter

_DEVICE_TEXTS = ("manufacturer", "model", "sw_version", "hw_version", "serial_number", "suggested_area")


@dataclass(frozen=True, slots=True)
class Availability:
    """A topic that says whether the source is there."""

    topic: str
    template: str
    available: str
    not_available: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One discovered entity, ready to be described and listened to."""

    key: str
    name: str
    """The component's name."""
    component: Component
    config: Mapping[str, Any]
    description: EntityDescription
    conversion: Reading | None
    availability: tuple[Availability, ...]
    availability_mode: str
    expire_after: float
    off_delay: float
    encoding: str
    when: Template | None
    """From `taken_at_template`: when the value was measured. Home Assistant does not know this key."""
    open: bool
    """True when only its values can tell whether they are numbers."""
    optimistic: bool


def build(announced: Announced, device: DeviceDescription | None, templates: TemplateEnvironment) -> Thing:
    """Raises Refused with a reason."""
    config = cleaned(announced.component, announced.config)
    try:
        component = component_of(announced.component, config)
        check(announced.component, component, config, templates)
        return _thing(announced, component, config, device, templates)
    except ValueError as error:
        raise Refused(str(error)) from None


def _thing(
    announced: Announced,
    component: Component,
    config: dict[str, Any],
    device: DeviceDescription | None,
    templates: TemplateEnvironment,
) -> Thing:
    unique = config.get("unique_id")
    key = f"{announced.component}:{unique}" if unique is not None else f"{announced.component}/{announced.id}"
    called = names(announced.component, config, device.name if device is not None else None)
    unit, device_class = text(config, "unit_of_measurement"), text(config, "device_class")
    conversion = METRIC.get(device_class, {}).get(unit) if announced.component == "sensor" else None
    if conversion is not None and unique is None and device_class != "temperature":
        conversion = None  # only a registered entity is given another unit
    kept_unit = conversion.unit if conversion is not None else unit
    kind, options = component.kind(config)
    assumed = _assumed(component, config)
    precision = config.get("suggested_display_precision")
    description = EntityDescription(
        key=key,
        name=called.own,
        component=announced.component,
        device=device.key if device is not None else "",
        unit=kept_unit,
        kind=kind,
        device_class=device_class,
        state_class=text(config, "state_class"),
        category=text(config, "entity_category"),
        object_id=called.object_id,
        options=options,
        enabled=boolean(config, "enabled_by_default", True),
        icon=text(config, "icon"),
        precision=None if precision is None else int(number(config, "suggested_display_precision", 0)),
        commands=tuple(component.commands(config)),
        record=component.records,
        attributes=_facts(announced.component, component, config, called.friendly, kept_unit, assumed),
    )
    return Thing(
        key=key,
        name=announced.component,
        component=component,
        config=config,
        description=description,
        conversion=conversion,
        availability=_availability(config),
        availability_mode=text(config, "availability_mode", "latest"),
        expire_after=number(config, "expire_after", 0),
        off_delay=number(config, "off_delay", 0),
        encoding=_encoding(config),
        when=templates.compile(text(config, "taken_at_template")) if config.get("taken_at_template") else None,
        open=announced.component == "sensor" and is_open(config),
        optimistic=assumed,
    )


def _encoding(config: Mapping[str, Any]) -> str:
    """`utf-8` by default, empty when values are bytes."""
    if "encoding" not in config:
        return "utf-8"
    word = text(config, "encoding").lower()
    return "utf-8" if word in ("utf8", "utf-8") else word


def _assumed(component: Component, config: Mapping[str, Any]) -> bool:
    """Whether a command's effect has to be taken for granted."""
    if not component.commands(config) or not component.parts:
        return False
    return all(optimistic(config, topic) for topic in component.optimistic.split())


def _facts(
    name: str, component: Component, config: Mapping[str, Any], friendly: str, unit: str, assumed: bool
) -> dict[str, Any]:
    """Home Assistant's attributes that do not change."""
    facts: dict[str, Any] = {
        "state_class": config.get("state_class"),
        **component.capabilities(config),
        "unit_of_measurement": unit or None if name in ("sensor", "number") else None,
        "device_class": config.get("device_class") or component.capabilities(config).get("device_class"),
        "icon": config.get("icon"),
        "entity_picture": config.get("entity_picture"),
        "assumed_state": True if assumed else None,
    }
    kept = {key: value for key, value in facts.items() if value is not None or key == "pattern"}
    kept["friendly_name"] = friendly
    if component.features is not None:
        kept["supported_features"] = component.features(config)
    return kept


def _availability(config: Mapping[str, Any]) -> tuple[Availability, ...]:
    if config.get("availability_topic") is not None:
        entries = [
            {
                "topic": config["availability_topic"],
                "value_template": config.get("availability_template"),
                "payload_available": config.get("payload_available"),
                "payload_not_available": config.get("payload_not_available"),
            }
        ]
    else:
        many = config.get("availability") or []
        entries = many if isinstance(many, list) else [many]
    return tuple(
        Availability(
            check_filter(one["topic"]),
            text(one, "value_template"),
            text(one, "payload_available", "online"),
            text(one, "payload_not_available", "offline"),
        )
        for one in entries
    )


def identities(device: Mapping[str, Any]) -> list[str]:
    """What a device is known by: its identifiers, then its connections. Raises Refused when there is nothing."""
    identifiers = device.get("identifiers")
    many = identifiers if isinstance(identifiers, list) else [identifiers]
    found = [plain(one) for one in many if one not in (None, "")]
    for pair in device.get("connections") or []:
        if isinstance(pair, list) and len(pair) == 2:
            kind, address = str(pair[0]), str(pair[1])
            found.append(f"{kind}={address.lower() if kind == 'mac' else address}")
    if not found:
        raise Refused("`device` needs `identifiers` or `connections`")
    return found


def describe_device(key: str, device: Mapping[str, Any], default_name: str, via: str) -> DeviceDescription:
    texts = {name: str(device[name]) for name in _DEVICE_TEXTS if device.get(name) not in (None, "")}
    address = str(device.get("configuration_url") or "")
    return DeviceDescription(
        key=key,
        name=text(device, "name") or default_name,
        via=via,
        configuration_url=address if address.startswith(("http://", "https://", "homeassistant://")) else "",
        **texts,
    )
