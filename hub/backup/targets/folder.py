"""A folder: another disk, a stick, or the share of another machine where it is mounted."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from hub.backup.keys import write
from hub.backup.targets.base import PIECE, Kept, Target, TargetTrouble, Tick
from hub.backup.working import clear_away

T = TypeVar("T")


class Folder(Target):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def prepare(self) -> None:
        """A folder that is not there may be a disk that is not: it is never made."""
        await self._do(lambda: None)

    async def listed(self) -> list[Kept]:
        return await self._do(
            lambda: [Kept(one.name, one.stat().st_size) for one in self.folder.iterdir() if one.is_file()]
        )

    async def put(self, path: Path, name: str, tick: Tick) -> None:
        await self._do(lambda: self._put(path, name, tick))

    def _put(self, path: Path, name: str, tick: Tick) -> None:
        clear_away(self.folder)
        to = self.folder / name
        part = to.with_name(to.name + ".part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with path.open("rb") as source, os.fdopen(descriptor, "wb") as out:
                with suppress(OSError):  # a share without locks
                    fcntl.flock(out.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                while piece := source.read(PIECE):
                    out.write(piece)
                    tick(len(piece))
                out.flush()
                os.fsync(out.fileno())
            part.replace(to)
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        finally:
            part.unlink(missing_ok=True)

    async def get(self, name: str, to: Path, tick: Tick) -> None:
        def work() -> None:
            with (self.folder / name).open("rb") as source, to.open("wb") as out:
                while piece := source.read(PIECE):
                    out.write(piece)
                    tick(len(piece))

        await self._do(work)

    async def write(self, name: str, content: bytes) -> None:
        await self._do(lambda: write(self.folder / name, content))

    async def read(self, name: str) -> bytes | None:
        path = self.folder / name
        return await self._do(lambda: path.read_bytes() if path.exists() else None)

    async def remove(self, name: str) -> None:
        await self._do(lambda: (self.folder / name).unlink(missing_ok=True))

    async def _do(self, work: Callable[[], T]) -> T:
        def told() -> T:
            if not self.folder.is_dir():
                raise TargetTrouble(
                    f"{self.folder} can't be written: the folder is not there; is the disk plugged in?", passing=True
                )
            try:
                return work()
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise TargetTrouble(f"{self.folder} can't be written: {reason}", passing=True) from None

        return await asyncio.to_thread(told)
