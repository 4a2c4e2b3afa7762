"""GET /hub/v1/live: server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from aiohttp import hdrs, web
from pydantic import Field

from web.keys import CLOCK
from web.rest.endpoint import Call
from web.rest.fields import Key, Query, Switch
from web.rest.live.broadcast import BROADCASTER
from web.rest.live.listener import Listener, Wish
from web.rest.live.news import USUAL
from web.rest.states import RENDERED

if TYPE_CHECKING:
    from hub.view import View

Kind = Literal[
    "state", "journal", "readings", "removed", "rejected", "device", "entities", "people", "entry", "problem"
]
RETRY_MS = 2_000


class LiveQuery(Query):
    person: Annotated[list[Key] | None, Field(description="Only theirs; may be repeated.")] = None
    entity_id: Annotated[list[Key] | None, Field(description="Only these entities; may be repeated.")] = None
    events: Annotated[list[Kind] | None, Field(description="What to tell; left out: state and journal.")] = None
    snapshot: Annotated[Switch, Field(description="Begin with every present state.")] = False

    def wish(self) -> Wish:
        return Wish(
            frozenset(self.events) if self.events is not None else USUAL,
            frozenset(self.person) if self.person is not None else None,
            frozenset(self.entity_id) if self.entity_id is not None else None,
        )


async def stream_events(call: Call) -> web.StreamResponse:
    request, query = call.request, call.query
    broadcaster, clock = request.app[BROADCASTER], request.app[CLOCK]
    listener = Listener(call.view, lambda: _hang_up(request), gone=lambda: request.transport is None)
    listener.wishes[""] = query.wish()
    with broadcaster.listening(listener):
        response = web.StreamResponse(
            headers={
                hdrs.CONTENT_TYPE: "text/event-stream",
                hdrs.CACHE_CONTROL: "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        opening = [b"retry: %d\n\n: welcome\n\n" % RETRY_MS]
        last_id = request.headers.get("Last-Event-ID", "")
        if last_id and not broadcaster.replay(last_id, listener):
            opening.append(_lagged(None))
        if query.snapshot:
            opening += [b"event: state\ndata: %b\n\n" % one for one in present(call.view, listener.wishes[""], request)]
        await response.prepare(request)
        await response.write(b"".join(opening))
        while not listener.closed:
            lost, waiting = await listener.next()
            if request.transport is None or request.transport.is_closing():
                break
            parts = [_lagged(lost)] if lost else []
            parts += [news.frame for news in waiting]
            if listener.beat:
                listener.beat = False
                parts.append(b": still here\n\n")
            if parts:
                listener.writing_since = clock.monotonic()
                await response.write(b"".join(parts))
                listener.writing_since = None
    return response


def present(view: View, wish: Wish, request: web.Request) -> list[bytes]:
    """The states that the wish would be told of, each as JSON."""
    rendered = request.app[RENDERED]
    return [
        rendered.state(entity, state)
        for entity, state in view.states()
        if (wish.persons is None or entity.person in wish.persons)
        and (wish.entities is None or entity.id in wish.entities)
        and "state" in wish.kinds
    ]


def _lagged(lost: int | None) -> bytes:
    """Null says: more than is remembered. Either way the client reads the states anew."""
    return b'event: lagged\ndata: {"lost":%b}\n\n' % (b"null" if lost is None else str(lost).encode())


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
