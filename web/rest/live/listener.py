"""One client of a stream: what it wants, what waits for it, and what it has lost."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from web.rest.live.news import USUAL, News

if TYPE_CHECKING:
    from hub.view import View

WAITING = 1_000
"""Unread events of one client; past it the oldest are lost to that client, which is told."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to tell; None: everybody's, every entity."""

    kinds: frozenset[str] = USUAL
    persons: frozenset[str] | None = None
    entities: frozenset[str] | None = None

    def fits(self, news: News) -> bool:
        return (
            news.kind in self.kinds
            and (self.persons is None or news.person is None or news.person in self.persons)
            and (self.entities is None or news.entity is None or news.entity in self.entities)
        )


class Listener:
    def __init__(
        self, view: View, hang_up: Callable[[], None], limit: int = WAITING, gone: Callable[[], bool] = lambda: False
    ) -> None:
        self.view = view
        self.wishes: dict[str, Wish] = {}
        self.closed = False
        self.beat = False
        """Set when a sign of life is due."""
        self.writing_since: float | None = None
        """Monotonic seconds since which a write has been waiting for the client."""
        self.hang_up = hang_up
        """Breaks the connection of a client that takes nothing any more."""
        self.gone = gone
        """True once the connection has ended, which nobody who waits for news notices by themselves."""
        self._limit = limit
        self._waiting: deque[News] = deque()
        self._lost = 0
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, news: News) -> bool:
        """Queue what is wished for and allowed at this moment; True when that pushed the oldest out."""
        if not any(wish.fits(news) for wish in self.wishes.values()) or not self.view.may_see(news.event):
            return False
        full = len(self._waiting) >= self._limit
        if full:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(news)
        self.view.told(news.event)
        self._wake.set()
        return full

    def lose(self, count: int) -> None:
        self._lost += count
        self._wake.set()

    def nudge(self) -> None:
        """A sign of life is due."""
        self.beat = True
        self._wake.set()

    def close(self) -> None:
        self.closed = True
        self._wake.set()

    async def next(self) -> tuple[int, list[News]]:
        """What was lost and what waits, as soon as there is something to do."""
        await self._wake.wait()
        self._wake.clear()
        lost, self._lost = self._lost, 0
        waiting = list(self._waiting)
        self._waiting.clear()
        return lost, waiting
