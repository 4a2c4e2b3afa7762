"""What a field offers to choose from: entities as automations see them, devices, areas, floors and labels."""

from __future__ import annotations

from collections.abc import Iterable

from hub.automation.world import DeviceFacts, Directory, EntityFacts, PlaceFacts, Seen
from hub.model import Entity
from hub.registry import slug
from hub.view.base import Base


class ChoosingView(Base):
    def choosable(self) -> Iterable[Seen]:
        """Every entity that the actor may see."""
        return [_seen(one) for one in self._visible()]

    def choosable_entity(self, entity_id: str) -> Seen | None:
        found = self._rooms.entities.all.get(entity_id)
        return _seen(found) if found is not None and found.enabled and self._may_entity(found) else None

    def directory(self) -> Directory:
        """Devices, areas and entries of the entities that the actor may see."""
        found = Directory()
        scope = self.scope()
        for device in self._rooms.entities.devices.values():
            about = device.description
            if device.ignored or not scope.covers(device.person):
                continue
            area = slug(about.suggested_area) if about.suggested_area else ""
            if area:
                found.areas.setdefault(area, PlaceFacts(area, about.suggested_area))
            more = {"manufacturer": about.manufacturer, "model": about.model, "sw_version": about.sw_version}
            found.devices[device.id] = DeviceFacts(
                device.id, about.name, area, entries=(device.entry,) if device.entry else (), attributes=more
            )
        for entry in self._rooms.supervisor.entries.values():
            if scope.touches(entry.person or "household"):
                found.entries[entry.id] = {"title": entry.title, "domain": entry.domain}
        for entity in self._visible():
            domain = str(found.entries.get(entity.entry, {}).get("domain", ""))
            found.entities[entity.id] = EntityFacts(
                entity.id, entity.device, integration=domain, entry=entity.entry, name=entity.name
            )
        return found

    def _visible(self) -> list[Entity]:
        return [one for one in self._rooms.entities.all.values() if one.enabled and self._may_entity(one)]


def _seen(entity: Entity) -> Seen:
    facts = {
        "friendly_name": entity.name,
        "unit_of_measurement": entity.unit,
        "device_class": entity.device_class,
        "options": list(entity.options),
    }
    return Seen(entity.id, "", {**entity.attributes, **{key: one for key, one in facts.items() if one}})
