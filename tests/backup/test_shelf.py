"""Which backups are kept, what happens daily, and a restore that is killed on its way."""

import asyncio
import fcntl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.backup import resume
from hub.backup.create import create
from hub.backup.facts import made_at
from hub.backup.notes import Schedule, doings
from hub.backup.room import Backups
from hub.backup.shelf import anything_due, daily, listed
from hub.backup.spare import spare
from hub.backup.targets import Book, Spec
from hub.bus import Bus
from hub.clock import RealClock, VirtualClock
from hub.daemon import backups
from hub.model import Problem
from hub.vault import Vault
from tests.backup.conftest import NOW, House, furnish, silent


@pytest.fixture
async def small(tmp_path: Path) -> House:
    url = f"sqlite+aiosqlite:///{tmp_path / 'config' / 'data' / 'homeostat.db'}"
    house = House(url, tmp_path / "config", VirtualClock(NOW))
    house.data.mkdir(parents=True)
    house.config.mkdir()
    await furnish(house)
    house.keys.make(NOW)
    return house


def test_a_week_of_days_a_month_of_weeks_and_a_year_of_months_stay() -> None:
    start = datetime(2025, 1, 1, 3, tzinfo=UTC)
    made = [start + timedelta(hours=12 * number) for number in range(1_000)]
    kept = sorted(set(made) - spare(made))
    assert kept[-7:] == made[-1:-14:-2][::-1]
    assert len({(one.year, one.month) for one in kept}) == 12
    assert 16 <= len(kept) <= 22
    assert len(set(made) - spare(made, (3, 0, 0))) == 3
    assert spare(made[:1]) == set()
    assert spare([]) == set()


def test_the_last_good_one_stays_whatever_is_asked_for() -> None:
    start = datetime(2026, 1, 1, 3, tzinfo=UTC)
    made = [start + timedelta(days=number) for number in range(60)]
    assert spare(made, (0, 0, 0)) == set(made[:-1])
    assert made[7] not in spare(made, (3, 0, 0), sound={made[2], made[7]})
    assert made[2] in spare(made, (3, 0, 0), sound={made[2], made[7]})
    # What is known to be broken stands for no day; it never pushes a whole one out.
    broken = set(made[50:])
    kept = set(made) - spare(made, (3, 0, 0), broken=broken)
    assert {made[47], made[48], made[49]} <= kept
    assert spare(made[50:], broken=broken) == set()


async def test_backups_of_one_second_have_a_name_each(small: House) -> None:
    folder = small.keys.own_target
    first, second = [
        await create(small.url, small.data, None, folder, clock=small.clock, progress=silent) for _ in range(2)
    ]
    # What somebody else is writing has its name too, though nobody sees it yet.
    beside = folder / first.path.name.replace("T123000Z", "T123002Z")
    with beside.with_name(f"{beside.name}.part").open("xb") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        third = await create(small.url, small.data, None, folder, clock=small.clock, progress=silent)
    assert [made_at(one.path) for one in (first, second, third)] == [NOW + timedelta(seconds=n) for n in (0, 1, 3)]
    for one in (first, second, third):
        assert (await small.verify(one.path)).manifest.created_at == NOW.isoformat()


async def test_a_month_of_days_leaves_what_is_to_be_kept_in_every_target(small: House) -> None:
    stick = small.folder / "stick"
    stick.mkdir()
    Book(small.data).put(Spec("stick", "folder", "stick", str(stick)))
    for _ in range(12):
        made, problems, away = await daily(small.url, small.data, None, clock=small.clock, progress=silent)
        assert made
        assert not problems
        assert not away
        assert not anything_due(small.data, small.clock.now(), Schedule(hour=None))
        again, _, _ = await daily(small.url, small.data, None, clock=small.clock, progress=silent)
        assert again is None
        await small.clock.advance(86_400)
    rows = listed(small.data)
    own = [one for one in rows if str(small.keys.own_target) in one["file"]]
    assert 7 <= len(own) <= 9
    assert {Path(one["file"]).name for one in rows} == {path.name for path in stick.glob("*.age") if made_at(path)}
    verified = [one for one in own if one["verified_at"]]
    assert verified
    assert all(one["rows"] > 12_000 for one in verified)


async def test_a_target_that_is_away_is_told_and_costs_no_backup(small: House) -> None:
    stick = small.folder / "stick"
    stick.mkdir()
    Book(small.data).put(Spec("stick", "folder", "stick", str(stick)))
    stick.rmdir()
    made, problems, away = await daily(small.url, small.data, None, clock=small.clock, progress=silent)
    assert made
    assert not problems
    assert away == {"stick": f"{stick} can't be written: the folder is not there; is the disk plugged in?"}
    # It is not tried at every look, and nobody is told before it has been away for long.
    stick.mkdir()
    assert (await daily(small.url, small.data, None, clock=small.clock, progress=silent)).away == away
    assert not doings(small.data)["stick"].worrying(small.clock.now())
    await small.clock.advance(37 * 3_600)
    assert doings(small.data)["stick"].worrying(small.clock.now())
    assert not (await daily(small.url, small.data, None, clock=small.clock, progress=silent)).away
    assert {path.name for path in stick.iterdir() if made_at(path)} == {
        Path(one["file"]).name for one in listed(small.data)[:1]
    }


async def test_the_hub_makes_its_backup_by_itself_and_says_when_it_cannot(small: House) -> None:
    (small.folder / "hub.yaml").write_text("{}\n")
    bus, clock = Bus(), VirtualClock(NOW)
    room = Backups(small.data, small.url, small.folder, Vault.open(small.data), None, clock)
    task = asyncio.create_task(backups.keep(room, bus, clock, lambda: "UTC"))
    told: list[Problem] = []

    async def listen() -> None:
        with bus.subscribe(name="test", limit=10) as news:
            async for event in news:
                assert isinstance(event, Problem)
                told.append(event)

    listening = asyncio.create_task(listen())
    try:
        await clock.advance(601)
        await _until(lambda: bool(listed(small.data)) and bool(listed(small.data)[0]["verified_at"]))
        assert not told
        Path(listed(small.data)[0]["file"]).unlink()
        (small.keys.folder / "recovery.key").write_text("AGE-SECRET-KEY-1NONSENSE\n")
        await _until(lambda: not list(small.keys.own_target.glob(".*-*")))
        for _ in range(200):
            await clock.advance(3_601)
            if told:
                break
            await asyncio.sleep(0.1)
        assert "no recovery key" in told[0].message
        assert "Settings > Backups" in told[0].remedy
    finally:
        for one in (task, listening):
            one.cancel()
        await asyncio.gather(task, listening, return_exceptions=True)
        await room.jobs.stop()


async def _until(true: object) -> None:
    assert callable(true)
    clock = RealClock()
    end = clock.monotonic() + 40
    while not true():
        assert clock.monotonic() < end
        await asyncio.sleep(0.05)


async def test_a_restore_that_is_killed_anywhere_is_finished_or_changes_nothing(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small.config / "hub.yaml").write_text("was: then\n")
    made = await small.backup()

    class Killed(BaseException):
        pass

    left, finished, whole = 0, 0, False
    real = {name: getattr(Path, name) for name in ("replace", "rename", "unlink", "mkdir")}

    def step(name: str) -> object:
        def act(path: Path, *arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return real[name](path, *arguments, **named)

        return act

    for number in range(1, 60):
        (small.config / "hub.yaml").write_text("is: now\n")
        recorder = await small.open()
        await recorder.set_setting("mark", number)
        await recorder.close()
        left = number
        whole = False
        with monkeypatch.context() as patch:
            for name in real:
                patch.setattr(Path, name, step(name))
            patch.setattr("tempfile.TemporaryDirectory.cleanup", lambda _: None)
            try:
                await small.restore(made.path)
                whole = True
            except Killed:
                pass
        said = resume(small.data)
        assert not list(small.data.glob(".restore-*"))
        recorder = await small.open()
        mark = await recorder.get_setting("mark")
        people = [one.slug for one in await recorder.load_people()]
        await recorder.close()
        assert people == ["anna", "ben"]
        settings = (small.config / "hub.yaml").read_text()
        assert (mark, settings) in ((number, "is: now\n"), (None, "was: then\n"))
        if mark is None:
            finished += bool(said)
            aside = max(small.data.glob("before-restore-*"))
            assert (aside / "database" / "homeostat.db").exists()
            assert any(path.read_text() == "is: now\n" for path in aside.glob("files/*hub.yaml"))
        if whole:
            break
    assert whole
    assert finished >= 3
