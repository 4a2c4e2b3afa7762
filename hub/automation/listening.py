"""Who wants to hear of what, so that a change costs only those who watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from hub.automation.seen_states import Reads
from hub.automation.watch import Watcher

_Index = dict[str, dict[Watcher, None]]
"""Ordered, so that automations go off in the order in which they were made."""


class Listening:
    def __init__(self) -> None:
        self._entities: _Index = {}
        self._domains: _Index = {}
        self._events: _Index = {}
        self._signals: _Index = {}
        self._everything: dict[Watcher, None] = {}
        self._where: dict[Watcher, list[tuple[_Index, str]]] = {}
        self._waiting: dict[str, dict[asyncio.Future[None], None]] = {}
        """By what was read: an entity, a domain; "" for everything."""
        self.wanting: dict[Watcher, None] = {}
        """Those for whom somebody outside has to listen."""
        self.moved: Callable[[], None] = lambda: None
        """Called when they are others."""

    def add(self, one: Watcher) -> None:
        places = self._where[one] = []
        for index, keys in (
            (self._entities, one.entities),
            (self._domains, one.domains),
            (self._events, one.events),
            (self._signals, one.signals),
        ):
            for key in keys:
                index.setdefault(key, {})[one] = None
                places.append((index, key))
        if one.everything:
            self._everything[one] = None
        if one.wants:
            self.wanting[one] = None
            self.moved()

    def remove(self, one: Watcher) -> None:
        for index, key in self._where.pop(one, []):
            found = index.get(key)
            if found is not None:
                found.pop(one, None)
                if not found:
                    del index[key]
        self._everything.pop(one, None)
        if one in self.wanting:
            del self.wanting[one]
            self.moved()

    def all(self) -> list[Watcher]:
        return list(self._where)

    def again(self, one: Watcher) -> None:
        """It looks at other entities than before."""
        if one in self._where:
            self.remove(one)
            self.add(one)

    def to_entity(self, entity_id: str) -> Iterable[Watcher]:
        found = self._entities.get(entity_id)
        if not self._domains and not self._everything:
            return list(found) if found else ()
        of_domain = self._domains.get(entity_id.partition(".")[0], {})
        return list({**(found or {}), **of_domain, **self._everything})

    def to_event(self, event_type: str) -> list[Watcher]:
        return list({**self._events.get(event_type, {}), **self._events.get("*", {})})

    def to_signal(self, kind: str, about: str | None = None) -> list[Watcher]:
        """`about`: an entity or a topic; who watches it alone has `<kind> <id>` among the signals."""
        everyone = list(self._signals.get(kind, ()))
        return everyone + list(self._signals.get(f"{kind} {about}", ())) if about is not None else everyone

    async def change(self, reads: Reads) -> None:
        """Returns once something that was read has changed."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        keys = ("",) if reads.everything else (*reads.entities, *reads.domains)
        for key in keys:
            self._waiting.setdefault(key, {})[waiter] = None
        try:
            await waiter
        finally:
            for key in keys:
                waiting = self._waiting[key]
                del waiting[waiter]
                if not waiting:
                    del self._waiting[key]

    def wake(self, entity_id: str) -> None:
        for key in (entity_id, entity_id.partition(".")[0], "") if self._waiting else ():
            for waiter in self._waiting.get(key, ()):
                if not waiter.done():
                    waiter.set_result(None)
