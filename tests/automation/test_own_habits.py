"""The triggers `prediction` and `statistic`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.model import Aggregation, Family, JournalEntry, Kind, Metric, Reading
from tests.automation.house import START
from tests.automation.own import SAY, OwnHouse
from tests.insight.making import BERLIN, at, entry, meals

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 2)
NUDGE = f"triggers: [{{trigger: prediction, person: anna, entry: meal, offset: '-00:15'}}]\n{SAY}"
STEPS = Metric("steps", "Steps", "1", Kind.COUNTER, Family.ACTIVITY, Aggregation.SUM)
PULSE = Metric("pulse", "Pulse", "/min", Kind.GAUGE, Family.HEART, Aggregation.MEAN)
SENSOR = "sensor.anna_metric"


def exact(hour: float = 12.5, days: int = 28, before: date = TODAY) -> list[JournalEntry]:
    """Meals at the same minute of every day."""
    return [entry(at(before - timedelta(days=number), hour)) for number in range(1, days + 1)]


async def test_it_fires_before_the_usual_time_and_says_what_it_knows() -> None:
    house = OwnHouse(entries=meals(TODAY - 28 * DAY, 28, {"lunch": 12.5}, minutes=10))
    house.add(
        "triggers: [{trigger: prediction, person: anna, entry: meal, offset: '-00:15', label: lunch}]\n"
        "actions: [{action: notify.say, data: {text: '{{ trigger.habit.label }} {{ trigger.habit.samples }} "
        "{{ trigger.habit.days }} {{ trigger.habit.at.hour }} {{ trigger.kind }}'}}]"
    )
    await house.later(86_400)
    assert house.texts == ["lunch 20 weekday 12 meal"]
    [fired] = house.times
    assert abs(fired - at(TODAY, 12.25)) < 8 * MINUTE


async def test_the_offset_may_lie_behind() -> None:
    house = OwnHouse(entries=exact())
    house.add(NUDGE.replace("-00:15", "00:30"))
    await house.later(86_400)
    assert house.times == [at(TODAY, 13.0)]
    assert house.texts == ["30 min after the usual meal at 12:30, give or take 0 s"]


async def test_it_fires_once_a_day_over_a_change_of_clocks_while_it_learns_on() -> None:
    start = at(date(2026, 3, 20), 0)
    house = OwnHouse(start, entries=exact(12.5, 28, date(2026, 3, 20)))
    house.add(NUDGE)
    for number in range(20):
        await house.until(at(date(2026, 3, 20) + timedelta(days=number), 12.5 + number % 3 / 12))
        await house.log("meal")
    await house.until(at(date(2026, 4, 9), 0))
    zone = ZoneInfo(BERLIN)
    assert [one.astimezone(zone).date() for one in house.times] == [
        date(2026, 3, 20) + timedelta(days=number) for number in range(20)
    ]
    assert {one.astimezone(zone).hour for one in house.times} == {12}


async def test_an_entry_that_moves_the_habit_does_not_fire_it_twice() -> None:
    house = OwnHouse(entries=exact(12.5, 6))
    house.add(NUDGE)
    await house.until(at(TODAY, 12.3))
    assert house.times == [at(TODAY, 12.25)]
    # The habit moves to after now: the same lunch is still the same lunch.
    for number in range(5):
        await house.log("meal", ago=-10 * MINUTE)
        await house.later(number + 1)
    await house.until(at(TODAY, 23))
    assert house.times == [at(TODAY, 12.25)]


async def test_what_was_awaited_and_moves_to_before_now_is_due_at_once() -> None:
    house = OwnHouse(entries=exact(12.5, 6))
    house.add(NUDGE)
    await house.until(at(TODAY, 12.2))
    assert house.times == []
    for number in range(4):
        await house.log("meal", ago=timedelta(minutes=10 + number))
    assert len(house.times) == 1
    assert house.times[0] < at(TODAY, 12.25)
    await house.until(at(TODAY, 23))
    assert len(house.times) == 1


async def test_what_was_due_before_it_began_is_left_out_however_the_habit_moves() -> None:
    house = OwnHouse(at(TODAY, 12.3), entries=exact())
    house.add(NUDGE)
    await house.later(60)
    await house.log("meal", ago=-9 * MINUTE)
    await house.until(at(TODAY, 23))
    assert house.times == []
    await house.until(at(TODAY + DAY, 23))
    assert len(house.times) == 1


async def test_each_usual_time_fires_and_only_those_with_enough_samples() -> None:
    entries = [*exact(7.5), *exact(12.5), *exact(19.0, 4)]
    for fewest, expected in ((5, [7.25, 12.25]), (3, [7.25, 12.25, 18.75])):
        house = OwnHouse(at(TODAY, 0), entries=entries)
        house.add(NUDGE.replace("entry: meal", f"entry: meal, min_samples: {fewest}"))
        await house.later(86_000)
        # Four dinners of twenty-eight days are seldom, whoever asks.
        assert house.times == [at(TODAY, hour) for hour in expected[:2]]


async def test_why_nothing_will_come_is_said() -> None:
    house = OwnHouse(entries=meals(TODAY - 28 * DAY, 28, {"lunch": 12.5}))
    attached = house.add(NUDGE.replace("entry: meal", "entry: meal, label: supper"))
    await house.later(1)
    assert attached.problems == ["no usual time of 'meal' of 'anna' is called 'supper'; there are: lunch"]
    house = OwnHouse()
    attached = house.add(NUDGE)
    await house.later(1)
    assert attached.problems == [
        "no usual time of 'meal' of 'anna' is known yet; it fires once there are enough entries"
    ]


async def test_it_begins_to_fire_once_enough_is_known() -> None:
    house = OwnHouse(at(TODAY, 0))
    house.add(NUDGE)
    for number in range(10):
        await house.until(at(TODAY + timedelta(days=number), 12.5))
        await house.log("meal")
    assert 3 <= len(house.times) <= 5


# Statistics


def counts(per_day: float, days: int = 20, before: date = TODAY) -> list[Reading]:
    """A running total that grows each hour of the day and begins anew; one day a little more than the other."""
    found = []
    for number in range(1, days + 1):
        day = before - timedelta(days=number)
        whole = per_day * (1 + (number % 5 - 2) / 20)
        for hour in range(24):
            taken = at(day, hour + 0.5)
            found.append(Reading(SENSOR, taken, taken, whole * (hour + 1) / 24))
    return found


def levels(value: float, days: int = 20, before: date = TODAY) -> list[Reading]:
    found = []
    for number in range(1, days + 1):
        for hour in range(24):
            taken = at(before - timedelta(days=number), hour + 0.5)
            found.append(Reading(SENSOR, taken, taken, value + number % 5 - 2))
    return found


def statistic(metric: Metric, direction: str = "either", period: str = "day") -> str:
    return (
        f"triggers: [{{trigger: statistic, person: anna, metric: {metric.key}, direction: {direction}, "
        f"period: {period}}}]\n{SAY}"
    )


def house_of(metric: Metric, readings: list[Reading], start: datetime) -> OwnHouse:
    return OwnHouse(start, readings=readings, metrics=[metric], sources={("anna", metric.key): [SENSOR]})


async def hourly(house: OwnHouse, day: date, values: list[float]) -> None:
    for hour, value in enumerate(values):
        await house.until(at(day, hour + 0.5))
        await house.read(SENSOR, value)


async def test_a_count_above_the_usual_range_is_told_when_it_gets_there_and_once_a_day() -> None:
    house = house_of(STEPS, counts(10_000), at(TODAY, 0))
    house.add(statistic(STEPS))
    await hourly(house, TODAY, [1_000 * (hour + 1) for hour in range(24)])
    assert len(house.times) == 1
    assert at(TODAY, 11.5) <= house.times[0] <= at(TODAY, 13.6)
    assert house.texts[0].startswith("the day's steps is 1")
    assert ", above 1" in house.texts[0]


async def test_a_count_below_is_told_when_the_day_is_over_and_its_source_speaks_of_the_next() -> None:
    house = house_of(STEPS, counts(10_000), at(TODAY, 0))
    house.add(statistic(STEPS))
    await hourly(house, TODAY, [100.0 * (hour + 1) for hour in range(24)])
    assert house.times == []
    await house.until(at(TODAY + DAY, 7.0))
    assert house.times == []
    await house.read(SENSOR, 10.0)
    assert house.times == [at(TODAY + DAY, 7.0)]
    assert "below" in house.texts[0]


async def test_a_day_whose_source_is_silent_since_is_judged_at_noon() -> None:
    house = house_of(STEPS, counts(10_000), at(TODAY, 0))
    house.add(statistic(STEPS, "below"))
    await hourly(house, TODAY, [100.0 * (hour + 1) for hour in range(12)])
    await house.until(at(TODAY + 3 * DAY, 0))
    assert house.times == [at(TODAY + DAY, 12)]


async def test_a_mean_is_told_once_most_of_a_days_readings_are_in() -> None:
    house = house_of(PULSE, levels(60), at(TODAY, 0))
    house.add(statistic(PULSE, "above"))
    await hourly(house, TODAY, [90.0] * 24)
    [fired] = house.times
    # Eight tenths of twenty-four.
    assert fired == at(TODAY, 19.5)


async def test_what_was_outside_when_it_began_is_left_out() -> None:
    late = [Reading(SENSOR, at(TODAY, hour), at(TODAY, hour), 30_000.0 * hour) for hour in range(1, 8)]
    house = house_of(STEPS, [*counts(10_000), *late], at(TODAY, 8))
    house.add(statistic(STEPS))
    await house.read(SENSOR, 250_000.0)
    await house.until(at(TODAY + DAY, 0))
    assert house.times == []


async def test_what_comes_late_for_yesterday_counts_for_yesterday() -> None:
    house = house_of(PULSE, levels(60), at(TODAY, 0))
    house.add(statistic(PULSE, "above"))
    await hourly(house, TODAY, [60.0] * 10)
    await house.until(at(TODAY + DAY, 7))
    # The watch was away and brings the rest of the day, and the new one's first reading.
    house._tell("reading", {"entity_id": SENSOR, "readings": tuple(
        Reading(SENSOR, at(TODAY, hour + 0.5), house.clock.now(), 120.0, late=True) for hour in range(10, 24)
    )})  # fmt: skip
    await house.read(SENSOR, 61.0)
    await house.later(600)
    assert len(house.times) == 1
    assert "above" in house.texts[0]


async def test_a_week_is_judged_once_it_is_over() -> None:
    house = house_of(STEPS, counts(10_000, 63), at(TODAY, 0))
    house.add(statistic(STEPS, "below", "week"))
    for number in range(8):
        await hourly(house, TODAY + timedelta(days=number), [200.0 * (hour + 1) for hour in range(24)])
    assert house.times == [at(TODAY + 7 * DAY, 0.5)]
    assert house.texts[0].startswith("the week's steps is 3")


async def test_nothing_is_said_while_nothing_is_usual_yet() -> None:
    house = house_of(STEPS, counts(10_000, 6), at(TODAY, 0))
    house.add(statistic(STEPS))
    await hourly(house, TODAY, [5_000.0 * (hour + 1) for hour in range(24)])
    assert house.times == []


def test_the_house_starts_on_the_day_that_these_tests_mean() -> None:
    assert START.date() == TODAY
    assert START.tzinfo is UTC
