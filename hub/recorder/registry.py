"""Who and what there is: loaded whole at start, changed one row at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson
from sqlalchemy import Table, delete, func, insert, select

from hub.model import ConfigEntry, Device, Entity, Household, Person
from hub.recorder import schema
from hub.recorder.codec import dump, load_all
from hub.recorder.store import Store
from hub.recorder.writer import Transaction

T = TypeVar("T")


class RegistryStore(Store):
    async def load_household(self) -> Household | None:
        found = await self._load(Household, schema.households, "household_id")
        return found[0] if found else None

    async def save_household(self, household: Household) -> None:
        await self._save(schema.households, body=dump(household))

    async def load_people(self) -> list[Person]:
        return await self._load(Person, schema.people, "slug")

    async def save_person(self, person: Person) -> None:
        await self._save(schema.people, slug=person.slug, body=dump(person))

    async def remove_person(self, slug: str) -> None:
        await self._remove(schema.people, slug=slug)

    async def load_entries(self) -> list[ConfigEntry]:
        return await self._load(ConfigEntry, schema.entries, "id")

    async def save_entry(self, entry: ConfigEntry) -> None:
        await self._save(schema.entries, id=entry.id, body=dump(entry))

    async def remove_entry(self, entry_id: str) -> None:
        """Forget an entry and what it kept in its store; its devices and entities stay until they are removed."""
        await self._change(self._delete(schema.entry_store, entry=entry_id), self._delete(schema.entries, id=entry_id))

    async def load_devices(self) -> list[Device]:
        return await self._load(Device, schema.devices, "id")

    async def save_device(self, device: Device) -> None:
        await self._save(schema.devices, id=device.id, body=dump(device))

    async def remove_device(self, device_id: str) -> None:
        await self._remove(schema.devices, id=device_id)

    async def load_entities(self) -> list[Entity]:
        return await self._load(Entity, schema.entities, "id")

    async def save_entities(self, entities: Sequence[Entity]) -> None:
        """Insert or overwrite them, all in one commit."""
        await self._change(
            *(
                self._database.upsert(
                    schema.entities,
                    household_id=self._household,
                    id=entity.id,
                    series=entity.series,
                    body=dump(entity),
                )
                for entity in entities
            )
        )

    async def remove_entity(self, entity_id: str) -> None:
        """Forget the entity; its readings stay until `erase_series`."""
        await self._remove(schema.entities, id=entity_id)

    async def allocate_series(self, n: int) -> list[int]:
        """`n` series numbers that no one has had."""

        async def job(transaction: Transaction) -> list[int]:
            statement = insert(schema.series).returning(schema.series.c.series)
            rows = [{"household_id": self._household} for _ in range(n)]
            return sorted((await transaction.connection.execute(statement, rows)).scalars().all())

        return await self._writer.run(job) if n > 0 else []

    async def load_priorities(self) -> dict[tuple[str, str], list[str]]:
        """(person, metric) -> entity ids, the first that has data speaks."""
        table = schema.priorities
        rows = await self._select(
            select(table.c.person, table.c.metric, table.c.body).where(table.c.household_id == self._household)
        )
        return {(person, metric): orjson.loads(body) for person, metric, body in rows}

    async def save_priority(self, person: str, metric: str, entity_ids: Sequence[str]) -> None:
        body = orjson.dumps(list(entity_ids)).decode()
        await self._save(schema.priorities, person=person, metric=metric, body=body)

    async def get_setting(self, key: str) -> Any:
        """The JSON value kept under the key, or None."""
        table = schema.settings
        return await self._json(select(table.c.body).where(table.c.household_id == self._household, table.c.key == key))

    async def set_setting(self, key: str, value: Any) -> None:
        await self._save(schema.settings, key=key, body=orjson.dumps(value).decode())

    async def entry_load(self, entry_id: str, key: str) -> Any:
        """The JSON value that a config entry kept under the key, or None."""
        table = schema.entry_store
        own = (table.c.household_id == self._household, table.c.entry == entry_id, table.c.key == key)
        return await self._json(select(table.c.body).where(*own))

    async def entry_save(self, entry_id: str, key: str, value: Any) -> None:
        await self._save(schema.entry_store, entry=entry_id, key=key, body=orjson.dumps(value).decode())

    async def entry_forget(self, entry_id: str) -> None:
        """Drop all that a config entry kept."""
        await self._remove(schema.entry_store, entry=entry_id)

    async def load_retention(self) -> dict[str, int | None]:
        """Metric key, or `*` for the rest -> days that raw readings are kept; None: for ever."""
        table = schema.retention
        rows = await self._select(select(table.c.metric, table.c.days).where(table.c.household_id == self._household))
        return {row[0]: row[1] for row in rows}

    async def save_retention(self, days: Mapping[str, int | None]) -> None:
        """Replace the whole table."""
        rows = [
            insert(schema.retention).values(household_id=self._household, metric=metric, days=kept)
            for metric, kept in days.items()
        ]
        await self._change(self._delete(schema.retention), *rows)

    async def count_rows(self, table: Table) -> int:
        """Rows of a root table that belong to this household."""
        rows = await self._select(
            select(func.count()).select_from(table).where(table.c.household_id == self._household)
        )
        return int(rows[0][0])

    async def _load(self, kind: type[T], table: Table, name: str) -> list[T]:
        statement = select(table.c[name], table.c.body).where(table.c.household_id == self._household)
        rows = await self._select(statement.order_by(table.c[name]))
        return load_all(kind, [(row[0], row[1]) for row in rows])

    async def _save(self, table: Table, **values: Any) -> None:
        await self._change(self._database.upsert(table, household_id=self._household, **values))

    async def _remove(self, table: Table, **key: str) -> int:
        return await self._change(self._delete(table, **key))

    def _delete(self, table: Table, **key: str) -> Any:
        return delete(table).where(
            table.c.household_id == self._household, *(table.c[name] == value for name, value in key.items())
        )

    async def _json(self, statement: Any) -> Any:
        rows = await self._select(statement)
        return orjson.loads(rows[0][0]) if rows else None
