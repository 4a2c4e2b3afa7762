"""Template functions about devices, areas, floors, labels and config entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.automation.world import Directory, EntityFacts, PlaceFacts, World
from hub.template import slugify


def lookups(world: World) -> dict[str, Callable[..., Any]]:
    """Name -> function; all of them are filters too."""
    return {name: getattr(Lookups(world), name) for name in _NAMES}


class Lookups:
    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _all(self) -> Directory:
        return self._world.directory

    # Devices

    def device_id(self, wanted: str) -> str | None:
        """Of an entity, or of the device of this name."""
        if (entity := self._all.entities.get(wanted)) is not None:
            return entity.device or None
        return next((one.id for one in self._all.devices.values() if one.name == wanted), None)

    def device_name(self, wanted: str) -> str | None:
        device = self._all.devices.get(wanted) or self._all.devices.get(self.device_id(wanted) or "")
        return device.name if device is not None else None

    def device_attr(self, wanted: str, name: str) -> Any:
        device = self._all.devices.get(wanted) or self._all.devices.get(self.device_id(wanted) or "")
        if device is None:
            return None
        own = {"id": device.id, "name": device.name, "area_id": device.area or None, "labels": sorted(device.labels),
               "config_entries": list(device.entries)}  # fmt: skip
        return own.get(name, device.attributes.get(name))

    def is_device_attr(self, wanted: str, name: str, value: Any) -> bool:
        return bool(self.device_attr(wanted, name) == value)

    def device_entities(self, device: str) -> list[str]:
        return sorted(one.id for one in self._all.entities.values() if one.device == device and device)

    # Areas and floors

    def areas(self) -> list[str]:
        return list(self._all.areas)

    def area_id(self, wanted: str) -> str | None:
        """Of an area's name, an entity or a device."""
        if (found := _named(self._all.areas, wanted)) is not None:
            return found.id
        if (entity := self._all.entities.get(wanted)) is not None:
            return self._all.area_of(entity) or None
        device = self._all.devices.get(wanted)
        return (device.area or None) if device is not None else None

    def area_name(self, wanted: str) -> str | None:
        area = self._all.areas.get(wanted) or self._all.areas.get(self.area_id(wanted) or "")
        return area.name if area is not None else None

    def area_entities(self, wanted: str) -> list[str]:
        area = _key(self._all.areas, wanted)
        return sorted(one.id for one in self._all.entities.values() if area and self._all.area_of(one) == area)

    def area_devices(self, wanted: str) -> list[str]:
        area = _key(self._all.areas, wanted)
        return sorted(one.id for one in self._all.devices.values() if area and one.area == area)

    def floors(self) -> list[str]:
        return list(self._all.floors)

    def floor_id(self, wanted: str) -> str | None:
        """Of a floor's name, or of what `area_id` takes."""
        if (found := _named(self._all.floors, wanted)) is not None:
            return found.id
        area = self._all.areas.get(wanted) or self._all.areas.get(self.area_id(wanted) or "")
        return (area.floor or None) if area is not None else None

    def floor_name(self, wanted: str) -> str | None:
        floor = self._all.floors.get(wanted) or self._all.floors.get(self.floor_id(wanted) or "")
        return floor.name if floor is not None else None

    def floor_areas(self, wanted: str) -> list[str]:
        floor = _key(self._all.floors, wanted)
        return [one.id for one in self._all.areas.values() if floor and one.floor == floor]

    def floor_entities(self, wanted: str) -> list[str]:
        return sorted(one for area in self.floor_areas(wanted) for one in self.area_entities(area))

    # Labels

    def labels(self, wanted: str | None = None) -> list[str]:
        if wanted is None:
            return list(self._all.labels)
        entity, device = self._all.entities.get(wanted), self._all.devices.get(wanted)
        return sorted((entity.labels if entity else frozenset()) | (device.labels if device else frozenset()))

    def label_id(self, wanted: str) -> str | None:
        found = _named(self._all.labels, wanted)
        return found.id if found is not None else None

    def label_name(self, wanted: str) -> str | None:
        found = self._all.labels.get(wanted)
        return found.name if found is not None else None

    def label_description(self, wanted: str) -> str | None:
        found = self._all.labels.get(wanted)
        return found.description if found is not None else None

    def label_entities(self, wanted: str) -> list[str]:
        label = _key(self._all.labels, wanted)
        return sorted(one.id for one in self._all.entities.values() if label in one.labels)

    def label_devices(self, wanted: str) -> list[str]:
        label = _key(self._all.labels, wanted)
        return sorted(one.id for one in self._all.devices.values() if label in one.labels)

    def label_areas(self, wanted: str) -> list[str]:
        return []

    # Entities and config entries

    def entity_name(self, entity_id: str) -> str | None:
        found = self._all.entities.get(entity_id)
        return found.name or None if found is not None else None

    def is_hidden_entity(self, entity_id: str) -> bool:
        found = self._all.entities.get(entity_id)
        return found is not None and found.hidden

    def integration_entities(self, wanted: str) -> list[str]:
        """Of an integration's domain, or of the config entry of this title."""
        titled = {key for key, one in self._all.entries.items() if one.get("title") == wanted}

        def fits(one: EntityFacts) -> bool:
            return one.entry in titled if titled else one.integration == wanted

        return sorted(one.id for one in self._all.entities.values() if fits(one))

    def config_entry_id(self, entity_id: str) -> str | None:
        found = self._all.entities.get(entity_id)
        return (found.entry or None) if found is not None else None

    def config_entry_attr(self, entry: str, name: str) -> Any:
        return self._all.entries.get(entry, {}).get(name)

    def issues(self) -> dict[str, Any]:
        return {}

    def issue(self, domain: str, issue_id: str) -> None:
        return None


_NAMES = tuple(name for name in vars(Lookups) if not name.startswith("_"))


def _named(places: Mapping[str, PlaceFacts], wanted: str) -> PlaceFacts | None:
    folded = slugify(str(wanted))
    return next((one for one in places.values() if one.name == wanted or slugify(one.name) == folded), None)


def _key(places: Mapping[str, PlaceFacts], wanted: str) -> str:
    if wanted in places:
        return wanted
    found = _named(places, wanted)
    return found.id if found is not None else ""
