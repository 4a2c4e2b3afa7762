"""The triggers `reading` and `missing_data`."""

from datetime import timedelta

import pytest

from hub.model import Flag, Reading
from tests.automation.house import START
from tests.automation.own import SAY, OwnHouse

GLUCOSE = "sensor.anna_glucose"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
VALUES = "actions: [{action: notify.say, data: {text: '{{ trigger.value }} {{ trigger.late }}'}}]"


def reading(options: str = "", actions: str = VALUES) -> str:
    return f"triggers: [{{trigger: reading, entity_id: {GLUCOSE}{options}}}]\nmode: queued\nmax: 50\n{actions}"


def series(every: timedelta, back: timedelta, until: timedelta = timedelta(0)) -> list[Reading]:
    """Readings that came before the start, each at once."""
    at, found = START - back, []
    while at <= START - until:
        found.append(Reading(GLUCOSE, at, at, 100.0))
        at += every
    return found


async def test_each_live_reading_fires_and_late_and_imported_ones_do_not() -> None:
    house = OwnHouse()
    house.add(reading())
    await house.read(GLUCOSE, 100.0, 101.0)
    await house.read("sensor.other", 7.0)
    await house.read(GLUCOSE, 102.0, ago=2 * HOUR)
    await house.read(GLUCOSE, 103.0, flags=Flag.IMPORTED)
    assert house.texts == ["100 False", "101 False"]


async def test_late_readings_fire_once_for_those_that_come_together_when_asked_for() -> None:
    house = OwnHouse()
    house.add(reading(", late: true"))
    await house.read(GLUCOSE, 90.0, 91.0, 92.0, ago=5 * HOUR)
    await house.read(GLUCOSE, 100.0)
    assert house.texts == ["92 True", "100 False"]


async def test_a_late_reading_above_the_line_never_fires_a_trigger_of_now() -> None:
    house = OwnHouse()
    house.add(reading(", above: 180"))
    await house.read(GLUCOSE, 100.0)
    await house.read(GLUCOSE, 250.0, ago=HOUR)
    assert house.texts == []
    await house.read(GLUCOSE, 190.0)
    assert house.texts == ["190 False"]


async def test_above_fires_on_crossing_and_again_only_when_it_was_clear_by_the_hysteresis() -> None:
    house = OwnHouse()
    house.add(reading(", above: 180, hysteresis: 10"))
    for value in (180.0, 181.0, 185.0, 175.0, 182.0, 170.1, 183.0, 170.0, 184.0):
        await house.read(GLUCOSE, value)
        await house.later(300)
    assert house.texts == ["181 False", "184 False"]


async def test_below_mirrors_above_and_without_hysteresis_the_line_itself_is_clear() -> None:
    house = OwnHouse()
    house.add(reading(", below: 70"))
    for value in (75.0, 69.0, 65.0, 70.0, 69.5):
        await house.read(GLUCOSE, value)
    assert house.texts == ["69 False", "69.5 False"]


async def test_what_lies_there_at_the_start_crosses_nothing() -> None:
    house = OwnHouse()
    house.set(GLUCOSE, 200)
    house.add(reading(", above: 180"))
    await house.read(GLUCOSE, 210.0)
    await house.read(GLUCOSE, 150.0)
    await house.read(GLUCOSE, 210.0)
    assert house.texts == ["210 False"]


async def test_a_threshold_may_be_an_entity() -> None:
    house = OwnHouse()
    house.set("input_number.high", 160)
    house.add(reading(", above: input_number.high"))
    await house.read(GLUCOSE, 170.0)
    assert house.texts == ["170 False"]


async def test_how_fast_it_rises_is_measured_by_when_readings_were_taken() -> None:
    house = OwnHouse()
    house.add(
        reading(
            ", rising_by: 30, within: '00:15'", "actions: [{action: notify.say, data: {text: '{{ trigger.change }}'}}]"
        )
    )
    for value in (100.0, 110.0, 120.0, 129.0):
        await house.read(GLUCOSE, value)
        await house.later(300)
    assert house.texts == []
    await house.read(GLUCOSE, 145.0)
    assert house.texts == [35.0]
    await house.later(300)
    await house.read(GLUCOSE, 160.0)
    assert house.texts == [35.0]
    for value in (160.0, 160.0, 161.0, 160.0, 200.0):
        await house.later(300)
        await house.read(GLUCOSE, value)
    assert house.texts == [35.0, 40.0]


async def test_falling_is_seen_against_readings_of_before_the_start() -> None:
    known = [Reading(GLUCOSE, START - 10 * MINUTE, START - 10 * MINUTE, 150.0)]
    house = OwnHouse(readings=known)
    house.add(reading(", falling_by: 40, within: '00:20', below: 120"))
    await house.later(0)
    await house.read(GLUCOSE, 118.0)
    await house.later(60)
    await house.read(GLUCOSE, 105.0)
    assert house.texts == ["105 False"]


async def test_late_readings_cross_on_their_own_and_leave_the_live_ones_alone() -> None:
    house = OwnHouse()
    house.add(reading(", above: 180, late: true"))
    await house.read(GLUCOSE, 100.0)
    await house.read(GLUCOSE, 170.0, 190.0, 195.0, ago=3 * HOUR)
    assert house.texts == ["190 True"]
    await house.read(GLUCOSE, 185.0)
    assert house.texts == ["190 True", "185 False"]


async def test_a_source_is_missing_once_it_is_silent_longer_than_usual() -> None:
    house = OwnHouse(readings=series(5 * MINUTE, timedelta(days=2)))
    house.add(f"triggers: [{{trigger: missing_data, entity_id: {GLUCOSE}}}]\n{SAY}")
    await house.later(15 * 60 - 1)
    assert house.texts == []
    await house.later(1)
    assert house.texts == [f"nothing from {GLUCOSE} for 15 min"]
    await house.later(5 * 3_600)
    assert len(house.texts) == 1
    await house.read(GLUCOSE, 100.0)
    for _ in range(12):
        await house.later(300)
        await house.read(GLUCOSE, 100.0)
    assert len(house.texts) == 1
    await house.later(20 * 60)
    assert len(house.texts) == 2


async def test_how_long_is_usual_is_learned_anew_each_day() -> None:
    house = OwnHouse(readings=series(5 * MINUTE, timedelta(hours=3)))
    house.add(f"triggers: [{{trigger: missing_data, entity_id: {GLUCOSE}}}]\n{SAY}")
    for _ in range(40):
        await house.read(GLUCOSE, 100.0)
        await house.later(3_600)
    told = len(house.texts)
    assert told > 5
    for _ in range(3):
        await house.read(GLUCOSE, 100.0)
        await house.later(3_600)
    assert len(house.texts) == told


@pytest.mark.parametrize(("down_since", "expected"), [(None, 0), (30 * MINUTE, 1), (10 * MINUTE, 0)])
async def test_a_silence_that_began_to_matter_while_the_hub_was_down_is_told_at_the_start(
    down_since: timedelta | None, expected: int
) -> None:
    # Silent for 35 minutes; it came due 15 minutes ago.
    house = OwnHouse(readings=series(5 * MINUTE, timedelta(days=1), 35 * MINUTE))
    house.past.unwatched_since = START - down_since if down_since is not None else None
    house.add(f"triggers: [{{trigger: missing_data, entity_id: {GLUCOSE}, for: '00:20'}}]\n{SAY}")
    await house.later(3_600)
    assert house.texts == [f"nothing from {GLUCOSE} for 35 min"] * expected
    await house.read(GLUCOSE, 100.0)
    await house.later(20 * 60)
    assert len(house.texts) == expected + 1


async def test_a_silence_that_is_under_way_at_the_start_goes_on() -> None:
    house = OwnHouse(readings=series(5 * MINUTE, timedelta(days=1), 10 * MINUTE))
    house.add(f"triggers: [{{trigger: missing_data, entity_id: {GLUCOSE}, for: '00:30'}}]\n{SAY}")
    await house.later(20 * 60 - 1)
    assert house.texts == []
    await house.later(1)
    assert house.texts == [f"nothing from {GLUCOSE} for 30 min"]


async def test_a_late_reading_is_a_sign_of_life_and_imported_history_is_none() -> None:
    house = OwnHouse(readings=series(5 * MINUTE, timedelta(hours=2)))
    house.add(f"triggers: [{{trigger: missing_data, entity_id: {GLUCOSE}, for: '00:30'}}]\n{SAY}")
    await house.later(20 * 60)
    await house.read(GLUCOSE, 99.0, flags=Flag.IMPORTED)
    await house.later(600)
    assert len(house.texts) == 1
    await house.read(GLUCOSE, 99.0, ago=5 * HOUR)
    await house.later(30 * 60 - 1)
    assert len(house.texts) == 1
    await house.later(1)
    assert len(house.texts) == 2


async def test_too_little_to_learn_from_is_said() -> None:
    house = OwnHouse(readings=series(HOUR, timedelta(hours=3)))
    attached = house.add(f"triggers: [{{trigger: missing_data, entity_id: {GLUCOSE}}}]\n{SAY}")
    await house.later(86_400 / 4)
    assert attached.problems == [f"{GLUCOSE} has too few readings to say how long it is usually silent; give `for`"]
