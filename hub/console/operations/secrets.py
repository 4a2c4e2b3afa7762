"""Secrets and the key that they are sealed with."""

from __future__ import annotations

from typing import Any

from hub.console.operations.site import Progress, Site


async def status(site: Site, _: Progress) -> dict[str, Any]:
    """Which key, how much it seals, and what can't be opened; nothing secret."""
    told = await site.hub.secrets.told()
    return {
        "key": told.key,
        "place": told.place,
        "older": list(told.older),
        "sealed": told.sealed,
        "closed": [{"key": key, "what": list(what)} for key, what in sorted(told.closed.items())],
        "problem": told.problem,
    }


async def rotate(site: Site, _: Progress) -> dict[str, Any]:
    """A new key, and everything sealed with it. Raises VaultError, OSError, StorageUnavailable."""
    key = await site.hub.secrets.rotate()
    await site.hub.rooms.trail.note(site.view.actor, "secrets.rotate", detail=f"key {key}")
    return await status(site, _)


async def forget(site: Site, _: Progress, *, entry: str) -> dict[str, Any]:
    """Drop what an entry kept for itself and nobody can open; it is started anew. Raises NotFound."""
    supervisor = site.hub.rooms.supervisor
    forgotten = await supervisor.kept.forget_closed(supervisor.get(entry))
    gone = ", ".join(forgotten) or "nothing"
    await site.hub.rooms.trail.note(site.view.actor, "secrets.forget", detail=f"{entry}: {gone}")
    await supervisor.reload(entry)
    return {"entry": entry, "forgotten": list(forgotten)}
