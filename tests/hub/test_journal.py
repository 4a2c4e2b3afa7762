from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.errors import BadReading, Conflict, NotFound
from hub.model import JournalChanged, JournalDraft
from tests.support.house import everything, house

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def hub(tmp_path: Path, database_url: str) -> AsyncIterator[Hub]:
    async with house(tmp_path, url=database_url, clock=VirtualClock(START)) as running:
        yield running


def _meal(carbs: float = 45, **fields: object) -> JournalDraft:
    return JournalDraft("meal", START - timedelta(hours=1), data={"carbs": carbs}, **fields)  # type: ignore[arg-type]


async def test_an_entry_is_kept_changed_removed_and_every_step_undone(hub: Hub) -> None:
    view = everything(hub)
    with hub.rooms.bus.subscribe(JournalChanged) as news:
        entry = await view.add_journal("anna", _meal(note=" lunch "))
        changed = await view.change_journal(entry.id, _meal(60))
        removed = await view.remove_journal(entry.id)
    assert (entry.revision, changed.revision, removed.revision) == (1, 2, 3)
    assert entry.note == "lunch"
    assert len(news.drain()) == 3
    assert (await view.journal(["anna"]))[0] == []
    back = await view.undo_journal(entry.id)
    assert not back.deleted
    assert back.data["carbs"] == 60
    assert [one.revision for one in await view.journal_revisions(entry.id)] == [1, 2, 3, 4]
    found, _ = await view.journal(["anna"], ["meal"])
    assert [one.id for one in found] == [entry.id]


async def test_a_source_that_repeats_itself_adds_nothing_and_one_that_corrects_replaces(hub: Hub) -> None:
    drafts = [_meal(45, external_id="a"), _meal(20, external_id="b")]
    journal = hub.rooms.journal
    first = await journal.accept("anna", drafts, source="phone")
    again = await journal.accept("anna", drafts, source="phone")
    mended = await journal.accept("anna", [_meal(50, external_id="a")], source="phone")
    assert (first.accepted, again.accepted, again.unchanged, mended.accepted) == (2, 0, 2, 1)
    found, _ = await everything(hub).journal(["anna"])
    assert sorted(one.data["carbs"] for one in found) == [20, 50]


async def test_an_entry_removed_by_a_person_stays_removed_when_its_source_repeats_it(hub: Hub) -> None:
    await hub.rooms.journal.accept("anna", [_meal(external_id="a")], source="phone")
    (entry,), _ = await everything(hub).journal(["anna"])
    await everything(hub).remove_journal(entry.id)
    assert (await hub.rooms.journal.accept("anna", [_meal(external_id="a")], source="phone")).unchanged == 1
    assert (await everything(hub).journal(["anna"]))[0] == []


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (JournalDraft("brunch", START), "unknown journal kind"),
        (JournalDraft("sleep", START - timedelta(hours=1), START - timedelta(hours=2)), "is before start"),
        (JournalDraft("sleep", START - timedelta(hours=40), START - timedelta(hours=2)), "at most"),
        (JournalDraft("note", START + timedelta(days=1)), "lies in the future"),
        (JournalDraft("note", START.replace(tzinfo=None)), "no time zone"),
        (JournalDraft("meal", START, data={"carbs": "lots"}), "carbs"),
    ],
)
async def test_what_cannot_have_happened_is_refused(hub: Hub, draft: JournalDraft, reason: str) -> None:
    with pytest.raises(BadReading, match=reason):
        await everything(hub).add_journal("anna", draft)


async def test_two_people_editing_at_once_do_not_overwrite_each_other(hub: Hub) -> None:
    view = everything(hub)
    entry = await view.add_journal("anna", _meal())
    await view.change_journal(entry.id, _meal(50), expected_revision=1)
    with pytest.raises(Conflict, match="revision 2"):
        await view.change_journal(entry.id, _meal(55), expected_revision=1)
    with pytest.raises(NotFound):
        await view.journal_entry("no-such-entry")
