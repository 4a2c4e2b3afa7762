"""Integrations and their config entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from hub.console.operations.site import Progress, Site
from hub.errors import ConfigInvalid, Conflict
from hub.model import ConfigEntry, EntryState
from hub.supervisor import explain


async def list_all(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_shown(site, one) for one in site.hub.rooms.supervisor.entries.values()]


async def add(
    site: Site,
    _: Progress,
    *,
    domain: str,
    options: dict[str, Any],
    title: str = "",
    person: str = "",
    agree: bool = False,
) -> dict[str, Any]:
    """Raises NotFound (domain), Conflict, ConfigInvalid (options)."""
    await site.hub.find_custom()
    return _shown(site, await added(site, domain, options, title=title, person=person, agree=agree))


async def agree(site: Site, _: Progress, *, entry: str) -> dict[str, Any]:
    """To what the entry's custom integration wants now."""
    await site.hub.find_custom()
    await site.view.agree_entry(entry)
    return _shown(site, site.hub.rooms.supervisor.get(entry))


async def added(
    site: Site, domain: str, options: dict[str, Any], *, title: str = "", person: str = "", agree: bool = False
) -> ConfigEntry:
    try:
        return await site.view.add_entry(domain, options, title=title, person=person, agree=agree)
    except ValidationError as error:
        model = site.hub.rooms.supervisor.catalogue.get(domain).config
        raise ConfigInvalid(f"{domain}: {explain(error, model)}") from None


async def remove(site: Site, _: Progress, *, entry: str) -> None:
    await site.view.remove_entry(entry)


async def reload(site: Site, _: Progress, *, entry: str) -> dict[str, Any]:
    """Start an entry anew; one of the file as the file has it now."""
    supervisor = site.hub.rooms.supervisor
    if supervisor.get(entry).declared_in and site.reread is not None:
        changed = await supervisor.redeclare(site.reread())
        if entry not in changed and entry in supervisor.entries:
            await supervisor.reload(entry)
    else:
        await supervisor.reload(entry)
    if entry not in supervisor.entries:
        raise Conflict(f"{entry} is not in the configuration any more; it was stopped")
    return _shown(site, supervisor.get(entry))


async def switch(site: Site, _: Progress, *, entry: str, disabled: bool) -> dict[str, Any]:
    supervisor = site.hub.rooms.supervisor
    await supervisor.change(replace(supervisor.get(entry), disabled=disabled))
    return _shown(site, supervisor.get(entry))


async def redeclare(site: Site, _: Progress) -> list[str]:
    """Read the declared entries anew; returns those that were started, changed or stopped."""
    if site.reread is None:
        return []
    return await site.hub.rooms.supervisor.redeclare(site.reread())


async def catalogue(site: Site, _: Progress) -> list[dict[str, Any]]:
    await site.hub.find_custom()
    configured = [one.domain for one in site.hub.rooms.supervisor.entries.values()]
    return [
        {
            "domain": one.domain,
            "name": one.name,
            "description": one.description,
            "belongs_to": one.belongs_to,
            "entries": configured.count(one.domain),
            "custom": one.custom,
            "problem": one.problem,
        }
        for one in site.view.integrations()
    ]


def _shown(site: Site, entry: ConfigEntry) -> dict[str, Any]:
    """Without the options: they may hold secrets."""
    status = site.hub.rooms.supervisor.status(entry.id)
    told = {} if status.state is EntryState.STOPPED else {"problem": status.problem, "remedy": status.remedy}
    return {
        "entry": entry.id,
        "domain": entry.domain,
        "title": entry.title,
        "person": entry.person,
        "declared_in": entry.declared_in,
        "state": status.state.value,
        "last_success": status.last_success,
        "samples": status.samples,
        "problem": "",
        "remedy": "",
        **told,
    }
