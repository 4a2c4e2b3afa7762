"""Other entries that read topics over the MQTT entry's connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from integrations.mqtt.message import Incoming


class Guest(Protocol):
    @property
    def patterns(self) -> dict[str, int]:
        """Topic filters, each with its quality of service."""
        ...

    async def take(self, messages: Sequence[Incoming]) -> None:
        """Record what the messages say; they are acknowledged after it has returned. Does not raise."""
        ...


class Guests:
    """Those that are there; `changed` is called when one comes or goes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._guests: list[Guest] = []
        self._changed = changed

    @property
    def patterns(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for guest in self._guests:
            found |= guest.patterns
        return found

    def join(self, guest: Guest) -> None:
        self._guests.append(guest)
        self._changed()

    def leave(self, guest: Guest) -> None:
        if guest in self._guests:
            self._guests.remove(guest)
            self._changed()

    async def take(self, messages: Sequence[Incoming]) -> None:
        for guest in list(self._guests):
            await guest.take(messages)
