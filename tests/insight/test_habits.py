"""Usual times, learned from journals made by a rule."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.insight import Habit, UsualTime, day_begins, learned, next_day_begins
from hub.recorder import from_us
from hub.recorder.days import day_stretch
from tests.insight.making import BERLIN, at, entry, meals, minutes_apart

MONDAY = date(2026, 6, 1)
HOURS = {"breakfast": 7.5, "lunch": 12.5, "dinner": 19.0}


def evening_of(day: date) -> datetime:
    return at(day, 23.5)


def told(habit: Habit, days: str = "all") -> tuple[UsualTime, ...]:
    return habit.times[days]  # type: ignore[index]  # a name of a kind of day


def test_three_meals_a_day_are_three_usual_times_with_their_spread() -> None:
    habit = learned(
        meals(MONDAY, 28, HOURS, minutes=20), "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=27))
    )
    for days in ("all", "weekday", "weekend"):
        assert [one.label for one in told(habit, days)] == ["breakfast", "lunch", "dinner"]
    for one, hour in zip(told(habit), HOURS.values(), strict=True):
        assert minutes_apart(one.at, hour) < 12
        assert timedelta(minutes=12) < one.spread < timedelta(minutes=28)
        assert one.samples >= 26
        assert one.share > 0.9


def test_names_of_meals_are_never_made_up() -> None:
    plain = meals(MONDAY, 21, {"": 12.5})
    habit = learned(plain, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=20)))
    assert [one.label for one in told(habit)] == [""]
    some = [*plain, *meals(MONDAY, 5, {"lunch": 12.5})]
    assert [
        one.label for one in told(learned(some, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=20))))
    ] == [""]


def test_weekends_are_told_on_their_own_once_there_were_three() -> None:
    entries = []
    for number in range(28):
        day = MONDAY + timedelta(days=number)
        entries.append(entry(at(day, (10.0 if day.weekday() > 4 else 7.0) + (number % 5 - 2) / 12)))
    few = learned(entries[:13], "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=12)))
    assert "weekend" not in few.times
    habit = learned(entries, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=27)))
    [weekday], [weekend] = told(habit, "weekday"), told(habit, "weekend")
    assert (minutes_apart(weekday.at, 7) < 5, minutes_apart(weekend.at, 10) < 5) == (True, True)
    friday, saturday = MONDAY + timedelta(days=32), MONDAY + timedelta(days=33)
    first = habit.next(at(friday, 3))
    assert first is not None
    assert (first.days, first.at.astimezone(ZoneInfo(BERLIN)).date()) == ("weekday", friday)
    then = habit.next(first.at)
    assert then is not None
    assert (then.days, then.at.astimezone(ZoneInfo(BERLIN)).date()) == ("weekend", saturday)
    assert minutes_apart(then.at.astimezone(ZoneInfo(BERLIN)).time(), 10) < 5


def test_what_never_comes_at_weekends_is_not_predicted_for_them() -> None:
    entries = [
        entry(at(MONDAY + timedelta(days=number), 12 + number % 3 / 6)) for number in range(28) if number % 7 < 5
    ]
    habit = learned(entries, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=27)))
    assert told(habit, "weekend") == ()
    found = habit.next(at(MONDAY + timedelta(days=25), 14))
    assert found is not None
    assert found.at.astimezone(ZoneInfo(BERLIN)).date() == MONDAY + timedelta(days=28)


def test_going_to_bed_around_midnight_is_one_time_of_the_evening_before() -> None:
    chance = random.Random(3)
    entries = []
    for number in range(30):
        start = at(MONDAY + timedelta(days=number), 23.9 + chance.gauss(0, 0.6))
        entries.append(entry(start, "sleep", end=start + timedelta(hours=8)))
    habit = learned(entries, "anna", "sleep", BERLIN, at(MONDAY + timedelta(days=30), 12))
    [bed] = told(habit)
    assert minutes_apart(bed.at, 23.9) < 20
    assert bed.samples == 30
    assert bed.share == 1.0
    assert timedelta(minutes=20) < bed.spread < timedelta(minutes=50)


def test_a_bedtime_after_midnight_is_predicted_for_the_night_that_follows() -> None:
    entries = [entry(at(MONDAY + timedelta(days=number), 24.5 + (number % 3 - 1) / 6), "sleep") for number in range(28)]
    habit = learned(entries, "anna", "sleep", BERLIN, at(MONDAY + timedelta(days=28), 12))
    friday = MONDAY + timedelta(days=32)
    found = habit.next(at(friday, 12))
    assert found is not None
    assert found.days == "weekday"
    assert abs(found.at - at(friday, 24.5)) < timedelta(minutes=5)


def test_a_habit_keeps_its_local_time_over_a_change_of_clocks() -> None:
    first = date(2026, 3, 2)
    habit = learned(meals(first, 27, {"lunch": 12.5}, minutes=6), "anna", "meal", BERLIN, at(date(2026, 3, 28), 23))
    before, after = habit.next(at(date(2026, 3, 28), 6)), habit.next(at(date(2026, 3, 29), 6))
    assert before is not None
    assert after is not None
    assert after.at - before.at == timedelta(hours=23)
    assert after.at.astimezone(ZoneInfo(BERLIN)).time() == before.at.astimezone(ZoneInfo(BERLIN)).time()


def test_days_of_before_and_after_a_change_of_clocks_are_one_habit() -> None:
    entries = meals(date(2026, 3, 16), 28, {"lunch": 12.5}, minutes=5)
    [lunch] = told(learned(entries, "anna", "meal", BERLIN, at(date(2026, 4, 12), 23)))
    assert lunch.spread < timedelta(minutes=9)
    assert minutes_apart(lunch.at, 12.5) < 4


def test_a_predicted_time_that_is_skipped_comes_when_the_clock_has_moved_on() -> None:
    habit = Habit("anna", "feeding", BERLIN, {"all": (UsualTime(time(2, 30), timedelta(minutes=5), 9, 1.0),)})
    found = habit.next(at(date(2026, 3, 28), 12))
    assert found is not None
    assert found.at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert habit.next(found.at) is not None
    assert habit.next(found.at).at == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)  # type: ignore[union-attr] # as above


def test_recent_days_weigh_more() -> None:
    entries = [entry(at(MONDAY + timedelta(days=n), 18.0 if n < 20 else 18.75)) for n in range(40)]
    [dinner] = told(learned(entries, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=39))))
    assert minutes_apart(dinner.at, 18.375) > 4
    assert dinner.at > time(18, 26)


def test_nothing_is_usual_where_there_is_no_rhythm_or_too_little_is_known() -> None:
    chance = random.Random(5)
    noise = [entry(at(MONDAY + timedelta(days=n // 3), chance.uniform(0, 23.9))) for n in range(120)]
    assert told(learned(noise, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=40)))) == ()
    two = meals(MONDAY, 2, {"lunch": 12.0})
    assert learned(two, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=1))).times == {}


def test_a_time_that_comes_on_few_days_is_not_usual() -> None:
    entries = [*meals(MONDAY, 28, {"lunch": 12.5}), *meals(MONDAY, 4, {"snack": 16.0}, minutes=3)]
    habit = learned(entries, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=27)))
    assert [one.label for one in told(habit)] == ["lunch"]


def test_deleted_entries_and_those_of_long_ago_teach_nothing() -> None:
    old = meals(MONDAY - timedelta(days=90), 30, {"": 15.0})
    gone = [entry(one.start, deleted=True) for one in meals(MONDAY, 28, {"": 9.0})]
    habit = learned(
        [*old, *gone, *meals(MONDAY, 28, {"": 12.5})], "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=27))
    )
    assert [one.at.hour for one in told(habit)] == [12]


def test_next_takes_only_the_label_and_the_sample_size_that_are_asked_for() -> None:
    entries = [*meals(MONDAY, 14, {"lunch": 12.5}), *meals(MONDAY + timedelta(days=9), 5, {"dinner": 19.0})]
    habit = learned(entries, "anna", "meal", BERLIN, evening_of(MONDAY + timedelta(days=13)))
    morning = at(MONDAY + timedelta(days=14), 6)
    dinner = habit.next(morning, label="dinner")
    assert dinner is not None
    assert dinner.usual.label == "dinner"
    assert habit.next(morning, label="supper") is None
    assert habit.next(morning, min_samples=10).usual.label == "lunch"  # type: ignore[union-attr] # there are 14


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 287), min_size=1, max_size=4, unique=True),
    st.integers(0, 1_000),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_times_that_are_well_apart_are_found_wherever_they_lie(slots: list[int], seed: int, zone: str) -> None:
    slots = [
        one for one in sorted(slots) if all(min(abs(one - o), 288 - abs(one - o)) >= 36 or o == one for o in slots)
    ]
    hours = {f"m{one}": one / 12 for one in slots}
    entries = meals(MONDAY, 28, hours, minutes=12, seed=seed, time_zone=zone)
    found = told(learned(entries, "anna", "meal", zone, at(MONDAY + timedelta(days=28), 12, zone))) if hours else ()
    assert sorted(one.label for one in found) == sorted(hours)
    for one in found:
        assert minutes_apart(one.at, hours[one.label]) < 15


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 55), st.integers(0, 1_439)), max_size=80),
    st.sampled_from(["UTC", "Africa/Casablanca", "America/New_York", "Australia/Lord_Howe"]),
)
def test_whatever_the_journal_says_a_habit_is_sound(came: list[tuple[int, int]], zone: str) -> None:
    first = date(2026, 2, 20)
    entries = [
        entry(at(first + timedelta(days=day), minute / 60, zone), id=f"e{n}") for n, (day, minute) in enumerate(came)
    ]
    now = at(first + timedelta(days=56), 1, zone)
    habit = learned(entries, "anna", "meal", zone, now)
    assert habit == learned(list(reversed(entries)), "anna", "meal", zone, now)
    for times in habit.times.values():
        assert sum(one.samples for one in times) <= len(entries)
        for one in times:
            assert one.samples >= 3
            assert 0 < one.share <= 1
            assert timedelta(0) <= one.spread <= timedelta(minutes=151)
    found = habit.next(now)
    if found is not None:
        assert found.at > now
        assert found.at - now < timedelta(days=10)
        assert habit.between(found.at - timedelta(seconds=1), found.at)[0].at == found.at


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"])
def test_a_daily_time_is_predicted_once_for_each_local_day_of_a_year(zone: str) -> None:
    habit = Habit("anna", "meal", zone, {"all": (UsualTime(time(0, 10), timedelta(minutes=9), 9, 1.0),)})
    now, days = datetime(2018, 6, 1, tzinfo=UTC), []
    while now < datetime(2019, 6, 1, tzinfo=UTC):
        found = habit.next(now)
        assert found is not None
        now = found.at
        days.append(found.at.astimezone(ZoneInfo(zone)).date())
    assert len(days) == len(set(days))
    assert (days[-1] - days[0]).days == len(days) - 1


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe"]
)
def test_a_local_day_begins_where_the_recorders_days_do(zone: str) -> None:
    for day in range(date(2018, 1, 1).toordinal(), date(2019, 1, 1).toordinal()):
        start, end = (from_us(one) for one in day_stretch(day, zone))
        assert day_begins(start, ZoneInfo(zone)) == start == day_begins(end - timedelta(seconds=1), ZoneInfo(zone))
        assert next_day_begins(start, ZoneInfo(zone)) == end
