"""Glucose: high, low, falling, silent; a meal, and a walk after it."""

from __future__ import annotations

from tests.blueprints.fortnight import Fortnight, local
from tests.blueprints.of_health import GLUCOSE, curve, glucose
from tests.blueprints.scenes import lived


async def test_glucose_high_is_told_once_a_rise_to_the_second_carer_too_and_when_it_is_over() -> None:
    house = await lived("glucose_high")
    assert house.when == [
        "mon 16 08:25", "mon 16 08:45",
        "sun 22 18:25", "sun 22 20:25", "sun 22 22:25", "sun 22 22:35",
        "wed 25 20:20", "wed 25 20:30",
    ]  # fmt: skip
    first, back, still = house.said[0], house.said[1], house.said[3]
    assert (first.title, first.message) == ("Glucose 185 mg/dL", "It has been above 180 since 08:10.")
    assert first.data["escalate"] == {"after": {"minutes": 15}, "to": ["ben"]}
    assert first.data["urgency"] == "important"
    assert (back.title, back.message) == ("Glucose 155: back", "It is below 160 again.")
    assert back.data["tag"] == first.data["tag"]
    assert still.message == "It is still above 160."


async def test_a_second_line_above_the_first_is_taken_for_the_first() -> None:
    house = Fortnight()
    house.use("glucose_high", sensor=GLUCOSE, person="anna", tell=["anna"], threshold=150, back=180)
    curve(house, 0, "08:00", 120, 160, 165, 170, 165, 155, 152, 140)
    await house.live(local(1, "00:00"))
    assert house.when == ["mon 16 08:20", "mon 16 08:35"]


async def test_glucose_low_is_told_at_once_and_again_while_it_stays_low_and_a_fast_fall_too() -> None:
    house = await lived("glucose_low")
    assert [(when, one.title, one.message) for when, one in zip(house.when, house.said, strict=True)] == [
        ("tue 17 03:20", "Anna: Glucose 69 mg/dL", "It is low."),
        ("tue 17 03:35", "Anna: Glucose 80: back", "It is above 70 again."),
        # It falls fast at 92 and at 76; the word of that does not keep silent that it is low then.
        ("fri 20 17:10", "Anna: Glucose 76 mg/dL, falling", "It is falling fast."),
        ("fri 20 17:15", "Anna: Glucose 66 mg/dL", "It is low."),
        ("fri 20 17:35", "Anna: Glucose 61 mg/dL", "It is still low."),
        ("fri 20 17:50", "Anna: Glucose 84: back", "It is above 70 again."),
        ("sun 22 10:15", "Anna: Glucose 92 mg/dL, falling", "It is falling fast."),
    ]
    assert {one.data.get("urgency") for one in house.said if "back" not in one.title} == {"critical"}
    assert all(one.to == ("anna", "ben") for one in house.said)


async def test_a_low_that_a_restart_meets_is_told_by_the_next_reading_and_one_that_is_over_is_not() -> None:
    for values, said in (((64, 66, 90), ["Glucose 64 mg/dL", "Glucose 90: back"]), ((96, 99), []), ((), [])):
        house = Fortnight()
        house.use("glucose_low", sensor=GLUCOSE, person="anna", tell=["anna"])
        curve(house, 1, "03:00", 95, 80, 69)
        house.do(local(1, "03:11"), house.restarted)
        curve(house, 1, "03:15", *values)
        await house.live(local(1, "03:40"))
        assert [one.title for one in house.said] == ["Glucose 69 mg/dL", *said]


async def test_a_low_whose_sensor_falls_silent_is_not_called_still_low() -> None:
    house = Fortnight()
    house.use("glucose_low", sensor=GLUCOSE, person="anna", tell=["anna"])
    curve(house, 1, "03:00", 95, 80, 69)
    await house.live(local(1, "12:00"))
    assert house.said[0].message == "It is low."
    assert {one.message for one in house.said[1:]} == {"The last reading, of 03:10, was low; none has come since."}
    assert len(house.said) == 6


async def test_two_children_with_a_sensor_each_are_told_apart() -> None:
    house = Fortnight()
    for child in ("mia", "tom"):
        house.set(f"person.{child}", "home", friendly_name=child.title())
        for name in ("glucose_low", "glucose_high"):
            house.use(name, f"{name}_{child}", sensor=f"sensor.{child}", person=child, tell=["anna"])

    async def measured(value: float, *children: str) -> None:
        for child in children:
            house.set(f"sensor.{child}", value, unit_of_measurement="mg/dL")
            await house.read(f"sensor.{child}", value)

    house.do(local(0, "10:00"), lambda: measured(100, "mia", "tom"))
    house.do(local(0, "10:05"), lambda: measured(65, "mia", "tom"))
    house.do(local(0, "10:10"), lambda: measured(100, "tom"))
    house.do(local(0, "10:15"), lambda: measured(100, "mia"))
    await house.live(local(1, "00:00"))
    assert [one.title for one in house.said] == [
        "Mia: Glucose 65 mg/dL", "Tom: Glucose 65 mg/dL", "Tom: Glucose 100: back", "Mia: Glucose 100: back",
    ]  # fmt: skip
    assert len({one.data["tag"] for one in house.said}) == 2


async def test_a_silent_sensor_is_told_and_when_it_speaks_again() -> None:
    house = await lived("glucose_stale")
    assert house.when == ["sat 21 14:20", "sat 21 17:00"]
    assert house.said[0].title == "Anna: No glucose readings"
    assert house.said[0].message == (
        "Anna glucose is silent since 13:55; the last value was 121. Is the phone near, and the sensor on?"
    )
    assert house.said[0].data["urgency"] == "critical"


async def test_a_usual_meal_that_does_not_come_is_asked_for_where_nothing_speaks_against_it() -> None:
    house = await lived("meal_nudge")
    assert [one[:6] for one in house.when] == ["wed 18", "fri 20"]
    assert "12:5" in house.when[0] or "13:0" in house.when[0]
    held = [one.why for one in house.ended if one.outcome == "condition"]
    assert any(one.startswith("Glucose is not high") for one in held)
    assert any(one.startswith("No meal is logged") for one in held)


async def test_a_walk_is_suggested_after_a_large_meal_that_raised_glucose() -> None:
    house = await lived("post_meal_walk")
    assert house.when == ["tue 17 12:49", "tue 24 12:49"]


async def test_a_sensor_that_was_silent_at_the_meal_says_nothing_about_a_rise() -> None:
    house = Fortnight()
    house.use("post_meal_walk", person="anna", glucose_sensor=GLUCOSE)
    house.set(GLUCOSE, "unavailable")
    house.do(local(1, "12:30"), lambda: house.log("meal", carbs=60))
    house.do(local(1, "12:40"), lambda: glucose(house, 150))
    await house.live(local(2, "00:00"))
    assert house.said == []
