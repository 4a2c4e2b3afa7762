"""The rooms that automations look into and act in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hub.access import Access, Accounts
from hub.actions import Actions
from hub.automation.at_work.drafts import NoShelf, Shelf
from hub.automation.at_work.store import Documents
from hub.automation.at_work.world import LiveWorld
from hub.automation.judging import Elsewhere
from hub.automation.memory import Memory
from hub.bus import Bus
from hub.clock import Clock
from hub.model import Actor
from hub.registry import Entities, People
from hub.states import States


class SettingStore(Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


@dataclass(slots=True)
class Surroundings:
    documents: Documents
    settings: SettingStore
    bus: Bus
    clock: Clock
    entities: Entities
    states: States
    people: People
    access: Access
    accounts: Accounts
    actions: Actions
    config_dir: Path | None = None
    shelf: Shelf = field(default_factory=NoShelf)
    memory: Callable[[Actor], Memory] | None = None
    elsewhere: Callable[[LiveWorld], Elsewhere] | None = None
