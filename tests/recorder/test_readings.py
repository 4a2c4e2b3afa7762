"""Rows in, rows out, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from hub.clock import VirtualClock
from hub.errors import BadReading, StorageUnavailable
from hub.recorder import Outcome, Recorder, Row, StoredReading, to_us
from tests.recorder.conftest import NOW

T0 = to_us(NOW - timedelta(days=2))
SECOND = 1_000_000
NEW, UNCHANGED, CORRECTED = Outcome.NEW, Outcome.UNCHANGED, Outcome.CORRECTED


def number(series: int, seconds: float, value: float, delay: float = 0.25, flags: int = 0) -> Row:
    taken = T0 + int(seconds * SECOND)
    return series, taken, value, None, taken + int(delay * SECOND), flags


def text(series: int, seconds: float, value: str) -> Row:
    taken = T0 + int(seconds * SECOND)
    return series, taken, None, value, taken + 7, 0


def at(series: int, seconds: float, value: float | str, delay_us: int = 250_000, flags: int = 0) -> StoredReading:
    taken = T0 + int(seconds * SECOND)
    return StoredReading(series, taken, taken + delay_us, value, flags)


async def test_a_reading_comes_back_exactly_as_it_was_written(recorder: Recorder) -> None:
    written = number(1, 0.000001, 72.123456789012345, delay=86_400.5, flags=6)
    assert await recorder.write([written]) == [NEW]
    assert await recorder.readings([1], T0, T0 + SECOND) == [
        StoredReading(1, T0 + 1, T0 + 1 + 86_400_500_000, 72.123456789012345, 6)
    ]


async def test_a_reading_from_before_1970_and_one_received_before_it_was_taken_are_kept(recorder: Recorder) -> None:
    rows: list[Row] = [(1, -5_000_000, 3.5, None, 10, 0), (1, 5_000_000, 4.5, None, 4_000_000, 0)]
    await recorder.write(rows)
    assert await recorder.readings([1], -10_000_000, 10_000_000) == [
        StoredReading(1, -5_000_000, 10, 3.5, 0),
        StoredReading(1, 5_000_000, 4_000_000, 4.5, 0),
    ]


async def test_the_same_batch_twice_adds_nothing(recorder: Recorder) -> None:
    rows = [number(1, 1, 60), number(2, 1, 61), text(3, 1, "on"), number(1, 2, 62)]
    assert await recorder.write(rows) == [NEW] * 4
    assert await recorder.write(rows) == [UNCHANGED] * 4
    assert len(await recorder.readings([1, 2, 3], T0, T0 + 60 * SECOND)) == 4


async def test_a_source_that_changes_a_value_is_noted_with_the_old_one(recorder: Recorder, clock: VirtualClock) -> None:
    await recorder.write([number(1, 1, 60), number(1, 2, 70)])
    assert await recorder.write([number(1, 1, 65), number(1, 2, 70)]) == [CORRECTED, UNCHANGED]
    assert [reading.value for reading in await recorder.readings([1], T0, T0 + 9 * SECOND)] == [65, 70]
    (revision,) = await recorder.revisions(1, T0, T0 + 9 * SECOND)
    assert (revision.taken_us, revision.old, revision.new, revision.by) == (T0 + SECOND, 60, 65, "source")
    assert revision.at_us == to_us(clock.now())


async def test_repeats_and_changes_within_one_batch_are_told_apart(recorder: Recorder) -> None:
    rows = [number(1, 5, 60), number(1, 5, 60), number(1, 5, 61), number(1, 3, 50), number(1, 3, 51), number(1, 3, 51)]
    assert await recorder.write(rows) == [NEW, UNCHANGED, CORRECTED, NEW, CORRECTED, UNCHANGED]
    assert [r.value for r in await recorder.readings([1], T0, T0 + 9 * SECOND)] == [51, 61]
    trail = await recorder.revisions(1, T0, T0 + 9 * SECOND)
    assert [(revision.old, revision.new) for revision in trail] == [(50, 51), (60, 61)]


async def test_callers_that_arrive_together_see_one_another(recorder: Recorder) -> None:
    outcomes = await asyncio.gather(*(recorder.write([number(1, 5, value)]) for value in (60, 60, 61, 61, 60)))
    assert [outcome[0] for outcome in outcomes] == [NEW, UNCHANGED, CORRECTED, UNCHANGED, CORRECTED]
    assert [r.value for r in await recorder.readings([1], T0, T0 + 9 * SECOND)] == [60]


async def test_late_readings_land_at_their_place(recorder: Recorder) -> None:
    await recorder.write([number(1, 10, 1), number(1, 30, 3)])
    assert await recorder.write([number(1, 20, 2), number(1, 5, 0)]) == [NEW, NEW]
    assert await recorder.readings([1], T0, T0 + 60 * SECOND) == [at(1, 5, 0), at(1, 10, 1), at(1, 20, 2), at(1, 30, 3)]
    assert (await recorder.newest([1]))[1] == at(1, 30, 3)
    assert recorder.late(1, T0 + 20 * SECOND)
    assert not recorder.late(1, T0 + 30 * SECOND)


async def test_pages_of_several_series_follow_one_another_without_gap_or_repeat(recorder: Recorder) -> None:
    rows = [number(series, second, second) for second in range(20) for series in (3, 1, 2)]
    await recorder.write(rows)
    expected = sorted((row[1], row[0]) for row in rows if row[1] < T0 + 18 * SECOND)
    for descending in (False, True):
        seen: list[tuple[int, int]] = []
        after = None
        while page := await recorder.readings(
            [2, 1, 3], T0, T0 + 18 * SECOND, limit=7, after=after, descending=descending
        ):
            seen += [(reading.taken_us, reading.series) for reading in page]
            after = seen[-1]
        assert seen == (expected[::-1] if descending else expected)


async def test_numbers_and_texts_of_one_series_are_both_kept(recorder: Recorder) -> None:
    await recorder.write([text(1, 1, "läuft"), number(1, 2, 3), text(1, 3, "läuft"), text(1, 4, "")])
    assert await recorder.write([text(1, 2, "three")]) == [CORRECTED]
    values = [reading.value for reading in await recorder.readings([1], T0, T0 + 9 * SECOND)]
    assert values == ["läuft", "three", "läuft", ""]
    assert await recorder.arrays(1, T0, T0 + 9 * SECOND) == ([], [])


async def test_a_number_is_never_taken_for_the_text_that_has_the_same_number(recorder: Recorder) -> None:
    await recorder.write([text(1, 1, "on")])
    assert await recorder.write([number(1, 1, 1.0)]) == [CORRECTED]
    assert [reading.value for reading in await recorder.readings([1], T0, T0 + 9 * SECOND)] == [1.0]


async def test_arrays_are_the_numbers_in_order(recorder: Recorder) -> None:
    await recorder.write([number(1, 2, 2.5), number(1, 1, 1.5), number(2, 1, 9)])
    assert await recorder.arrays(1, T0, T0 + 2 * SECOND) == ([T0 + SECOND], [1.5])
    assert await recorder.arrays(1, T0, T0 + 3 * SECOND) == ([T0 + SECOND, T0 + 2 * SECOND], [1.5, 2.5])


async def test_neighbours_are_the_next_on_either_side(recorder: Recorder) -> None:
    await recorder.write([number(1, 1, 1), number(1, 2, 2), number(1, 3, 3)])
    assert await recorder.neighbours(1, T0 + 2 * SECOND) == (at(1, 1, 1), at(1, 3, 3))
    assert await recorder.neighbours(1, T0 + SECOND) == (None, at(1, 2, 2))
    assert await recorder.neighbours(1, T0 + 3 * SECOND) == (at(1, 2, 2), None)
    assert await recorder.neighbours(2, T0) == (None, None)


async def test_all_is_there_after_closing_and_opening_again(database_url: str, clock: VirtualClock) -> None:
    first = await Recorder.open(database_url, clock=clock)
    await first.write([number(1, 1, 1), number(1, 2, 2), text(7, 3, "on")])
    await first.close()
    await first.close()
    with pytest.raises(StorageUnavailable, match="closed"):
        await first.write([number(1, 9, 9)])
    second = await Recorder.open(database_url, clock=clock)
    assert await second.newest() == {1: at(1, 2, 2), 7: at(7, 3, "on", delay_us=7)}
    assert await second.newest([7, 8]) == {7: at(7, 3, "on", delay_us=7)}
    assert await second.write([number(1, 2, 2), text(7, 3, "off")]) == [UNCHANGED, CORRECTED]
    await second.close()


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), float("-inf"), None], ids=["nan", "infinity", "-infinity", "nothing"]
)
async def test_what_is_no_number_is_refused_and_nothing_of_its_batch_kept(
    recorder: Recorder, bad: float | None
) -> None:
    with pytest.raises(BadReading, match="row 1"):
        await recorder.write([number(1, 1, 1), (1, T0, bad, None, T0, 0)])
    assert await recorder.newest() == {}


async def test_a_text_that_no_database_can_keep_harms_only_its_own_caller(recorder: Recorder) -> None:
    good, nul, half = await asyncio.gather(
        recorder.write([text(1, 1, "good")]),
        recorder.write([text(1, 2, "bad\0")]),
        recorder.write([text(1, 3, "\ud800")]),
        return_exceptions=True,
    )
    assert good == [NEW]
    assert isinstance(nul, BadReading)
    assert isinstance(half, BadReading)


async def test_a_job_that_breaks_leaves_its_neighbours_of_the_same_commit_alone(recorder: Recorder) -> None:
    too_big: Row = (1 << 40, T0, 1.0, None, T0, 1 << 40)  # beyond what the columns hold on PostgreSQL
    results = await asyncio.gather(
        recorder.write([number(1, 1, 1)]),
        recorder.set_setting("a", "kept"),
        recorder.write([too_big, (1, 1 << 70, 1.0, None, T0, 0)]),
        recorder.write([number(1, 2, 2)]),
        return_exceptions=True,
    )
    assert results[0] == [NEW]
    assert isinstance(results[2], Exception)
    assert results[3] == [NEW]
    assert await recorder.get_setting("a") == "kept"
    assert len(await recorder.readings([1], T0, T0 + 9 * SECOND)) == 2
    assert recorder.health.ok


async def test_rows_that_another_program_wrote_meanwhile_are_seen_not_doubled(
    database_url: str, clock: VirtualClock
) -> None:
    one = await Recorder.open(database_url, clock=clock)
    other = await Recorder.open(database_url, clock=clock)
    await other.write([number(1, second, second) for second in range(300)])
    assert await one.write([number(1, second, second) for second in range(300)]) == [UNCHANGED] * 300
    assert await one.write([number(1, 5, 6)]) == [CORRECTED]
    await one.close()
    await other.close()


async def test_hundreds_of_series_and_thousands_of_rows_go_in_together(recorder: Recorder) -> None:
    rows = [number(series, second, series + second / 100) for second in range(20) for series in range(1, 301)]
    results = await asyncio.gather(*(recorder.write(rows[start : start + 50]) for start in range(0, len(rows), 50)))
    assert all(outcome is NEW for result in results for outcome in result)
    newest = await recorder.newest()
    assert len(newest) == 300
    assert newest[300] == at(300, 19, 300.19)
