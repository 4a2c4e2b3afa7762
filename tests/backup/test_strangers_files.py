"""An erasure makes the hub's own copies anew; a stranger's file in their folder is none of its business."""

from datetime import timedelta
from pathlib import Path

from hub.clock import VirtualClock
from hub.recorder import Recorder, to_us
from tests.backup.conftest import NOW

CANARY = "what was erased"
STRANGERS = (
    "photos.db", "homeostat.db", "homeostat-2026.db", "grandma.dump", "my homeostat-20261120T020000Z.db.bak",
    "homeostat-20261120T020000Z.database", "notes.db-wal",
)  # fmt: skip
BESIDE = ("homeostat.db.corrupt-by-me", "homeostat.db.salvaged-photos")


async def test_a_strangers_file_survives_and_every_copy_of_the_hubs_own_is_made_anew(
    tmp_path: Path, sqlite_database: str
) -> None:
    folder, clock = tmp_path / "backups", VirtualClock(NOW)
    folder.mkdir()
    recorder = await Recorder.open(sqlite_database, clock=clock, backups=folder)
    [series] = await recorder.allocate_series(1)
    at = to_us(NOW)
    await recorder.write([(series, at, None, CANARY, at, 0)])
    named = folder / "before the holiday.db"
    await recorder.backup(named)
    await recorder.backup(folder / f"homeostat-{NOW:%Y%m%dT%H%M%SZ}.db")
    (folder / "homeostat-20261119T020000Z.db.part").write_text(CANARY)
    (tmp_path / "homeostat.db.corrupt-20261119T020000Z").write_text(CANARY)
    for name in STRANGERS:
        (folder / name).write_text("somebody's")
    for name in BESIDE:
        (tmp_path / name).write_text("somebody's")
    await recorder.erase_series([series])
    await recorder.overwrite()
    await clock.advance(timedelta(days=1).total_seconds())
    await recorder.renew_copies()
    await recorder.close()
    for name in STRANGERS:
        assert (folder / name).read_text() == "somebody's", name
    for name in BESIDE:
        assert (tmp_path / name).read_text() == "somebody's", name
    assert not named.exists()
    assert (folder / f"homeostat-{NOW + timedelta(days=1):%Y%m%dT%H%M%SZ}.db").exists()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path
