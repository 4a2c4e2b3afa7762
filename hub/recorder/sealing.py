"""What may hold sealed secrets, as it is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import select, update

from hub.recorder import schema
from hub.recorder.registry import RegistryStore
from hub.recorder.writer import Transaction

_TABLES = (schema.entries, schema.entry_store, schema.settings, schema.accounts)
Change = Callable[[str, tuple[str, ...], str], str]
"""Name of a table, key of a row, its text -> its text as it should be."""


class SealingStore(RegistryStore):
    async def entry_store(self, entry_id: str) -> dict[str, Any]:
        """Key -> value, all that a config entry kept."""
        table = schema.entry_store
        own = (table.c.household_id == self._household, table.c.entry == entry_id)
        return {
            row[0]: orjson.loads(row[1]) for row in await self._select(select(table.c.key, table.c.body).where(*own))
        }

    async def entry_drop(self, entry_id: str, key: str) -> None:
        """Forget one value that a config entry kept."""
        await self._remove(schema.entry_store, entry=entry_id, key=key)

    async def secret_texts(self) -> list[str]:
        """Every stored text that may have a sealed secret in it."""
        found: list[str] = []
        for table in _TABLES:
            rows = await self._select(select(table.c.body).where(table.c.household_id == self._household))
            found += [row[0] for row in rows]
        return found

    async def rewrite_texts(self, change: Change, *, mark: str) -> int:
        """Put all such texts through `change`, in one commit with a setting `mark` when any was changed; how many."""

        async def job(transaction: Transaction) -> int:
            on, changed = transaction.connection, 0
            for table in _TABLES:
                names = [column for column in table.primary_key.columns if column.name != "household_id"]
                mine = table.c.household_id == self._household
                for *key, body in (await on.execute(select(*names, table.c.body).where(mine))).all():
                    new = change(table.name, tuple(key), body)
                    if new != body:
                        here = [column == value for column, value in zip(names, key, strict=True)]
                        await on.execute(update(table).where(mine, *here).values(body=new))
                        changed += 1
            if changed:
                setting = {"household_id": self._household, "key": mark, "body": "true"}
                await on.execute(self._database.upsert(schema.settings, **setting))
            return changed

        return await self._writer.run(job)
