"""A person's or the household's data out of this hub, into it, and away for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
