"""The pages' own live stream: values at once as small JSON, cards again as fragments when they have changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, cast

import orjson
from aiohttp import hdrs, web

from hub.api import Clock
from hub.model import AccessChanged, EntitiesChanged, Event, JournalChanged, Lagged, PeopleChanged, StateChanged
from web.display import Display
from web.keys import CLOCK

if TYPE_CHECKING:
    from hub.view import View

HEADERS = {
    hdrs.CONTENT_TYPE: "text/event-stream; charset=utf-8",
    hdrs.CACHE_CONTROL: "no-store",
    "X-Accel-Buffering": "no",
}
QUIET = 15.0
"""Seconds without news after which a comment tells proxies and browsers that the stream lives."""
PAUSE = 15.0
"""Seconds in which a card is drawn at most once for new values, which themselves move at once."""
SOON = 0.3
"""Seconds until a card is drawn again after something was logged or measured for the first time; a burst costs one."""
WATCHED = (StateChanged, JournalChanged, EntitiesChanged, PeopleChanged, AccessChanged)
OTHER_RIGHTS = b"event: rights\ndata: {}\n\n"
"""What the page shows is not what may be seen any more: it loads itself anew, or finds that it is signed out."""

Draw = Callable[[str], Awaitable[str]]
"""A person's slug -> the HTML of their card."""


class Values:
    """States as browsers take them; each is written once, however many streams send it."""

    KEPT = 64
    LASTS = 10.0
    """Seconds after which a person's units are looked up anew."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._written: OrderedDict[int, tuple[StateChanged, bytes]] = OrderedDict()
        self._displays: dict[str, tuple[float, Display]] = {}

    def encoded(self, event: StateChanged, view: View) -> bytes:
        """The event as a server-sent one. Whoever may see the event sees the same: units are the person's own."""
        known = self._written.get(id(event))
        if known is not None and known[0] is event:
            return known[1]
        written = self._write(event, self._display(event.entity.person, view))
        self._written[id(event)] = (event, written)
        if len(self._written) > self.KEPT:
            self._written.popitem(last=False)
        return written

    def _display(self, person: str, view: View) -> Display:
        now = self._clock.monotonic()
        known = self._displays.get(person)
        if known is None or now - known[0] > self.LASTS:
            known = self._displays[person] = (now, Display(view, person))
        return known[1]

    def _write(self, event: StateChanged, display: Display) -> bytes:
        entity, state = event.entity, event.new
        shown = display.state(entity, state)
        body = {
            "entity_id": entity.id,
            "person": entity.person,
            "metric": entity.metric,
            "text": shown.text,
            "unit": shown.unit,
            "number": display.number(entity, state.value) if isinstance(state.value, int | float) else None,
            "taken_at": state.taken_at,
            "available": state.available,
            "total": entity.kind.value in ("counter", "duration"),
        }
        return b"event: value\ndata: " + orjson.dumps(body) + b"\n\n"


VALUES = web.AppKey("values", Values)


class Stream:
    """One browser's stream; ends when the browser leaves, or the session is revoked."""

    def __init__(self, request: web.Request, view: View, slugs: tuple[str, ...] = (), draw: Draw | None = None) -> None:
        """`slugs`: whose news is sent (none: everybody's); `draw`: makes their cards anew."""
        self._request, self._view, self._slugs, self._draw = request, view, slugs, draw
        self._response = web.StreamResponse(headers=HEADERS)
        self._rights = view.rights()
        self._sent: dict[str, str] = {}
        self._dirty: set[str] = set()
        self._due = 0.0
        """Monotonic instant at which the dirty cards are drawn."""

    async def run(self) -> web.StreamResponse:
        """Send news until the browser goes."""
        await self._response.prepare(self._request)
        events = cast("AsyncGenerator[Event, None]", self._view.subscribe(*WATCHED, name="page"))
        with contextlib.suppress(ConnectionResetError):
            await self._response.write(b"id: 1\n\n")
            if "Last-Event-ID" in self._request.headers:
                # A browser that comes back has missed news.
                self._mark(self._slugs, SOON)
            async with contextlib.aclosing(events):
                await self._pump(events)
        return self._response

    async def _pump(self, events: AsyncGenerator[Event, None]) -> None:
        clock = self._request.app[CLOCK]
        news = asyncio.ensure_future(anext(events, None))
        try:
            while True:
                wait = min(QUIET, max(0.0, self._due - clock.monotonic())) if self._dirty else QUIET
                done, _ = await asyncio.wait({news}, timeout=wait)
                if done:
                    event = news.result()
                    if event is None or (isinstance(event, AccessChanged) and self._view.rights() != self._rights):
                        await self._response.write(OTHER_RIGHTS)
                        return
                    await self._tell(event)
                    news = asyncio.ensure_future(anext(events, None))
                elif not self._dirty:
                    await self._response.write(b": quiet\n\n")
                if self._dirty and clock.monotonic() >= self._due:
                    await self._cards()
        finally:
            news.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await news

    def _mark(self, slugs: Iterable[str], within: float) -> None:
        due = self._request.app[CLOCK].monotonic() + within
        self._due = min(self._due, due) if self._dirty else due
        self._dirty.update(slugs)

    async def _cards(self) -> None:
        slugs, self._dirty = sorted(self._dirty), set()
        if self._draw is not None:
            for slug in slugs:
                await self._card(slug, await self._draw(slug))

    async def _tell(self, event: Event) -> None:
        match event:
            case StateChanged():
                if not self._slugs or event.entity.person in self._slugs:
                    # A first value has no place on the card that it could move into.
                    self._mark([event.entity.person], SOON if event.old is None else PAUSE)
                    self._view.told(event)
                    await self._response.write(self._request.app[VALUES].encoded(event, self._view))
            case JournalChanged():
                self._mark({event.new.person}.intersection(self._slugs), SOON)
            case Lagged() | PeopleChanged() | EntitiesChanged():
                self._mark(self._slugs, PAUSE)
            case _:
                pass

    async def _card(self, slug: str, html: str) -> None:
        """Send a card only when it differs from the one sent last."""
        if self._sent.get(slug) == html:
            return
        self._sent[slug] = html
        lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
        partial = f'data: <hx-partial hx-target="#card-{slug}" hx-swap="outerMorph">\n{lines}data: </hx-partial>\n\n'
        await self._response.write(partial.encode())
