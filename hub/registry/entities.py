"""Devices and entities: found by what their integration calls them, kept, and given to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.model import (
    HOUSEHOLD,
    ConfigEntry,
    Device,
    DeviceDescription,
    DeviceFound,
    EntitiesChanged,
    Entity,
    EntityDescription,
    Kind,
    Metric,
)
from hub.registry.names import free, slug
from hub.registry.people import People
from hub.registry.store import RegistryStore
from hub.registry.vocabulary import Vocabulary

_YEAR = 366 * 86_400.0
Key = tuple[str, str, str]
"""Config entry, person (empty for described entities, whose device may move), key."""


class Entities:
    """All entities and devices of a hub, in memory; every change is kept before it is seen."""

    def __init__(self, store: RegistryStore, bus: Bus, clock: Clock, people: People, vocabulary: Vocabulary) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._people, self._vocabulary = people, vocabulary
        self._by_id: dict[str, Entity] = {}
        self._by_key: dict[Key, Entity] = {}
        self._devices: dict[str, Device] = {}
        self._priorities: dict[tuple[str, str], list[str]] = {}
        self.version = 0
        """Grows with every change, for caches."""

    async def load(self) -> None:
        for entity in await self._store.load_entities():
            self._put(entity)
            await self._register(entity)
        self._devices = {device.id: device for device in await self._store.load_devices()}
        self._priorities = await self._store.load_priorities()

    @property
    def all(self) -> Mapping[str, Entity]:
        return self._by_id

    @property
    def devices(self) -> Mapping[str, Device]:
        return self._devices

    @property
    def priorities(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """(person, metric) -> entity ids, as the owner ranked them."""
        return self._priorities

    def get(self, entity_id: str) -> Entity:
        try:
            return self._by_id[entity_id]
        except KeyError:
            raise NotFound(f"there is no entity {entity_id!r}") from None

    def described(self, entry: str, key: str) -> Entity | None:
        return self._by_key.get((entry, "", key))

    def measured(self, entry: str, person: str, metric: str, source: str) -> Entity | None:
        return self._by_key.get((entry, person, f"{metric}/{source}"))

    def metric_of(self, entity: Entity) -> Metric | None:
        return self._vocabulary.metrics.get(entity.metric) if entity.metric else None

    def sources(self, person: str, metric: str) -> list[Entity]:
        """A person's entities of a metric, first in priority first; then the order they appeared in."""
        found = [one for one in self._by_id.values() if one.person == person and one.metric == metric and one.enabled]
        wished = {entity_id: rank for rank, entity_id in enumerate(self._priorities.get((person, metric), ()))}
        return sorted(found, key=lambda one: (wished.get(one.id, len(wished)), one.series))

    async def prioritise(self, person: str, metric: str, entity_ids: Sequence[str]) -> None:
        """Set which source speaks first; raises Conflict for an entity that is not one of them."""
        known = {one.id for one in self.sources(person, metric)}
        for entity_id in entity_ids:
            if entity_id not in known:
                raise Conflict(f"{entity_id!r} does not measure {metric!r} of {person!r}")
        await self._store.save_priority(person, metric, list(entity_ids))
        self._priorities[(person, metric)] = list(entity_ids)
        self.version += 1

    async def measure(self, entry: ConfigEntry, person: str, metric: Metric, source: str) -> Entity:
        """The entity of a metric sample, made at its first one: `sensor.anna_heart_rate[_watch]`."""
        found = self.measured(entry.id, person, metric.key, source)
        if found is not None:
            return found
        wished = f"sensor.{person}_{slug(metric.key)}"
        if wished in self._by_id:
            wished = f"{wished}_{slug(source or entry.id)}"
        name = metric.name
        entity = Entity(
            id=free(wished, self._by_id),
            series=(await self._store.allocate_series(1))[0],
            entry=entry.id,
            key=f"{metric.key}/{source}",
            person=person,
            name=name,
            metric=metric.key,
            unit=metric.unit,
            kind=metric.kind,
            source=source or entry.domain,
            device_class=metric.device_class or "",
            state_class=metric.state_class or "",
            options=metric.options,
            icon=metric.icon,
            precision=metric.precision,
        )
        await self._keep([entity])
        return entity

    async def describe(
        self, entry: ConfigEntry, devices: Iterable[DeviceDescription], entities: Iterable[EntityDescription]
    ) -> None:
        """Make or change what an integration says there is; entity ids and owners stay."""
        for device_description in devices:
            await self._describe_device(entry, device_description)
        wished = [(one, self.described(entry.id, one.key)) for one in entities]
        new = [one for one, known in wished if known is None]
        numbers = iter(await self._store.allocate_series(len(new)) if new else ())
        kept: list[Entity] = []
        taken = set(self._by_id)
        for description, known in wished:
            device = self._devices.get(device_id(entry.id, description.device)) if description.device else None
            made = self._entity(entry, description, device, known, taken, numbers)
            taken.add(made.id)
            if made != known:
                kept.append(made)
        if kept:
            await self._keep(kept)

    async def assign(self, device: str, person: str) -> Device:
        """Say whose a device is; its history goes along. Raises NotFound, Conflict."""
        found = self.device(device)
        if person and not self._people.known(person):
            raise Conflict(f"there is no person {person!r}")
        changed = replace(found, person=person, ignored=False)
        await self._store.save_device(changed)
        self._devices[device] = changed
        moved = [replace(one, person=person) for one in self._by_id.values() if one.device == device]
        await self._keep(moved)
        return changed

    async def ignore(self, device: str, ignored: bool = True) -> None:
        changed = replace(self.device(device), ignored=ignored)
        await self._store.save_device(changed)
        self._devices[device] = changed
        self.version += 1

    async def change(self, entity: Entity) -> None:
        """Keep an entity the owner edited (name, metric, enabled)."""
        self.get(entity.id)
        await self._keep([entity])

    async def forget(self, entry: str, *, devices: Iterable[str] = (), entities: Iterable[str] = ()) -> list[Entity]:
        """Take entities and devices out of sight; their history stays in storage."""
        gone_devices = {device_id(entry, key) for key in devices}
        gone = [found for key in entities if (found := self.described(entry, key)) is not None]
        gone += [one for one in self._by_id.values() if one.device in gone_devices and one not in gone]
        await self.drop(gone, gone_devices & set(self._devices))
        return gone

    async def adopt(self, entities: Sequence[Entity], devices: Iterable[Device]) -> None:
        """Keep what another hub had, as it was there."""
        for device in devices:
            await self._store.save_device(device)
            self._devices[device.id] = device
        await self._keep(entities)

    async def drop(self, entities: Sequence[Entity], devices: Iterable[str], person: str = "") -> None:
        """Forget them and what is remembered of a person; tells who shows them elsewhere."""
        for entity in entities:
            await self._store.remove_entity(entity.id)
            self._by_id.pop(entity.id, None)
            self._by_key.pop(_key(entity), None)
        for device in devices:
            await self._store.remove_device(device)
            self._devices.pop(device, None)
        self._priorities = {key: ids for key, ids in self._priorities.items() if not person or key[0] != person}
        self.version += 1
        if entities:
            self._bus.publish(EntitiesChanged(self._clock.now(), (), tuple(entities)))

    def device(self, device: str) -> Device:
        try:
            return self._devices[device]
        except KeyError:
            raise NotFound(f"there is no device {device!r}") from None

    async def reregister(self) -> None:
        """Tell storage of changed time zones, so that days are cut anew."""
        for entity in self._by_id.values():
            await self._register(entity)

    async def _describe_device(self, entry: ConfigEntry, description: DeviceDescription) -> None:
        known = self._devices.get(device_id(entry.id, description.key))
        if known is not None and known.description == description:
            return
        wished = description.person if self._people.known(description.person) else ""
        if known is None:
            device = Device(device_id(entry.id, description.key), entry.id, description, wished or entry.person)
        else:
            device = replace(known, description=description)
        await self._store.save_device(device)
        self._devices[device.id] = device
        self.version += 1
        if known is None:
            self._bus.publish(DeviceFound(self._clock.now(), device))
        elif device.pending and wished:
            await self.assign(device.id, wished)

    def _entity(
        self,
        entry: ConfigEntry,
        description: EntityDescription,
        device: Device | None,
        known: Entity | None,
        taken: set[str],
        numbers: Iterable[int],
    ) -> Entity:
        # A metric the owner chose stays until the integration itself names one.
        measured = description.metric or (known.metric if known is not None else "")
        metric = self._vocabulary.metrics.get(measured) if measured else None
        if known is not None:
            entity_id, series, person, name = known.id, known.series, known.person, description.name or known.name
        else:
            wished = description.object_id or slug(
                " ".join(part for part in (device.description.name if device else "", description.name) if part)
            )
            entity_id = free(f"{description.component}.{slug(wished)}", taken)
            series = next(iter(numbers))
            person = device.person if device is not None else entry.person
            name = description.name
        return Entity(
            id=entity_id,
            series=series,
            entry=entry.id,
            key=description.key,
            person=person,
            name=name or (device.description.name if device else description.key),
            component=description.component,
            metric=metric.key if metric is not None else "",
            unit=metric.unit if metric is not None else description.unit,
            kind=metric.kind if metric is not None else description.kind,
            source=entry.domain,
            device=device.id if device is not None else "",
            device_class=description.device_class,
            state_class=description.state_class,
            category=description.category,
            options=description.options,
            enabled=known.enabled if known is not None else description.enabled,
            icon=description.icon,
            precision=description.precision,
            commands=description.commands,
            record=description.record,
            attributes=description.attributes,
        )

    async def _keep(self, entities: Sequence[Entity]) -> None:
        if not entities:
            return
        await self._store.save_entities(entities)
        for entity in entities:
            await self._register(entity)
            self._put(entity)
        self._bus.publish(EntitiesChanged(self._clock.now(), tuple(entities)))

    async def _register(self, entity: Entity) -> None:
        metric = self.metric_of(entity)
        hold = metric.hold if metric is not None else (86_400.0 if entity.kind is Kind.ENUM else 3_600.0)
        if entity.held:
            hold = _YEAR
        zone = self._people.time_zone(entity.person or HOUSEHOLD)
        await self._store.register_series(entity.series, kind=entity.kind, hold_s=hold, time_zone=zone)

    def _put(self, entity: Entity) -> None:
        self.version += 1
        self._by_id[entity.id] = entity
        self._by_key[_key(entity)] = entity


def device_id(entry: str, key: str) -> str:
    """Hub-wide id of an entry's device."""
    return f"{entry}:{key}"


def _key(entity: Entity) -> Key:
    # A plain metric's series is its person's own; a described one stays with the entry when its device moves.
    plain = bool(entity.metric) and not entity.device and entity.key.startswith(f"{entity.metric}/")
    return (entity.entry, entity.person if plain else "", entity.key)
