"""Journal entries and documents, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.model import JournalEntry
from hub.recorder import Document, Recorder, to_us

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def entry(number: int, *, person: str = "anna", kind: str = "meal", hours: float = 0) -> JournalEntry:
    at = START + timedelta(hours=hours)
    return JournalEntry(
        id=f"id-{number}",
        kind=kind,
        person=person,
        author="anna",
        start=at,
        end=None,
        data={"carbs": 40, "what": "Brötchen"},
        note="",
        source="nightscout",
        external_id=f"x{number}",
        revision=1,
        deleted=False,
        created_at=at,
        updated_at=at,
    )


async def test_an_entry_keeps_every_revision(recorder: Recorder) -> None:
    first = entry(1)
    second = replace(first, revision=2, note="with butter", end=START + timedelta(minutes=5))
    third = replace(second, revision=3, deleted=True)
    await recorder.journal_save(first, by="anna")
    await recorder.journal_save(second, by="bob")
    await recorder.journal_save(third, by="bob")
    assert await recorder.journal_get("id-1") == third
    assert await recorder.journal_get("id-2") is None
    assert await recorder.journal_revisions("id-1") == [first, second, third]
    assert await recorder.journal_find(None) == []
    assert await recorder.journal_find(None, deleted=True) == [third]


async def test_entries_are_found_by_person_kind_and_time(recorder: Recorder) -> None:
    entries = [
        entry(1),
        entry(2, hours=1),
        entry(3, hours=2, kind="sleep"),
        entry(4, hours=3, person="bob"),
    ]
    await recorder.journal_save_many(entries, by="anna")
    assert await recorder.journal_find(["anna"]) == [entries[2], entries[1], entries[0]]
    assert await recorder.journal_find(["anna", "bob"], descending=False) == entries
    assert await recorder.journal_find([]) == []
    assert await recorder.journal_find(None, kinds=["sleep"]) == [entries[2]]
    start, end = to_us(entries[1].start), to_us(entries[3].start)
    assert await recorder.journal_find(None, descending=False, start_us=start, end_us=end) == entries[1:3]


async def test_pages_of_the_journal_follow_one_another(recorder: Recorder) -> None:
    entries = [entry(number, hours=number // 3) for number in range(10)]
    await recorder.journal_save_many(entries, by="anna")
    for descending in (True, False):
        seen: list[JournalEntry] = []
        after = None
        while page := await recorder.journal_find(None, limit=4, after=after, descending=descending):
            seen += page
            after = (to_us(page[-1].start), page[-1].id)
        assert seen == sorted(entries, key=lambda one: (one.start, one.id), reverse=descending)


async def test_entries_are_known_by_what_their_source_calls_them(recorder: Recorder) -> None:
    await recorder.journal_save_many([entry(number) for number in range(700)], by="entry:ns")
    known = await recorder.journal_by_external("anna", "nightscout", [f"x{number}" for number in range(690, 710)])
    assert sorted(known) == [f"x{number}" for number in range(690, 700)]
    assert await recorder.journal_by_external("bob", "nightscout", ["x1"]) == {}
    assert len(await recorder.journal_by_external("anna", "nightscout", [f"x{n}" for n in range(700)])) == 700


async def test_documents_are_found_by_time_change_and_id(recorder: Recorder) -> None:
    documents = [Document(f"d{n}", n, 100 - n, n == 3, {"n": n, "text": "ü\0"}) for n in range(5)]
    await recorder.documents_put("anna", "devicestatus", documents)
    await recorder.documents_put("bob", "devicestatus", documents[:1])
    await recorder.documents_put("anna", "devicestatus", [documents[4]._replace(body={"n": "new"})])

    async def found(**wanted: int | bool | str) -> list[str]:
        some = await recorder.documents_find("anna", "devicestatus", **wanted)  # type: ignore[arg-type] # by name
        return [document.id for document in some]

    assert await found() == ["d4", "d2", "d1", "d0"]
    assert await found(descending=False, deleted=True) == ["d0", "d1", "d2", "d3", "d4"]
    assert await found(start_us=1, end_us=3) == ["d2", "d1"]
    assert await found(modified_after_us=98, descending=False) == ["d1", "d0"]
    assert await found(id="d2") == ["d2"]
    assert await found(limit=2) == ["d4", "d2"]
    (changed,) = await recorder.documents_find("anna", "devicestatus", id="d4")
    assert changed.body == {"n": "new"}
    assert await recorder.documents_remove("anna", "devicestatus", ["d1", "d9"]) == 1
    assert await found() == ["d4", "d2", "d0"]
    assert len(await recorder.documents_find("bob", "devicestatus")) == 1
