"""The newest events, so that a page of events does not begin empty."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from hub.model import Event, ReadingsRecorded

MOST_EVENTS = 300
MOST_READINGS = 3_000
"""Together, in all events that are kept: an import brings thousands at once."""


class Recent:
    """Oldest first; what no longer fits goes, the newest event never does."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._weight = 0

    def append(self, event: Event) -> None:
        self._events.append(event)
        self._weight += _weight(event)
        while len(self._events) > MOST_EVENTS or (self._weight > MOST_READINGS and len(self._events) > 1):
            self._weight -= _weight(self._events.popleft())

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)


def _weight(event: Event) -> int:
    return len(event.readings) if isinstance(event, ReadingsRecorded) else 0
