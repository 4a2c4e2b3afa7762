"""Either the hub that runs, or its rooms opened for the length of a command; never both at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

from hub.clock import RealClock
from hub.console.client import Progress, connect
from hub.daemon.lock import COMMAND, DataLock, InUse
from hub.daemon.settings import Settings

PATIENCE = 30.0
"""Seconds to wait for a hub that is starting, or for another command."""


class House(Protocol):
    """Where operations are done."""

    @property
    def live(self) -> bool:
        """True when a running hub does them."""
        ...

    async def call(self, operation: str, *, on_progress: Progress | None = None, **parameters: Any) -> Any:
        """Do one of `hub.console.operations`; the result is plain JSON. Raises HubError."""
        ...


@asynccontextmanager
async def reach(settings: Settings, *, patience: float = PATIENCE) -> AsyncIterator[House]:
    """Raises InUse when the folder stays taken and nobody answers, and what a hub raises at its start."""
    clock = RealClock()
    until = clock.monotonic() + patience
    lock: DataLock | None = None
    while lock is None:
        remote = await connect(settings.data_dir)
        if remote is not None:
            try:
                yield remote
            finally:
                await remote.close()
            return
        try:
            lock = DataLock.take(settings.data_dir, COMMAND)
        except InUse:
            if clock.monotonic() > until:
                raise
            await clock.sleep(0.1)
    from hub.backup import resume
    from hub.console.local import opened

    try:
        resume(settings.data_dir)  # what a restore that was killed had begun
    except BaseException:
        lock.release()
        raise

    async with opened(settings, lock) as local:
        yield local


def demo(settings: Settings) -> Settings:
    """The settings of the demo household: in a folder of its own, with nothing of yours."""
    return replace(
        settings, demo=True, data_dir=settings.data_dir / "demo", database_url="", entries=(), household={},
        custom_integrations=None,
    )  # fmt: skip
