"""A house for automations alone: states set by hand, a virtual clock, and actions that are written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.automation.engine import Engine
from hub.automation.memory import Forgetful, Memory
from hub.automation.runs import Attached
from hub.automation.schema.automation import automation
from hub.automation.source import read
from hub.automation.trace import Trace
from hub.automation.world import Context, Directory, Seen
from hub.clock import VirtualClock
from hub.errors import NotFound

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, 08:00 in Berlin."""


class PlayHouse:
    """A `World` with an engine in it."""

    def __init__(self, start: datetime = START, time_zone: str = "Europe/Berlin") -> None:
        self.clock = VirtualClock(start)
        self.time_zone = time_zone
        self.directory = Directory()
        self.place: tuple[float, float] | None = (52.52, 13.405)
        self.memory: Memory = Forgetful(time_zone)
        self.called: list[tuple[datetime, str, Mapping[str, Any]]] = []
        self.fired: list[tuple[str, Mapping[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        self.broken: set[str] = set()
        self._states: dict[str, Seen] = {}
        self.engine = Engine(self)

    def get(self, entity_id: str) -> Seen | None:
        return self._states.get(entity_id)

    def all(self) -> Iterable[Seen]:
        return self._states.values()

    def of_domain(self, domain: str) -> Iterable[Seen]:
        return [one for one in self._states.values() if one.domain == domain]

    async def call(self, action: str, data: Mapping[str, Any], context: Context) -> Mapping[str, Any] | None:
        if action in self.broken:
            raise NotFound(f"there is no action {action!r}")
        self.called.append((self.clock.now(), action, data))
        if action in ("switch.turn_on", "switch.turn_off"):
            ids = data["entity_id"]
            for one in ids if isinstance(ids, list) else [ids]:
                self.set(one, action.rpartition("_")[2], context=context)
        found = self.answers.get(action)
        answer: Mapping[str, Any] | None = found(data) if callable(found) else found
        return answer

    def fire(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        self.fired.append((event_type, data))
        self.engine.happened(event_type, data, context)

    def set(self, entity_id: str, state: Any, /, *, context: Context | None = None, **attributes: Any) -> None:
        now, old = self.clock.now(), self._states.get(entity_id)
        since = old.last_changed if old is not None and old.state == str(state) else now
        kept = attributes or (old.attributes if old is not None else {})
        new = Seen(entity_id, str(state), kept, since, now, context or Context())
        self._states[entity_id] = new
        self.engine.changed(old, new)

    def unset(self, entity_id: str) -> None:
        self.engine.changed(self._states.pop(entity_id), None)

    def add(self, text: str, key: str = "one") -> Attached:
        source = read(text)
        return self.engine.add(key, automation(source.value, source.lines))

    async def later(self, seconds: float = 0) -> None:
        await self.clock.advance(seconds)

    @property
    def actions(self) -> list[str]:
        return [name for _, name, _ in self.called]

    def traces(self, key: str = "one") -> list[Trace]:
        return list(self.engine.automations[key].traces)
