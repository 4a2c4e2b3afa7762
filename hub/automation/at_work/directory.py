"""Who belongs to what in the live house, as far as somebody may see it."""

from __future__ import annotations

from collections.abc import Callable

from hub.automation.world import DeviceFacts, Directory, EntityFacts, PlaceFacts
from hub.model import Device
from hub.registry import Entities
from hub.template import slugify


def directory_of(
    entities: Entities, sees: Callable[[str], bool], views: Callable[[str], bool] = lambda person: False
) -> Directory:
    """Areas are those that devices say they stand in. A device is there when one of its entities is.

    So is one without entities, such as a remote that only tells what is pressed, of whom `views` allows.
    """
    made = Directory()
    for entity in entities.all.values():
        if not entity.enabled or not sees(entity.id):
            continue
        made.entities[entity.id] = EntityFacts(
            entity.id,
            device=entity.device,
            integration=entity.source,
            entry=entity.entry,
            name=entity.name,
        )
        made.entries.setdefault(entity.entry, {"title": entity.entry, "domain": entity.source})
        device = entities.devices.get(entity.device)
        if device is not None and device.id not in made.devices:
            _add(made, device, entity.source)
    furnished = {one.device for one in entities.all.values()}
    for device in entities.devices.values():
        if device.id not in furnished and not device.ignored and views(device.person):
            known = made.entries.setdefault(device.entry, {"title": device.entry, "domain": device.entry})
            _add(made, device, str(known["domain"]))
    return made


def _add(made: Directory, device: Device, source: str) -> None:
    told = device.description
    area = slugify(told.suggested_area) if told.suggested_area else ""
    if area:
        made.areas.setdefault(area, PlaceFacts(area, told.suggested_area))
    attributes = {
        "manufacturer": told.manufacturer,
        "model": told.model,
        "sw_version": told.sw_version,
        "hw_version": told.hw_version,
        "serial_number": told.serial_number,
        "configuration_url": told.configuration_url,
        "identifiers": [(source, told.key)],
    }
    made.devices[device.id] = DeviceFacts(
        device.id,
        told.name,
        area,
        frozenset(),
        (device.entry,),
        {key: one for key, one in attributes.items() if one},
    )
