"""What every place that gets backups can do, and what it says when it can't."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

import aiohttp

from hub import __version__
from hub.backup.facts import BackupRefused

SMALL = 16 << 20
"""Bytes of a keyring or of an answer that is not a backup, at most."""
PIECE = 256 << 10
"""Bytes that are in memory of a file on its way."""
STALL = 60.0
"""Seconds without a byte moving after which a connection counts as broken."""
Tick = Callable[[int], object]
"""Told of bytes that have moved."""


class TargetTrouble(BackupRefused):
    """A target does not take, give or list; `passing`: the same again may go well."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class Kept(NamedTuple):
    """A file in a target."""

    name: str
    bytes: int


class Target(ABC):
    """Used within `async with`; every act raises TargetTrouble."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    @abstractmethod
    async def listed(self) -> list[Kept]:
        """Files of the place itself, not of folders in it."""

    @abstractmethod
    async def put(self, path: Path, name: str, tick: Tick) -> None:
        """The whole file under this name, or nothing under it."""

    @abstractmethod
    async def get(self, name: str, to: Path, tick: Tick) -> None:
        """Into a file; what is there already of it is gone on with where the server can."""

    @abstractmethod
    async def write(self, name: str, content: bytes) -> None:
        """A small file, replaced as a whole."""

    @abstractmethod
    async def read(self, name: str) -> bytes | None:
        """A small file; None when it is not there."""

    @abstractmethod
    async def remove(self, name: str) -> None:
        """Harmless when it is gone already."""

    @abstractmethod
    async def prepare(self) -> None:
        """Make the place ready to take files, where that can be done."""


def session(**options: object) -> aiohttp.ClientSession:
    """For one target: no limit on the whole, since backups are large; a silent server is left."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=STALL),
        headers={"User-Agent": f"Homeostat/{__version__}"},
        auto_decompress=False,
        **options,  # type: ignore[arg-type] # the session checks them
    )


@asynccontextmanager
async def words(host: str) -> AsyncIterator[asyncio.Timeout]:
    """Failures of the network as TargetTrouble; the timeout is to be put off as long as bytes move."""
    try:
        async with asyncio.timeout(STALL) as limit:
            yield limit
    except TimeoutError:
        raise TargetTrouble(f"{host} does not answer, or stopped answering", passing=True) from None
    except aiohttp.ClientConnectorCertificateError as error:
        raise TargetTrouble(f"the certificate of {host} is not to be trusted: {_reason(error)}") from None
    except aiohttp.ClientConnectorDNSError:
        raise TargetTrouble(
            f"no machine is called {host}; is the address right, and is this hub online?", passing=True
        ) from None
    except aiohttp.ClientSSLError as error:
        raise TargetTrouble(f"{host} does not speak HTTPS as it should: {_reason(error)}") from None
    except aiohttp.ClientConnectorError as error:
        raise TargetTrouble(f"{host} can't be reached: {_reason(error)}", passing=True) from None
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
        raise TargetTrouble(f"{host} is no address of a server") from None
    except (aiohttp.ClientError, ConnectionError, asyncio.IncompleteReadError) as error:
        raise TargetTrouble(f"the connection to {host} broke: {_reason(error)}", passing=True) from None


def _reason(error: Exception) -> str:
    inner: BaseException | None = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message
    if isinstance(inner, socket.gaierror):
        return "its name is not known"
    if isinstance(inner, OSError) and inner.errno:
        return os.strerror(inner.errno).lower()
    return str(error).partition("\n")[0][:200].lower() or type(error).__name__


def put_off(limit: asyncio.Timeout) -> None:
    limit.reschedule(asyncio.get_running_loop().time() + STALL)


async def pieces(file: IO[bytes], start: int, size: int, limit: asyncio.Timeout, tick: Tick) -> AsyncIterator[bytes]:
    """A stretch of a file, in pieces, each read when the one before is on its way."""
    file.seek(start)
    while size > 0:
        piece = await asyncio.to_thread(file.read, min(PIECE, size))
        if not piece:
            raise TargetTrouble(f"{file.name} became shorter while it was sent")
        yield piece
        size -= len(piece)
        put_off(limit)
        tick(len(piece))


async def keep(answer: aiohttp.ClientResponse, to: Path, at: int, limit: asyncio.Timeout, tick: Tick) -> None:
    """The rest of a file from an answer, after what is there of it."""
    with to.open("r+b" if to.exists() else "xb") as file:
        file.truncate(at)
        file.seek(at)
        async for piece in answer.content.iter_chunked(PIECE):
            await asyncio.to_thread(file.write, piece)
            put_off(limit)
            tick(len(piece))


async def small(answer: aiohttp.ClientResponse) -> bytes:
    """A bounded body. Raises TargetTrouble when it is larger."""
    content = bytearray()
    async for piece in answer.content.iter_chunked(PIECE):
        content += piece
        if len(content) > SMALL:
            raise TargetTrouble(f"{answer.url.host} sends more than it should")
    return bytes(content)


def newer(at: datetime, than: datetime) -> float:
    """Minutes between two instants."""
    return (at - than).total_seconds() / 60
