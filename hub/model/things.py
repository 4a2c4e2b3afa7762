"""Devices and entities: what an integration describes, and what the hub made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.model.metric import Kind

Component = str
"""Home Assistant's platform name: sensor, binary_sensor, switch, light, button, number, select, text, event ..."""

HELD = frozenset(
    {
        "input_boolean", "input_number", "input_text", "input_select", "input_datetime", "input_button",
        "counter", "timer", "schedule", "template", "group", "zone",
    }
)  # fmt: skip
"""Sources whose states stand until they say otherwise: nothing is measured that could go stale."""


@dataclass(frozen=True, slots=True)
class DeviceDescription:
    """A device as its integration sees it; `key` is unique within the config entry."""

    key: str
    name: str
    manufacturer: str = ""
    model: str = ""
    sw_version: str = ""
    hw_version: str = ""
    serial_number: str = ""
    via: str = ""
    suggested_area: str = ""
    configuration_url: str = ""
    person: str = ""
    """Whose it is, where the integration's configuration says so; empty: the entry's person, or the owner decides."""


@dataclass(frozen=True, slots=True)
class EntityDescription:
    """One thing a device measures or can do; `key` is unique within the config entry."""

    key: str
    name: str
    component: Component = "sensor"
    device: str = ""
    """Key of a `DeviceDescription`; empty: the entry itself."""
    metric: str = ""
    """Key of the `Metric` it measures, where there is one."""
    unit: str = ""
    """Unit of incoming values when there is no metric; kept as it is."""
    kind: Kind = Kind.GAUGE
    device_class: str = ""
    state_class: str = ""
    category: str = ""
    """Empty, `diagnostic` or `config`."""
    object_id: str = ""
    """Wished second half of the entity id; empty: made from device and name."""
    options: tuple[str, ...] = ()
    enabled: bool = True
    icon: str = ""
    precision: int | None = None
    commands: tuple[str, ...] = ()
    """What it can be told, e.g. `turn_on`, `turn_off`, `press`, `set_value`."""
    record: bool = True
    """False: state only, no history (an update's changelog, a camera)."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Fixed facts shown with the state: min, max, step, supported modes."""


@dataclass(frozen=True, slots=True)
class Device:
    """A described device, and whose it is."""

    id: str
    entry: str
    description: DeviceDescription
    person: str = ""
    """A slug, `household`, or empty while it waits for the owner to say."""
    ignored: bool = False

    @property
    def pending(self) -> bool:
        """True while nobody has said whose it is."""
        return not self.person


@dataclass(frozen=True, slots=True)
class Entity:
    """One series: one metric (or switch, button ...) of one person or the household from one source."""

    id: str
    """E.g. `sensor.anna_heart_rate`."""
    series: int
    """Storage key; small and dense."""
    entry: str
    key: str
    """The description's key, or `<metric>/<source>` for plain metrics; unique within the entry and person."""
    person: str
    """A slug, `household`, or empty while its device waits for the owner to say."""
    name: str
    component: Component = "sensor"
    metric: str = ""
    unit: str = ""
    """Canonical unit of stored values."""
    kind: Kind = Kind.GAUGE
    source: str = ""
    device: str = ""
    device_class: str = ""
    state_class: str = ""
    category: str = ""
    options: tuple[str, ...] = ()
    enabled: bool = True
    icon: str = ""
    precision: int | None = None
    commands: tuple[str, ...] = ()
    record: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """True when its state stands until its source says otherwise, however long that is."""
        return self.source in HELD


@dataclass(frozen=True, slots=True)
class Command:
    """Tell one entity of an entry to do something."""

    entity: str
    """The description's key."""
    name: str
    """One of the description's `commands`."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
