"""The schema goes forward and back with data in it, on both databases."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect

from hub.clock import VirtualClock
from hub.errors import NotFound, StorageUnavailable
from hub.model import Kind
from hub.recorder import Document, Recorder, Row, to_us
from hub.recorder.database import Database
from hub.recorder.migrations.table import HEAD, VERSION_TABLE, VERSIONS
from hub.recorder.versions import downgrade, status, upgrade
from tests.recorder.conftest import NOW

HOUR = 3_600_000_000
T0 = to_us(NOW - timedelta(days=3)) // HOUR * HOUR


def rows() -> list[Row]:
    return [(1, T0 + step * HOUR // 4, 60.0 + step, None, T0 + step * HOUR, 0) for step in range(200)]


async def fill(url: str, clock: VirtualClock) -> list[Any]:
    recorder = await Recorder.open(url, clock=clock)
    await recorder.register_series(1, kind=Kind.GAUGE, hold_s=3_600, time_zone="Europe/Berlin")
    await recorder.write([*rows(), (2, T0, None, "läuft", T0, 0)])
    await recorder.remove(1, [T0], by="anna", reason="wrong")
    await recorder.documents_put("anna", "profile", [Document("a", 1, 2, False, {"a": 1})])
    await recorder.mend()
    told = await everything(recorder)
    await recorder.close()
    return told


async def everything(recorder: Recorder) -> list[Any]:
    return [
        await recorder.readings([1, 2], 0, 1 << 62, limit=1000),
        await recorder.revisions(1, 0, 1 << 62),
        await recorder.removed([1]),
        *[await recorder.statistics(1, p, T0, T0 + 60 * HOUR, time_zone="Europe/Berlin") for p in ("hour", "day")],
    ]


async def execute(url: str, *statements: str) -> list[Any]:
    database = Database(url)
    async with database.writing.connect() as connection:
        found: list[Any] = []
        for statement in statements:
            result = await connection.exec_driver_sql(statement)
            found = list(result.fetchall()) if result.returns_rows else []
        await connection.commit()
    await database.dispose()
    return found


def described(connection: Connection) -> dict[str, Any]:
    """What a database looks like, as far as both ways of making it must agree."""
    look = inspect(connection)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(table)],
            look.get_pk_constraint(table)["constrained_columns"],
            sorted((str(index["name"]), index["column_names"], index["unique"]) for index in look.get_indexes(table)),
        )
        for table in look.get_table_names()
    }


async def describe(url: str) -> dict[str, Any]:
    database = Database(url)
    async with database.writing.connect() as connection:
        found = await connection.run_sync(described)
        if database.sqlite:
            sql = "SELECT name, replace(replace(sql, char(9), ''), char(10), '') FROM sqlite_master WHERE sql NOT NULL"
            for row in map(tuple[Any, ...], (await connection.exec_driver_sql(sql)).fetchall()):
                found[f"sql of {row[0]}"] = str(row[1]).replace(" ", "").replace('"', "")
        await connection.rollback()
    await database.dispose()
    return found


async def test_a_database_made_at_once_is_the_same_as_one_that_went_through_every_version(
    database_url: str, clock: VirtualClock
) -> None:
    for version in VERSIONS:
        await upgrade(database_url, version)
    step_by_step = await describe(database_url)
    assert len(step_by_step) > 20
    await execute(
        database_url,
        *(f'DROP TABLE "{table}"' for table in step_by_step if not table.startswith(("sql of", "sqlite_"))),
    )
    await (await Recorder.open(database_url, clock=clock)).close()
    assert await describe(database_url) == step_by_step


async def test_data_survives_the_way_back_and_forward(database_url: str, clock: VirtualClock) -> None:
    before = await fill(database_url, clock)
    assert await status(database_url) == (HEAD, HEAD, ())
    assert await downgrade(database_url, "0001") == ("0001", HEAD, VERSIONS[1:])
    assert (await execute(database_url, "SELECT count(*) FROM readings"))[0][0] == 200
    recorder = await Recorder.open(database_url, clock=clock)
    assert (await status(database_url)).current == HEAD
    assert await everything(recorder) == before
    await recorder.mend()
    assert await everything(recorder) == before
    assert await recorder.documents_find("anna", "profile") == []
    await recorder.close()


async def test_a_step_forward_keeps_what_is_stored(database_url: str, clock: VirtualClock) -> None:
    before = await fill(database_url, clock)
    await downgrade(database_url, "0002")
    assert await upgrade(database_url) == (HEAD, HEAD, ())
    assert await upgrade(database_url) == (HEAD, HEAD, ())
    recorder = await Recorder.open(database_url, clock=clock)
    assert await everything(recorder) == before
    await recorder.close()


async def test_a_version_that_does_not_exist_is_named_with_those_that_do(database_url: str) -> None:
    with pytest.raises(NotFound, match=r"0042.*0001, 0002"):
        await upgrade(database_url, "0042")


async def test_a_database_of_a_newer_program_is_left_alone_and_told_what_to_do(
    database_url: str, clock: VirtualClock
) -> None:
    await fill(database_url, clock)
    await execute(database_url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match=r"newer Homeostat.*9999"):
        await Recorder.open(database_url, clock=clock)
    assert (await execute(database_url, f"SELECT version_num FROM {VERSION_TABLE}"))[0][0] == "9999"


async def test_a_foreign_database_is_not_touched(database_url: str, clock: VirtualClock) -> None:
    await execute(database_url, "CREATE TABLE readings (a INTEGER)")
    with pytest.raises(StorageUnavailable, match="not Homeostat's"):
        await Recorder.open(database_url, clock=clock)
    assert await execute(database_url, "SELECT * FROM readings") == []


async def test_a_version_that_fails_half_way_leaves_the_database_as_it_was(
    database_url: str, clock: VirtualClock
) -> None:
    before = await fill(database_url, clock)
    await downgrade(database_url, "0001")
    await execute(database_url, "CREATE TABLE day_marks (a INTEGER)")  # 0002 fails at its last table
    with pytest.raises(Exception, match="day_marks"):
        await Recorder.open(database_url, clock=clock)
    assert (await status(database_url)).current == "0001"
    await execute(database_url, "DROP TABLE day_marks")
    recorder = await Recorder.open(database_url, clock=clock)
    assert await everything(recorder) == before
    await recorder.close()


async def test_an_upgrade_that_the_disk_has_no_room_for_is_refused_before_anything_is_touched(
    sqlite_database: str, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(sqlite_database, clock)
    await downgrade(sqlite_database, "0001")
    path = Path(sqlite_database.removeprefix("sqlite+aiosqlite:///"))
    before = path.read_bytes()
    monkeypatch.setattr(Database, "free", lambda self: 5 << 20)
    with pytest.raises(StorageUnavailable, match=r"needs .* MB of free space and the disk has 5 MB"):
        await Recorder.open(sqlite_database, clock=clock)
    assert path.read_bytes() == before


async def test_the_status_of_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert await status(f"sqlite+aiosqlite:///{path}") == (None, HEAD, VERSIONS)
    assert not path.exists()
