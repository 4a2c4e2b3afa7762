"""Fortnights of grown-ups: water, steps, stress, bed, air, light, appointments, a week in short; ready to be lived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.loader import load
from hub.model import Reading
from tests.blueprints.fortnight import DAYS, Fortnight, local, nights

CO2, LIGHT, BULB, WAKE = "sensor.bedroom_co2", "light.living", "light.bedroom", "input_datetime.wake_up"
STEPS, STRESS, SLEPT = "sensor.anna_steps", "sensor.anna_stress", "sensor.anna_sleep_duration"


def hydration() -> Fortnight:
    house = Fortnight()
    house.use("hydration", person="anna")
    for day in range(DAYS):
        for at in ("08:45", "10:15", "11:50", "13:30", "15:10", "16:50", "18:30", "19:50"):
            if day not in (3, 9) and (day, at) != (6, "13:30"):
                house.do(local(day, at), lambda: house.log("drink"))
    house.do(local(3, "09:10"), lambda: house.press("DRANK_anna"))
    house.do(local(3, "09:10"), lambda: house.log("drink"))
    return house


def move_reminder() -> Fortnight:
    house = Fortnight()
    house.use("move_reminder", person="anna", steps=STEPS, fewest=150)
    house.do(local(6, "15:30"), lambda: house.log("workout"))
    for day in range(DAYS):
        total = 0
        for minute in range(5, 1_440, 10):
            hour = minute / 60
            still = (day == 2 and 14.5 <= hour < 19) or (day in (6, 9) and 15 <= hour < 16.9)
            total += 7 if still or not 7 <= hour < 22 else 100
            at = local(day, f"{minute // 60:02d}:{minute % 60:02d}")
            if not (day == 9 and hour > 12):
                # On the tenth day the watch lies on its charger.
                house.do(at, lambda value=total: house.set(STEPS, value))  # type: ignore[misc] # bound now
    return house


def breathing_practice() -> Fortnight:
    house = Fortnight()
    house.use("breathing_practice", person="anna", stress=STRESS)
    for day, at, value in (
        (0, "08:00", 30), (0, "10:00", 40), (0, "10:05", 90), (0, "10:30", 50), (0, "11:00", 90), (0, "12:00", 40),
        (5, "15:00", 80), (5, "15:10", 60), (6, "09:00", 85), (7, "09:00", 30), (8, "18:00", 95), (8, "19:00", 20),
    ):  # fmt: skip
        house.do(local(day, at), lambda value=value: house.set(STRESS, value))  # type: ignore[misc] # bound now
    house.do(local(0, "10:25"), lambda: house.press("BREATHED_anna"))
    house.do(local(8, "17:30"), lambda: house.log("workout"))
    return house


def wind_down() -> Fortnight:
    house = Fortnight(before=nights(range(-28, 0)))
    house.use("wind_down", person="anna", before={"minutes": 45}, lights=[LIGHT, "light.hall"])
    house.set("light.hall", "off")
    house.daily("18:30", lambda day: house.set(LIGHT, "on"))
    house.daily("23:00", lambda day: house.set(LIGHT, "off"))
    house.do(local(7, "20:00"), lambda: house.set(LIGHT, "off"))
    house.do(local(4, "21:30"), lambda: house.log("sleep"))
    for day in range(DAYS):
        if day != 4:
            house.do(local(day, "22:45"), lambda: house.log("sleep"))
    return house


def bedroom(fan: list[str]) -> Fortnight:
    house = Fortnight(before=nights(range(-28, 0)))
    house.use("bedroom_air", person="anna", co2=CO2, fan=fan)
    house.set("fan.bedroom", "off")
    for day in range(DAYS):
        stale = 1_400 if day in (1, 8) else 700
        house.do(local(day, "21:00"), lambda stale=stale: house.set(CO2, stale))  # type: ignore[misc] # bound now
        house.do(local(day, "22:10"), lambda: house.set(CO2, 650))
    return house


def wake_up_light() -> Fortnight:
    house = Fortnight()
    facts: dict[str, Any] = {"has_time": True, "has_date": False, "hour": 7, "minute": 0, "second": 0}
    house.set(WAKE, "07:00:00", **facts)
    house.set(BULB, "off")
    house.use("wake_up_light", light=BULB, wake_up=WAKE)
    house.do(local(2, "06:45"), lambda: house.set(BULB, "on"))
    house.do(local(2, "06:46"), lambda: house.set(BULB, "off"))
    house.do(local(9, "06:30"), lambda: house.set(BULB, "on"))
    house.do(local(9, "08:00"), lambda: house.set(BULB, "off"))
    return house


def first_appointment() -> Fortnight:
    house = Fortnight()
    house.use("first_appointment", person="anna", calendar="calendar.work", wake_up=WAKE)
    appointments = {5: "07:30:00", 9: "11:00:00", 11: "00:30:00"}

    def tomorrow(day: int) -> None:
        at = appointments.get(day + 1)
        # A journey that began long ago, and a whole day.
        events = [
            {"summary": "Journey", "start": local(-3, "05:00").isoformat(), "end": local(20, "05:00").isoformat()},
            {"summary": "Whole day", "start": "2026-03-20", "end": "2026-03-21"},
        ]
        if at is not None:
            start = local(day + 1, at).isoformat()
            events.append({"summary": "Dentist", "start": start, "end": start})
        house.answers["calendar.get_events"] = {"calendar.work": {"events": events}}
        (house.broken.add if day == 12 else house.broken.discard)("calendar.get_events")

    house.daily("20:00", tomorrow)
    return house


def weekly_summary() -> Fortnight:
    house = Fortnight()
    house.set(STEPS, 8_123.4, friendly_name="Anna steps")
    house.set("sensor.anna_weight", 63.2, friendly_name="Anna weight", unit_of_measurement="kg")
    house.set("sensor.anna_mood", "unknown", friendly_name="Anna mood")
    house.use("weekly_summary", person="anna", day="sun", entities=[STEPS, "sensor.anna_weight", "sensor.anna_mood"])

    def days(data: Mapping[str, Any]) -> Mapping[str, Any]:
        first = datetime.fromisoformat(data["start_time"])
        starts = [(first + timedelta(days=number)).isoformat() for number in range(14)]
        steps = [{"start": at, "sum": 8_000.0 + (number >= 7) * 500} for number, at in enumerate(starts)]
        weight = [{"start": at, "mean": 63.24, "min": 62.9, "max": 64.0, "sum": None} for at in starts[8:]]
        return {"statistics": {STEPS: steps, "sensor.anna_weight": weight, "sensor.anna_mood": []}}

    house.answers["recorder.get_statistics"] = days
    return house


def slept(day: int, minutes: float) -> Reading:
    at = local(day, "06:50")
    return Reading(SLEPT, at, at, minutes)


def poor_sleep() -> Fortnight:
    metric = load(extra=()).vocabulary.metrics["sleep_duration"]
    usual = [slept(day, 460 + 12 * (day % 5)) for day in range(-28, 0)]
    house = Fortnight(readings=usual, metrics=[metric], sources={("anna", "sleep_duration"): [SLEPT]})
    house.use("poor_sleep_easy_day", person="anna", flag=["input_boolean.easy_day"])
    house.set("input_boolean.easy_day", "off")
    house.on_call = lambda name, data: (
        house.set("input_boolean.easy_day", name.rpartition("_")[2]) if name.startswith("input_boolean.turn_") else None
    )

    async def night(minutes: float) -> None:
        house.set(SLEPT, f"{minutes:g}")
        await house.read(SLEPT, minutes)

    for day in range(DAYS):
        minutes = 290 if day in (3, 10) else 470 + 10 * (day % 3)
        house.do(local(day, "06:50"), lambda minutes=minutes: night(minutes))  # type: ignore[misc] # bound now
    return house
