"""Declared entries: each is checked by itself, and a broken one is kept with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from hub.config.checked import flaws_of
from hub.config.model import Declared
from hub.config.places import Flaw, Path, Places, dotted
from hub.model import ConfigEntry

SECTION = "integrations"
_NO = ("", "0", "false", "no", "off", "none", "null")


def declared(items: Iterable[Any], places: Places) -> list[tuple[ConfigEntry, Path]]:
    """The entries that count here (`when`) and their paths; ids are `<domain>`, `<domain>_2` where none is given."""
    entries: list[tuple[ConfigEntry, Path]] = []
    taken: dict[str, str] = {}
    for index, item in enumerate(items):
        entry = _entry(item, (SECTION, index), places, taken)
        if entry is not None:
            taken[entry.id] = entry.declared_in
            entries.append((entry, (SECTION, index)))
    return entries


def _entry(item: Any, path: Path, places: Places, taken: dict[str, str]) -> ConfigEntry | None:
    where = places.of(path)
    declared_in = str(where) if where is not None else ""
    if isinstance(item, dict) and "when" in item and str(item["when"] or "").strip().lower() in _NO:
        places.flaws = [flaw for flaw in places.flaws if flaw.path[: len(path)] != path]
        return None
    if not isinstance(item, dict) and not places.flawed(path):
        places.flaw(path, "an entry is `domain: ...` with further keys below.", "Begin it with `- domain: name`.")
    found: Declared | None = None
    if isinstance(item, dict):
        try:
            found = Declared.model_validate(item)
        except ValidationError as error:
            flaws_of(error, path, Declared, places)
    if found is not None and found.id in taken:
        places.flaw(
            (*path, "id"), f"this id is that of the entry in {taken[found.id]} already.", "Give it another one."
        )
    flaws = [flaw for flaw in places.flaws if flaw.path[: len(path)] == path]
    if found is None or flaws:
        return _broken(item, flaws, declared_in, taken)
    entry_id = found.id or _free(found.domain, taken)
    return ConfigEntry(entry_id, found.domain, found.title, found.person, found.options, found.disabled, declared_in)


def _broken(item: Any, flaws: list[Flaw], declared_in: str, taken: dict[str, str]) -> ConfigEntry:
    fields = item if isinstance(item, dict) else {}
    domain = fields.get("domain")
    domain = domain if isinstance(domain, str) and domain.isidentifier() else "unknown"
    title = fields.get("title")
    return ConfigEntry(
        _free(domain, taken),
        domain,
        title if isinstance(title, str) else "",
        declared_in=declared_in,
        problem=" ".join(_told(flaw) for flaw in flaws),
    )


def _told(flaw: Flaw) -> str:
    """Without the entry's own part of the path; the line says where it stands."""
    key = dotted(flaw.path[2:])
    place = f"{flaw.place}: " if flaw.place is not None else ""
    return f"{place}{key + ': ' if key else ''}{flaw.message} {flaw.hint}".strip()


def _free(wished: str, taken: Iterable[str]) -> str:
    candidate, number = wished, 1
    while candidate in taken:
        number += 1
        candidate = f"{wished}_{number}"
    return candidate
