"""Days of grown-ups: bed, water, steps, stress, light, air, appointments, a week in short."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from hub.model import Reading
from tests.blueprints.fortnight import DAYS, Fortnight, local, nights


async def test_the_day_is_wound_down_before_the_usual_bedtime() -> None:
    house = Fortnight(before=nights(range(-28, 0)))
    house.use("wind_down", person="anna", before={"minutes": 45}, lights={"entity_id": "light.living"})
    house.do(local(4, "21:30"), lambda: house.log("sleep"))
    for day in range(DAYS):
        if day != 4:
            house.do(local(day, "22:45"), lambda: house.log("sleep"))
    await house.live()
    assert len(house.said) == DAYS - 1
    assert not any(one.startswith("fri 20") for one in house.when)
    assert all("21:45" <= one[-5:] <= "22:15" for one in house.when), house.when
    assert all("You usually sleep at about 22:" in one.message for one in house.said)
    lights = house.done("light.turn_on")
    assert len(lights) == DAYS - 1
    assert (lights[0][1]["entity_id"], lights[0][1]["brightness_pct"]) == ("light.living", 25)


async def test_a_drink_is_asked_for_and_a_button_logs_it() -> None:
    house = Fortnight()
    house.use("hydration", person="anna")
    for day in range(DAYS):
        for at in ("09:30", "11:00", "12:30", "14:00", "15:30", "17:00", "18:30", "19:50"):
            if day != 3:
                house.do(local(day, at), lambda: house.log("drink"))
    house.do(local(3, "09:10"), lambda: house.press("DRANK_anna"))
    house.do(local(3, "09:10"), lambda: house.log("drink"))
    await house.live()
    mornings = [one for one in house.when if one.endswith("09:00")]
    assert len(mornings) == DAYS
    others = [one for one in house.when if not one.endswith("09:00")]
    assert others[0] == "thu 19 11:10"
    assert all(one.startswith("thu 19") for one in others)
    [(logged, drink)] = house.done("journal.add")
    assert logged == local(3, "09:10")
    assert drink == {"person": "anna", "kind": "drink", "data": {"name": "Water", "amount": 250}}
    assert not any(one[-5:] > "20:00" for one in house.when)


async def test_an_hour_with_hardly_a_step_is_told_and_a_reset_at_midnight_is_no_walk() -> None:
    house = Fortnight()
    house.use("move_reminder", person="anna", steps="sensor.anna_steps", fewest=150)
    for day in range(DAYS):
        total = 0
        for minute in range(5, 1_440, 10):
            still = day == 2 and 14 * 60 + 30 <= minute < 16 * 60 + 30
            total += 7 if still or not 7 * 60 <= minute < 22 * 60 else 100
            at = local(day, f"{minute // 60:02d}:{minute % 60:02d}")
            house.do(at, lambda value=total: house.set("sensor.anna_steps", value))  # type: ignore[misc] # bound now
    await house.live()
    assert house.when == ["wed 18 15:48"]
    assert "42 steps" in house.said[0].message


async def test_stress_that_stays_high_suggests_breathing_at_most_now_and_then() -> None:
    house = Fortnight()
    house.use("breathing_practice", person="anna", stress="sensor.anna_stress")
    for day, at, value in (
        (0, "10:00", 40), (0, "10:05", 90), (0, "10:30", 50), (0, "11:00", 90), (0, "12:00", 40),
        (5, "15:00", 80), (5, "15:10", 60), (6, "09:00", 85), (7, "09:00", 30), (8, "18:00", 95), (8, "19:00", 20),
    ):  # fmt: skip
        house.do(local(day, at), lambda value=value: house.set("sensor.anna_stress", value))  # type: ignore[misc] # bound now
    house.do(local(0, "10:25"), lambda: house.press("BREATHED_anna"))
    house.do(local(8, "17:30"), lambda: house.log("workout"))
    await house.live()
    assert house.when == ["mon 16 10:20", "sun 22 09:15"]
    [(_, logged)] = house.done("journal.add")
    assert logged["data"]["tags"] == ["breathing"]


async def test_the_light_comes_up_before_the_wake_up_time_on_the_days_chosen() -> None:
    house = Fortnight()
    facts: dict[str, Any] = {"has_time": True, "has_date": False, "hour": 7, "minute": 0, "second": 0}
    house.set("input_datetime.wake_up", "07:00:00", **facts)
    house.set("light.bedroom", "off")
    house.use("wake_up_light", light="light.bedroom", wake_up="input_datetime.wake_up")
    house.do(local(2, "06:45"), lambda: house.set("light.bedroom", "on"))
    house.do(local(2, "06:46"), lambda: house.set("light.bedroom", "off"))
    await house.live()
    steps = house.done("light.turn_on")
    days = {at.astimezone(UTC).date() for at, _ in steps}
    assert len(days) == 10
    assert steps[0][0] == local(0, "06:40")
    assert [data["brightness_pct"] for at, data in steps if at < local(1, "00:00")] == list(range(5, 101, 5))
    third = [at for at, _ in steps if local(2, "00:00") < at < local(3, "00:00")]
    assert len(third) < 10, "it stops when somebody switches the light off"
    assert any(at == local(7, "06:40") for at, _ in steps)


async def test_stale_air_before_sleep_is_told_or_blown_away() -> None:
    said, fanned = Fortnight(before=nights(range(-28, 0))), Fortnight(before=nights(range(-28, 0)))
    for house, fan in ((said, []), (fanned, ["fan.bedroom"])):
        house.use("bedroom_air", person="anna", co2="sensor.bedroom_co2", fan=fan)
        for day in range(DAYS):
            stale = 1_400 if day in (1, 8) else 700
            house.do(local(day, "21:00"), lambda house=house, stale=stale: house.set("sensor.bedroom_co2", stale))  # type: ignore[misc] # bound now
            house.do(local(day, "22:10"), lambda house=house: house.set("sensor.bedroom_co2", 650))  # type: ignore[misc] # bound now
        await house.live()
    assert [one[:6] for one in said.when] == ["tue 17", "tue 24"]
    assert "1400 ppm" in said.said[0].message
    assert fanned.said == []
    assert len(fanned.done("homeassistant.turn_on")) == len(fanned.done("homeassistant.turn_off")) == 2
    assert fanned.done("homeassistant.turn_off")[0][0] == local(1, "22:10")


async def test_the_first_appointment_moves_the_alarm() -> None:
    house = Fortnight()
    house.use("first_appointment", person="anna", calendar="calendar.work", wake_up="input_datetime.wake_up")
    appointments = {5: "07:30:00", 9: "11:00:00"}

    def tomorrow(day: int) -> None:
        at = appointments.get(day + 1)
        start = local(day + 1, at).isoformat() if at else None
        events: list[dict[str, Any]] = [{"summary": "Whole day", "start": "2026-03-20", "end": "2026-03-21"}]
        if start is not None:
            events.append({"summary": "Dentist", "start": start, "end": start})
        house.answers["calendar.get_events"] = {"calendar.work": {"events": events}}

    house.daily("20:00", tomorrow)
    await house.live()
    assert house.when == ["fri 20 20:30"]
    assert (house.said[0].title, house.said[0].message) == (
        "Up at 06:15 tomorrow",
        "Your first appointment is at 07:30.",
    )
    times = [data["time"] for _, data in house.done("input_datetime.set_datetime")]
    assert len(times) == DAYS
    assert times[4] == "06:15:00"
    assert set(times) == {"07:00:00", "06:15:00"}


async def test_the_week_in_short_on_its_day() -> None:
    house = Fortnight()
    house.set("sensor.anna_steps", 8_123.4, friendly_name="Anna steps")
    house.set("sensor.anna_weight", 63.2, friendly_name="Anna weight", unit_of_measurement="kg")
    house.use("weekly_summary", person="anna", day="sun", entities=["sensor.anna_steps", "sensor.anna_weight"])
    await house.live()
    assert house.when == ["sun 22 18:00", "sun 29 18:00"]
    assert "Anna steps: 8123.4" in house.said[0].message
    assert "Anna weight: 63.2 kg" in house.said[0].message


def slept(day: int, minutes: float) -> Reading:
    at = local(day, "06:50")
    return Reading("sensor.anna_sleep_duration", at, at, minutes)


async def test_a_short_night_makes_an_easy_day() -> None:
    from hub.loader import load

    metric = load(extra=()).vocabulary.metrics["sleep_duration"]
    usual = [slept(day, 460 + 12 * (day % 5)) for day in range(-28, 0)]
    house = Fortnight(
        readings=usual, metrics=[metric], sources={("anna", "sleep_duration"): ["sensor.anna_sleep_duration"]}
    )
    house.use("poor_sleep_easy_day", person="anna", flag=["input_boolean.easy_day"])
    for day in range(DAYS):
        minutes = 290 if day in (3, 10) else 470 + 10 * (day % 3)
        house.do(local(day, "06:50"), lambda minutes=minutes: house.read("sensor.anna_sleep_duration", minutes))  # type: ignore[misc] # bound now
    await house.live()
    assert 1 <= len(house.said) <= 2
    assert "290 minutes of sleep" in house.said[0].message
    on, off = house.done("input_boolean.turn_on"), house.done("input_boolean.turn_off")
    assert len(on) == len(off) == len(house.said)
    assert off[0][0] - on[0][0] == timedelta(hours=14)
