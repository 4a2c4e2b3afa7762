"""A connected socket that reads ahead and sends small packets together."""

from __future__ import annotations

import asyncio
import socket
import ssl

from hub.api import Clock, NotReady

AHEAD = 65_536


class Wire:
    """What paho takes for a socket. Non-blocking; while `corked`, sent bytes wait until it is uncorked."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._got = b""
        self._at = 0
        self._out = bytearray()
        self.corked = False

    def recv(self, count: int) -> bytes:
        if self._at >= len(self._got):
            if count >= AHEAD:
                return self._sock.recv(count)
            self._got, self._at = self._sock.recv(AHEAD), 0
        start = self._at
        self._at = start + count
        return self._got[start : start + count]

    @property
    def waiting(self) -> bool:
        """Whether there are received bytes that the descriptor no longer tells of."""
        return self._at < len(self._got) or (isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0)

    def send(self, data: bytes | bytearray) -> int:
        if self.corked or self._out:
            self._out += data
            if not self.corked:
                self.flush()
            return len(data)
        return self._sock.send(data)

    def flush(self) -> None:
        """Send what waits, as far as the socket takes it."""
        while self._out:
            try:
                sent = self._sock.send(self._out)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self._out[:sent]

    @property
    def unsent(self) -> bool:
        return bool(self._out)

    def close(self) -> None:
        self._sock.close()

    def fileno(self) -> int:
        return self._sock.fileno()

    def setblocking(self, flag: bool) -> None:
        self._sock.setblocking(flag)

    def pending(self) -> int:
        return len(self._got) - self._at


async def connect(host: str, port: int, tls: ssl.SSLContext | None, clock: Clock, seconds: float = 10.0) -> Wire:
    """Raises NotReady with the reason; never blocks the loop."""
    try:
        return await clock.wait_for(_connect(host, port, tls), seconds)
    except TimeoutError:
        raise NotReady(f"{host}:{port} does not answer within {seconds:g} s") from None
    except ssl.SSLCertVerificationError as error:
        raise NotReady(
            f"the certificate of {host} is not trusted ({error.verify_message}); give its authority as `ca`"
        ) from None
    except ssl.SSLError as error:
        raise NotReady(f"no TLS with {host}:{port}: {error.reason or error}") from None
    except OSError as error:
        raise NotReady(f"{host}:{port} cannot be reached: {error.strerror or error}") from None


async def _connect(host: str, port: int, tls: ssl.SSLContext | None) -> Wire:
    loop = asyncio.get_running_loop()
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, address)
            return Wire(sock if tls is None else await _secured(sock, tls, host))
        except OSError as error:
            sock.close()
            failure = error
            if isinstance(error, ssl.SSLError):
                break
        except BaseException:
            sock.close()
            raise
    raise failure


async def _secured(sock: socket.socket, tls: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    secured = tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        while True:
            try:
                secured.do_handshake()
                return secured
            except ssl.SSLWantReadError:
                await _ready(secured, reading=True)
            except ssl.SSLWantWriteError:
                await _ready(secured, reading=False)
    except BaseException:
        secured.close()
        raise


async def _ready(sock: socket.socket, *, reading: bool) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add, remove = (loop.add_reader, loop.remove_reader) if reading else (loop.add_writer, loop.remove_writer)
    add(sock.fileno(), wake)
    try:
        await ready
    finally:
        remove(sock.fileno())
