"""All that devices have announced: taken in, changed, moved and removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.api import DeviceDescription, EntityDescription, TemplateEnvironment
from integrations.mqtt.components import WITHOUT_ENTITY
from integrations.mqtt.discovery.build import Thing, build, describe_device, identities
from integrations.mqtt.discovery.payload import Announced, Refused, read
from integrations.mqtt.discovery.words import Word, word_of
from integrations.mqtt.live import Live, Reader, readers
from integrations.mqtt.router import Router

ORIGIN = "Homeostat"
"""Our own name as an origin: what bears it is never taken in again."""
Adjust = Callable[[DeviceDescription | None, list[str], EntityDescription | None], Any]


@dataclass(slots=True)
class Change:
    """What the hub has to be told after a discovery message."""

    devices: dict[str, DeviceDescription] = field(default_factory=dict)
    entities: dict[str, EntityDescription] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    gone_devices: set[str] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Topic (and component) and reason."""
    ours: bool = False

    def __bool__(self) -> bool:
        return bool(self.devices or self.entities or self.gone or self.gone_devices)


class Catalogue:
    """`person_of` and `metric_of` apply the owner's rules to a device and to an entity of it."""

    def __init__(
        self,
        prefix: str,
        templates: TemplateEnvironment,
        router: Router[Reader],
        *,
        default_name: str,
        complain: Callable[[Live, str], None],
        person_of: Callable[[DeviceDescription, list[str]], str] = lambda device, identifiers: "",
        metric_of: Callable[[EntityDescription, DeviceDescription | None, list[str]], str] = lambda *_: "",
    ) -> None:
        self.prefix = prefix
        self.lives: dict[str, Live] = {}
        """By key of the description."""
        self.words: dict[str, Word] = {}
        """What devices tell without an entity."""
        self.reworded: Callable[[], None] = lambda: None
        """Called when there are other words than before."""
        self._templates, self._router = templates, router
        self._default_name, self._complain = default_name, complain
        self._person_of, self._metric_of = person_of, metric_of
        self._topics: dict[str, dict[str, str]] = {}
        self._owner: dict[str, str] = {}
        self._readers: dict[str, list[Reader]] = {}
        self._aliases: dict[str, str] = {}
        self._devices: dict[str, DeviceDescription] = {}

    def apply(self, topic: str, payload: bytes) -> Change:
        """Take one discovery message in; what cannot be used is in `refused`, and stops nothing else."""
        change = Change()
        try:
            announcement = read(self.prefix, topic, payload)
        except Refused as reason:
            change.refused.append((topic, str(reason)))
            return change
        for name, why in announcement.refused:
            change.refused.append((f"{topic} ({name})", why))
        if announcement.migrating:
            for key in self._topics.pop(topic, {}).values():
                self._owner.pop(key, None)
            return change
        known = self._topics.get(topic, {})
        kept: dict[str, str] = {}
        for one in announcement.announced:
            if one.origin.get("name") == ORIGIN:
                change.ours = True
                continue
            try:
                take = self._take_word if one.component in WITHOUT_ENTITY else self._take
                key = take(topic, one, change)
            except Refused as reason:
                where = topic if len(announcement.announced) == 1 else f"{topic} ({one.id.rpartition(' ')[2]})"
                change.refused.append((where, str(reason)))
                # A change that cannot be used leaves what was there before.
                key = known.get(f"{one.component} {one.id}", "")
            if key:
                kept[f"{one.component} {one.id}"] = key
        for key in set(known.values()) - set(kept.values()):
            self._drop(key, change)
        if kept:
            self._topics[topic] = kept
        else:
            self._topics.pop(topic, None)
        return change

    def readers(self, key: str) -> list[Reader]:
        """What an entity reads."""
        return self._readers.get(key, [])

    def _take(self, topic: str, announced: Announced, change: Change) -> str:
        device, names = self._device(announced.device) if announced.device is not None else (None, [])
        thing = build(announced, device, self._templates)
        owner = self._owner.get(thing.key)
        if owner is not None and owner != topic:
            raise Refused(f"its `unique_id` is already taken by what {owner} announces")
        if device is not None:
            device = self._know(device, names, change)
        metric = self._metric_of(thing.description, device, names)
        if metric:
            thing = replace(thing, description=replace(thing.description, metric=metric))
        self._owner[thing.key] = topic
        old = self.lives.get(thing.key)
        if old is None or old.thing.config != thing.config or old.thing.description != thing.description:
            self._set(thing, old)
            change.entities[thing.key] = self.lives[thing.key].thing.description
        change.gone.discard(thing.key)
        return thing.key

    def _take_word(self, topic: str, announced: Announced, change: Change) -> str:
        device, names = self._device(announced.device) if announced.device is not None else (None, [])
        word = word_of(announced, device.key if device is not None else "", self._templates)
        if word is None:
            return ""
        if device is not None:
            self._know(device, names, change)
            change.gone_devices.discard(device.key)
        key = f"{announced.component} {announced.id}"
        if self.words.get(key) != word:
            self.words[key] = word
            self.reworded()
        return key

    def _know(self, device: DeviceDescription, names: list[str], change: Change) -> DeviceDescription:
        device = replace(device, person=self._person_of(device, names))
        for name in names:
            self._aliases[name] = device.key
        if self._devices.get(device.key) != device:
            self._devices[device.key] = change.devices[device.key] = device
        return device

    def _set(self, thing: Thing, old: Live | None) -> None:
        live = Live(thing, self._complain)
        if old is not None:
            live.adopt(old)
            self._unlisten(thing.key)
            if live.kind is not thing.description.kind:
                self.rekind(live)
        self.lives[thing.key] = live
        self._readers[thing.key] = readers(live, self._templates)
        for reader in self._readers[thing.key]:
            self._router.add(reader.pattern, reader, 1)

    def rekind(self, live: Live) -> EntityDescription:
        """Describe an entity with the kind its values showed."""
        description = replace(live.thing.description, kind=live.kind)
        live.thing = replace(live.thing, description=description)
        return description

    def _drop(self, key: str, change: Change) -> None:
        live, word = self.lives.pop(key, None), self.words.pop(key, None)
        self._owner.pop(key, None)
        if word is not None:
            self.reworded()
            self._leave(word.device, change)
        if live is None:
            return
        self._unlisten(key)
        change.gone.add(key)
        change.entities.pop(key, None)
        self._leave(live.thing.description.device, change)

    def _leave(self, device: str, change: Change) -> None:
        """A device of which nothing is left is gone."""
        left = any(other.thing.description.device == device for other in self.lives.values())
        if device and not left and not any(one.device == device for one in self.words.values()):
            change.gone_devices.add(device)
            change.devices.pop(device, None)
            self._devices.pop(device, None)
            self._aliases = {name: found for name, found in self._aliases.items() if found != device}

    def _unlisten(self, key: str) -> None:
        for reader in self._readers.pop(key, []):
            self._router.remove(reader.pattern, reader)

    def _device(self, raw: Mapping[str, Any]) -> tuple[DeviceDescription, list[str]]:
        """A device is the same as any earlier one that shares an identifier or a connection with it."""
        names = identities(raw)
        key = next((self._aliases[name] for name in names if name in self._aliases), names[0])
        via = raw.get("via_device")
        described = describe_device(key, raw, self._default_name, self._aliases.get(str(via), str(via)) if via else "")
        known = self._devices.get(key)
        if known is not None:
            # Messages about one device may each tell a part of it.
            given = {name for name in DeviceDescription.__slots__ if getattr(described, name)}
            if not raw.get("name"):
                given.discard("name")
            described = replace(known, **{name: getattr(described, name) for name in given})
        return described, names
