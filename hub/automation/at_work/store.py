"""Where automations lie: the database for those of the page, the configuration's folder for those of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path as Folder
from typing import Any, Protocol

from hub.automation.at_work.kept import FILE, PAGE, Kept
from hub.automation.flaws import AutomationInvalid, Flaw, Path, line_of
from hub.automation.schema.automation import automation
from hub.automation.source import Source, read
from hub.model import HOUSEHOLD, Document

COLLECTION, VERSIONS, STATE = "hub.automations", "hub.automation_versions", "hub.automation_runs"
FILES = ("*.yaml", "*.yml")
MOST_VERSIONS = 50
"""Of one automation; the oldest go."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Documents(Protocol):
    async def documents_put(self, person: str, collection: str, docs: Sequence[Document]) -> None: ...
    async def documents_find(
        self, person: str, collection: str, *, limit: int = ..., id: str | Sequence[str] | None = ...,
        deleted: bool = ...,
    ) -> list[Document]: ...  # fmt: skip
    async def documents_remove(self, person: str, collection: str, ids: Sequence[str]) -> int: ...


class Store:
    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def all(self) -> list[Kept]:
        """Those that were removed too."""
        found = await self._documents.documents_find(HOUSEHOLD, COLLECTION, limit=100_000, deleted=True)
        return [_kept(one.body) for one in found]

    async def save(self, one: Kept) -> None:
        """It and its version, the oldest versions beyond fifty forgotten."""
        at = (one.changed_at - _EPOCH) // timedelta(microseconds=1)
        body = _body(one)
        version = Document(f"{one.key}/{one.version:06d}", at, at, False, body)
        # The version first: an automation whose newest version is missing could not be undone.
        await self._documents.documents_put(HOUSEHOLD, VERSIONS, [version])
        await self._documents.documents_put(HOUSEHOLD, COLLECTION, [Document(one.key, at, at, one.removed, body)])
        if one.version > MOST_VERSIONS:
            old = one.version - MOST_VERSIONS
            await self._documents.documents_remove(HOUSEHOLD, VERSIONS, [f"{one.key}/{old:06d}"])

    async def versions(self, key: str, newest: int) -> list[Kept]:
        """Oldest first."""
        ids = [f"{key}/{number:06d}" for number in range(max(1, newest - MOST_VERSIONS), newest + 1)]
        found = await self._documents.documents_find(HOUSEHOLD, VERSIONS, id=ids, limit=MOST_VERSIONS + 1)
        return sorted((_kept(one.body) for one in found), key=lambda one: one.version)

    async def states(self) -> dict[str, Mapping[str, Any]]:
        """Key -> what was kept of its runs."""
        found = await self._documents.documents_find(HOUSEHOLD, STATE, limit=100_000)
        return {one.id: one.body for one in found}

    async def save_states(self, states: Mapping[str, dict[str, Any]], at: datetime) -> None:
        us = (at - _EPOCH) // timedelta(microseconds=1)
        docs = [Document(key, us, us, False, body) for key, body in states.items()]
        await self._documents.documents_put(HOUSEHOLD, STATE, docs)

    async def forget_states(self, keys: Iterable[str]) -> None:
        await self._documents.documents_remove(HOUSEHOLD, STATE, list(keys))


def of_files(folder: Folder | None, at: datetime) -> list[tuple[str, Mapping[str, Any], tuple[Flaw, ...]]]:
    """(source, body, flaws) of each automation in the folder's files; a file holds one, or a list."""
    found: list[tuple[str, Mapping[str, Any], tuple[Flaw, ...]]] = []
    if folder is None or not folder.is_dir():
        return found
    for path in sorted({path for pattern in FILES for path in folder.glob(pattern)}):
        named = f"{FILE}{path.stem}"
        try:
            text = path.read_text(encoding="utf-8")
            bodies = bodies_of(text)
        except (OSError, UnicodeDecodeError) as error:
            found.append((named, {"alias": path.stem}, (Flaw((), f"{path.name} can't be read: {error}"),)))
        except AutomationInvalid as error:
            found.append((named, {"alias": path.stem}, error.flaws))
        else:
            found += [(named, body, flaws) for body, flaws in bodies]
    return found


def bodies_of(text: str) -> list[tuple[Mapping[str, Any], tuple[Flaw, ...]]]:
    """Each automation of a text with what is wrong with it, with lines. Raises AutomationInvalid for bad YAML."""
    source = read(text)
    found: list[tuple[Mapping[str, Any], tuple[Flaw, ...]]] = []
    for at, whole in _lists(source):
        ones = whole if isinstance(whole, list) else [whole]
        for number, one in enumerate(ones):
            place = (*at, number) if isinstance(whole, list) else at
            if not isinstance(one, Mapping):
                line = line_of(place, source.lines) or 1
                raise AutomationInvalid([Flaw((), f"{_NO_AUTOMATION}, and this is {_kind(one)}.", "", line)])
            doubled = tuple(flaw for flaw in source.doubled if flaw.path[: len(place)] == place)
            found.append((one, doubled + flaws_in(one, source, place)))
    return found


def _lists(source: Source) -> Iterator[tuple[Path, Any]]:
    """(where, one automation or a list of them); under `automation:` too, as Home Assistant's packages have them."""
    whole = source.value
    labelled = [key for key in whole if _LABEL.fullmatch(key)] if isinstance(whole, Mapping) else []
    if isinstance(whole, Mapping) and isinstance(whole.get("blueprint"), Mapping):
        raise AutomationInvalid([Flaw(("blueprint",), _BLUEPRINT, _USE, line_of(("blueprint",), source.lines))])
    if not labelled:
        yield (), whole
        return
    others = [
        Flaw((key,), "only automations are taken from this file.", "Take this out.", line_of((key,), source.lines))
        for key in whole
        if key not in labelled
    ]
    if others:
        raise AutomationInvalid(others)
    for key in labelled:
        yield (key,), whole[key]


_LABEL = re.compile(r"automation( .+)?")
_NO_AUTOMATION = "an automation is a set of keys: alias, triggers, actions"
_BLUEPRINT = "this is a blueprint, of which automations are made."
_USE = "Bring it with `homeostat blueprint import`, and make one with `homeostat blueprint use` or on the page."


def _kind(value: Any) -> str:
    return "empty" if value is None else "a list" if isinstance(value, list) else repr(value)[:40]


def flaws_in(body: Mapping[str, Any], source: Source, at: tuple[str | int, ...]) -> tuple[Flaw, ...]:
    """Of one that is no blueprint's; those are checked with their blueprint."""
    if "use_blueprint" in body:
        return ()
    lines = {path[len(at) :]: line for path, line in source.lines.items() if path[: len(at)] == at}
    try:
        automation(body, lines)
    except AutomationInvalid as error:
        return error.flaws
    return ()


def _body(one: Kept) -> dict[str, Any]:
    return {
        "key": one.key,
        "body": dict(one.body),
        "account": one.account,
        "enabled": one.enabled,
        "version": one.version,
        "changed_at": one.changed_at.isoformat(),
        "changed_by": one.changed_by,
        "removed": one.removed,
        "note": one.note,
    }


def _kept(body: Mapping[str, Any]) -> Kept:
    return Kept(
        key=str(body["key"]),
        body=body["body"],
        account=str(body["account"]),
        enabled=bool(body["enabled"]),
        source=PAGE,
        version=int(body["version"]),
        changed_at=datetime.fromisoformat(body["changed_at"]),
        changed_by=str(body["changed_by"]),
        removed=bool(body.get("removed")),
        note=str(body.get("note") or ""),
    )
