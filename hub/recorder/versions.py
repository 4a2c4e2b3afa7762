"""Brings a database to the version of the schema that this program works with, or to another one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound, StorageUnavailable
from hub.recorder.database import PAGE, Database, make_folder
from hub.recorder.migrations.table import DOES, HEAD, ROOM, VERSION_TABLE, VERSIONS
from hub.recorder.schema import metadata
from hub.recorder.trouble import explained

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)


class SchemaStatus(NamedTuple):
    current: str | None
    """None: the database is empty."""
    head: str
    pending: tuple[str, ...]
    """Versions that an upgrade would go through, in order."""


async def status(url: str) -> SchemaStatus:
    """Which version a database has; changes nothing. Raises StorageUnavailable."""
    database = Database(url)
    if database.path is not None and not database.path.exists():
        return SchemaStatus(None, HEAD, VERSIONS)
    try:
        with explained():
            async with database.reading.connect() as connection:
                current = await version(connection)
        return SchemaStatus(current, HEAD, _after(current))
    finally:
        await database.dispose()


async def upgrade(url: str, revision: str = "head") -> SchemaStatus:
    """Go forward to a version, all of the way or not at all. The hub must not be running on the database."""
    return await _go(url, HEAD if revision == "head" else revision, forward=True)


async def downgrade(url: str, revision: str) -> SchemaStatus:
    """Go back to a version: what later versions added is lost. The hub must not be running on the database."""
    return await _go(url, revision, forward=False)


async def prepare(database: Database) -> None:
    """Make an empty database, or upgrade an older one. Raises StorageUnavailable for one that is newer."""
    with explained():
        async with database.writing.connect() as connection:
            current = await version(connection)
            await connection.rollback()
            if current == HEAD:
                return
            if current is None:
                await _begin(database, connection)
                await connection.run_sync(_create)
                await connection.commit()
                return
            _check_room(database, _after(current))
            news = "; ".join(DOES[version] for version in _after(current))
            log.info(
                "the database goes from version %s of its schema to %s (%s); a large one takes a while",
                current,
                HEAD,
                news,
            )
            await _migrate(database, connection, HEAD, forward=True)
            log.info("the database has version %s of its schema", HEAD)


async def version(connection: AsyncConnection) -> str | None:
    """The version of the schema; None for an empty database. Raises StorageUnavailable for a foreign one."""
    tables = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    if VERSION_TABLE not in tables:
        if "readings" in tables:
            raise StorageUnavailable(
                "The database has tables that are not Homeostat's, or of a version before the first release. "
                "Name another database in the configuration."
            )
        return None
    row = (await connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}")).first()
    if row is None:
        return None
    if row[0] not in VERSIONS:
        raise StorageUnavailable(
            f"The database was written by a newer Homeostat (version {row[0]} of its schema; this program knows up to "
            f"{HEAD}). Install that newer version again; with it, `homeostat db downgrade {HEAD}` makes the database "
            "readable for this one. Nothing was changed."
        )
    return str(row[0])


async def _go(url: str, revision: str, *, forward: bool) -> SchemaStatus:
    if revision not in VERSIONS:
        raise NotFound(f"there is no version {revision!r} of the schema; there are {', '.join(VERSIONS)}")
    database = Database(url)
    try:
        if database.path is not None:
            make_folder(database.path.parent)
        with explained():
            async with database.writing.connect() as connection:
                current = await version(connection)
                await connection.rollback()
                place = VERSIONS.index(current) if current else -1
                if forward:
                    _check_room(database, VERSIONS[place + 1 : VERSIONS.index(revision) + 1])
                if (VERSIONS.index(revision) > place) == forward and revision != current:
                    await _migrate(database, connection, revision, forward=forward)
                current = await version(connection)
        return SchemaStatus(current, HEAD, _after(current))
    finally:
        await database.dispose()


async def _migrate(database: Database, connection: AsyncConnection, revision: str, *, forward: bool) -> None:
    """In one transaction: a version that fails, or a power cut, leaves the database as it was."""
    await _begin(database, connection)

    def run(sync: Connection) -> None:
        from alembic import command

        config = _config(sync)
        (command.upgrade if forward else command.downgrade)(config, revision)

    await connection.run_sync(run)
    await connection.commit()
    if database.sqlite:
        await _shrink(database, connection)


async def _shrink(database: Database, connection: AsyncConnection) -> None:
    """Give back what a version has freed where that is a quarter of the file or more; one that stays large is sound."""
    pages, unused = [
        (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "freelist_count")
    ]
    free, needed = database.free(), (pages - unused) * PAGE * 2 + (16 << 20)
    if unused * 4 < pages or (free is not None and free < needed):
        return
    log.info("the database's file is made smaller by %s", _size(unused * PAGE))
    try:
        await connection.exec_driver_sql("PRAGMA temp_store=FILE")
        await connection.exec_driver_sql("VACUUM")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    except DBAPIError as error:
        log.warning("the database's file keeps its size: %s", error.orig)
    finally:
        await connection.exec_driver_sql("PRAGMA temp_store=MEMORY")


async def _begin(database: Database, connection: AsyncConnection) -> None:
    if database.sqlite:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver would begin only before the first INSERT


def _create(connection: Connection) -> None:
    """All tables of the newest version, without going through the older ones: alembic is slow to import."""
    metadata.create_all(connection)
    connection.exec_driver_sql(
        f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL, "
        f"CONSTRAINT {VERSION_TABLE}_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{HEAD}')")


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _after(current: str | None) -> tuple[str, ...]:
    return VERSIONS[VERSIONS.index(current) + 1 :] if current else VERSIONS


def _check_room(database: Database, pending: tuple[str, ...]) -> None:
    """Refuse before anything is touched when the disk may become full on the way."""
    size, free = database.size(), database.free()
    if size is None or free is None:
        return
    # The log holds what is changed until it is merged, so the new data lies on the disk twice for a while.
    needed = int(size * 2 * sum(ROOM[version] for version in pending)) + (16 << 20)
    if pending and free < needed:
        raise StorageUnavailable(
            f"Upgrading the database needs {_size(needed)} of free space and the disk has {_size(free)}. "
            "Nothing was changed. Free some space and start again."
        )


def _size(count: int) -> str:
    return f"{count / (1 << 20):,.0f} MB"
