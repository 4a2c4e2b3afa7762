"""A person's or the household's data out of this hub, into it, and away for good."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from hub.archive import Erasure
from hub.console.operations.site import Progress, Site


async def export(site: Site, progress: Progress, *, to: str, person: str | None = None) -> dict[str, Any]:
    """Person None: the whole household. Raises NotFound, Conflict."""
    manifest = await site.view.export_archive(Path(to), person, progress=progress)
    counts = {name.partition(".")[0]: one["lines"] for name, one in manifest["files"].items() if ".jsonl" in name}
    return {"file": to, "bytes": Path(to).stat().st_size, "persons": manifest["persons"], "lines": counts}


async def bring(site: Site, progress: Progress, *, file: str, person_as: str | None = None) -> dict[str, Any]:
    """Raises BadArchive (as HubError's words), Conflict, StorageUnavailable."""
    done = await site.view.import_archive(Path(file), person_as, progress=progress)
    return {"persons": done.persons, "added": done.added, "there": done.there}


async def preview(site: Site, _: Progress, **given: Any) -> dict[str, Any]:
    """What an erasure would take, counted. Raises NotFound, BadReading."""
    return site.view.erasure_shown(await _wished(site, **given))


async def erase(site: Site, _: Progress, *, now: bool = False, **given: Any) -> dict[str, Any]:
    """Raises NotFound, BadReading, Conflict."""
    return site.view.erasure_shown(await site.view.erase(await _wished(site, **given), now=now))


async def waiting(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [site.view.erasure_shown(one) for one in site.view.erasures()]


async def cancel(site: Site, _: Progress, *, erasure: str) -> dict[str, Any]:
    """Raises NotFound, Conflict."""
    return site.view.erasure_shown(await site.view.cancel_erasure(erasure))


async def _wished(
    site: Site, *, person: str = "", source: str = "", start: str | None = None, end: str | None = None
) -> Erasure:
    first = datetime.fromisoformat(start) if start else None
    last = datetime.fromisoformat(end) if end else None
    return await site.view.preview_erasure(person=person, source=source, start=first, end=last)
