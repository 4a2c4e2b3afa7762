"""To-do lists of the house's own, kept in the database."""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.automation.bodies import Documents
from hub.automation.world import Seen
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.model import HOUSEHOLD, Document
from hub.template import slugify

OPEN, DONE = "needs_action", "completed"
MOST_ITEMS = 5_000
COLLECTION = "hub.todo"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FEATURES = 127
"""Home Assistant's bits: everything a list can do."""


@dataclass(frozen=True, slots=True)
class Item:
    uid: str
    summary: str
    status: str = OPEN
    due: str | None = None
    """A day, or an instant with its offset."""
    description: str | None = None

    def shown(self) -> dict[str, Any]:
        """As `todo.get_items` answers."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class TodoList:
    key: str
    name: str
    person: str
    """A slug, or the household."""
    items: tuple[Item, ...] = field(default=())

    @property
    def entity_id(self) -> str:
        return f"todo.{self.key}"

    @property
    def left(self) -> int:
        return sum(one.status == OPEN for one in self.items)

    def find(self, wanted: str) -> Item:
        """By uid or summary. Raises NotFound with what was meant."""
        for one in self.items:
            if wanted in (one.uid, one.summary):
                return one
        for one in self.items:
            if one.summary.casefold() == wanted.casefold():
                return one
        near = difflib.get_close_matches(wanted, [one.summary for one in self.items], n=1)
        raise NotFound(f"{self.entity_id} has no {wanted!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


class Lists:
    """Every change is kept before it is seen."""

    def __init__(self, documents: Documents, clock: Clock, shown: Callable[[TodoList, Seen | None], None]) -> None:
        self._documents, self._clock, self._shown = documents, clock, shown
        self.all: dict[str, TodoList] = {}

    async def load(self) -> None:
        for one in await self._documents.documents_find(HOUSEHOLD, COLLECTION, limit=100_000):
            body = one.body
            items = tuple(Item(**told) for told in body["items"])
            self._take(TodoList(one.id, str(body["name"]), str(body["person"]), items))

    def get(self, key: str) -> TodoList:
        """Raises NotFound."""
        found = self.all.get(key.removeprefix("todo."))
        if found is None:
            near = difflib.get_close_matches(key, self.all, n=1)
            raise NotFound(f"there is no list {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return found

    async def make(self, name: str, person: str = HOUSEHOLD) -> TodoList:
        """Raises Conflict for a name that is taken."""
        key = slugify(name)
        if not key or key in self.all:
            raise Conflict(f"there is a list {key!r} already" if key else "a list needs a name")
        return await self._keep(TodoList(key, name.strip(), person))

    async def remove(self, key: str) -> None:
        one = self.get(key)
        await self._documents.documents_remove(HOUSEHOLD, COLLECTION, [one.key])
        del self.all[one.key]
        self._shown(one, None)

    async def add_item(self, key: str, summary: str, **facts: Any) -> Item:
        """Raises NotFound, Conflict when the list is full."""
        one = self.get(key)
        if len(one.items) >= MOST_ITEMS:
            raise Conflict(f"{one.name} has {MOST_ITEMS:,} items; remove some that are done")
        made = Item(secrets.token_hex(8), summary, **facts)
        await self._keep(replace(one, items=(*one.items, made)))
        return made

    async def change_item(self, key: str, wanted: str, **facts: Any) -> Item:
        """Raises NotFound."""
        one = self.get(key)
        old = one.find(wanted)
        new = replace(old, **facts)
        await self._keep(replace(one, items=tuple(new if item is old else item for item in one.items)))
        return new

    async def remove_items(self, key: str, wanted: Sequence[str]) -> None:
        """All of them, or none. Raises NotFound."""
        one = self.get(key)
        gone = {one.find(text).uid for text in wanted}
        await self._keep(replace(one, items=tuple(item for item in one.items if item.uid not in gone)))

    async def remove_done(self, key: str) -> None:
        one = self.get(key)
        await self._keep(replace(one, items=tuple(item for item in one.items if item.status != DONE)))

    async def forget(self, person: str) -> None:
        """Every list of somebody who is erased."""
        for key in [key for key, one in self.all.items() if one.person == person]:
            await self.remove(key)

    async def _keep(self, one: TodoList) -> TodoList:
        at = (self._clock.now() - _EPOCH) // timedelta(microseconds=1)
        body: dict[str, Any] = {
            "name": one.name, "person": one.person, "items": [asdict(item) for item in one.items],
        }  # fmt: skip
        await self._documents.documents_put(HOUSEHOLD, COLLECTION, [Document(one.key, at, at, False, body)])
        return self._take(one)

    def _take(self, one: TodoList) -> TodoList:
        self.all[one.key] = one
        facts: Mapping[str, Any] = {"friendly_name": one.name, "supported_features": _FEATURES}
        self._shown(one, Seen(one.entity_id, str(one.left), facts))
        return one
