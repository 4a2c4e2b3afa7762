"""Sockets inside the box: they look like TCP to Python and lead through the hub. The box holds without this."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import itertools
import socket
import threading
from typing import Any

_FIRST = int(ipaddress.IPv4Address("198.18.0.1"))
"""Addresses kept for measuring networks stand for names here: the hub looks names up, the box can't."""
_real = socket.socket
_names: dict[str, str] = {}
_numbers = itertools.count()
_lock = threading.Lock()
_way_out: list[socket.socket] = []


class Tunnel(_real):
    """A TCP socket as far as Python sees."""

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        self._far: socket.socket | None = None
        meant = socket.AF_INET if family == -1 else family
        kind = socket.SOCK_STREAM if type == -1 else type
        if fileno is not None or meant not in (socket.AF_INET, socket.AF_INET6):
            super().__init__(family, type, proto, fileno)
            return
        if kind & 0xF != socket.SOCK_STREAM:
            raise PermissionError(errno.EACCES, "in a custom integration's box there are only TCP connections")
        near, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        super().__init__(meant, socket.SOCK_STREAM, 0, near.detach())

    def connect(self, address: Any) -> None:
        if self._far is None:
            super().connect(address)
            return
        self.ask(address)
        answer = bytearray()
        while not answer.endswith(b"\n"):
            one = self.recv(1)
            if not one:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "the hub carries no more connections for it")
            answer += one
        understood(bytes(answer))

    def ask(self, address: Any) -> None:
        """Tell the hub where this leads; the answer is the first line on it."""
        assert self._far is not None
        host = _names.get(str(address[0]), str(address[0]))
        with _lock:
            socket.send_fds(_way_out[0], [f"{host} {int(address[1])}".encode()], [self._far.fileno()])
        self._far.close()

    def setsockopt(self, level: int, *given: Any) -> None:
        if level != socket.IPPROTO_TCP:
            super().setsockopt(level, *given)

    def close(self) -> None:
        if self._far is not None:
            self._far.close()
        super().close()


def understood(answer: bytes) -> None:
    """Raises PermissionError with the hub's reason."""
    if answer != b"ok\n":
        raise PermissionError(errno.EACCES, answer.decode(errors="replace").removeprefix("no ").strip())


class Loop(asyncio.SelectorEventLoop):
    """Waits for the hub's answer without holding the loop."""

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        if not isinstance(sock, Tunnel):
            await super().sock_connect(sock, address)
            return
        sock.ask(address)
        answer = bytearray()
        while not answer.endswith(b"\n"):
            one = await self.sock_recv(sock, 1)
            if not one:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "the hub carries no more connections for it")
            answer += one
        understood(bytes(answer))


def _look_up(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> list[Any]:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    number = int(port or 0)
    try:
        address = ipaddress.ip_address(name)
        kind = socket.AF_INET if address.version == 4 else socket.AF_INET6
        shown = name
    except ValueError:
        with _lock:
            shown = next((one for one, meant in _names.items() if meant == name), "")
            if not shown:
                shown = str(ipaddress.IPv4Address(_FIRST + next(_numbers) % 100_000))
                _names[shown] = name
        kind = socket.AF_INET
    place = (shown, number) if kind == socket.AF_INET else (shown, number, 0, 0)
    return [(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)]


def lead_through(way_out: int) -> None:
    """From here on every connection that Python opens goes by way of the hub."""
    _way_out[:] = [_real(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, way_out)]
    socket.socket = Tunnel  # type: ignore[misc]  # the one place where all of Python's connections begin
    socket.getaddrinfo = _look_up
