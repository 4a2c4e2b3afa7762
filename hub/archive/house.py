"""What an archive needs of the hub."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from hub.clock import Clock
from hub.model import Account, Entity, Event
from hub.recorder import Recorder
from hub.registry import Entities, People, Vocabulary

Progress = Callable[[float | None, str], None]
"""Share of the work that is done (None: not known), and what is being done."""


@dataclass(frozen=True, slots=True)
class House:
    recorder: Recorder
    people: People
    entities: Entities
    vocabulary: Vocabulary
    clock: Clock
    version: str
    refresh: Callable[[Entity], Awaitable[None]]
    """Reads an entity's state from history anew."""
    accounts: Callable[[], Sequence[Account]]
    tell: Callable[[Event], object] = lambda event: None
    """To the bus."""


def silent(share: float | None, text: str) -> None:
    """Nobody watches."""
