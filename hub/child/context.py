"""`Context` inside a child: every call is a message; facts that don't wait are copies from the start."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from hub import __version__
from hub.clock import Clock
from hub.errors import NotReady
from hub.model import (
    ConfigEntry,
    Device,
    DeviceDescription,
    Document,
    Entity,
    EntityDescription,
    Event,
    Household,
    JournalDraft,
    Metric,
    NoticeAnswer,
    Person,
    Reading,
    Receipt,
    Sample,
    State,
)
from hub.supervisor.child.wire import Wire, unpack


class ChildContext:
    """Implements `hub.plugin.Context`; news (`events`) stays in the hub's process and is not offered here."""

    def __init__(self, wire: Wire, facts: dict[str, Any], config: Any, clock: Clock) -> None:
        self._wire, self._config, self._clock = wire, config, clock
        self._entry: ConfigEntry = unpack(ConfigEntry, facts["entry"])
        self._household: Household = unpack(Household, facts["household"])
        self._person: Person | None = unpack(Person | None, facts["person"])
        self._people: list[Person] = unpack(list[Person], facts["people"])
        self._metrics: dict[str, Metric] = {one.key: one for one in unpack(list[Metric], facts["metrics"])}
        self._entities: list[Entity] = unpack(list[Entity], facts["entities"])
        self._states: dict[str, State] = {one.entity_id: one for one in unpack(list[State], facts["states"])}
        self._data_dir = Path(facts["data_dir"])
        self._http: aiohttp.ClientSession | None = None
        logger = logging.getLogger(f"integrations.{self._entry.id}")
        logger.setLevel(logging.INFO)
        logger.addHandler(_ToHub(wire))
        self._log = logging.LoggerAdapter(logger, {})

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    @property
    def entry(self) -> ConfigEntry:
        return self._entry

    @property
    def config(self) -> Any:
        return self._config

    @property
    def clock(self) -> Clock:
        return self._clock

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        return self._log

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=30, connect=10),
                headers={"User-Agent": f"Homeostat/{__version__}"},
                connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver()),
            )
        return self._http

    @property
    def data_dir(self) -> Path:
        return self._data_dir

    @property
    def household(self) -> Household:
        return self._household

    @property
    def person(self) -> Person | None:
        return self._person

    async def accept(self, samples: Sequence[Sample]) -> Receipt:
        receipt: Receipt = await self._wire.call("accept", list(samples))
        return receipt

    async def journal(self, drafts: Sequence[JournalDraft]) -> Receipt:
        receipt: Receipt = await self._wire.call("journal", list(drafts))
        return receipt

    async def remove_journal(self, external_ids: Sequence[str]) -> int:
        removed: int = await self._wire.call("remove_journal", list(external_ids))
        return removed

    async def remove_readings(self, metric_or_entity: str, taken_at: Sequence[datetime], source: str = "") -> int:
        removed: int = await self._wire.call("remove_readings", metric_or_entity, list(taken_at), source)
        return removed

    async def describe(self, devices: Iterable[DeviceDescription], entities: Iterable[EntityDescription]) -> None:
        await self._wire.call("describe", list(devices), list(entities))

    async def forget(self, *, devices: Iterable[str] = (), entities: Iterable[str] = ()) -> None:
        await self._wire.call("forget", list(devices), list(entities))

    async def available(self, entities: Iterable[str], available: bool) -> None:
        await self._wire.call("available", list(entities), available)

    async def latest(self, metric_or_entity: str, source: str = "") -> Reading | None:
        reading: Reading | None = await self._wire.call("latest", metric_or_entity, source)
        return reading

    async def load(self, key: str) -> Any:
        return await self._wire.call("load", key)

    async def save(self, key: str, value: Any) -> None:
        await self._wire.call("save", key, value)

    async def documents_put(self, collection: str, documents: Sequence[Document]) -> None:
        await self._wire.call("documents_put", collection, list(documents))

    async def documents_find(self, collection: str, **query: Any) -> list[Document]:
        found: list[Document] = await self._wire.call("documents_find", collection, query)
        return found

    async def documents_remove(self, collection: str, ids: Sequence[str]) -> int:
        removed: int = await self._wire.call("documents_remove", collection, list(ids))
        return removed

    async def progress(self, fraction: float | None, text: str = "") -> None:
        await self._wire.call("progress", fraction, text)

    async def problem(self, key: str, message: str, remedy: str = "") -> None:
        await self._wire.call("problem", key, message, remedy)

    async def happened(self, event_type: str, data: Mapping[str, Any] | None = None) -> None:
        await self._wire.call("happened", event_type, dict(data or {}))

    def metric(self, key: str) -> Metric | None:
        return self._metrics.get(key)

    def metrics(self) -> Sequence[Metric]:
        return tuple(self._metrics.values())

    def events(self, *kinds: type[Event], limit: int = 10_000) -> AsyncIterator[Event]:
        raise NotReady("events are only for integrations that run in the hub's process")

    def entities(self) -> Sequence[Entity]:
        return tuple(self._entities)

    def devices(self) -> Sequence[Device]:
        return ()

    def people(self) -> Sequence[Person]:
        return tuple(self._people)

    def state(self, entity_id: str) -> State | None:
        return self._states.get(entity_id)

    async def answered(self, answer: NoticeAnswer) -> bool:
        raise NotReady("channels of notices are only for integrations that run in the hub's process")

    def awaited(self, kind: str) -> Sequence[Mapping[str, Any]]:
        return ()

    async def heard(
        self, kind: str, facts: Mapping[str, Any], *, entities: Sequence[str] = (), devices: Sequence[str] = ()
    ) -> None:
        raise NotReady("listening for automations is only for integrations that run in the hub's process")

    async def act(self, entity_id: str, command: str, parameters: Mapping[str, Any]) -> None:
        await self._wire.call("act", entity_id, command, dict(parameters))


class _ToHub(logging.Handler):
    """Log lines become messages; they wait for nobody."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(logging.INFO)
        self._wire = wire
        self._sending: set[Any] = set()

    def emit(self, record: logging.LogRecord) -> None:
        import asyncio

        task = asyncio.ensure_future(self._wire.call("log", record.levelno, record.getMessage()[:500]))
        self._sending.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: Any) -> None:
        self._sending.discard(task)
        if not task.cancelled():
            task.exception()
