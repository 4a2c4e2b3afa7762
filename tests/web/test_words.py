"""Numbers, ages and comparisons as a person says them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import words
from web.drawing.paths import runs, thinned
from web.today.small import usual_pause
from web.today.trend import slope, trend_of
from web.today.usual import compared, usual_of

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (4210, 0, "4,210"),
        (-0.04, 1, "0.0"),
        (-3.25, 1, "\u22123.3"),
        (70.25, 1, "70.3"),
        (1.005, 2, "1.01"),
        (1e6, 0, "1,000,000"),
    ],
)
def test_numbers_are_written_for_people(value: float, decimals: int, text: str) -> None:
    assert words.number(value, decimals) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(26, "26 s"), (90, "2 min"), (3599, "1 h"), (25_920, "7 h 12 min"), (7200, "2 h"), (201_600, "2 d 8 h")],
)
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert words.duration(seconds).replace(words.NARROW, " ") == text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=200), "7 months ago"),
        (timedelta(minutes=-20), "in 20 min"),
    ],
)
def test_ages_are_as_coarse_as_they_may_be(before: timedelta, text: str) -> None:
    assert words.ago(NOW - before, NOW).replace(words.NARROW, " ") == text


@given(st.floats(0, 1e9))
def test_every_age_has_words(seconds: float) -> None:
    assert words.ago(NOW - timedelta(seconds=seconds), NOW)


@pytest.mark.parametrize(
    ("born", "text"),
    [
        (date(2026, 11, 19), "1 day"),
        (date(2026, 10, 20), "4 weeks"),
        (date(2026, 4, 21), "6 months"),
        (date(2026, 4, 20), "7 months"),
        (date(2024, 11, 20), "2 years"),
        (date(1990, 11, 21), "35 years"),
    ],
)
def test_ages_of_people_fit_their_age(born: date, text: str) -> None:
    assert words.years(born, NOW.date()) == text


def test_days_are_named_where_the_person_is() -> None:
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert words.day(late, BERLIN, NOW) == "Today"
    assert words.day(late, UTC, NOW) == "Yesterday"
    assert words.day(datetime(2025, 1, 1, 12, tzinfo=UTC), BERLIN, NOW) == "Wednesday 1 January 2025"


def test_units_in_durations_are_set_small_and_safely() -> None:
    assert words.amount(f"7{words.NARROW}h 12{words.NARROW}min") == (
        '7<span class="unit">h</span> 12<span class="unit">min</span>'
    )
    assert words.amount("<b>") == "&lt;b&gt;"


def test_nothing_is_usual_after_a_few_days() -> None:
    assert usual_of([400, 410, 420, 430]) is None
    assert compared(400, None) == ""


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (455, "about usual"),
        (425, "a little short of usual"),
        (300, "well short of usual"),
        (600, "much more than usual"),
    ],
)
def test_usual_is_the_persons_own(value: float, verdict: str) -> None:
    assert compared(value, usual_of([440, 445, 450, 455, 460, 465, 470] * 3)) == verdict


def test_a_regular_life_makes_no_drama_of_minutes() -> None:
    assert compared(452, usual_of([450.0] * 20)) == "about usual"


def test_feedings_at_night_do_not_stretch_the_day() -> None:
    starts = []
    at = NOW
    for _ in range(6):
        for pause in (3, 3, 3, 9):
            starts.append(at)
            at -= timedelta(hours=pause)
    assert usual_pause(starts) == 3 * 3600
    assert usual_pause(starts[:5]) is None


def test_a_trend_needs_more_than_noise() -> None:
    now = 1_000_000.0
    steady = [(now - minute * 60, 70 + minute % 3) for minute in range(240)]
    rising = [(now - minute * 60, 120 - minute * 0.5) for minute in range(240)]
    assert trend_of(steady, now) == "flat"
    assert trend_of(rising, now) == "up"
    assert trend_of([(at, -value) for at, value in rising], now) == "down"
    assert trend_of(rising[:1], now) == ""
    pace = slope(rising, now)
    assert pace == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e3, 1e3)), max_size=400).map(sorted), st.integers(4, 100))
def test_thinning_keeps_the_peaks(points: list[tuple[float, float]], most: int) -> None:
    kept = thinned(points, most)
    assert kept == sorted(kept)
    assert set(kept) <= set(points)
    if points:
        values = [value for _, value in points]
        assert {min(values), max(values)} <= {value for _, value in kept}
    assert len(kept) <= max(len(points), 0)
    assert len(kept) <= most + 2 or len(points) <= most


def test_gaps_stay_gaps() -> None:
    points: list[tuple[float, float | None]] = [(0, 1.0), (300, 2.0), (5_000, 3.0), (5_300, None), (5_600, 4.0)]
    assert runs(points, 1_800) == [[(0, 1.0), (300, 2.0)], [(5_000, 3.0)], [(5_600, 4.0)]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the household has no place yet", "The household has no place yet."),
        ("Tried again by itself.", "Tried again by itself."),
        ("which one?", "Which one?"),
        ("", ""),
    ],
)
def test_what_is_told_before_another_sentence_is_one(text: str, told: str) -> None:
    assert words.sentence(text) == told
