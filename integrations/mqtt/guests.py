"""Other entries that read topics over the MQTT entry's connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from hub.api import Clock
from integrations.mqtt.message import Incoming
from integrations.mqtt.topics import matches

PATIENCE = 60.0
"""Seconds that deliveries wait for a guest who was here before and may come again."""
MOST_HELD = 4_000
"""Deliveries kept for such a guest, beyond which those without an acknowledgement go."""


class Guest(Protocol):
    @property
    def patterns(self) -> dict[str, int]:
        """Topic filters, each with its quality of service."""
        ...

    async def take(self, messages: Sequence[Incoming]) -> None:
        """Record what the messages say; they are acknowledged after it has returned. Does not raise."""
        ...


class Guests:
    """Those that are there, and those expected back; `changed` is called when what they read is another.

    What comes for a guest who is expected stays with the broker, unacknowledged, until the guest is there: a broker
    sends what it kept at once on connecting, before entries that begin beside this one are ready.
    """

    def __init__(self, clock: Clock, changed: Callable[[], None], before: Iterable[str] = ()) -> None:
        self._guests: list[Guest] = []
        self._clock, self._changed = clock, changed
        self._expected: dict[str, float] = {}
        self._held: list[Incoming] = []
        self._expect(before)

    @property
    def patterns(self) -> dict[str, int]:
        """Topic filters, each with its quality of service; those of guests who are expected among them."""
        found = dict.fromkeys(self._expected, 1)
        for guest in self._guests:
            found |= guest.patterns
        return found

    def reads(self, topic: str) -> bool:
        """Whether another entry reads a topic."""
        return any(matches(pattern, topic) for pattern in self.patterns)

    def join(self, guest: Guest) -> None:
        self._guests.append(guest)
        for pattern in guest.patterns:
            self._expected.pop(pattern, None)
        self._changed()

    def leave(self, guest: Guest) -> None:
        if guest in self._guests:
            self._guests.remove(guest)
            self._expect(guest.patterns)
            self._changed()

    async def take(self, messages: Sequence[Incoming]) -> list[Incoming]:
        """Returns those that must not be acknowledged yet, because a guest who is expected reads them."""
        waiting = [one for one in messages if self._is_awaited(one)] if self._expected else []
        for guest in list(self._guests):
            await guest.take(messages)
        self._held += waiting
        if len(self._held) > MOST_HELD:
            # The broker has those it waits for an answer to; of the others, the newest count.
            lossy = [one for one in self._held if not one.qos]
            dropped = set(map(id, lossy[: len(self._held) - MOST_HELD]))
            self._held = [one for one in self._held if id(one) not in dropped]
        return waiting

    async def release(self) -> list[Incoming]:
        """Give what was held to the guests who came meanwhile; returns what can be acknowledged now."""
        now = self._clock.monotonic()
        late = [pattern for pattern, until in self._expected.items() if until <= now]
        for pattern in late:
            del self._expected[pattern]
        if late:
            self._changed()
        free = [one for one in self._held if not self._is_awaited(one)]
        if free:
            self._held = [one for one in self._held if self._is_awaited(one)]
            for guest in list(self._guests):
                await guest.take(free)
        return free

    def _is_awaited(self, message: Incoming) -> bool:
        return any(matches(pattern, message.topic) for pattern in self._expected)

    def _expect(self, patterns: Iterable[str]) -> None:
        until = self._clock.monotonic() + PATIENCE
        self._expected |= dict.fromkeys(patterns, until)
