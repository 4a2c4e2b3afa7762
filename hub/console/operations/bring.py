"""History brought in from elsewhere."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.console.operations.entries import added
from hub.console.operations.site import Progress, Site
from hub.errors import BadReading, Conflict, NotFound
from hub.model import ConfigEntry, EntryChanged, Sample
from hub.view import IncomingReading

IMPORT_ENTRY = ConfigEntry("import", "import", "Imported from a file")
URL = "url"
Row = tuple[str, str, float | str, str | None]
"""metric, taken_at (ISO 8601), value, unit"""


async def record(site: Site, _: Progress, *, person: str, source: str, rows: list[Row], dry: bool) -> dict[str, Any]:
    """`dry` checks without keeping. Returns after the commit. Raises NotFound for an unknown person."""
    if not site.hub.rooms.people.known(person):
        there = ", ".join(site.hub.rooms.people.all) or "nobody yet"
        raise NotFound(f"there is no person {person!r}; there are: {there}")
    if dry:
        return {"accepted": 0, "unchanged": 0, "rejected": list(_refused(site, rows))}
    items = [
        IncomingReading(person, metric, value, datetime.fromisoformat(taken_at), unit, source)
        for metric, taken_at, value, unit in rows
    ]
    receipt = await site.view.record(items, entry=IMPORT_ENTRY, imported=True)
    rejected = [[one.index, one.reason] for one in receipt.rejected]
    return {"accepted": receipt.accepted, "unchanged": receipt.unchanged, "rejected": rejected}


def _refused(site: Site, rows: list[Row]) -> Iterator[tuple[int, str]]:
    for index, (metric, taken_at, value, unit) in enumerate(rows):
        try:
            site.hub.rooms.intake.check_new(Sample(metric, value, datetime.fromisoformat(taken_at), unit))
        except BadReading as error:
            yield index, str(error)


async def metrics(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [
        {"metric": one.key, "name": one.name, "unit": one.unit, "kind": one.kind.value, "options": one.options}
        for one in site.view.metrics()
    ]


async def history(
    site: Site, progress: Progress, *, domain: str, source: str, person: str, options: dict[str, Any]
) -> dict[str, Any]:
    """A file through `import_file`, an address through the action `<domain>.import`, of the person's entry.

    Raises NotFound, Conflict, BadReading, and what the integration raises; called again it goes on.
    """
    integration = site.hub.rooms.supervisor.catalogue.get(domain)
    address = "://" in source
    if address and f"{domain}.import" not in site.hub.rooms.actions.all:
        raise Conflict(f"{integration.name} imports files only")
    if not address and integration.import_file is None:
        raise Conflict(f"{integration.name} imports no files")
    entry = await _entry(site, domain, person, {URL: source, **options} if address else options)
    async with _watched(site, entry.id, progress):
        if address:
            await site.view.call(f"{domain}.import", {"entry": entry.id, "wait": True})
        else:
            await site.view.import_file(entry.id, Path(source), options)
    return {"entry": entry.id}


async def _entry(site: Site, domain: str, person: str, options: dict[str, Any]) -> ConfigEntry:
    """The person's entry of the domain, made when there is none yet."""
    supervisor = site.hub.rooms.supervisor
    model = supervisor.catalogue.get(domain).config
    for entry in supervisor.entries.values():
        same = URL not in options or _host(entry.options.get(URL)) == _host(options[URL])
        if entry.domain == domain and entry.person == person and same:
            return entry
    chosen = {name: value for name, value in options.items() if name in model.model_fields}
    return await added(site, domain, chosen, person=person)


def _host(url: Any) -> str:
    return str(url or "").partition("://")[2].strip("/").lower()


@asynccontextmanager
async def _watched(site: Site, entry: str, progress: Progress) -> AsyncIterator[None]:
    """Tell `progress` what the entry says of its work."""

    async def tell() -> None:
        with site.hub.rooms.bus.subscribe(EntryChanged, name="console") as news:
            async for event in news:
                if isinstance(event, EntryChanged) and event.status.entry == entry and event.status.progress_text:
                    fraction = event.status.progress
                    progress(None if fraction is None or math.isnan(fraction) else fraction, event.status.progress_text)

    watching = asyncio.ensure_future(tell())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
