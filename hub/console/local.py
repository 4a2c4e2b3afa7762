"""The rooms of a hub that does not run: nothing is served, nothing polls."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hub.console.client import Progress
from hub.console.operations import Site, find
from hub.console.wire import encode
from hub.daemon.hub import Hub
from hub.daemon.lock import DataLock
from hub.daemon.settings import Settings


class Local:
    live = False

    def __init__(self, site: Site) -> None:
        self._site = site

    async def call(self, operation: str, *, on_progress: Progress | None = None, **parameters: Any) -> Any:
        result = await find(operation)(self._site, on_progress or _silent, **parameters)
        # As it would come from a running hub.
        return json.loads(encode({"done": result}))["done"]


@asynccontextmanager
async def opened(settings: Settings, lock: DataLock) -> AsyncIterator[Local]:
    hub = await Hub.start(settings, serve=False, run=False, lock=lock)
    for note in hub.rooms.recorder.health.notes:
        # No page shows it: a restored database is said here or nowhere.
        sys.stderr.write(f"homeostat: {note}\n")
    try:
        yield Local(Site(hub))
    finally:
        await hub.stop()


def _silent(fraction: float | None, text: str) -> None:
    """Nobody watches."""
