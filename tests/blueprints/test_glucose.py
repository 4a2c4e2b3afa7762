"""Glucose: high, low, falling, silent; a meal, and a walk after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.blueprints.fortnight import Fortnight, local, meals

SENSOR = "sensor.anna_glucose"
UNIT: dict[str, Any] = {"unit_of_measurement": "mg/dL", "friendly_name": "Anna glucose"}


class Sensed(Fortnight):
    """With a sensor of Anna's."""

    async def glucose(self, value: float) -> None:
        self.set(SENSOR, f"{value:g}", **UNIT)
        await self.read(SENSOR, value)


def curve(house: Sensed, day: int, begins: str, *values: float) -> None:
    """A value every five minutes."""
    for place, value in enumerate(values):
        house.do(local(day, begins) + timedelta(minutes=5 * place), lambda value=value: house.glucose(value))  # type: ignore[misc] # bound now


async def test_glucose_high_is_told_once_a_rise_to_the_second_carer_too_and_when_it_is_over() -> None:
    house = Sensed()
    house.use("glucose_high", sensor=SENSOR, person="anna", tell=["anna"], second=["ben"])
    curve(house, 0, "08:00", 120, 170, 190, 210, 185, 195, 205, 178, 183, 155, 150)
    curve(house, 3, "13:00", 120, 200, 170, 120)
    curve(house, 9, "20:00", 150, 181, 182, 183, 184, 170, 159)
    await house.live()
    assert house.when == ["mon 16 08:25", "mon 16 08:45", "wed 25 20:20", "wed 25 20:30"]
    first, back = house.said[0], house.said[1]
    assert (first.title, first.message) == ("Glucose 185 mg/dL", "It has been high since 08:10.")
    assert first.data["escalate"] == {"after": {"minutes": 15}, "to": ["ben"]}
    assert first.data["urgency"] == "important"
    assert back.title == "Glucose 155: back"
    assert back.data["tag"] == first.data["tag"]


async def test_glucose_low_is_told_at_once_and_a_fast_fall_too() -> None:
    house = Sensed()
    house.use("glucose_low", sensor=SENSOR, person="anna", tell=["anna", "ben"])
    curve(house, 1, "03:00", 95, 88, 80, 74, 69, 66, 71, 69, 80, 95)
    curve(house, 6, "10:00", 130, 128, 104, 92, 85, 84, 90, 100)
    curve(house, 10, "10:00", 260, 230, 200, 170)
    await house.live()
    assert house.when == ["tue 17 03:20", "sun 22 10:15"]
    assert [one.title for one in house.said] == ["Glucose 69 mg/dL", "Glucose 92 mg/dL, falling"]
    assert {one.data["urgency"] for one in house.said} == {"critical"}
    assert all(one.to == ("anna", "ben") for one in house.said)


async def test_a_silent_sensor_is_told_and_when_it_speaks_again() -> None:
    house = Sensed()
    house.use("glucose_stale", sensor=SENSOR, person="anna", tell=["ben"])
    for day in range(14):
        for hour in range(24):
            if day == 5 and 14 <= hour < 17:
                continue
            curve(house, day, f"{hour:02d}:00", *([110.0] * 12))
    await house.live()
    assert house.when == ["sat 21 14:20", "sat 21 17:00"]
    assert "the last value was 110" in house.said[0].message


async def test_a_usual_meal_that_does_not_come_is_asked_for_where_nothing_speaks_against_it() -> None:
    house = Sensed(before=meals(range(-28, 0)))
    house.quiet_between("21:00", "07:00")
    house.use("meal_nudge", person="anna", tell=["anna"], glucose_sensor=SENSOR)
    house.set(SENSOR, "100", **UNIT)
    for day in range(14):
        for at in ("07:25", "12:30", "19:05"):
            skipped = (day, at) in ((2, "12:30"), (4, "19:05"), (8, "12:30"))
            if not skipped:
                house.do(local(day, at), lambda: house.log("meal"))
    house.do(local(8, "12:45"), lambda: house.glucose(190))
    house.do(local(8, "14:00"), lambda: house.glucose(120))
    await house.live()
    assert [one[:6] for one in house.when] == ["wed 18", "fri 20"]
    assert "12:5" in house.when[0] or "13:0" in house.when[0]
    held = [one.why for one in house.ended if one.outcome == "condition"]
    assert any(one.startswith("Glucose") for one in held)
    assert any(one.startswith("A meal was logged") for one in held)


async def test_a_walk_is_suggested_after_a_large_meal_that_raised_glucose() -> None:
    house = Sensed()
    house.use("post_meal_walk", person="anna", glucose_sensor=SENSOR)
    house.set(SENSOR, "100", **UNIT)
    house.do(local(1, "12:30"), lambda: house.log("meal", carbs=60))
    house.do(local(1, "12:45"), lambda: house.glucose(135))
    house.do(local(2, "12:30"), lambda: house.log("meal", carbs=10))
    house.do(local(3, "12:00"), lambda: house.glucose(110))
    house.do(local(3, "12:30"), lambda: house.log("meal", carbs=60))
    house.do(local(3, "12:45"), lambda: house.glucose(115))
    house.do(local(4, "12:00"), lambda: house.glucose(110))
    house.do(local(4, "12:30"), lambda: house.log("meal"))
    house.do(local(4, "12:40"), lambda: house.glucose(160))
    house.do(local(4, "12:45"), lambda: house.log("workout"))
    await house.live()
    assert house.when == ["tue 17 12:50"]
