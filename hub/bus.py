"""Typed publish and subscribe: news only, each listener with a bounded queue of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime
from types import TracebackType
from typing import TypeVar

from hub.model import Event, Lagged


class Subscription:
    """One listener's queue; iterate over it, and close it (or use it in a `with`)."""

    def __init__(self, bus: Bus, kinds: tuple[type[Event], ...], limit: int, name: str) -> None:
        self.kinds = kinds
        self.name = name
        self.limit = limit
        self.dropped = 0
        """Events lost since the start, for the figures."""
        self._bus = bus
        self._queue: deque[Event] = deque()
        self._lost = 0
        self._lost_at: datetime | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, event: Event) -> None:
        if len(self._queue) >= self.limit:
            self._queue.popleft()
            self._lost += 1
            self.dropped += 1
            self._lost_at = event.at
        self._queue.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while True:
            if self._lost and self._lost_at is not None:
                lost, self._lost = self._lost, 0
                return Lagged(self._lost_at, lost)
            if self._queue:
                return self._queue.popleft()
            if self._closed:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def drain(self) -> list[Event]:
        """Everything that waits, at once, without waiting."""
        waiting = list(self._queue)
        self._queue.clear()
        if self._lost and self._lost_at is not None:
            waiting.insert(0, Lagged(self._lost_at, self._lost))
            self._lost = 0
        return waiting

    def close(self) -> None:
        """Stop listening; a waiting reader ends. Safe to call twice."""
        self._closed = True
        self._bus.forget(self)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_Kind = TypeVar("_Kind", bound=Subscription)


class Bus:
    """Tells every listener of an event's type; never waits for one."""

    def __init__(self) -> None:
        self._by_kind: dict[type[Event], list[Subscription]] = {}
        self._subscriptions: list[Subscription] = []
        self.published = 0

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(self._subscriptions)

    def wanted(self, kind: type[Event]) -> bool:
        """True when somebody listens, so that costly events need not be made for nobody."""
        return bool(self._listeners(kind))

    def publish(self, event: Event) -> None:
        self.published += 1
        for subscription in self._listeners(type(event)):
            subscription.put(event)

    def subscribe(self, *kinds: type[Event], limit: int = 10_000, name: str = "") -> Subscription:
        """Listen to these kinds (and their subclasses; none: all). Past `limit` the oldest unread are dropped."""
        return self.subscribe_as(Subscription, *kinds, limit=limit, name=name)

    def subscribe_as(self, made: type[_Kind], *kinds: type[Event], limit: int = 10_000, name: str = "") -> _Kind:
        """With a queue that knows more of its events."""
        subscription = made(self, kinds or (Event,), limit, name)
        self._subscriptions.append(subscription)
        self._by_kind.clear()
        return subscription

    def forget(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            self._by_kind.clear()

    def _listeners(self, kind: type[Event]) -> list[Subscription]:
        found = self._by_kind.get(kind)
        if found is None:
            found = [one for one in self._subscriptions if issubclass(kind, one.kinds)]
            self._by_kind[kind] = found
        return found
