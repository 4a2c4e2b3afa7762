"""Entries of the configuration file beside those that were added on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.errors import NotFound
from hub.model import HOUSEHOLD, ConfigEntry
from hub.registry.names import free
from hub.supervisor.catalogue import Catalogue


def together(kept: Iterable[ConfigEntry], declared: Iterable[ConfigEntry], catalogue: Catalogue) -> list[ConfigEntry]:
    """All entries to run: a declared one takes the place of a kept one with its id, or of its single integration."""
    entries = {entry.id: entry for entry in kept}
    for given in declared:
        entry = completed(given, catalogue)
        single = _single(entry.domain, catalogue)
        if single and not entry.problem:
            for other in [one for one in entries.values() if one.domain == entry.domain and not one.declared_in]:
                del entries[other.id]
        known = entries.get(entry.id)
        if known is not None and not (known.domain == entry.domain and known.person == entry.person):
            problem = f"The id {entry.id} is that of {known.title or known.domain}, which was added on the page."
            entry = replace(entry, id=free(entry.id, entries), problem=f"{problem} Give this entry an `id` of its own.")
        elif known is not None and entry.problem:
            # A broken line must not stop what ran before it was written.
            entry = replace(entry, id=free(entry.id, entries))
        entries[entry.id] = entry
    return list(entries.values())


def completed(entry: ConfigEntry, catalogue: Catalogue) -> ConfigEntry:
    """With title and person as the integration wants them; a missing person becomes the entry's problem."""
    try:
        integration = catalogue.get(entry.domain)
    except NotFound:
        return replace(entry, title=entry.title or entry.domain)
    entry = replace(entry, title=entry.title or integration.name)
    if integration.belongs_to == "household":
        return replace(entry, person=HOUSEHOLD)
    if integration.belongs_to == "devices":
        return replace(entry, person="")
    if entry.person or entry.problem:
        return entry
    return replace(entry, problem=f"It does not say whose data it brings: add `person: ...` ({integration.name}).")


def remedy_for(entry: ConfigEntry, otherwise: str) -> str:
    """What the owner can do; a declared entry is mended in its file."""
    if not entry.declared_in:
        return otherwise
    return f"Mend {entry.declared_in}, then reload the entry."


def _single(domain: str, catalogue: Catalogue) -> bool:
    item = catalogue.items.get(domain)
    return item is not None and item.single
