"""What is past its time goes by the rules that were seen first; statistics stay exact and recording goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from hub.daemon import Hub
from hub.errors import BadReading, Forbidden, NotFound
from hub.model import Actor, JournalDraft, Role
from hub.recorder import to_us
from hub.view import IncomingReading, View
from tests.archive.homes import NOW, clock
from tests.support.house import PASSWORD, house

OLD = NOW - timedelta(days=800)


async def fill(hub: Hub, hours: int = 48) -> View:
    view = hub.views.system()
    items = [
        IncomingReading("ben", metric, 60.0 + hour % 7, start + timedelta(hours=hour), None, "watch")
        for metric in ("heart_rate", "steps")
        for start in (OLD, NOW - timedelta(days=9))
        for hour in range(hours)
    ]
    assert not (await view.record(items)).rejected
    return view


async def count(hub: Hub, table: str = "readings") -> int:
    return int((await hub.rooms.recorder._database.fetch(f"SELECT count(*) FROM {table}"))[0][0])


async def test_the_rules_of_the_program_are_seen_for_a_week_before_they_hold(database_url: str, tmp_path: Path) -> None:
    time = clock()
    async with house(tmp_path / "one", clock=time, url=database_url) as hub:
        view = await fill(hub)
        rules = {one.key: one for one in await view.retention()}
        assert (rules["*"].days, rules["*"].next_days) == (None, 730)
        assert (rules["logs"].days, rules["logs"].next_days) == (None, 90)
        shown = {one.key: one for one in await view.preview_retention()}
        assert set(shown) == {"heart_rate", "steps"}
        assert shown["heart_rate"].oldest == OLD
        assert 47 <= shown["heart_rate"].count < 48, "the last before stays"
        assert shown["heart_rate"].hours == 48
        before = await view.statistics("ben", "heart_rate", "day", OLD - timedelta(days=2), NOW)
        assert await hub.rooms.retention.purge() == {}
        await time.step(timedelta(days=7, minutes=1))
        rules = {one.key: one for one in await view.retention()}
        assert (rules["*"].days, rules["*"].next_us) == (730, None)
        gone = await hub.rooms.retention.purge()
        assert gone == {"readings": shown["heart_rate"].count + shown["steps"].count}, "not what was shown"
        after = await view.statistics("ben", "heart_rate", "day", OLD - timedelta(days=2), NOW)
        assert before == after, "the statistics are others than they were"
        assert sum(one.count for one in after) == 96


async def test_less_begins_after_a_week_and_is_taken_back_until_then_more_holds_at_once(tmp_path: Path) -> None:
    time = clock()
    async with house(tmp_path / "one", clock=time) as hub:
        view = await fill(hub)
        await time.step(timedelta(days=8))
        rule = await view.set_retention("heart_rate", 5)
        assert (rule.days, rule.next_days) == (730, 5)
        assert next(one for one in await view.preview_retention() if one.key == "heart_rate").count == 95
        await view.undo_retention("heart_rate")
        with pytest.raises(NotFound, match="nothing is to change"):
            await view.undo_retention("heart_rate")
        assert (await view.set_retention("heart_rate", None)).days is None
        await view.set_retention("steps", 5)
        await hub.rooms.retention.purge()
        assert await count(hub) == 48 * 4 - 47, "too early, or the rule for ever was not heeded"
    async with house(tmp_path / "one", clock=time) as hub:
        await time.step(timedelta(days=7, minutes=1))
        gone = await hub.rooms.retention.purge()
        assert gone == {"readings": 48}
        rules = {one.key: one for one in await hub.views.system().retention()}
        assert (rules["heart_rate"].days, rules["steps"].days) == (None, 5)
        assert (await hub.views.system().set_retention("steps", None, own=False)).days == 730
        assert "steps" not in {one.key for one in await hub.views.system().retention()}


async def test_kinds_of_the_journal_and_log_lines_have_rules_of_their_own(database_url: str, tmp_path: Path) -> None:
    time = clock()
    async with house(tmp_path / "one", clock=time, url=database_url) as hub:
        view = hub.views.system()
        for day in (500, 400, 3):
            for kind, data in (("note", {}), ("mood", {"mood": 3})):
                draft = JournalDraft(kind, NOW - timedelta(days=day), None, data, f"{kind} {day}")
                made = await view.add_journal("ben", draft)
                await view.change_journal(made.id, draft)
        logs = tmp_path / "one" / "logs"
        logs.mkdir()
        line = '{{"at": "{}", "level": "info", "logger": "x", "message": "m"}}\n'
        lines = [line.format((NOW - timedelta(days=days)).isoformat()) for days in (200, 100, 2)]
        (logs / "hub.log").write_text("".join([lines[0], "a second row of it\n", *lines[1:]]))
        await view.set_retention("journal:note", 365)
        shown = {one.key: one.count for one in await view.preview_retention()}
        assert shown == {"journal:note": 2, "logs": 3}
        assert await hub.rooms.retention.purge() == {}
        await time.step(timedelta(days=7, minutes=1))
        assert await hub.rooms.retention.purge() == {"journal:note": 2, "logs": 3}
        left, _ = await view.journal(["ben"])
        assert sorted(one.note for one in left) == ["mood 3", "mood 400", "mood 500", "note 3"]
        assert await count(hub, "journal_revisions") == 8
        assert (logs / "hub.log").read_text() == lines[2]


async def test_a_preview_changes_nothing_and_wrong_rules_are_refused(tmp_path: Path) -> None:
    async with house(tmp_path / "one", clock=clock()) as hub:
        view = await fill(hub)
        shown = await view.preview_retention({"heart_rate": 1, "steps": None})
        assert {one.key: one.count for one in shown} == {"heart_rate": 95}
        assert await count(hub) == 48 * 4
        assert {one.key for one in await view.retention()} == {"*", "logs"}
        with pytest.raises(NotFound, match="heart_rate"):
            await view.set_retention("heart_rat", 5)
        with pytest.raises(NotFound, match="no kind of journal entry 'nore'"):
            await view.preview_retention({"journal:nore": 5})
        for days in (0, -3, 40_000):
            with pytest.raises(BadReading, match="can't be kept"):
                await view.set_retention("heart_rate", days)
        await view.add_account("carl", PASSWORD, role=Role.ADULT, person="ben")
        adult = View(hub.rooms, Actor("carl"))
        with pytest.raises(Forbidden):
            await adult.set_retention("*", 1)
        with pytest.raises(Forbidden):
            await adult.preview_retention()


async def test_recording_goes_on_while_old_readings_go(tmp_path: Path) -> None:
    time = clock()
    async with house(tmp_path / "one", clock=time) as hub:
        view, recorder = hub.views.system(), hub.rooms.recorder
        await view.record([IncomingReading("ben", "heart_rate", 60.0, OLD, None, "watch")])
        (series,) = [one.series for one in view.entities("ben") if one.metric == "heart_rate"]
        first = to_us(OLD)
        for start in range(0, 40_000, 5_000):
            await recorder.write([(series, first + n * 10**7, 60.0, None, first + n * 10**7, 0)
                                  for n in range(start + 1, start + 5_001)])  # fmt: skip
        await time.step(timedelta(days=7, minutes=1))
        purging = asyncio.create_task(hub.rooms.retention.purge())
        waits, at = [], asyncio.get_running_loop().time
        now, step = to_us(time.now()), 0
        while not purging.done():
            step += 1
            began = at()
            await recorder.write([(series, now - 10**9 + step, 61.0, None, now, 0)])
            waits.append(at() - began)
            await asyncio.sleep(0.002)
        assert (await purging)["readings"] == 40_000
        assert len(waits) > 5, "it was not seen at work"
        assert sorted(waits)[len(waits) // 2] < 0.5, "recording stood still"
        assert await count(hub) == 1 + len(waits)
