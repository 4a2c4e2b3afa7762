"""Whose each row of the database is: each person's rows go under that person's own key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Table, Text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.recorder.database import Database
from hub.recorder.schema import metadata

HOUSE = ""
"""The owner of everything that is nobody's alone."""
Row = Sequence[Any]
Keep = Callable[[Row], bool]
CHAIN = "audit"
"""Each line proves the ones before it, so its lines stay together; it holds no values."""


@dataclass(slots=True)
class Owners:
    people: frozenset[str] = frozenset()
    series: dict[int, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def read(cls, database: Database, connection: AsyncConnection) -> Owners:
        """As one snapshot shows them."""

        async def rows(sql: str) -> Sequence[Any]:
            return await database.rows(connection, sql)

        owners = cls(frozenset(row[0] for row in await rows("SELECT slug FROM people")))
        for table in ("journal", "documents", "priorities"):
            owners.people |= {row[0] for row in await rows(f"SELECT DISTINCT person FROM {table}")}
        entities = [(row[0], _person(row[1])) for row in await rows("SELECT series, body FROM entities")]
        owners.people |= {person for _, person in entities}
        owners.people -= {"", "household", "*"}
        owners.series = {series: person for series, person in entities if person in owners.people}
        for row in await rows("SELECT name, body FROM accounts"):
            owners.accounts[row[0]] = owners.known(_person(row[1]))
        for row in await rows("SELECT id, body FROM entries"):
            owners.entries[row[0]] = owners.known(_person(row[1]))
        return owners

    def known(self, person: str) -> str:
        return person if person in self.people else HOUSE

    def query(self, table: Table, owner: str) -> tuple[str, tuple[Any, ...], Keep | None]:
        """Condition, its parameters, and what else to ask of each row (columns in the table's order)."""
        names = [column.name for column in table.columns]
        if table.name == CHAIN:
            return ("1 = 1" if owner == HOUSE else "1 = 0"), (), None
        if table.name == "journal_revisions":
            if owner != HOUSE:
                return "id IN (SELECT id FROM journal WHERE person = ?)", (owner,), None
            people = sorted(self.people)
            return f"id NOT IN (SELECT id FROM journal WHERE person IN ({_marks(people)}))", tuple(people), None
        column = "slug" if table.name == "people" else "person" if "person" in names else ""
        if column and owner != HOUSE:
            return f"{column} = ?", (owner,), None
        if column:
            people = sorted(self.people)
            return f"{column} NOT IN ({_marks(people)})", tuple(people), None
        return "1 = 1", (), self._keep(table, names, owner)

    def _keep(self, table: Table, names: list[str], owner: str) -> Keep | None:
        """For tables that are small: every owner reads all of it."""
        if table.name == "accounts":
            at = names.index("name")
            return lambda row: self.accounts.get(row[at], HOUSE) == owner
        if table.name == "entries":
            at = names.index("id")
            return lambda row: self.entries.get(row[at], HOUSE) == owner
        for column, known in (("account", self.accounts), ("entry", self.entries)):
            if column in names:
                at = names.index(column)
                return lambda row, at=at, known=known: known.get(row[at], HOUSE) == owner  # type: ignore[misc] # B023's way
        if "body" in names:
            at = names.index("body")
            return lambda row: self._of_body(row[at]) == owner
        return (lambda _: owner == HOUSE) if owner != HOUSE else None

    def _of_body(self, body: str) -> str:
        """By the person that it names, else by its account's."""
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            return HOUSE
        if not isinstance(said, dict):
            return HOUSE
        found = self.known(str(said.get("person") or ""))
        return found or self.accounts.get(str(said.get("account") or ""), HOUSE)


def by_series(table: Table) -> bool:
    """Whether rows of the table hang on a series and nothing else."""
    return "series" in table.columns and "body" not in table.columns


def order(table: Table, *, sqlite: bool) -> str:
    """By the primary key, alike in every database whatever its language."""
    return ", ".join(
        f'{column.name} COLLATE "C"' if not sqlite and isinstance(column.type, Text) else column.name
        for column in table.primary_key.columns
    )


def tables() -> list[Table]:
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def _person(body: str) -> str:
    said: Mapping[str, Any] = orjson.loads(body)
    return str(said.get("person") or "")


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values)) or "''"
