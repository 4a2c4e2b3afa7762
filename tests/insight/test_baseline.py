"""Usual ranges and usual silences: known answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.insight import Baseline, Day, first_day, usual_range, usual_silence
from hub.model import Aggregation, Family, Kind, Metric
from tests.insight.making import BERLIN

TODAY = date(2026, 6, 10)
"""A Wednesday."""


def metric(how: Aggregation = Aggregation.MEAN, kind: Kind = Kind.GAUGE) -> Metric:
    return Metric("pulse", "Pulse", "/min", kind, Family.HEART, how)


def days(values: list[float], last: date = TODAY - timedelta(days=1), readings: int = 10) -> list[Day]:
    first = last - timedelta(days=len(values) - 1)
    return [Day(first + timedelta(days=number), value, readings) for number, value in enumerate(values)]


def of(found: list[Day], **more: Aggregation | Kind) -> Baseline:
    made = usual_range(found, "anna", metric(**more), "day", BERLIN, TODAY)  # type: ignore[arg-type] # as metric has it
    assert made is not None
    return made


def test_median_and_deviation_of_the_days_without_the_present_one() -> None:
    usual = of([*days([1, 1, 2, 2, 4, 6, 9]), Day(TODAY, 1_000, 10)])
    assert (usual.median, usual.samples) == (2, 7)
    assert usual.spread == 1.4826 * 1
    assert usual.present is not None
    assert usual.present.value == 1_000
    assert usual.range(2) == (2 - 2 * 1.4826, 2 + 2 * 1.4826)


def test_an_odd_day_does_not_move_the_range() -> None:
    calm = of(days([60, 61, 62, 63, 64, 65, 66, 67, 68]))
    odd = of(days([60, 61, 62, 63, 64, 65, 66, 67, 680]))
    assert (odd.median, odd.spread) == (calm.median, calm.spread)


def test_seven_complete_days_are_needed_and_twenty_eight_are_looked_at() -> None:
    assert usual_range([*days([1.0] * 6), Day(TODAY, 1, 1)], "anna", metric(), "day", BERLIN, TODAY) is None
    assert of(days([100.0] * 30 + [1.0] * 28)).median == 1
    assert of(days([100.0] * 30 + [1.0] * 28)).samples == 28
    assert first_day("day", TODAY) == TODAY - timedelta(days=29)


def test_the_day_before_is_judged_without_itself() -> None:
    usual = of(days([10, 11, 12, 13, 14, 15, 16, 17, 99]))
    assert usual.previous is not None
    assert usual.previous.present is not None
    assert usual.previous.present.value == 99
    assert usual.previous.samples == 8
    assert usual.previous.outside(99, "either", 2) == "above"
    assert usual.previous.outside(99, "below", 2) is None


def test_weeks_begin_on_monday_and_add_up_counts() -> None:
    found = usual_range(days([100.0] * 70), "anna", metric(Aggregation.SUM, Kind.COUNTER), "week", BERLIN, TODAY)
    assert found is not None
    assert (found.median, found.samples) == (700, 8)
    assert found.present is not None
    assert found.present.value == 200
    assert found.present.start == datetime(2026, 6, 7, 22, tzinfo=UTC)


def test_a_mean_is_certain_once_most_readings_are_in_and_a_count_never_below() -> None:
    base = days([60, 61, 62, 63, 64, 65, 66, 67])
    few, most = of([*base, Day(TODAY, 90, 7)]), of([*base, Day(TODAY, 90, 8)])
    assert (few.decided("above"), most.decided("above")) == (False, True)
    steps = of([*base, Day(TODAY, 1, 50)], how=Aggregation.SUM, kind=Kind.COUNTER)
    assert (steps.decided("above"), steps.decided("below")) == (True, False)
    night = of([*base, Day(TODAY, 1, 10)], how=Aggregation.SUM, kind=Kind.DURATION)
    assert night.decided("below")
    lowest = of([*base, Day(TODAY, 1, 1)], how=Aggregation.MIN)
    assert (lowest.decided("above"), lowest.decided("below")) == (False, True)


def test_where_most_days_are_alike_the_others_give_the_range() -> None:
    usual = of(days([70, 70, 70, 70, 70, 70, 70, 72]))
    assert 0 < usual.spread < 1
    assert usual.outside(70.3, "either", 2) is None
    assert usual.outside(71.5, "either", 2) == "above"


# To the hundredth: what differs by less than a number can hold is alike in another unit.
_levels = st.integers(-(10**8), 10**8).map(lambda one: one / 100)


@given(st.lists(_levels, min_size=7, max_size=28), st.floats(-1e3, 1e3), st.floats(0.1, 100))
def test_another_unit_gives_the_same_range(values: list[float], shift: float, scale: float) -> None:
    one, other = of(days(values)), of(days([value * scale + shift for value in values]))
    assert abs(other.median - (one.median * scale + shift)) <= 1e-6 * (1 + abs(other.median))
    assert abs(other.spread - one.spread * scale) <= 1e-6 * (1 + abs(other.spread)) + 1e-6 * scale * max(
        map(abs, values)
    )


def test_a_source_that_speaks_each_five_minutes_is_usually_silent_for_fifteen() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    heard = [now + timedelta(minutes=5 * number) for number in range(400)]
    assert usual_silence(heard) == timedelta(minutes=15)
    assert usual_silence(heard[:10]) is None
    assert usual_silence([*heard, *heard]) == timedelta(minutes=15)


def test_silences_that_are_usual_are_no_surprise() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    heard = [now + timedelta(days=day, minutes=5 * number) for day in range(14) for number in range(20)]
    # Each night of 1,345 minutes is a gap in twenty.
    assert usual_silence(heard) == timedelta(minutes=1_345)


@given(st.lists(st.integers(1, 100_000), min_size=10, max_size=300))
def test_a_usual_silence_is_at_least_three_times_the_median(gaps: list[int]) -> None:
    at, heard = datetime(2026, 6, 1, tzinfo=UTC), [datetime(2026, 6, 1, tzinfo=UTC)]
    for gap in gaps:
        at += timedelta(seconds=gap)
        heard.append(at)
    found = usual_silence(reversed(heard))
    ordered = sorted(gaps)
    middle = (ordered[(len(gaps) - 1) // 2] + ordered[len(gaps) // 2]) / 2
    assert found is not None
    assert found.total_seconds() >= 3 * middle - 1e-3
    assert found.total_seconds() >= ordered[int((len(gaps) - 1) * 0.99)] - 1e-3
