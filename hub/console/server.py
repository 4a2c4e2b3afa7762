"""The hub's end of the console: does operations for commands on the same machine, as the hub itself."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from contextlib import suppress

from hub.console.client import address
from hub.console.operations import Site, find
from hub.console.wire import LONGEST, SOCKET, encode, failure, receive
from hub.daemon.lock import run_dir
from hub.errors import HubError, NotReady

_log = logging.getLogger("hub.console")


class Console:
    """Listens from `open` to `close`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Raises OSError where the file system has no sockets."""
        folder = run_dir(self._site.hub.settings.data_dir)
        line = socket.socket(socket.AF_UNIX)
        try:
            with address(folder) as path:
                # Ours by the lock on the folder: what lies here was left by a hub that was killed.
                with suppress(FileNotFoundError):
                    os.unlink(path)
                line.bind(path)
                os.chmod(path, 0o600)
            self._server = await asyncio.start_unix_server(self._greet, sock=line, limit=LONGEST)
        except BaseException:
            line.close()
            raise

    async def close(self) -> None:
        """Ends what is being done. Safe to call twice."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        with suppress(OSError):
            (run_dir(self._site.hub.settings.data_dir) / SOCKET).unlink()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            writer.write(encode({"hub": self._site.hub.rooms.version}))
            while (request := await receive(reader)) is not None:
                await self._do(str(request.get("do")), dict(request.get("with") or {}), reader, writer)
        except (ConnectionError, NotReady):
            pass
        finally:
            self._talks.discard(task)
            writer.close()

    async def _do(
        self, name: str, parameters: dict[str, object], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        def progress(fraction: float | None, text: str) -> None:
            writer.write(encode({"progress": [fraction, text]}))

        work = asyncio.ensure_future(find(name)(self._site, progress, **parameters))
        gone = asyncio.ensure_future(_gone(reader))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return
            writer.write(encode({"done": work.result()}))
        except HubError as error:
            writer.write(encode({"failed": failure(error)}))
        except Exception as error:  # noqa: BLE001  # one command's trouble is not the hub's
            _log.exception("%s failed", name)
            told = f"{name} failed: {type(error).__name__}; the hub's log has the details"
            writer.write(encode({"failed": ["HubError", told]}))
        finally:
            for task in (work, gone):
                task.cancel()
            await asyncio.gather(work, gone, return_exceptions=True)
        await writer.drain()


async def _gone(reader: asyncio.StreamReader) -> None:
    """Returns when the other side has hung up: it sends nothing while it waits for an answer."""
    while not reader.at_eof():
        await asyncio.sleep(0.25)
