"""The one listener on the bus behind all streams; remembers a little, for clients that come back."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.model import AccessChanged, Lagged
from web.rest.live.listener import Listener
from web.rest.live.news import KINDS, News
from web.rest.problem import Problem

if TYPE_CHECKING:
    from hub.api import Clock
    from hub.view import Views

REMEMBERED = 2_000
"""Events kept for clients that come back with Last-Event-ID."""
LINGER = 120.0
"""Seconds after the last client has left during which events are still remembered."""
HEARTBEAT = 15.0
STUCK = 60.0
"""Seconds after which a client that takes nothing is cut off."""
MOST, MOST_OF_ONE = 500, 100
"""Streams at once, of everybody and of one account."""
_AT_ONCE = 64
"""Events told before other tasks have their turn."""


class Broadcaster:
    def __init__(self, views: Views, clock: Clock) -> None:
        self._views, self._clock = views, clock
        self._listeners: set[Listener] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._epoch, self._number = "", 0
        self._past: deque[News] = deque(maxlen=REMEMBERED)
        self._left_at = 0.0
        self.lost = 0
        """Events that slow clients did not get."""

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Tell `listener` until the block ends. Raises Problem 429 when there are too many streams."""
        self._let_go()
        accounts = Counter(one.view.actor.account for one in self._listeners)
        if len(self._listeners) >= MOST or accounts[listener.view.actor.account] >= MOST_OF_ONE:
            raise Problem(
                429,
                "too_many_streams",
                "There are too many open streams.",
                hint="Close those that nobody reads; one stream can carry everything.",
                headers={hdrs.RETRY_AFTER: "15"},
            )
        self._listeners.add(listener)
        if not self._tasks:
            self._epoch = secrets.token_hex(4)
            self._tasks = [asyncio.create_task(self._collect()), asyncio.create_task(self._watch())]
        try:
            yield
        finally:
            self._listeners.discard(listener)
            self._left_at = self._clock.monotonic()

    def replay(self, last_id: str, listener: Listener) -> bool:
        """Offer what came after `last_id`; False when that is not remembered any more."""
        epoch, _, number = last_id.partition("-")
        if epoch != self._epoch or not number.isdecimal() or int(number) > self._number:
            return False
        missed = self._number - int(number)
        if missed > len(self._past):
            return False
        for news in list(self._past)[len(self._past) - missed :]:
            listener.offer(news)
        return True

    async def _collect(self) -> None:
        kinds = [kind for kind, _ in KINDS.values()]
        told = 0
        events = self._views.system().subscribe(*kinds, AccessChanged, limit=20_000, name="live")
        async for event in events:
            if isinstance(event, Lagged):
                self.lost += event.lost
                for listener in self._listeners:
                    listener.lose(event.lost)
                continue
            if isinstance(event, AccessChanged):
                self._end_revoked()
                continue
            self._number += 1
            news = News(f"{self._epoch}-{self._number}", event)
            self._past.append(news)
            for listener in self._listeners:
                self.lost += listener.offer(news)
            told += 1
            if told % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _watch(self) -> None:
        """Every second: end what was revoked, cut off what is stuck; every 15 a sign of life."""
        beat_at = self._clock.monotonic() + HEARTBEAT
        while self._listeners or self._clock.monotonic() - self._left_at < LINGER:
            await self._clock.sleep(1.0)
            self._let_go()
            now = self._clock.monotonic()
            due = now >= beat_at
            if due:
                beat_at = now + HEARTBEAT
            for listener in list(self._listeners):
                if listener.writing_since is not None and now - listener.writing_since > STUCK:
                    listener.hang_up()
                if due:
                    listener.nudge()
            self._end_revoked()
        self._stop()

    def _end_revoked(self) -> None:
        for listener in [one for one in self._listeners if not one.view.live()]:
            listener.close()

    def _let_go(self) -> None:
        """Those whose connection has ended wake up, end by themselves, and count no more."""
        for listener in [one for one in self._listeners if one.gone()]:
            listener.close()
            self._listeners.discard(listener)
            self._left_at = self._clock.monotonic()

    def _stop(self) -> None:
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._tasks = []
        self._past.clear()

    async def close(self, app: web.Application | None = None) -> None:
        """End every stream; safe to call twice."""
        for listener in list(self._listeners):
            listener.close()
        tasks = list(self._tasks)
        self._stop()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


BROADCASTER = web.AppKey("broadcaster", Broadcaster)
