"""The one way from a box to the network: the child asks by name and port, the hub looks, connects and carries."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat

from hub.supervisor.child.needs import Needs
from hub.supervisor.outgoing import Guard, Refused

MOST = 64
"""Connections that one child may have open."""
LONGEST_REQUEST = 400
CONNECT_LIMIT = 20.0
CHUNK = 64 << 10


class WayOut:
    """Serves one child until `close`. A request is `host port` with one end of a stream; the answer comes on it."""

    def __init__(self, needs: Needs, guard: Guard) -> None:
        self._needs, self._guard = needs, guard
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setblocking(False)
        self._carrying: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []
        """The last `host:port` that were not allowed."""

    def open(self) -> None:
        """Begin to serve; the child has its end by now."""
        self.theirs.close()
        asyncio.get_running_loop().add_reader(self._ours.fileno(), self._asked)

    def close(self) -> None:
        """Safe to call twice."""
        if self._ours.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._ours.fileno())
        self.theirs.close()
        self._ours.close()
        for task in self._carrying:
            task.cancel()

    def _asked(self) -> None:
        try:
            text, given, *_ = socket.recv_fds(self._ours, LONGEST_REQUEST, 1)
        except BlockingIOError:
            return
        except OSError:
            text, given = b"", []
        if not text:
            asyncio.get_running_loop().remove_reader(self._ours.fileno())
            for one in given:
                os.close(one)
            return
        stream = _stream(given)
        if stream is None:
            return
        if len(self._carrying) >= MOST:
            stream.close()
            return
        task = asyncio.get_running_loop().create_task(self._carry(text, stream))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, text: bytes, stream: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=stream)
        try:
            far = await self._answered(text, writer)
            if far is not None:
                try:
                    await asyncio.gather(_pump(reader, far[1]), _pump(far[0], writer))
                finally:
                    far[1].close()
        except OSError:
            pass
        finally:
            writer.close()

    async def _answered(
        self, text: bytes, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        try:
            far = await asyncio.wait_for(self._connect(text), CONNECT_LIMIT)
        except (OSError, ValueError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or str(error) or "no answer in time"
            writer.write(f"no {reason}\n".encode(errors="replace"))
            await writer.drain()
            return None
        writer.write(b"ok\n")
        return far

    async def _connect(self, text: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name, _, number = text.decode("ascii").rpartition(" ")
        host, port = name.lower().rstrip("."), int(number)
        if not host or not 0 < port < 65536:
            raise ValueError("a request for a connection is `host port`")
        if not (self._guard.asked_for(host, port) or self._needs.host(host, port)):
            self.refused = [*self.refused[-19:], f"{host}:{port}"]
            raise Refused(
                13, f"{host}:{port} is not among the hosts that its manifest declares or its options name; refused"
            )
        last: OSError = OSError(f"{host} has no address")
        for family, address in await self._guard.addresses(host, port):
            try:
                return await asyncio.open_connection(address, port, family=family)
            except OSError as error:
                last = error
        raise last


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()


def _stream(given: list[int]) -> socket.socket | None:
    """The stream that came along; anything else is closed, the child may send what it likes."""
    if len(given) == 1 and stat.S_ISSOCK(os.fstat(given[0]).st_mode):
        found = socket.socket(fileno=given[0])
        if found.family == socket.AF_UNIX and found.type == socket.SOCK_STREAM:
            found.setblocking(False)
            return found
        found.close()
        return None
    for one in given:
        os.close(one)
    return None
