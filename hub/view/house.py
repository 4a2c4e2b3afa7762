"""Entries, devices, actions, people and health: the household's machinery, as far as the actor may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from hub.automation.derived import DERIVED
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import (
    HOUSEHOLD,
    ConfigEntry,
    Device,
    Entity,
    EntryStatus,
    Household,
    Metric,
    Person,
    Verb,
)
from hub.plugin import WebhookRequest, WebhookResponse
from hub.recorder import StorageHealth
from hub.registry import candidates, countable, likely
from hub.supervisor import CatalogueItem
from hub.view.base import Base


class Countable(NamedTuple):
    entity: Entity
    likely: Metric | None
    """The one that its name says it is."""
    fitting: list[Metric]
    """The likeliest first."""


class HouseView(Base):
    # Integrations and their entries

    def integrations(self) -> list[CatalogueItem]:
        """The catalogue, by name."""
        return sorted(self._rooms.supervisor.catalogue.items.values(), key=lambda one: one.name.lower())

    def integration_schema(self, domain: str) -> dict[str, Any]:
        """JSON schema of an integration's options. Raises NotFound."""
        return self._rooms.supervisor.catalogue.schema(domain)

    def integration_config(self, domain: str) -> type[Any]:
        """The options' Pydantic model."""
        return self._rooms.supervisor.catalogue.get(domain).config

    def entries(self) -> list[tuple[ConfigEntry, EntryStatus]]:
        return [(one, self.entry_status(one.id)) for one in self._entries()]

    def entry(self, entry_id: str) -> ConfigEntry:
        found = self._rooms.supervisor.entries.get(entry_id)
        if found is None or found not in self._entries():
            raise NotFound(f"there is no config entry {entry_id!r}")
        return found

    def entry_status(self, entry_id: str) -> EntryStatus:
        return self._rooms.supervisor.status(entry_id)

    def entry_log(self, entry_id: str) -> list[tuple[float, str, str]]:
        """(seconds since 1970, level, text), oldest first."""
        self._manage()
        return self._rooms.supervisor.log_lines(entry_id)

    async def add_entry(
        self, domain: str, options: Mapping[str, Any], *, title: str = "", person: str = "", agree: bool = False
    ) -> ConfigEntry:
        """`agree`: to what a custom integration wants.

        Raises Forbidden, NotFound, Conflict, or pydantic's ValidationError for the form.
        """
        self._manage()
        item = self._rooms.supervisor.catalogue.items.get(domain)
        if item is not None and item.declared is not None and not agree:
            raise Conflict(f"{item.name} wants: {'; '.join(item.declared.words)}. Agree to this (`--agree`) to add it")
        if item is not None and item.declared is not None:
            self._fresh()
        made = await self._rooms.supervisor.add(domain, self._signed(domain, options), title=title, person=person)
        await self._rooms.sharing.set_up(made.id, self._author)
        agreed = "; what it wants was agreed to" if item is not None and item.declared is not None else ""
        await self._note("entry.add", person=person, detail=f"{made.id}, {domain}{agreed}")
        return made

    async def change_entry(self, entry_id: str, **fields: Any) -> None:
        """Change `options`, `title`, `person` or `disabled`, and start it anew."""
        self._manage()
        changed = replace(self._rooms.supervisor.get(entry_id), **fields)
        if "options" in fields:
            changed = replace(changed, options=self._signed(changed.domain, changed.options))
        await self._rooms.supervisor.change(changed)
        await self._rooms.sharing.sync(self._author, entry_id)
        await self._note("entry.change", person=changed.person, detail=f"{entry_id}: {', '.join(sorted(fields))}")

    def _signed(self, domain: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """What looks at the house does so with the rights of whoever wrote it last."""
        mine = self.actor.account if domain in DERIVED else ""
        return {**options, "account": mine} if mine else options

    async def remove_entry(self, entry_id: str) -> None:
        self._manage()
        await self._rooms.supervisor.remove(entry_id)
        await self._note("entry.remove", detail=entry_id)

    async def agree_entry(self, entry_id: str) -> None:
        """To what the entry's custom integration wants now; it is started anew."""
        self._manage()
        self._fresh()
        await self._rooms.supervisor.agree(entry_id)
        await self._note("entry.agree", detail=f"{entry_id}, to all that it wants")

    async def reload_entry(self, entry_id: str) -> None:
        self._manage()
        await self._rooms.supervisor.reload(entry_id)
        await self._note("entry.reload", detail=entry_id)

    async def import_file(self, entry_id: str, path: Path, options: Mapping[str, Any]) -> None:
        self._manage()
        await self._rooms.supervisor.import_file(entry_id, path, dict(options))
        await self._note("entry.import", person=self._rooms.supervisor.get(entry_id).person, detail=entry_id)

    async def webhook(self, entry_id: str, request: WebhookRequest) -> WebhookResponse:
        """For callers without an account; the integration checks the secret it gave out.

        What is no entry's may be the id of an automation's webhook, which is its secret.
        """
        try:
            return await self._rooms.supervisor.webhook(entry_id, request)
        except NotFound:
            return await self._rooms.automations.webhook(entry_id, request)

    # Devices

    def devices(self) -> list[Device]:
        scope = self.scope()
        return [one for one in self._rooms.entities.devices.values() if scope.covers(one.person)]

    def device(self, device: str) -> Device:
        """Raises NotFound also for what the actor may not see."""
        found = self._rooms.entities.devices.get(device)
        if found is None or not self.scope().covers(found.person):
            raise NotFound(f"there is no device {device!r}")
        return found

    def device_entities(self, device: str) -> list[Entity]:
        return [one for one in self._rooms.entities.all.values() if one.device == device and self._may_entity(one)]

    async def assign_device(self, device: str, person: str) -> Device:
        """Say whose a device is (`household` or a slug); its history goes along."""
        self._manage()
        assigned = await self._rooms.entities.assign(device, person)
        await self._note("device.assign", person=person, detail=device)
        return assigned

    def countable(self, device: str) -> list[Countable]:
        """A device's sensors that could be a source of a metric."""
        metrics = self.metrics()
        return [
            Countable(one, likely(one, metrics), fitting)
            for one in self.device_entities(device)
            if countable(one) and (fitting := candidates(one, metrics))
        ]

    async def count_as(self, entity_id: str, metric: str) -> Entity:
        """Make a device's sensor a source of a metric, its history along with it; "" takes that back."""
        self._manage()
        counted = await self._rooms.counting.count_as(entity_id, metric)
        await self._note("entity.count_as", person=counted.person, detail=f"{entity_id}: {metric or 'nothing'}")
        return counted

    async def ignore_device(self, device: str, ignored: bool = True) -> None:
        self._manage()
        await self._rooms.entities.ignore(device, ignored)
        await self._note("device.ignore" if ignored else "device.heed", detail=device)

    async def change_entity(self, entity_id: str, **fields: Any) -> None:
        """Change an entity's `name`, `enabled`, `icon` or `precision`."""
        self._manage()
        changed = replace(self._rooms.entities.get(entity_id), **fields)
        await self._rooms.entities.change(changed)
        await self._note("entity.change", person=changed.person, detail=f"{entity_id}: {', '.join(sorted(fields))}")

    # Actions

    async def call(self, name: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises NotFound, BadReading, Forbidden, or what the action raises."""
        return await self._rooms.actions.call(self.actor, name, parameters)

    # People and household

    async def add_person(self, name: str, **fields: Any) -> Person:
        self._manage()
        added = await self._rooms.people.add(name, **fields)
        await self._note("person.add", person=added.slug)
        return added

    def may_change(self, slug: str) -> bool:
        """True when the actor may change a person's particulars."""
        return self.allowed(Verb.MANAGE, slug)

    async def change_person(self, slug: str, **fields: Any) -> Person:
        if not self.may_change(slug):
            raise Forbidden(f"you may not change {slug}")
        changed = await self._rooms.people.change(slug, **fields)
        await self._rooms.entities.reregister()
        await self._note("person.change", person=slug, detail=", ".join(sorted(fields)))
        return changed

    async def save_household(self, household: Household) -> None:
        self._manage()
        before = self.household()
        await self._rooms.people.save_household(household)
        await self._rooms.entities.reregister()
        names = [one.name for one in dataclass_fields(household)]
        changed = ", ".join(one for one in names if getattr(before, one) != getattr(household, one))
        await self._note("household.change", person=HOUSEHOLD, detail=changed)

    # Settings and health

    async def setting(self, key: str) -> Any:
        self._manage()
        return await self._rooms.recorder.get_setting(key)

    async def save_setting(self, key: str, value: Any) -> None:
        self._manage()
        await self._rooms.recorder.set_setting(key, value)
        await self._note("setting.change", detail=key)

    def storage_health(self) -> StorageHealth:
        return self._rooms.recorder.health

    def problems(self) -> list[tuple[str, datetime, str, str]]:
        """What the owner should know: key, since, message, remedy."""
        if not self.allowed(Verb.MANAGE, HOUSEHOLD):
            return []
        return [(key, *rest) for key, rest in sorted(self._rooms.problems.items(), key=lambda one: one[1][0])]

    @property
    def version(self) -> str:
        return self._rooms.version

    def _entries(self) -> Sequence[ConfigEntry]:
        scope = self.scope()
        return [one for one in self._rooms.supervisor.entries.values() if scope.touches(one.person or HOUSEHOLD)]
