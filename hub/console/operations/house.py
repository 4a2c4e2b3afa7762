"""The hub itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hub.console.operations.site import Progress, Site


async def about(site: Site, _: Progress) -> dict[str, Any]:
    """Where and how it runs, and what it has to complain of."""
    hub = site.hub
    health = hub.rooms.recorder.health
    return {
        "pid": os.getpid(),
        "version": hub.rooms.version,
        "port": hub.port,
        "demo": hub.settings.demo,
        "set_up": not hub.views.needs_setup(),
        "storage": {"ok": health.ok, "message": health.message, "remedy": health.remedy, "notes": list(health.notes)},
        "plugins": dict(hub.loaded.problems),
        "problems": [
            {"key": key, "since": since, "message": message, "remedy": remedy}
            for key, since, message, remedy in site.view.problems()
        ],
    }


async def call(site: Site, _: Progress, *, action: str, parameters: dict[str, Any]) -> Any:
    """Any action of the registry. Raises what it raises."""
    return await site.view.call(action, parameters)


async def backup(site: Site, _: Progress, *, to: str) -> dict[str, Any]:
    """A consistent copy while the hub goes on."""
    path = Path(to)
    await site.hub.rooms.recorder.backup(path)
    return {"backup": str(path), "bytes": path.stat().st_size}
