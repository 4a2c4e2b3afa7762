"""The rooms that running entries reach through their context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from hub.bus import Bus
from hub.clock import Clock
from hub.intake import Intake
from hub.journal import Journal
from hub.model import ConfigEntry, Document, NoticeAnswer
from hub.recorder import StoredReading
from hub.registry import Entities, People, Vocabulary
from hub.states import States
from hub.supervisor.kept import Kept


class EntryStore(Protocol):
    async def newest(self, series: Any = None) -> dict[int, StoredReading]: ...
    async def remove(self, series: int, taken_us: Any, *, by: str, reason: str) -> int: ...
    async def entry_forget(self, entry_id: str) -> None: ...
    async def documents_put(self, person: str, collection: str, documents: Sequence[Document]) -> None: ...
    async def documents_find(
        self,
        person: str,
        collection: str,
        *,
        start_us: int | None,
        end_us: int | None,
        modified_after_us: int | None,
        limit: int,
        descending: bool,
        id: str | Sequence[str] | None,
        deleted: bool,
    ) -> list[Document]: ...
    async def documents_remove(self, person: str, collection: str, ids: Sequence[str]) -> int: ...


async def _unheard(entry: ConfigEntry, answer: NoticeAnswer) -> bool:
    return False


@dataclass(slots=True)
class Services:
    """Everything a context is made of; one per hub."""

    store: EntryStore
    kept: Kept
    clock: Clock
    bus: Bus
    states: States
    intake: Intake
    journal: Journal
    entities: Entities
    people: People
    vocabulary: Vocabulary
    data_dir: Path
    http: Callable[[], aiohttp.ClientSession]
    act: Callable[[str, str, Mapping[str, Any]], Awaitable[None]]
    """Send a command to an entity: entity id, command, parameters."""
    after_removal: Callable[[str], Awaitable[None]]
    """Entity id -> its state is read from history anew."""
    withheld: Callable[[str, str, str], bool] = lambda entry, person, entity: False
    """Config entry, person, entity id: True where the entry may not be told of it."""
    answered: Callable[[ConfigEntry, NoticeAnswer], Awaitable[bool]] = _unheard
    """What came back over an entry that is a channel of notices."""
    awaited: Callable[[str], Sequence[Mapping[str, Any]]] = lambda kind: ()
    """What automations wait for of a kind of trigger."""
    heard: Callable[[str, Mapping[str, Any], Sequence[str], Sequence[str]], None] = lambda *_: None
    """Kind of trigger, facts, ids of entities and of devices that it is about."""
    objection: Callable[[ConfigEntry], str] = lambda entry: ""
    """Why an entry may not run now, in words; empty when it may."""
