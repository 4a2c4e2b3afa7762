"""The bus as the engines hear it: each event with what led to it."""

from __future__ import annotations

from typing import Any

from hub.automation.world import Context, current
from hub.bus import Subscription
from hub.model import Event


class Attributed(Subscription):
    """Remembers which run, if any, was doing something when an event was published."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._led: dict[int, tuple[Event, Context]] = {}

    def put(self, event: Event) -> None:
        context = current.get()
        if context is not None:
            if len(self._led) >= self.limit:
                self._led.clear()
            self._led[id(event)] = (event, context)
        super().put(event)

    def led_to(self, event: Event) -> Context | None:
        """Asked once for each event."""
        if not self._led:
            return None
        known = self._led.pop(id(event), None)
        return known[1] if known is not None and known[0] is event else None
