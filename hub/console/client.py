"""The console's end: asks the hub that runs on a data folder."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.console.wire import LONGEST, SOCKET, encode, failed, receive
from hub.daemon.lock import RUN_DIR
from hub.errors import NotReady

Progress = Callable[[float | None, str], None]
LET_GO = "the hub stopped while this was being done; start it and look whether it is"


class Remote:
    """A running hub; `call` may be repeated, `close` ends it."""

    live = True

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: str) -> None:
        self._reader, self._writer, self.version = reader, writer, version

    async def call(self, operation: str, *, on_progress: Progress | None = None, **parameters: Any) -> Any:
        """Raises what the hub refuses with, and NotReady when it goes away."""
        try:
            self._writer.write(encode({"do": operation, "with": parameters}))
            await self._writer.drain()
        except ConnectionError:
            raise NotReady(LET_GO) from None
        while (answer := await receive(self._reader)) is not None:
            if "progress" in answer:
                if on_progress is not None:
                    on_progress(*answer["progress"])
            elif "failed" in answer:
                raise failed(answer["failed"])
            else:
                return answer.get("done")
        raise NotReady(LET_GO)

    async def close(self) -> None:
        self._writer.close()


async def connect(data_dir: Path) -> Remote | None:
    """The hub that runs on the folder; None when there is none (or not yet). Raises NotReady without permission."""
    line = socket.socket(socket.AF_UNIX)
    try:
        line.setblocking(False)
        with address(data_dir / RUN_DIR) as path:
            line.connect(path)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError, BlockingIOError):
        line.close()
        return None
    except PermissionError:
        line.close()
        raise NotReady(f"a hub of another user runs on {data_dir}; run this command as that user") from None
    reader, writer = await asyncio.open_unix_connection(sock=line, limit=LONGEST)
    greeting = await receive(reader)
    if greeting is None:
        writer.close()
        return None
    return Remote(reader, writer, str(greeting.get("hub", "")))


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """A path of the socket that is short enough however long the folder's is (the kernel allows 107 bytes)."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)
