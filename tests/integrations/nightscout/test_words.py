"""Dates, questions, ids and dumps in themselves: the small pure pieces."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.nightscout import query
from integrations.nightscout.brackets import nest
from integrations.nightscout.dump import Records, collection_of
from integrations.nightscout.ids import derived_id, is_object_id, key, second_of
from integrations.nightscout.times import from_ms, iso, offset_minutes, parse, to_ms
from integrations.nightscout.trend import direction
from integrations.nightscout.window import Fetch, windows

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00Z",
        "2026-11-21T12:00:00.000Z",
        "2026-11-21T13:00:00+01:00",
        "2026-11-21T13:00:00.000+0100",
        "2026-11-21T13:00:00 01:00",
        "2026-11-21 12:00",
        "20261121T120000Z",
        "Sat, 21 Nov 2026 12:00:00 GMT",
        str(to_ms(NOON)),
        str(to_ms(NOON) // 1000),
    ],
)
def test_a_moment_is_read_in_each_dress(text: str) -> None:
    assert parse(text) == NOON


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-30T00:00:00Z", "25:00", None, True, float("nan"), 1e300, []]
)
def test_what_is_no_moment_is_none(text: object) -> None:
    assert parse(text) is None


@given(st.datetimes(datetime(2000, 1, 2), datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_survives_being_written_and_keeps_its_writers_zone(naive: datetime, offset: int) -> None:
    at = naive.replace(microsecond=naive.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=offset)))
    assert parse(iso(at)) == at
    assert from_ms(to_ms(at)) == at
    read = parse(at.isoformat(timespec="milliseconds"))
    assert read is not None
    assert (read, offset_minutes(read)) == (at, offset)


def test_brackets_make_trees() -> None:
    pairs = [
        ("find[date][$gte]", "1"),
        ("find[$or][0][id][$eq]", "a"),
        ("find[$or][1][b]", "c"),
        ("x[]", "1"),
        ("x[]", "2"),
    ]
    assert nest(pairs) == {"find": {"date": {"$gte": "1"}, "$or": [{"id": {"$eq": "a"}}, {"b": "c"}]}, "x": ["1", "2"]}


def fits(find: dict[str, object], document: dict[str, object]) -> bool:
    return query.build(find, date_field="date", now=NOON, implicit=False).matches(document)


@pytest.mark.parametrize(
    ("find", "document", "expected"),
    [
        ({"sgv": {"$gte": "100"}}, {"sgv": 100}, True),
        ({"sgv": {"$gt": "100"}}, {"sgv": 100}, False),
        ({"sgv": {"$lt": "9"}}, {"sgv": 10}, False),
        ({"date": {"$gte": "2026-11-21T12:00:00Z"}}, {"date": to_ms(NOON)}, True),
        ({"dateString": {"$gt": iso(NOON)}}, {"dateString": "2026-11-21T12:00:01Z"}, True),
        ({"created_at": {"$lte": iso(NOON)}}, {"created_at": "2026-11-21T13:00:00+01:00"}, True),
        ({"type": {"$in": ["sgv", "mbg"]}}, {"type": "mbg"}, True),
        ({"type": {"$nin": ["sgv"]}}, {}, True),
        ({"carbs": {"$exists": "true"}}, {"carbs": 0}, True),
        ({"carbs": {"$exists": "false"}}, {"carbs": 0}, False),
        ({"notes": "/^pre/i"}, {"notes": "PREbolus"}, True),
        ({"notes": {"$regex": "b.s"}}, {"notes": "bUS"}, False),
        ({"notes": {"$regex": "b.s", "$options": "i"}}, {"notes": "BuS"}, True),
        ({"loop.iob.iob": {"$gte": "1"}}, {"loop": {"iob": {"iob": 1.5}}}, True),
        ({"isValid": {"$ne": "false"}}, {"isValid": False}, False),
        ({"$and": [{"a": "1"}, {"b": {"$ne": "2"}}]}, {"a": 1, "b": 2}, False),
        ({"$or": [{"a": "1"}, {"b": "2"}]}, {"b": "2"}, True),
        ({"_id": "UUID-1"}, {"_id": "x", "identifier": "UUID-1"}, True),
    ],
)
def test_a_question_is_understood(find: dict[str, object], document: dict[str, object], expected: bool) -> None:
    assert fits(find, document) is expected


def test_a_question_without_a_date_reaches_back_four_days_and_one_with_an_id_for_ever() -> None:
    assert query.build({"sgv": "1"}, date_field="date", now=NOON).start == NOON - timedelta(days=4)
    assert query.build({"_id": "a" * 24}, date_field="date", now=NOON).start is None
    asked = query.build({"date": {"$gte": "0", "$lt": str(to_ms(NOON))}}, date_field="date", now=NOON)
    assert asked.start is not None
    assert asked.start < datetime(1970, 1, 2, tzinfo=UTC)
    assert asked.end is not None
    assert NOON <= asked.end < NOON + timedelta(seconds=5)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))
def test_a_derived_id_is_an_object_id_that_begins_with_its_second(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    made = derived_id(at, "anna", "entries", "sgv")
    assert is_object_id(made)
    assert made == derived_id(at, "anna", "entries", "sgv") != derived_id(at, "ben", "entries", "sgv")
    assert second_of(made) == at.replace(microsecond=0)


@given(st.text(min_size=1))
def test_any_name_makes_a_key_that_databases_take(name: str) -> None:
    made = key(name)
    assert 0 < len(made) <= 128
    assert made.isprintable()
    assert key(name) == made


@pytest.mark.parametrize(
    ("slope", "word"),
    [(4, "DoubleUp"), (3, "SingleUp"), (1.5, "FortyFiveUp"), (0, "Flat"), (-1.5, "FortyFiveDown"), (-3, "SingleDown")],
)
def test_slopes_have_nightscouts_words(slope: float, word: str) -> None:
    assert direction(slope) == word
    assert direction(-4) == "DoubleDown"
    assert direction(None) == "NONE"


@given(
    st.lists(st.lists(st.integers(0, 300), max_size=60), min_size=1, max_size=3),
    st.integers(1, 12),
    st.integers(0, 300),
    st.integers(0, 300),
)
async def test_windows_give_every_row_once_newest_first(
    moments: list[list[int]], size: int, low: int, high: int
) -> None:
    def at(row: tuple[int, int]) -> datetime:
        return NOON + timedelta(seconds=row[0])

    tables = [[(one, index) for index, one in enumerate(table)] for table in moments]

    def source(table: list[tuple[int, int]]) -> Fetch:
        async def fetch(start: datetime, end: datetime, limit: int) -> list[tuple[int, int]]:
            return sorted((row for row in table if start <= at(row) < end), reverse=True)[:limit]

        return fetch

    start, end = NOON + timedelta(seconds=low), NOON + timedelta(seconds=high)
    given: list[list[tuple[int, int]]] = [[] for _ in tables]
    last: datetime | None = None
    async for lists in windows([(source(table), at) for table in tables], start, end, size):
        for index, rows in enumerate(lists):
            given[index] += rows
        here = [at(row) for rows in lists for row in rows]
        assert last is None or not here or max(here) <= last
        last = min(here, default=last) if here else last
    for table, rows in zip(tables, given, strict=True):
        assert rows == sorted((row for row in table if start <= at(row) < end), reverse=True)


def test_records_are_read_across_the_edges_of_chunks() -> None:
    from integrations.nightscout import dump

    records = [{"n": index, "text": "é🌮" * 50} for index in range(200)]
    for text in (
        json.dumps(records, ensure_ascii=False),
        "\n".join(json.dumps(one, ensure_ascii=False) for one in records),
    ):
        was, dump._CHUNK = dump._CHUNK, 777
        try:
            assert Records(io.BytesIO(text.encode()), "x").take(1_000) == records
        finally:
            dump._CHUNK = was


def test_a_file_tells_by_its_name_or_its_first_record_what_it_holds() -> None:
    assert collection_of("entries.json", None) == "entries"
    assert collection_of("backup-treatments-2020.json.gz", None) == "treatments"
    assert collection_of("x.json", {"sgv": 1}) == "entries"
    assert collection_of("x.json", {"eventType": "Note"}) == "treatments"
    assert collection_of("x.json", {"defaultProfile": "D", "store": {}}) == "profile"
    assert collection_of("x.json", {"a": 1}) == ""
