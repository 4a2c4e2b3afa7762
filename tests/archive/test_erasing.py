"""What is erased is hidden at once and gone for good after its time: no byte of it is left in any file."""

from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path

import pytest

from hub.daemon import Hub
from hub.errors import Conflict, NotFound
from hub.model import Actor, Grant, JournalDraft, Role, Verb
from hub.recorder.copies import name_for
from hub.recorder.writer import Transaction
from hub.view import IncomingReading, View
from tests.archive.homes import NOW, ODD_NUMBER, TEXT, clock, live_in
from tests.support.house import PASSWORD, everything, house

WORDS = (
    TEXT.encode(),
    TEXT.lower().encode(),
    struct.pack(">d", ODD_NUMBER),
    struct.pack("<d", ODD_NUMBER),
    b"Zyxwanda",
)


def found_in(folder: Path) -> dict[str, list[bytes]]:
    """File -> the canaries that its bytes hold."""
    hits = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if there := [word for word in WORDS if word in data]:
                hits[path.name] = there
    return hits


async def forget_less(transaction: Transaction) -> None:
    """Many builds of SQLite overwrite what is deleted by themselves; the hub must not rely on it."""
    await transaction.connection.exec_driver_sql("PRAGMA secure_delete=OFF")


async def account(hub: Hub, name: str, role: Role, *persons: str) -> Actor:
    await hub.views.system().add_account(name, PASSWORD, role=role)
    for person in persons:
        await hub.rooms.accounts.grant(Grant(f"{name}-{person}", name, person, frozenset({Verb.VIEW})))
    return Actor(name)


async def test_no_byte_of_an_erased_person_is_left_in_any_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with house(home, clock=clock(), people=("Zyxwanda", "Mia")) as hub:
        await hub.rooms.recorder._writer.run(forget_less)
        view = await live_in(hub, "zyxwanda")
        await live_in(hub, "mia", days=1)  # her own canaries are moved out of the way below
        for one in [one for one in view.entities("mia") if one.metric]:
            await hub.rooms.recorder.erase_series([one.series])
        for entry in (await view.journal(["mia"]))[0]:
            await view.remove_journal(entry.id)
        await hub.rooms.recorder.erase_records("mia", None, -(1 << 61), 1 << 61)
        await hub.rooms.recorder.backup(home / "backups" / name_for(NOW, hub.rooms.recorder._database.url))
        (home / "logs").mkdir()
        (home / "logs" / "hub.log").write_text("a line\nimport for Zyxwanda: 3 rows\nsensor.zyxwanda_weight is late\n")
        await account(hub, "wanda", Role.ADULT, "zyxwanda")
        people = hub.rooms.accounts
        await people.create_token("anna", label="z", persons=["zyxwanda"])
        hits = set(found_in(home))
        assert "hub.log" in hits
        assert {"homeostat.db", "homeostat.db-wal"} & hits
        assert [name for name in hits if name.startswith("homeostat-")], "the copy has none"
        preview = await view.preview_erasure(person="zyxwanda")
        assert preview.counts["heart_rate"] > 72
        assert preview.counts["journal:note"] == preview.counts["document:devicestatus"] == 1
        await view.erase(preview, now=True)
        assert "zyxwanda" not in hub.rooms.people.all
        assert not [one for one in hub.rooms.entities.all.values() if one.person == "zyxwanda"]
        assert not [one for one in people.tokens if one.persons]
        assert not people.grants
        receipt = await view.record([IncomingReading("zyxwanda", "weight", 70.0, NOW, None, "")])
        assert receipt.accepted == 0
        assert "no person 'zyxwanda'" in receipt.rejected[0].reason
        assert found_in(home) == {}, "while it runs"
        assert (home / "logs" / "hub.log").read_text() == "a line\n"
        assert len(list((home / "backups").glob("*.db"))) == 1
        verdict = await hub.rooms.recorder.verify_audit()
        assert verdict.broken is None
        await view.add_person("Zyxwanda")
        receipt = await view.record([IncomingReading("zyxwanda", "weight", 70.0, NOW, None, "")])
        assert receipt.accepted == 1, "added anew, and taken in again"
        await view.erase(await view.preview_erasure(person="zyxwanda"), now=True)
    assert found_in(home) == {}, "after it stopped"


async def test_what_waits_is_hidden_from_all_but_the_owner_and_can_be_taken_back(
    database_url: str, tmp_path: Path
) -> None:
    async with house(tmp_path / "one", clock=clock(), url=database_url) as hub:
        view = await live_in(hub)
        adult = View(hub.rooms, await account(hub, "carl", Role.ADULT, "ben"))
        owner = View(hub.rooms, Actor("anna"))
        assert adult.states("ben")
        assert adult.person("ben").name == "Ben"
        asked = await owner.erase(await owner.preview_erasure(person="ben"))
        assert asked.due == NOW + timedelta(days=7)
        assert not adult.states("ben")
        assert not adult.people()
        with pytest.raises(NotFound):
            adult.person("ben")
        assert owner.states("ben")
        with pytest.raises(Conflict, match="already"):
            await owner.erase(await owner.preview_erasure(person="ben"))
    async with house(tmp_path / "one", clock=clock(), url=database_url) as hub:
        adult, owner = View(hub.rooms, Actor("carl")), View(hub.rooms, Actor("anna"))
        assert not adult.states("ben"), "not hidden after a restart"
        assert await hub.rooms.erasures.run_due() == []
        await owner.cancel_erasure(owner.erasures()[0].id)
        assert adult.states("ben")
        assert len(owner.erasures()) == 0
        stats = await owner.statistics("ben", "heart_rate", "day", NOW - timedelta(days=90), NOW)
        assert sum(one.count for one in stats) > 90
    del view


async def test_it_goes_by_itself_when_its_time_has_come(database_url: str, tmp_path: Path) -> None:
    time = clock()
    async with house(tmp_path / "one", clock=time, url=database_url) as hub:
        view = await live_in(hub)
        await view.erase(await view.preview_erasure(person="ben"))
        await time.step(timedelta(days=8))
        await hub.rooms.erasures.run_due()
        assert "ben" not in hub.rooms.people.all
        for table in ("readings", "tombstones", "revisions", "words", "hours", "days", "journal", "journal_revisions",
                      "documents"):  # fmt: skip
            rows = await hub.rooms.recorder._database.fetch(f"SELECT count(*) FROM {table}")
            assert rows[0][0] == 0, table
        done = [one.line for one in await hub.rooms.recorder.audit_tail() if one.line.action.startswith("erasure.")]
        assert {one.action for one in done} == {"erasure.ask", "erasure.done"}


async def test_a_source_and_a_period_go_and_the_rest_stays(database_url: str, tmp_path: Path) -> None:
    async with house(tmp_path / "one", clock=clock(), url=database_url) as hub:
        view = await live_in(hub)
        adult = View(hub.rooms, await account(hub, "carl", Role.ADULT, "ben"))
        asked = await view.erase(await view.preview_erasure(source="watch"))
        assert [one.metric for one, _ in adult.states("ben")] == ["weight"], "the source is hidden"
        assert not (await adult.readings("ben", "steps", NOW - timedelta(days=9), NOW)).readings
        await view.cancel_erasure(asked.id)
        start, end = NOW - timedelta(hours=12), NOW - timedelta(hours=6)
        preview = await view.preview_erasure(source="watch", start=start, end=end)
        assert preview.counts == {"heart_rate": 6, "steps": 6}
        before = len((await view.readings("ben", "steps", NOW - timedelta(days=9), NOW)).readings)
        await view.erase(preview, now=True)
        after = (await view.readings("ben", "steps", NOW - timedelta(days=9), NOW)).readings
        assert len(after) == before - 6
        assert not [one for one in after if start <= one.taken_at < end]
        stats = await view.statistics("ben", "steps", "day", NOW - timedelta(days=9), NOW + timedelta(days=1))
        assert sum(one.count for one in stats) == len(after)
        assert (await view.journal(["ben"]))[0]
        await view.erase(await view.preview_erasure(source="watch"), now=True)
        assert [one.metric for one in view.entities("ben")] == ["weight"]
        with pytest.raises(NotFound, match="nothing came from 'wach'"):
            await view.preview_erasure(source="wach")


async def test_a_note_of_a_source_is_hidden_with_it(tmp_path: Path) -> None:
    async with house(tmp_path / "one", clock=clock()) as hub:
        view = everything(hub)
        adult = View(hub.rooms, await account(hub, "carl", Role.ADULT, "ben"))
        made = await view.add_journal(
            "ben", JournalDraft("note", NOW - timedelta(hours=1), None, {}, "n", "diary", "1")
        )
        assert (await adult.journal(["ben"]))[0]
        await view.erase(await view.preview_erasure(source="diary"))
        assert not (await adult.journal(["ben"]))[0]
        with pytest.raises(NotFound):
            await adult.journal_entry(made.id)
        assert (await view.journal_entry(made.id)).note == "n"
