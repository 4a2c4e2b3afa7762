"""Scripts, scenes and the like as written: those of the page in the database, others in the configuration's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.source import Source, read
from hub.errors import Conflict
from hub.model import HOUSEHOLD, Document

PAGE, FILE = "page", "file:"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Documents(Protocol):
    async def documents_put(self, person: str, collection: str, docs: Sequence[Document]) -> None: ...
    async def documents_find(self, person: str, collection: str, *, limit: int = 100) -> list[Document]: ...
    async def documents_remove(self, person: str, collection: str, ids: Sequence[str]) -> int: ...


@dataclass(frozen=True, slots=True)
class Written:
    """One body under its key, and who wrote it."""

    key: str
    body: Mapping[str, Any]
    account: str
    """Who made it; empty: it stands in a file."""
    source: str
    """`page`, or `file:<name>`."""
    version: int
    changed_at: datetime
    changed_by: str
    flaws: tuple[Flaw, ...] = ()

    @property
    def editable(self) -> bool:
        return self.source == PAGE


Split = Callable[[str, Any], Iterable[tuple[str, Mapping[str, Any]]]]
"""(name of a file, what it holds) -> (key, body) of each in it. Raises ValueError."""


class Bodies:
    """Of one collection; `word` is what one of them is called."""

    def __init__(self, documents: Documents, collection: str, folder: Path | None, split: Split, word: str) -> None:
        self._documents, self._collection, self._folder = documents, collection, folder
        self._split, self._word = split, word
        self.all: dict[str, Written] = {}

    async def load(self, now: datetime) -> None:
        """Read all anew; a file's stands over the page's of the same key."""
        found = await self._documents.documents_find(HOUSEHOLD, self._collection, limit=100_000)
        kept = {one.id: _written(one.body) for one in found}
        self.all = dict(sorted({**kept, **{one.key: one for one in self._of_files(now)}}.items()))

    def of_text(self, text: str) -> Source:
        """One body with its lines. Raises AutomationInvalid."""
        source = read(text)
        if not isinstance(source.value, Mapping):
            raise AutomationInvalid([Flaw((), f"a {self._word} is a set of keys with values.", "", 1)])
        return source

    async def save(self, key: str, body: Mapping[str, Any], account: str, by: str, now: datetime) -> Written:
        """A new one, or the next version. Raises Conflict for one that stands in a file."""
        old = self.all.get(key)
        if old is not None and not old.editable:
            raise Conflict(f"{key} stands in the file {old.source.removeprefix(FILE)}; change it there")
        made = Written(key, body, account, PAGE, old.version + 1 if old is not None else 1, now, by)
        at = (now - _EPOCH) // timedelta(microseconds=1)
        kept = {
            "key": key, "body": dict(body), "account": account, "version": made.version,
            "changed_at": now.isoformat(), "changed_by": by,
        }  # fmt: skip
        await self._documents.documents_put(HOUSEHOLD, self._collection, [Document(key, at, at, False, kept)])
        self.all[key] = made
        return made

    async def remove(self, key: str) -> None:
        """Raises Conflict for one that stands in a file."""
        if not self.all[key].editable:
            raise Conflict(f"{key} stands in the file {self.all[key].source.removeprefix(FILE)}; take it out there")
        await self._documents.documents_remove(HOUSEHOLD, self._collection, [key])
        del self.all[key]

    def _of_files(self, now: datetime) -> Iterable[Written]:
        if self._folder is None or not self._folder.is_dir():
            return
        for path in sorted({*self._folder.glob("*.yaml"), *self._folder.glob("*.yml")}):
            named = f"{FILE}{path.name}"
            try:
                whole = read(path.read_text(encoding="utf-8")).value
                pairs = list(self._split(path.stem, whole))
            except AutomationInvalid as error:
                yield Written(path.stem, {}, "", named, 1, now, "file", error.flaws)
            except (OSError, ValueError) as error:
                yield Written(path.stem, {}, "", named, 1, now, "file", (Flaw((), f"{error}."),))
            else:
                for key, body in pairs:
                    yield Written(key, body, "", named, 1, now, "file")


def _written(body: Mapping[str, Any]) -> Written:
    return Written(
        key=str(body["key"]),
        body=body["body"],
        account=str(body["account"]),
        source=PAGE,
        version=int(body["version"]),
        changed_at=datetime.fromisoformat(body["changed_at"]),
        changed_by=str(body["changed_by"]),
    )
