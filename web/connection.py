"""One connection: passes everything on to aiohttp's handler, and keeps the time of who is on the other side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from aiohttp import web

    from hub.model import Limits
    from web.gate import Gate

WINDOW = 20.0
"""Seconds over which a body's speed is looked at."""
_SAID = b"The request did not come to its end in time.\n"
TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%b"
) % (len(_SAID), _SAID)


class Connection(asyncio.Protocol):
    def __init__(self, gate: Gate, handler: web.RequestHandler, group: str, now: float) -> None:
        self._gate, self.handler, self.group = gate, handler, group
        self.transport: asyncio.Transport | None = None
        """None until it is there, TLS and all."""
        self.arriving: asyncio.Task[None] | None = None
        self.ours: tuple[str, int] = ("", 0)
        self.known = False
        """Somebody signed in, or a token, has used it."""
        self.requests = 0
        """Being answered now: 0 or 1."""
        self._request: web.BaseRequest | None = None
        self._begun: float | None = now
        """Since when a request's headers are awaited; None between requests."""
        self._heard = 0
        self._window: tuple[float, int] = (now, 0)
        self._stalled: float | None = None
        self._answered = False

    # What aiohttp's handler is told

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        address = transport.get_extra_info("sockname")
        self.ours = (str(address[0]), int(address[1])) if address else ("", 0)
        self.handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._heard += len(data)
        if self._begun is None and not self.requests:
            self._begun = asyncio.get_running_loop().time()
        self.handler.data_received(data)

    def eof_received(self) -> bool | None:
        self.handler.eof_received()
        return None

    def pause_writing(self) -> None:
        self._stalled = asyncio.get_running_loop().time()
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        self._stalled = None
        self.handler.resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._gate.forget(self)
        self._request = None
        self.handler.connection_lost(exc)

    # What the middleware tells

    def begins(self, request: web.BaseRequest) -> None:
        """A request's headers are here."""
        self._begun, self._request, self.requests = None, request, 1
        self._window = (asyncio.get_running_loop().time(), self._heard)

    def ends(self) -> None:
        self._request, self.requests, self._answered = None, 0, True

    def dawdles(self, now: float, limits: Limits) -> bool:
        """True when the other side holds the connection without doing its part."""
        if self.transport is None:
            return False  # the handshake has a limit of its own
        if self._stalled is not None and now - self._stalled > limits.stalled_seconds:
            return True
        if self._begun is not None:
            return now - self._begun > limits.header_seconds
        request = self._request
        if request is None or not request.body_exists or request.content.is_eof():
            return False
        since, heard = self._window
        if not self.transport.is_reading():
            # It is us who are slow.
            self._window = (now, self._heard)
            return False
        if now - since < WINDOW:
            return False
        self._window = (now, self._heard)
        return self._heard - heard < limits.body_bytes_per_second * WINDOW

    def finish(self) -> None:
        """Close once what is being answered has been."""
        self.handler.close()
        if not self.requests and self.transport is not None:
            self.transport.close()

    def cut(self) -> None:
        """Close now."""
        if self.transport is None:
            if self.arriving is not None:
                self.arriving.cancel()
            return
        if self._begun is not None and self._heard and not self._answered:
            # Not on a connection that was used before: the next request would take it for its answer.
            self.transport.write(TOO_SLOW)
            self.transport.close()
            # Whoever reads nothing either has a second to go by themselves.
            asyncio.get_running_loop().call_later(1.0, self.transport.abort)
        else:
            self.transport.abort()
