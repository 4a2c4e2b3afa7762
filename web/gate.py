"""The door in front of the HTTP server: who may knock, how many at once, and for how long one may dawdle."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hub.model import address_group
from web.connection import Connection

if TYPE_CHECKING:
    from aiohttp import web

    from hub.model import Limits

log = logging.getLogger(__name__)
HANDSHAKE = 10.0
"""Seconds for the TLS handshake."""
SWEEP = 1.0
SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
SPARE_FILES = 256
"""Descriptors that are left for the database, devices and files."""
Welcome = Callable[[str, str, int], bool]
"""(address of the peer, address and port of ours) -> may it come in."""


class Gate:
    """Lets connections in to an aiohttp server within `limits`; `listen` for each socket, `close` at the end."""

    def __init__(self, server: web.Server, limits: Limits, welcome: Welcome, uncounted: Callable[[str], bool]) -> None:
        """`uncounted`: addresses for which many may come, such as a trusted proxy's."""
        self._server, self._limits, self._welcome, self._uncounted = server, limits, welcome, uncounted
        self._most = min(limits.connections, max(64, _files() - SPARE_FILES))
        self._doors: dict[socket.socket, asyncio.Task[None]] = {}
        self._open: dict[Connection, None] = {}
        """The oldest first."""
        self._of: dict[str, dict[Connection, None]] = {}
        self._by_handler: dict[object, Connection] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self.refused = 0
        """Connections turned away or cut off since the start."""

    def __len__(self) -> int:
        return len(self._open)

    def listen(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Take over a listening socket."""
        sock.setblocking(False)
        self._doors[sock] = asyncio.create_task(self._accept(sock, tls), name="gate")
        if self._sweeper is None:
            self._sweeper = asyncio.create_task(self._sweep(), name="gate:sweep")

    async def leave(self, sock: socket.socket) -> None:
        """Stop listening; what came in there ends with the answer it waits for."""
        task = self._doors.pop(sock)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        address = sock.getsockname()
        sock.close()
        for connection in [one for one in self._open if one.ours == (address[0], address[1])]:
            connection.finish()

    async def close(self) -> None:
        """Stop listening everywhere; harmless when repeated."""
        for sock in list(self._doors):
            await self.leave(sock)
        sweeper, self._sweeper = self._sweeper, None
        if sweeper is not None:
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
        for connection in list(self._open):
            if connection.transport is None:
                connection.cut()

    def of(self, handler: object) -> Connection | None:
        """The connection that an aiohttp handler serves."""
        return self._by_handler.get(handler)

    def forget(self, connection: Connection) -> None:
        """It is closed."""
        self._open.pop(connection, None)
        self._by_handler.pop(connection.handler, None)
        there = self._of.get(connection.group)
        if there is not None:
            there.pop(connection, None)
            if not there:
                del self._of[connection.group]

    async def _accept(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                come, peer = await loop.sock_accept(sock)
            except OSError as error:
                if error.errno in SHORT:
                    log.warning("no further connection can be opened now: %s", error.strerror)
                    self._make_room(self._open)
                    await asyncio.sleep(0.1)  # the machine's own time, not the house's
                continue
            try:
                self._let_in(come, peer, tls)
            except Exception:
                come.close()
                raise

    def _let_in(self, come: socket.socket, peer: Any, tls: ssl.SSLContext | None) -> None:
        address = str(peer[0])
        ours = come.getsockname()
        if not self._welcome(address, str(ours[0]), int(ours[1])):
            self.refused += 1
            come.close()
            return
        counted = address_group(address)
        there = self._of.get(counted, {})
        many = len(there) >= self._limits.connections_per_address and not self._uncounted(address)
        if (many and not self._make_room(there)) or (len(self._open) >= self._most and not self._make_room(self._open)):
            self.refused += 1
            come.close()
            return
        loop = asyncio.get_running_loop()
        come.setblocking(False)
        connection = Connection(self, self._server(), counted, loop.time())
        self._open[connection] = None
        self._of.setdefault(counted, {})[connection] = None
        self._by_handler[connection.handler] = connection
        more: dict[str, Any] = {"ssl": tls, "ssl_handshake_timeout": HANDSHAKE} if tls is not None else {}
        connection.arriving = asyncio.create_task(self._greet(connection, come, more))

    async def _greet(self, connection: Connection, come: socket.socket, more: dict[str, Any]) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, come, **more)
        except (OSError, asyncio.CancelledError):
            # A handshake that failed, took too long, or made room for somebody else.
            self.forget(connection)
            with contextlib.suppress(OSError):
                come.close()

    def _make_room(self, among: dict[Connection, None]) -> bool:
        """Cut off the oldest that nobody signed in on, idle ones before busy ones; False when there is none."""
        found = next((one for one in among if not one.known and not one.requests), None)
        found = found or next((one for one in among if not one.known), None)
        if found is None:
            return False
        self.refused += 1
        self.forget(found)
        found.cut()
        return True

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP)  # of sockets, which know no virtual time
            now = loop.time()
            for connection in list(self._open):
                if connection.dawdles(now, self._limits):
                    self.refused += 1
                    connection.cut()


def _files() -> int:
    """Files that the process may have open; as many as the system allows it."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = 8_192 if hard == resource.RLIM_INFINITY else min(hard, 8_192)
    if soft != resource.RLIM_INFINITY and soft < wished:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))
            return wished
    return soft if soft != resource.RLIM_INFINITY else 8_192
