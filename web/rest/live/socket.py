"""GET /hub/v1/ws: the same news over a WebSocket, with messages that say what to tell."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cache
from typing import Annotated, Literal

import orjson
from aiohttp import WSMsgType, web
from pydantic import Field, TypeAdapter, ValidationError

from web import security
from web.keys import CLOCK, SESSION
from web.rest.endpoint import Call
from web.rest.fields import Body, Name
from web.rest.live.broadcast import BROADCASTER
from web.rest.live.listener import Listener, Wish
from web.rest.live.news import USUAL
from web.rest.live.sse import Kind, present
from web.rest.problem import Problem, from_validation

LARGEST = 64 * 1024
MOST_WISHES = 50
_TEXT = WSMsgType.TEXT


class Subscribe(Body):
    type: Literal["subscribe"]
    id: Name
    persons: list[Name] | None = None
    entities: list[Name] | None = None
    events: list[Kind] | None = None
    snapshot: bool = False

    def wish(self) -> Wish:
        return Wish(
            frozenset(self.events) if self.events is not None else USUAL,
            frozenset(self.persons) if self.persons is not None else None,
            frozenset(self.entities) if self.entities is not None else None,
        )


class Unsubscribe(Body):
    type: Literal["unsubscribe"]
    id: Name


class Ping(Body):
    type: Literal["ping"]


@cache
def _messages() -> TypeAdapter[Subscribe | Unsubscribe | Ping]:
    """Made when the first socket speaks."""
    return TypeAdapter(Annotated[Subscribe | Unsubscribe | Ping, Field(discriminator="type")])


async def stream_socket(call: Call) -> web.StreamResponse:
    request = call.request
    # A page of another site could open it with our cookie; a bearer token it cannot have.
    if SESSION in request and not security.same_origin(request):
        raise Problem(403, "forbidden", "This request came from another site.", where="header Origin")
    listener = Listener(call.view, lambda: _hang_up(request), gone=lambda: request.transport is None)
    with request.app[BROADCASTER].listening(listener):
        socket = web.WebSocketResponse(heartbeat=30.0, max_msg_size=LARGEST)
        try:
            await socket.prepare(request)
        except web.HTTPBadRequest:
            raise Problem(
                426, "upgrade_required", "This address speaks WebSocket.", headers={"Upgrade": "websocket"}
            ) from None
        writer = asyncio.create_task(_write(request, socket, listener))
        try:
            async for message in socket:
                if message.type is not _TEXT:
                    await _refuse(socket, Problem(422, "invalid", "Messages are JSON text."))
                    continue
                try:
                    await _hear(request, socket, listener, message.data)
                except Problem as problem:
                    await _refuse(socket, problem)
        finally:
            listener.close()
            writer.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await writer
    return socket


async def _hear(request: web.Request, socket: web.WebSocketResponse, listener: Listener, text: str) -> None:
    try:
        said = _messages().validate_json(text)
    except ValidationError as error:
        raise from_validation(error, "message", ("type", "id", "persons", "entities", "events", "snapshot")) from None
    match said:
        case Subscribe():
            if len(listener.wishes) >= MOST_WISHES and said.id not in listener.wishes:
                raise Problem(429, "too_many", f"One socket holds at most {MOST_WISHES} subscriptions.")
            listener.wishes[said.id] = wish = said.wish()
            await _say(socket, {"type": "subscribed", "id": said.id})
            for state in present(listener.view, wish, request) if said.snapshot else ():
                await socket.send_frame(b'{"type":"event","event":"state","id":null,"data":%b}' % state, _TEXT)
        case Unsubscribe():
            known = listener.wishes.pop(said.id, None) is not None
            await _say(socket, {"type": "unsubscribed", "id": said.id, "known": known})
        case Ping():
            await _say(socket, {"type": "pong"})


async def _write(request: web.Request, socket: web.WebSocketResponse, listener: Listener) -> None:
    clock = request.app[CLOCK]
    while not listener.closed:
        lost, waiting = await listener.next()
        listener.beat = False
        listener.writing_since = clock.monotonic()
        if lost:
            await _say(socket, {"type": "lagged", "lost": lost})
        for news in waiting:
            await socket.send_frame(news.message, _TEXT)
        listener.writing_since = None
    await socket.close()


async def _say(socket: web.WebSocketResponse, body: dict[str, object]) -> None:
    await socket.send_frame(orjson.dumps(body), _TEXT)


async def _refuse(socket: web.WebSocketResponse, problem: Problem) -> None:
    await _say(
        socket,
        {
            "type": "error",
            "error": {
                "code": problem.code,
                "message": problem.message,
                "where": problem.where,
                "hint": problem.hint,
            },
        },
    )


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
