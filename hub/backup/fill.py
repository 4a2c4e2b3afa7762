"""Puts the rows of an opened backup into a database and compares every one of them with what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncConnection

import hub.recorder.migrations.table as versions
from hub.backup.facts import BackupRefused, Member
from hub.backup.keys import Keyring
from hub.backup.owners import HOUSE, Owners
from hub.backup.rows import dump, load
from hub.backup.unpack import Unpacked, lines
from hub.recorder.database import Database
from hub.recorder.schema import metadata
from hub.recorder.trouble import explained

BEFORE = "homeostat_before_"
"""Begins the name of the schema in PostgreSQL that keeps what was there before."""
PACKED_SINCE = "0005"


class Filled(NamedTuple):
    rows: int
    people: int
    erased: int
    """People whose key was dropped: their part of the backup is unreadable for good."""
    compared: bool
    """False: an older version's tables differ, so rows were counted and not compared once more."""


async def fill(
    database: Database, unpacked: Unpacked, ring: Keyring, progress: Callable[[float, str], object], *, aside: str = ""
) -> Filled:
    """All in one transaction: it is all there, or nothing was changed.

    `aside`: with PostgreSQL, the schema that takes the tables that are there. Raises BackupRefused, StorageUnavailable.
    """
    manifest = unpacked.manifest
    known = _readable(unpacked, ring)
    total, done = max(1, sum(sum(member.rows.values()) for member in known)), 0

    def tick(rows: int) -> None:
        nonlocal done
        done += rows
        progress(0.7 * done / total, "putting rows back")

    with explained():
        async with database.writing.connect() as connection:
            if database.sqlite:
                await connection.exec_driver_sql("PRAGMA synchronous=OFF")  # made durable as a whole by the caller
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif aside:
                await _put_aside(connection, aside)
            await connection.run_sync(_to_version, manifest.schema)
            shape = await connection.run_sync(_shape)
            pack = database.sqlite and manifest.schema >= PACKED_SINCE
            for member in known:
                await load(database, connection, lines(unpacked, member, ring), shape, tick, pack=pack)
            compared = all(
                shape.get(str(table.name)) == frozenset(column.name for column in table.columns)
                for table in metadata.tables.values()
            )
            if compared:
                progress(0.7, "comparing every row")
                await _compare(database, connection, known, ring)
            await connection.run_sync(_to_version, versions.HEAD)
            # Who was signed in then is not let in now.
            await connection.exec_driver_sql("DELETE FROM sessions")
            if not database.sqlite:
                await _count_on(connection)
            await connection.commit()
    people = sum(bool(member.key) for member in known)
    rows = sum(sum(member.rows.values()) for member in known)
    return Filled(rows, people, len(manifest.members) - len(known), compared)


def _readable(unpacked: Unpacked, ring: Keyring) -> list[Member]:
    lacking = [
        member
        for member in unpacked.manifest.members
        if member.key and member.key not in ring.keys and member.key not in ring.erased
    ]
    if lacking:
        raise BackupRefused(
            f"the keyring lacks the key of {len(lacking)} of the people in this backup; put the newest keyring.age of "
            "your backups beside the file, or name it by --keyring. Nothing was changed."
        )
    return [member for member in unpacked.manifest.members if not member.key or member.key in ring.keys]


async def _compare(database: Database, connection: AsyncConnection, known: list[Member], ring: Keyring) -> None:
    owners = await Owners.read(database, connection)
    for member in known:
        digest = hashlib.sha256()
        owner = ring.keys[member.key][0] if member.key else HOUSE
        rows = await dump(database, connection, owners, owner, digest.update)
        if rows != dict(member.rows) or digest.hexdigest() != member.sha256:
            raise BackupRefused(
                f"what was restored of {owner or 'the house'} is not what was backed up ({sum(rows.values())} rows, "
                f"{sum(member.rows.values())} were written); nothing was changed. Please report this."
            )


async def _put_aside(connection: AsyncConnection, schema: str) -> None:
    present = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    ours = [*metadata.tables, versions.VERSION_TABLE]
    await connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    for name in ours:
        if name in present:
            await connection.exec_driver_sql(f"ALTER TABLE {name} SET SCHEMA {schema}")


async def _count_on(connection: AsyncConnection) -> None:
    """Numbers that PostgreSQL gives out go on after those that were put back."""
    for table in metadata.tables.values():
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                await connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "
                    f"(SELECT coalesce(max({column.name}), 0) + 1 FROM {table.name}), false)"
                )


def _to_version(connection: Connection, version: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(versions.__file__).parent
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _shape(connection: Connection) -> dict[str, frozenset[str]]:
    """Tables that can hold a backup's rows, and their columns."""
    look = inspect(connection)
    return {
        name: frozenset(column["name"] for column in look.get_columns(name))
        for name in look.get_table_names()
        if name != versions.VERSION_TABLE and not name.startswith("sqlite_")
    }
