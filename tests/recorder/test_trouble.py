"""A full, read-only or locked disk, a server that goes away: reads go on, writes say why, and it mends itself."""

import asyncio
import errno
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.errors import ConfigInvalid, HubError, StorageUnavailable
from hub.model import Kind
from hub.recorder import Outcome, Recorder, Row, to_us, versions
from tests.recorder.conftest import NOW
from tests.support.postgres import run_sql

T0 = to_us(NOW) - 86_400_000_000
SECOND = 1_000_000


def rows(first: int, count: int, text: str | None = None) -> list[Row]:
    return [
        (1, T0 + step * SECOND, None if text else 1.5 * step, f"{text} {step}" if text else None, T0 + step * SECOND, 0)
        for step in range(first, first + count)
    ]


async def settle(recorder: Recorder, ok: bool) -> None:
    for _ in range(200):
        if recorder.health.ok == ok:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"health stays {recorder.health}")


async def pragma(recorder: Recorder, text: str) -> None:
    """Set something on the writer's own connection."""
    async with recorder._database.writing.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA {text}")


@pytest.fixture
async def lite(sqlite_database: str, clock: VirtualClock) -> AsyncIterator[Recorder]:
    recorder = await Recorder.open(sqlite_database, clock=clock)
    await recorder.register_series(1, kind=Kind.GAUGE, hold_s=60, time_zone="UTC")
    await recorder.write(rows(0, 100))
    yield recorder
    await recorder.close()


async def assert_reads_go_on(recorder: Recorder) -> None:
    assert len(await recorder.readings([1], 0, 1 << 62)) == 100
    assert (await recorder.newest([1]))[1].taken_us == T0 + 99 * SECOND
    (hour,) = await recorder.statistics(1, "hour", T0, T0 + 99 * SECOND, time_zone="UTC")
    assert hour.count == 100


async def test_a_full_disk_refuses_in_words_keeps_reads_going_and_recovers_by_itself(lite: Recorder) -> None:
    await pragma(lite, "max_page_count=1")  # SQLite's own word for: there is no room for another page
    with pytest.raises(StorageUnavailable, match=r"disk .* is full.*Free some space"):
        for batch in range(20):
            await lite.write(rows(1_000 + batch * 2_000, 2_000, text="long enough to need another page soon"))
    assert not lite.health.ok
    assert "full" in lite.health.message
    assert "Free some space" in lite.health.remedy
    kept = await lite.readings([1], 0, 1 << 62, limit=100_000)
    assert (len(kept) - 100) % 2_000 == 0  # a batch is kept whole or not at all
    await pragma(lite, "max_page_count=1000000")
    assert set(await lite.write(rows(90_000, 10))) == {Outcome.NEW}
    assert lite.health.ok


async def test_what_was_refused_is_new_when_it_is_sent_again(lite: Recorder) -> None:
    await pragma(lite, "max_page_count=1")
    batch = rows(1_000, 20_000)
    with pytest.raises(StorageUnavailable):
        await lite.write(batch)
    await assert_reads_go_on(lite)
    await pragma(lite, "max_page_count=1000000")
    assert set(await lite.write(batch)) == {Outcome.NEW}
    assert set(await lite.write(batch)) == {Outcome.UNCHANGED}


async def test_every_caller_of_a_failed_commit_is_told(lite: Recorder) -> None:
    await pragma(lite, "query_only=ON")
    results = await asyncio.gather(
        *(lite.write(rows(1_000 + caller, 1)) for caller in range(50)),
        lite.set_setting("a", 1),
        return_exceptions=True,
    )
    assert all(isinstance(result, StorageUnavailable) for result in results)
    await pragma(lite, "query_only=OFF")
    assert await lite.write(rows(1_000, 1)) == [Outcome.NEW]


async def test_a_read_only_disk_refuses_in_words_and_health_recovers_without_anyone_writing(
    lite: Recorder, clock: VirtualClock
) -> None:
    await pragma(lite, "query_only=ON")
    with pytest.raises(StorageUnavailable, match=r"read-only.*writable"):
        await lite.write(rows(1_000, 1))
    await assert_reads_go_on(lite)
    assert "read-only" in lite.health.message
    await clock.advance(10)
    await settle(lite, ok=False)
    await pragma(lite, "query_only=OFF")
    await clock.advance(10)
    await settle(lite, ok=True)


async def test_a_lock_of_another_program_refuses_in_words_and_is_over_when_it_lets_go(
    lite: Recorder, sqlite_database: str
) -> None:
    await pragma(lite, "busy_timeout=50")
    other = sqlite3.connect(sqlite_database.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable, match="Another program has locked"):
        await lite.write(rows(1_000, 1))
    await assert_reads_go_on(lite)
    other.execute("ROLLBACK")
    other.close()
    assert await lite.write(rows(1_000, 1)) == [Outcome.NEW]
    assert lite.health.ok


async def test_a_short_lock_of_another_program_is_waited_for(lite: Recorder, sqlite_database: str) -> None:
    other = sqlite3.connect(sqlite_database.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(lite.write(rows(1_000, 1)))
    await asyncio.sleep(0.1)
    assert not writing.done()
    await assert_reads_go_on(lite)
    other.execute("ROLLBACK")
    other.close()
    assert await writing == [Outcome.NEW]


async def test_readers_do_not_wait_for_the_writer(lite: Recorder) -> None:
    release = asyncio.Event()

    async def slow(transaction: object) -> None:
        await release.wait()

    writing = asyncio.create_task(lite._writer.run(slow))
    await asyncio.sleep(0.01)
    await asyncio.wait_for(assert_reads_go_on(lite), 2)
    assert not writing.done()
    release.set()
    await writing


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 6 MB; only root can mount one."""
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root can mount a small disk; the same is tested with SQLite's own limit")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("NOT TESTED: this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def healthy(recorder: Recorder) -> bool:
    return recorder.health.ok


def fill_up(path: Path) -> None:
    try:
        with path.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


async def test_a_real_disk_that_fills_up_and_gets_room_again(small_disk: Path, clock: VirtualClock) -> None:
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{small_disk / 'homeostat.db'}", clock=clock)
    await recorder.write(rows(0, 100))
    filler = small_disk / "filler"
    fill_up(filler)
    acknowledged, first = 100, 1_000
    with pytest.raises(StorageUnavailable, match="full"):
        for _ in range(10_000):
            await recorder.write(rows(first, 500))
            acknowledged, first = acknowledged + 500, first + 500
    assert not healthy(recorder)
    assert "only 0 MB left" in " ".join(recorder.health.notes)
    assert len(await recorder.readings([1], 0, 1 << 62, limit=100_000)) == acknowledged
    filler.unlink()
    assert set(await recorder.write(rows(first, 500))) == {Outcome.NEW}
    assert healthy(recorder)
    await recorder.close()
    again = await Recorder.open(f"sqlite+aiosqlite:///{small_disk / 'homeostat.db'}", clock=clock)
    assert len(await again.readings([1], 0, 1 << 62, limit=100_000)) == acknowledged + 500
    await again.close()


async def test_a_hub_that_starts_on_a_full_disk_shows_what_it_has(small_disk: Path, clock: VirtualClock) -> None:
    url = f"sqlite+aiosqlite:///{small_disk / 'homeostat.db'}"
    recorder = await Recorder.open(url, clock=clock)
    await recorder.register_series(1, kind=Kind.GAUGE, hold_s=60, time_zone="UTC")
    await recorder.write(rows(0, 100))
    await recorder.close()
    fill_up(small_disk / "filler")
    recorder = await Recorder.open(url, clock=clock)
    await assert_reads_go_on(recorder)
    with pytest.raises(StorageUnavailable, match="full"):
        for batch in range(200):
            await recorder.write(rows(1_000 + batch * 2_000, 2_000))
    (small_disk / "filler").unlink()
    assert await recorder.write(rows(900_000, 1)) == [Outcome.NEW]
    await recorder.close()
    await (await Recorder.open(url, clock=clock)).close()


async def test_a_full_disk_with_nothing_in_reserve_is_told_in_words(small_disk: Path, clock: VirtualClock) -> None:
    url = f"sqlite+aiosqlite:///{small_disk / 'homeostat.db'}"
    fill_up(small_disk / "filler")
    with pytest.raises(StorageUnavailable, match=r"full|No space"):
        await Recorder.open(url, clock=clock)
    (small_disk / "filler").unlink()
    await (await Recorder.open(url, clock=clock)).close()


async def test_looking_at_a_database_on_a_full_disk_blames_the_space_not_the_disk(
    small_disk: Path, clock: VirtualClock
) -> None:
    url = f"sqlite+aiosqlite:///{small_disk / 'homeostat.db'}"
    await (await Recorder.open(url, clock=clock)).close()
    fill_up(small_disk / "filler")
    with pytest.raises(StorageUnavailable, match="is full") as caught:
        await versions.status(url)
    assert "reports errors" not in str(caught.value)


async def test_a_server_that_ends_every_connection_is_met_again_by_itself(
    postgres_database: str, clock: VirtualClock
) -> None:
    recorder = await Recorder.open(postgres_database, clock=clock)
    await recorder.register_series(1, kind=Kind.GAUGE, hold_s=60, time_zone="UTC")
    await recorder.write(rows(0, 100))
    run_sql(
        postgres_database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    with suppress(StorageUnavailable):
        await recorder.write(rows(1_000, 1))
    assert await recorder.write(rows(1_001, 1)) == [Outcome.NEW]
    assert recorder.health.ok
    assert len(await recorder.readings([1], T0, T0 + 99 * SECOND + 1)) == 100
    await recorder.close()


async def test_a_server_that_takes_no_writes_refuses_in_words(postgres_database: str, clock: VirtualClock) -> None:
    recorder = await Recorder.open(postgres_database, clock=clock)
    await recorder.register_series(1, kind=Kind.GAUGE, hold_s=60, time_zone="UTC")
    await recorder.write(rows(0, 100))
    async with recorder._database.writing.connect() as connection:
        await connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        await connection.commit()
    with pytest.raises(StorageUnavailable, match="read-only"):
        await recorder.write(rows(1_000, 1))
    await assert_reads_go_on(recorder)
    await recorder.close()


async def test_a_server_that_is_not_there_is_told_with_what_to_do(clock: VirtualClock) -> None:
    with pytest.raises(StorageUnavailable, match=r"can't be reached.*Start the database server"):
        await Recorder.open("postgresql+asyncpg://nobody:secret@127.0.0.1:1/none", clock=clock)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://localhost/x", "not supported"),
        ("sqlite+aiosqlite://", "needs a file"),
        ("not an address", "not a database address"),
        ("postgresql://localhost/x", "not supported"),
    ],
)
async def test_an_address_that_can_not_work_is_refused_with_the_ways_that_do(
    url: str, said: str, clock: VirtualClock
) -> None:
    with pytest.raises(ConfigInvalid, match=said):
        await Recorder.open(url, clock=clock)


async def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HubError, match="file"):
        await Recorder.open(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'deep' / 'homeostat.db'}", clock=clock)


async def test_memory_is_given_back_without_losing_a_reader_that_is_at_work(lite: Recorder) -> None:
    pool = lite._database.reading.pool
    async with lite._database.snapshot():
        await lite.give_back()
        assert lite._database.reading.pool is pool
    assert pool.checkedin() >= 1  # type: ignore[attr-defined] # every pool of ours counts
