"""The context of an entry that runs in the hub's process."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from hub import __version__
from hub.clock import Clock
from hub.errors import Forbidden
from hub.model import (
    HOUSEHOLD,
    ConfigEntry,
    Device,
    DeviceDescription,
    Document,
    EntitiesChanged,
    Entity,
    EntityDescription,
    Event,
    Flag,
    Happened,
    Household,
    JournalDraft,
    Metric,
    NoticeAnswer,
    Person,
    Problem,
    Reading,
    Receipt,
    Sample,
    State,
)
from hub.supervisor.log import EntryLog
from hub.supervisor.news import told_of
from hub.supervisor.outgoing import Guard, guarded_connector, typed
from hub.supervisor.services import Services

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EntryContext:
    """Implements `hub.plugin.Context` by plain calls into the rooms below."""

    def __init__(
        self,
        entry: ConfigEntry,
        config: Any,
        services: Services,
        log: EntryLog,
        *,
        on_receipt: Callable[[Receipt], None],
        on_progress: Callable[[float | None, str], None],
        on_success: Callable[[], None],
    ) -> None:
        self._entry, self._config, self._hub, self._log = entry, config, services, log
        self._on_receipt, self._on_progress = on_receipt, on_progress
        self._http: aiohttp.ClientSession | None = None
        self.worked = on_success
        """To be called at every success by a listener that tells them."""
        self.tells_success = False
        """True when it is `worked` that says the entry is well, not that its listener goes on."""

    @property
    def entry(self) -> ConfigEntry:
        return self._entry

    @property
    def config(self) -> Any:
        return self._config

    @property
    def clock(self) -> Clock:
        return self._hub.clock

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        return self._log

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            connector = guarded_connector(Guard(typed(self._config)), limit=32, limit_per_host=6)
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=30, connect=10),
                headers={"User-Agent": f"Homeostat/{__version__}"},
                connector=connector,
            )
        return self._http

    async def close(self) -> None:
        """End what is open to the network. Safe to call twice."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    @property
    def data_dir(self) -> Path:
        folder = self._hub.data_dir / "entries" / self._entry.id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def household(self) -> Household:
        return self._hub.people.household

    @property
    def person(self) -> Person | None:
        return self._hub.people.all.get(self._entry.person)

    async def accept(self, samples: Sequence[Sample]) -> Receipt:
        receipt = await self._hub.intake.accept(self._entry, samples)
        self._on_receipt(receipt)
        return receipt

    async def journal(self, drafts: Sequence[JournalDraft]) -> Receipt:
        receipt = await self._hub.journal.accept(self._entry.person or HOUSEHOLD, drafts, source=self._entry.id)
        self._on_receipt(receipt)
        return receipt

    async def remove_journal(self, external_ids: Sequence[str]) -> int:
        person = self._entry.person or HOUSEHOLD
        known = await self._hub.journal.by_external(person, self._entry.id, external_ids)
        there = [one for one in known.values() if not one.deleted]
        for one in there:
            await self._hub.journal.remove(one.id, author=f"entry:{self._entry.id}")
        return len(there)

    async def remove_readings(self, metric_or_entity: str, taken_at: Sequence[datetime], source: str = "") -> int:
        entity = self._entity(metric_or_entity, source)
        if entity is None:
            return 0
        instants = [(at - EPOCH) // timedelta(microseconds=1) for at in taken_at]
        removed = await self._hub.store.remove(
            entity.series, instants, by=f"entry:{self._entry.id}", reason="removed at the source"
        )
        if removed:
            await self._hub.after_removal(entity.id)
        return removed

    async def describe(self, devices: Iterable[DeviceDescription], entities: Iterable[EntityDescription]) -> None:
        await self._hub.entities.describe(self._entry, devices, entities)

    async def forget(self, *, devices: Iterable[str] = (), entities: Iterable[str] = ()) -> None:
        for entity in await self._hub.entities.forget(self._entry.id, devices=devices, entities=entities):
            self._hub.states.forget(entity.id)

    async def available(self, entities: Iterable[str], available: bool) -> None:
        found = (self._hub.entities.described(self._entry.id, key) for key in entities)
        self._hub.intake.set_available([one for one in found if one is not None], available)

    async def latest(self, metric_or_entity: str, source: str = "") -> Reading | None:
        entity = self._entity(metric_or_entity, source)
        if entity is None:
            return None
        stored = (await self._hub.store.newest([entity.series])).get(entity.series)
        if stored is None:
            return None
        return Reading(
            entity.id,
            EPOCH + timedelta(microseconds=stored.taken_us),
            EPOCH + timedelta(microseconds=stored.received_us),
            stored.value,
            Flag(stored.flags),
        )

    async def load(self, key: str) -> Any:
        return await self._hub.kept.entry_load(self._entry.id, key)

    async def save(self, key: str, value: Any) -> None:
        await self._hub.kept.entry_save(self._entry.id, key, value)

    async def documents_put(self, collection: str, documents: Sequence[Document]) -> None:
        _check(collection)
        await self._hub.store.documents_put(self._whose, collection, documents)

    async def documents_find(
        self,
        collection: str,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
        modified_after_us: int | None = None,
        limit: int = 100,
        descending: bool = True,
        id: str | Sequence[str] | None = None,  # the word of the records themselves
        deleted: bool = False,
    ) -> list[Document]:
        _check(collection)
        return await self._hub.store.documents_find(
            self._whose,
            collection,
            start_us=start_us,
            end_us=end_us,
            modified_after_us=modified_after_us,
            limit=limit,
            descending=descending,
            id=id,
            deleted=deleted,
        )

    async def documents_remove(self, collection: str, ids: Sequence[str]) -> int:
        _check(collection)
        return await self._hub.store.documents_remove(self._whose, collection, ids)

    async def progress(self, fraction: float | None, text: str = "") -> None:
        self._on_progress(fraction, text)

    async def problem(self, key: str, message: str, remedy: str = "") -> None:
        at = self._hub.clock.now()
        self._hub.bus.publish(Problem(at, f"{self._entry.id}:{key}", message, remedy, resolved=not message))

    async def happened(self, event_type: str, data: Mapping[str, Any] | None = None) -> None:
        told = told_of(event_type, data or {})
        self._hub.bus.publish(Happened(self._hub.clock.now(), event_type, told, self._whose))

    def awaited(self, kind: str) -> Sequence[Mapping[str, Any]]:
        return self._hub.awaited(kind)

    async def heard(
        self, kind: str, facts: Mapping[str, Any], *, entities: Sequence[str] = (), devices: Sequence[str] = ()
    ) -> None:
        if kind not in (self._entry.domain, "device", "tag"):
            raise Forbidden(f"{self._entry.domain} listens for no triggers of the kind {kind!r}")
        self._hub.heard(kind, facts, entities, devices)

    def metric(self, key: str) -> Metric | None:
        return self._hub.vocabulary.metrics.get(key)

    def metrics(self) -> Sequence[Metric]:
        return tuple(self._hub.vocabulary.metrics.values())

    async def events(self, *kinds: type[Event], limit: int = 10_000) -> AsyncIterator[Event]:
        with self._hub.bus.subscribe(*kinds, limit=limit, name=self._entry.id) as subscription:
            async for event in subscription:
                if self._concerns(event):
                    yield self._narrowed(event) if isinstance(event, EntitiesChanged) else event

    def entities(self) -> Sequence[Entity]:
        return tuple(one for one in self._hub.entities.all.values() if self._sees(one.person, one.id))

    def devices(self) -> Sequence[Device]:
        return tuple(one for one in self._hub.entities.devices.values() if self._sees(one.person))

    def people(self) -> Sequence[Person]:
        return tuple(one for one in self._hub.people.all.values() if self._sees(one.slug))

    def state(self, entity_id: str) -> State | None:
        entity = self._hub.entities.all.get(entity_id)
        seen = entity is not None and self._sees(entity.person, entity.id)
        return self._hub.states.get(entity_id) if seen else None

    async def answered(self, answer: NoticeAnswer) -> bool:
        return await self._hub.answered(self._entry, answer)

    async def act(self, entity_id: str, command: str, parameters: Mapping[str, Any]) -> None:
        await self._hub.act(entity_id, command, parameters)

    @property
    def _whose(self) -> str:
        return self._entry.person or HOUSEHOLD

    def _entity(self, metric_or_entity: str, source: str) -> Entity | None:
        return self._hub.entities.described(self._entry.id, metric_or_entity) or self._hub.entities.measured(
            self._entry.id, self._entry.person, metric_or_entity, source
        )

    def _sees(self, person: str, entity: str = "") -> bool:
        if self._hub.withheld(self._entry.id, person, entity):
            return False
        # An entry of the household (or one whose devices are assigned) mirrors everything; a person's what is theirs.
        return self._entry.person in ("", HOUSEHOLD) or person in (self._entry.person, HOUSEHOLD)

    def _narrowed(self, event: EntitiesChanged) -> EntitiesChanged:
        """What the entry may not be told of has gone, as far as it knows."""
        hidden = tuple(one for one in event.entities if self._hub.withheld(self._entry.id, one.person, one.id))
        if not hidden:
            return event
        return EntitiesChanged(event.at, tuple(one for one in event.entities if one not in hidden), event.gone + hidden)

    def _concerns(self, event: Event) -> bool:
        entity = getattr(event, "entity", None)
        if isinstance(entity, Entity):
            return self._sees(entity.person, entity.id)
        if isinstance(event, Happened):
            return self._sees(event.person)
        new = getattr(event, "new", None)
        return self._sees(str(getattr(new, "person", ""))) if new is not None else True


def _check(collection: str) -> None:
    if collection.startswith("hub."):
        raise Forbidden(f"{collection!r} is the hub's own collection; choose a name that does not begin with `hub.`")
