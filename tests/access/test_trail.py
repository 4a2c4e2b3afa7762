"""The trail tells who looked into whose data and who changed what, and never what was measured."""

from __future__ import annotations

import ast
import asyncio
import inspect
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Actor, AuditLine, JournalDraft, Role, StateChanged, Verb
from hub.view import IncomingReading, View
from tests.support.house import PASSWORD, house

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
WEATHER = {"url": "https://weather.example/x", "readings": [{"metric": "temperature_outdoor", "path": "t"}]}
VALUE, NOTE = 71.3713, "Geheimnis"
# Methods of View that change nothing, or nothing that the trail is about.
LOOKS = frozenset(
    {
        "audit_lines", "audit_tail", "automation_versions", "backup_file", "chart", "documents_find", "entity_readings",
        "entity_rows", "entity_statistics", "flows", "journal", "journal_by_external", "journal_entry",
        "journal_revisions", "keyring_file", "look_at_audit", "preview_backup", "preview_erasure", "preview_retention",
        "reading_rows", "readings", "refresh", "retention", "revisions", "setting", "statistics", "subscribe", "ways",
        "check_openid",
        # They show what is kept for a moment and changes nothing that anybody could miss.
        "browser_key", "look_for_update", "look_for_updates", "ask_new_passkey", "choose_backup", "test_target",
        # That one looked at a notice is no deed.
        "see_notices",
    }
)  # fmt: skip
# These leave their line elsewhere: actions in the registry, a webhook in what it brings, a backup in its own job.
ELSEWHERE = frozenset({"call", "run_scene", "run_script", "send_notice", "webhook", "verify_audit"})


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Hub]:
    async with house(tmp_path / "data", clock=VirtualClock(START), people=("Ben", "Mia")) as hub:
        system = hub.views.system()
        await system.add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        for person in ("anna", "ben", "mia"):
            await system.record([IncomingReading(person, "weight", VALUE, START - timedelta(minutes=5))])
            await system.add_journal(person, JournalDraft("note", START - timedelta(minutes=9), note=NOTE))
        yield hub


def view(hub: Hub, account: str = "anna") -> View:
    return View(hub.rooms, Actor(account))


async def lines(hub: Hub, action: str) -> list[AuditLine]:
    await hub.rooms.reads.write()
    return [one.line for one in await hub.views.system().audit_lines(1_000, action=action)][::-1]


async def told(hub: Hub) -> list[tuple[str, str, str]]:
    return [(one.account, one.person, one.detail) for one in await lines(hub, "read")]


async def test_an_hour_of_looking_is_one_line_and_what_was_new_in_it_another(home: Hub) -> None:
    clock = home.rooms.clock
    assert isinstance(clock, VirtualClock)
    mine = view(home)
    await mine.readings("mia", "weight", START - timedelta(days=1), START)
    assert await told(home) == [("anna", "mia", "weight")]
    for _ in range(30):
        mine.states("mia")
        await mine.journal(["mia"])
        await mine.readings("mia", "weight", START - timedelta(days=1), START)
        await clock.advance(60)
    assert len(await told(home)) == 1
    await clock.advance(1_800)
    assert (await told(home))[1:] == [("anna", "mia", "journal:note")]
    await clock.advance(3_600)
    mine.states("mia")
    assert (await told(home))[2:] == [("anna", "mia", "weight")]


async def test_ones_own_and_the_households_are_free(home: Hub) -> None:
    mine = view(home, "ben")
    mine.states()
    await mine.journal()
    await view(home).statistics("anna", "weight", "day", START - timedelta(days=1), START)
    home.views.system().states()
    assert await told(home) == []


async def test_a_restart_goes_on_with_the_hour_and_loses_no_first_look(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path / "data", clock=clock, people=("Ben", "Mia")) as hub:
        await hub.views.system().record([IncomingReading("mia", "weight", VALUE, START)])
        view(hub).state("sensor.mia_weight")
        await hub.rooms.reads.write()
        # Nobody had the time to write this one before the hub ended.
        hub.rooms.reads.saw(Actor("anna"), "ben", ["weight"])
    async with house(tmp_path / "data", clock=clock) as hub:
        for _ in range(3):
            view(hub).state("sensor.mia_weight")
        assert await told(hub) == [("anna", "mia", "weight"), ("anna", "ben", "weight")]


async def test_a_token_is_named_and_told_apart(home: Hub) -> None:
    token, _ = await home.rooms.accounts.create_token("anna", verbs=[Verb.VIEW], days=1)
    View(home.rooms, Actor("anna", token=token.id, kind="token")).states()
    found = await told(home)
    assert {one[1] for one in found} == {"ben", "mia"}
    assert all(one[2].endswith(f"token {token.id}") for one in found)


async def test_streams_tell_what_they_sent_and_nothing_of_what_they_did_not(home: Hub) -> None:
    token, _ = await home.rooms.accounts.create_token("anna", verbs=[Verb.VIEW], days=1)
    watching = View(home.rooms, Actor("anna", token=token.id, kind="token"))
    stream = watching.subscribe(StateChanged)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    await home.views.system().record([IncomingReading("mia", "weight", VALUE + 1, START)])
    event = await asyncio.wait_for(waiting, 5)
    assert await told(home) == []
    watching.told(event)
    assert await told(home) == [("anna", "mia", f"weight, token {token.id}")]
    await stream.aclose()  # type: ignore[attr-defined] # a generator


async def test_writing_into_somebody_elses_data_is_told_like_looking(home: Hub) -> None:
    mine = view(home)
    for minute in range(5):
        at = START - timedelta(minutes=minute, days=1)
        await mine.record([IncomingReading("mia", "weight", VALUE, at)])
        await mine.add_journal("mia", JournalDraft("note", at, note=NOTE))
        await mine.record([IncomingReading("anna", "weight", VALUE, at)])
    found = [(one.account, one.person, one.detail) for one in await lines(home, "record")]
    assert found == [("anna", "mia", "weight")]
    clock = home.rooms.clock
    assert isinstance(clock, VirtualClock)
    await clock.advance(3_600)
    assert [one.detail for one in await lines(home, "record")] == ["weight", "journal:note"]


async def test_no_value_and_no_word_of_the_journal_is_in_the_trail(home: Hub) -> None:
    mine = view(home)
    entry = (await mine.journal(["mia"]))[0][0]
    await mine.change_journal(entry.id, JournalDraft("note", entry.start, note=f"{NOTE} neu"))
    await mine.correct_reading("sensor.mia_weight", START - timedelta(minutes=5), VALUE + 1, reason=NOTE)
    await mine.call("reading.record", {"person": "mia", "metric": "weight", "value": VALUE + 2})
    await mine.change_person("mia", sex="female", name=NOTE)
    await mine.save_setting("some", {"weight": VALUE})
    await mine.set_retention("weight", 900)
    await mine.remove_journal(entry.id)
    await home.rooms.reads.write()
    text = " ".join(" ".join(one.line[1:]) for one in await home.views.system().audit_tail(1_000))
    for canary in (str(VALUE), str(VALUE + 1), str(VALUE + 2), NOTE):
        assert canary not in text, canary
    for action in ("person.change", "setting.change", "reading.record", "record", "read"):
        assert action in text


async def test_a_change_of_the_house_is_told_with_what_changed(home: Hub) -> None:
    mine = view(home)
    made = await mine.add_entry("http_json", WEATHER, person="household")
    await mine.change_entry(made.id, title="Weather")
    await mine.remove_entry(made.id)
    person = await mine.add_person("Zoe")
    found = [(one.action, one.person, one.detail) for one in await lines(home, "")]
    assert ("entry.add", "household", f"{made.id}, http_json") in found
    assert ("entry.change", "household", f"{made.id}: title") in found
    assert ("entry.remove", "", made.id) in found
    assert ("person.add", person.slug, "") in found


def test_every_method_that_changes_something_leaves_a_line() -> None:
    """A new method of View either notes, is called by one that does, or is listed above with the reason."""
    calls = {name: _calls(method) for name, method in inspect.getmembers(View, inspect.isfunction)}
    notes = {"_note", "_saw", "_wrote", "told"}
    while True:
        more = {name for name, called in calls.items() if called & notes} - notes
        if not more:
            break
        notes |= more
    public = {name for name, method in inspect.getmembers(View, inspect.iscoroutinefunction) if name[0] != "_"}
    silent = sorted(public - notes - LOOKS - ELSEWHERE)
    assert not silent, (
        f"View.{silent} leave no line in the trail: call self._note(action, ...) in them without values, or list them "
        "in LOOKS of tests/access/test_trail.py when they change nothing"
    )
    assert not (LOOKS | ELSEWHERE) - {name for name, _ in inspect.getmembers(View)}


def _calls(method: object) -> set[str]:
    """Names of the methods of self that a method calls."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))  # type: ignore[arg-type] # a function
    return {
        one.func.attr
        for one in ast.walk(tree)
        if isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and isinstance(one.func.value, ast.Name)
        and one.func.value.id == "self"
    }
