"""What an automation sees of the house and may do in it; the live house and recorded history are both one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from hub.automation.memory import Memory
from hub.clock import Clock

UNKNOWN, UNAVAILABLE = "unknown", "unavailable"
_NOTHING: Mapping[str, Any] = {}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """What led to a change, so that an automation that sets itself off is found out."""

    id: str = ""
    parent_id: str | None = None
    user_id: str | None = None


current: ContextVar[Context | None] = ContextVar("context of an automation", default=None)
"""Set while a run does something; news published meanwhile came of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An entity as automations see it: its state a text, as Home Assistant's are."""

    entity_id: str
    state: str
    attributes: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    last_changed: datetime = _EPOCH
    """When `state` became what it is."""
    last_updated: datetime = _EPOCH
    """When the state or an attribute last changed."""
    context: Context = Context()

    @property
    def domain(self) -> str:
        return self.entity_id.partition(".")[0]

    @property
    def object_id(self) -> str:
        return self.entity_id.partition(".")[2]

    @property
    def name(self) -> str:
        return str(self.attributes.get("friendly_name") or self.object_id.replace("_", " "))


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    id: str
    name: str = ""
    area: str = ""
    labels: frozenset[str] = frozenset()
    entries: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """manufacturer, model, sw_version, identifiers ..."""


@dataclass(frozen=True, slots=True)
class EntityFacts:
    id: str
    device: str = ""
    area: str = ""
    """Its own; empty: the device's."""
    labels: frozenset[str] = frozenset()
    integration: str = ""
    entry: str = ""
    hidden: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """An area, a floor or a label."""

    id: str
    name: str
    floor: str = ""
    description: str = ""


@dataclass(slots=True)
class Directory:
    """Who belongs to what: devices, entities, areas, floors, labels, config entries."""

    devices: dict[str, DeviceFacts] = field(default_factory=dict)
    entities: dict[str, EntityFacts] = field(default_factory=dict)
    areas: dict[str, PlaceFacts] = field(default_factory=dict)
    floors: dict[str, PlaceFacts] = field(default_factory=dict)
    labels: dict[str, PlaceFacts] = field(default_factory=dict)
    entries: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Entry id -> title, domain, state ..."""

    def area_of(self, entity: EntityFacts) -> str:
        device = self.devices.get(entity.device)
        return entity.area or (device.area if device is not None else "")


class World(Protocol):
    """The house, live or as it was."""

    @property
    def clock(self) -> Clock: ...
    @property
    def time_zone(self) -> str:
        """The household's IANA name."""
        ...

    @property
    def place(self) -> tuple[float, float] | None:
        """The household's latitude and longitude."""
        ...

    @property
    def directory(self) -> Directory: ...
    @property
    def memory(self) -> Memory:
        """The journal, readings, habits."""
        ...

    def get(self, entity_id: str) -> Seen | None: ...
    def all(self) -> Iterable[Seen]: ...
    def of_domain(self, domain: str) -> Iterable[Seen]: ...
    async def call(self, action: str, data: Mapping[str, Any], context: Context) -> Mapping[str, Any] | None:
        """Call an action of the house. Raises HubError."""
        ...

    def fire(self, event_type: str, data: Mapping[str, Any], context: Context) -> None: ...
