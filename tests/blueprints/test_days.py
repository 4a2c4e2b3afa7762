"""Days of grown-ups: bed, water, steps, stress, light, air, appointments, a week in short."""

from __future__ import annotations

from datetime import UTC

import pytest

from tests.blueprints.fortnight import DAYS, Fortnight, local, nights
from tests.blueprints.of_days import BULB, CO2, LIGHT, STRESS, bedroom
from tests.blueprints.scenes import SCENES, lived


async def test_the_day_is_wound_down_before_the_usual_bedtime() -> None:
    house = await lived("wind_down")
    assert len(house.said) == DAYS - 1
    assert not any(one.startswith("fri 20") for one in house.when)
    assert all("21:45" <= one[-5:] <= "22:15" for one in house.when), house.when
    assert all("You usually sleep at about 22:" in one.message for one in house.said)
    lights = house.done("light.turn_on")
    # One that is off stays off: a lamp in the hall always, the one in the living room on the second Monday.
    assert len(lights) == DAYS - 2
    assert all((data["entity_id"], data["brightness_pct"]) == ([LIGHT], 25) for _, data in lights)
    assert not any(local(7, "00:00") < at < local(8, "00:00") for at, _ in lights)


async def test_a_drink_is_asked_for_a_few_times_and_a_button_logs_it() -> None:
    house = await lived("hydration")
    assert [one for one in house.when if one[:6] not in ("thu 19", "sun 22", "wed 25", "thu 26")] == []
    assert [one[-5:] for one in house.when if one.startswith("thu 19")] == ["09:00", "11:10", "13:10", "15:10"]
    assert [one[-5:] for one in house.when if one.startswith("sun 22")] == ["13:50"]
    # Nobody answers all day: three times, then silence.
    assert [one[-5:] for one in house.when if one.startswith("wed 25")] == ["09:00", "11:00", "13:00"]
    [(logged, drink)] = house.done("journal.add")
    assert logged == local(3, "09:10")
    assert drink == {"person": "anna", "kind": "drink", "data": {"name": "Water", "amount": 250}}


async def test_an_hour_with_hardly_a_step_is_told_and_a_reset_at_midnight_is_no_walk() -> None:
    house = await lived("move_reminder")
    # The afternoon is still until 19:00, and two hours of silence follow the first word; a workout, and a watch on its
    # charger, say nothing of that kind.
    assert house.when == ["wed 18 15:48", "wed 18 18:48"]
    assert "42 steps" in house.said[0].message
    held = {house.reason(one) for one in house.ended}
    assert {"The counter speaks", "No workout is logged", "There were fewer steps than wished"} <= held


async def test_stress_that_stays_high_suggests_breathing_at_most_now_and_then() -> None:
    house = await lived("breathing_practice")
    assert house.when == ["mon 16 10:20", "sun 22 09:15"]
    [(_, logged)] = house.done("journal.add")
    assert logged["data"]["tags"] == ["breathing"]


async def test_a_restart_does_not_make_breathing_be_suggested_again_too_soon() -> None:
    house = Fortnight()
    house.use("breathing_practice", person="anna", stress=STRESS)
    for at, value in (("09:00", 20), ("10:00", 90), ("10:40", 20), ("11:00", 90), ("11:40", 20), ("15:00", 90)):
        house.do(local(0, at), lambda value=value: house.set(STRESS, value))  # type: ignore[misc] # bound now
    house.do(local(0, "10:50"), house.restarted)
    await house.live(local(1, "00:00"))
    assert house.when == ["mon 16 10:15", "mon 16 15:15"]


async def test_the_light_comes_up_before_the_wake_up_time_on_the_days_chosen() -> None:
    house = await lived("wake_up_light")
    steps = house.done("light.turn_on")
    days = {at.astimezone(UTC).date() for at, _ in steps}
    assert len(days) == 9
    assert steps[0][0] == local(0, "06:40")
    assert [data["brightness_pct"] for at, data in steps if at < local(1, "00:00")] == list(range(5, 101, 5))
    third = [at for at, _ in steps if local(2, "00:00") < at < local(3, "00:00")]
    assert len(third) < 10, "it stops when somebody switches the light off"
    assert any(at == local(7, "06:40") for at, _ in steps)
    assert not any(local(9, "00:00") < at < local(10, "00:00") for at, _ in steps), "it was on already"


async def test_a_light_that_is_not_there_wakes_nobody_and_breaks_nothing() -> None:
    house = Fortnight()
    house.set("input_datetime.wake_up", "07:00:00", has_time=True, has_date=False, hour=7, minute=0, second=0)
    house.set(BULB, "unavailable")
    house.use("wake_up_light", light=BULB, wake_up="input_datetime.wake_up")
    await house.live(local(2, "00:00"))
    assert house.called == []


async def test_stale_air_before_sleep_is_told_or_blown_away() -> None:
    said, fanned = bedroom([]), bedroom(["fan.bedroom"])
    for house in (said, fanned):
        await house.live()
    assert [one[:6] for one in said.when] == ["tue 17", "tue 24"]
    assert said.said[0].message.startswith("1400 ppm carbon dioxide, before you sleep at about 22:")
    assert fanned.said == []
    assert len(fanned.done("homeassistant.turn_on")) == len(fanned.done("homeassistant.turn_off")) == 2
    assert fanned.done("homeassistant.turn_off")[0] == (local(1, "22:10"), {"entity_id": ["fan.bedroom"]})


async def test_a_warm_bedroom_is_told_of_too_and_a_sensor_without_a_value_is_not() -> None:
    for heat, air, said in ((26, 600, "600 ppm carbon dioxide and 26 °C"), ("unknown", "unavailable", "")):
        house = Fortnight(before=nights(range(-28, 0)))
        house.use("bedroom_air", person="anna", co2=CO2, thermometer="sensor.bedroom_heat")
        house.set("sensor.bedroom_heat", heat)
        house.set(CO2, air)
        await house.live(local(1, "00:00"))
        assert [one.message.partition(",")[0] for one in house.said] == ([said] if said else [])


async def test_a_fan_that_a_restart_left_on_is_switched_off() -> None:
    house = bedroom(["fan.bedroom"])
    house.do(local(1, "22:00"), house.restarted)
    house.do(local(2, "12:00"), house.restarted)
    await house.live(local(3, "00:00"))
    assert [at for at, _ in house.done("homeassistant.turn_off")] == [local(1, "22:00")]


async def test_the_first_appointment_moves_the_alarm() -> None:
    house = await lived("first_appointment")
    assert [(when, one.title) for when, one in zip(house.when, house.said, strict=True)] == [
        ("fri 20 20:30", "Up at 06:15 tomorrow"),
        ("thu 26 20:30", "Up at 00:00 tomorrow"),
        ("sat 28 20:30", "Tomorrow’s appointments are not known"),
    ]
    assert house.said[0].message == "Your first appointment is at 07:30."
    assert "as usual" in house.said[2].message
    times = [data["time"] for _, data in house.done("input_datetime.set_datetime")]
    assert len(times) == DAYS
    assert times[4] == "06:15:00"
    assert set(times) == {"07:00:00", "06:15:00", "00:00:00"}


async def test_an_appointment_on_the_day_the_clocks_go_forward_is_met_in_time() -> None:
    house = Fortnight()
    house.use("first_appointment", person="anna", calendar="calendar.work", wake_up="input_datetime.x", ready=120)
    start = local(13, "04:00").isoformat()
    house.answers["calendar.get_events"] = {
        "calendar.work": {"events": [{"summary": "x", "start": start, "end": start}]}
    }
    await house.live()
    # Two hours before four o'clock of a night without a hour from two to three.
    assert house.done("input_datetime.set_datetime")[12][1]["time"] == "01:00:00"


async def test_the_week_in_short_on_its_day() -> None:
    house = await lived("weekly_summary")
    assert house.when == ["sun 22 18:00", "sun 29 18:00"]
    assert house.said[0].message.splitlines() == [
        "Anna steps: 8500 a day, 8000 the week before",
        "Anna weight: 63.2 kg (62.9 to 64.0)",
        "Anna mood: nothing was measured",
    ]


async def test_a_short_night_makes_an_easy_day_until_the_evening() -> None:
    house = await lived("poor_sleep_easy_day")
    assert 1 <= len(house.said) <= 2
    assert house.said[0].message.startswith("You slept 4 h 50 min; 8 h 4 min are usual for you.")
    on, off = house.done("input_boolean.turn_on"), house.done("input_boolean.turn_off")
    assert len(on) == len(off) == len(house.said)
    assert off[0][0] == local(3, "21:00")


async def test_an_easy_day_ends_although_the_hub_was_started_anew_meanwhile() -> None:
    house = SCENES["poor_sleep_easy_day"].make()
    house.do(local(3, "12:00"), house.restarted)
    await house.live(local(4, "00:00"))
    assert [at for at, _ in house.done("input_boolean.turn_off")] == [local(3, "21:00")]


@pytest.mark.parametrize("name", sorted(SCENES))
async def test_nothing_is_said_twice_in_a_minute_and_each_names_whose_it_is(name: str) -> None:
    house = await lived(name)
    assert house.said or house.called
    assert len({(one.at, one.to, one.data["tag"]) for one in house.said}) == len(house.said)
    assert all(one.data["person"] and one.data["person"] in one.data["tag"].lower() for one in house.said)
