"""What an integration is given; all that crosses it can be serialised, so it works from a child process too."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from hub.clock import Clock
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


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    method: str
    path: str
    """What follows `/webhook/<id>`, without the leading slash."""
    headers: Mapping[str, str]
    """Names in lower case."""
    query: Mapping[str, str]
    body: AsyncIterator[bytes]
    """The decoded body in chunks; reading stops with BadReading past the size limit."""
    content_length: int | None = None
    remote: str = ""


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Context(Protocol):
    """One running config entry's way to the hub."""

    @property
    def entry(self) -> ConfigEntry: ...

    @property
    def config(self) -> Any:
        """The validated `Config` model instance."""
        ...

    @property
    def clock(self) -> Clock: ...

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """Shown on the entry's page; never log values or secrets."""
        ...

    @property
    def http(self) -> aiohttp.ClientSession:
        """Shared, with time-outs and a User-Agent; the only way out to the network over HTTP."""
        ...

    @property
    def data_dir(self) -> Path:
        """A private folder of the entry; made when asked for."""
        ...

    @property
    def household(self) -> Household: ...

    @property
    def person(self) -> Person | None:
        """Whose entry it is; None for the household's."""
        ...

    async def accept(self, samples: Sequence[Sample]) -> Receipt:
        """Hand samples in; returns after the commit. Raises StorageUnavailable: try again, it never doubles."""
        ...

    async def journal(self, drafts: Sequence[JournalDraft]) -> Receipt:
        """Hand journal entries in; a repeated `external_id` replaces, never doubles. Returns after the commit."""
        ...

    async def remove_journal(self, external_ids: Sequence[str]) -> int:
        """Mirror the source's deletions; returns how many were there."""
        ...

    async def remove_readings(self, metric_or_entity: str, taken_at: Sequence[datetime], source: str = "") -> int:
        """Mirror the source's deletions as tombstones; returns how many were there."""
        ...

    async def describe(self, devices: Iterable[DeviceDescription], entities: Iterable[EntityDescription]) -> None:
        """Say what there is, before samples that name it; repeats and changes are fine."""
        ...

    async def forget(self, *, devices: Iterable[str] = (), entities: Iterable[str] = ()) -> None:
        """Say what is gone; its history stays."""
        ...

    async def available(self, entities: Iterable[str], available: bool) -> None:
        """Mark described entities as reachable or not."""
        ...

    async def latest(self, metric_or_entity: str, source: str = "") -> Reading | None:
        """The newest kept reading of this entry, to know where to go on."""
        ...

    async def load(self, key: str) -> Any:
        """A JSON value this entry saved before, or None."""
        ...

    async def save(self, key: str, value: Any) -> None:
        """Keep a JSON value (a cursor, refreshed tokens) durably."""
        ...

    async def documents_put(self, collection: str, documents: Sequence[Document]) -> None:
        """Keep whole foreign records of the entry's person; the same id replaces."""
        ...

    async def documents_find(
        self,
        collection: str,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
        modified_after_us: int | None = None,
        limit: int = 100,
        descending: bool = True,
        id: str | Sequence[str] | None = None,
        deleted: bool = False,
    ) -> list[Document]:
        """Those of the entry's person, by time, or by change with `modified_after_us`; `deleted`: removed ones too."""
        ...

    async def documents_remove(self, collection: str, ids: Sequence[str]) -> int:
        """Remove records without a trace; returns how many were there."""
        ...

    async def progress(self, fraction: float | None, text: str = "") -> None:
        """Show how far long work is (0 to 1); None ends it."""
        ...

    async def problem(self, key: str, message: str, remedy: str = "") -> None:
        """Show the owner a problem of this entry; an empty message takes it back."""
        ...

    async def answered(self, answer: NoticeAnswer) -> bool:
        """A notice's button was pressed, or it was seen or swept away; False where it is none of this channel's."""
        ...

    def metric(self, key: str) -> Metric | None:
        """A row of the vocabulary."""
        ...

    def metrics(self) -> Sequence[Metric]: ...

    async def happened(self, event_type: str, data: Mapping[str, Any] | None = None) -> None:
        """Tell automations of what is no reading: `timer.finished`. Raises BadReading for what JSON can't hold.

        A custom integration's events begin with its domain and a point.
        """
        ...

    def awaited(self, kind: str) -> Sequence[Mapping[str, Any]]:
        """What each trigger of a kind waits for (`mqtt`: topic, qos); `TriggersChanged` says that it is another."""
        ...

    async def heard(
        self, kind: str, facts: Mapping[str, Any], *, entities: Sequence[str] = (), devices: Sequence[str] = ()
    ) -> None:
        """Tell triggers of a kind. `entities` and `devices`: ids of those it is about, which decides who may hear it.

        Of none of them, only who manages the household hears it. Kinds: the entry's own domain, `device`, `tag`.
        """
        ...

    # What follows is for integrations that mirror the hub outward (MQTT, webhooks): everything when the entry is the
    # household's, else what is its person's.
    def events(self, *kinds: type[Event], limit: int = 10_000) -> AsyncIterator[Event]:
        """News from now on; past `limit` unread ones the oldest are dropped and `Lagged` comes in their place."""
        ...

    def entities(self) -> Sequence[Entity]: ...

    def devices(self) -> Sequence[Device]: ...

    def people(self) -> Sequence[Person]: ...

    def state(self, entity_id: str) -> State | None: ...

    async def act(self, entity_id: str, command: str, parameters: Mapping[str, Any]) -> None:
        """Send a command to any entity, through the action registry and the one rule."""
        ...
