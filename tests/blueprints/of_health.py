"""Fortnights of glucose, meals, medicines and a baby, ready to be lived."""

from __future__ import annotations

from datetime import timedelta
from math import exp, sin
from typing import Any

from hub.model import JournalEntry
from tests.blueprints.fortnight import DAYS, Fortnight, entry, local, meals

GLUCOSE, STOCK = "sensor.anna_glucose", "input_number.tablets"
_UNIT: dict[str, Any] = {"unit_of_measurement": "mg/dL", "friendly_name": "Anna glucose"}


async def glucose(house: Fortnight, value: float) -> None:
    house.set(GLUCOSE, f"{value:g}", **_UNIT)
    await house.read(GLUCOSE, value)


def everyday(house: Fortnight, *special: tuple[int, str, tuple[float, ...]], meals: bool = True) -> None:
    """A calm fortnight of a sensor that speaks every five minutes, with what is special on some days in its place."""
    for day, begins, values in special:
        curve(house, day, begins, *values)
    taken = {
        local(day, begins) + timedelta(minutes=5 * place)
        for day, begins, values in special
        for place in range(-3, len(values) + 3)
    }
    for day in range(DAYS):
        for minute in range(0, 1_440, 15):
            at = local(day, f"{minute // 60:02d}:{minute % 60:02d}")
            if at not in taken:
                value = round(_calm(day, minute / 60, meals=meals))
                house.do(at, lambda value=value: glucose(house, value))  # type: ignore[misc] # bound now


def _calm(day: int, hour: float, *, meals: bool) -> float:
    value = 106 + 5 * sin(hour * 0.9 + day)
    for place, eaten in enumerate((7.5, 12.5, 19.0) if meals else ()):
        since = hour - eaten - 0.2 * ((day + place) % 3)
        if since > 0:
            value += (34 + 6 * ((day * 2 + place) % 4)) * since * 2.2 * exp(1 - 2.2 * since)
    return value


def curve(house: Fortnight, day: int, begins: str, *values: float) -> None:
    """A value every five minutes."""
    for place, value in enumerate(values):
        at = local(day, begins) + timedelta(minutes=5 * place)
        house.do(at, lambda value=value: glucose(house, value))  # type: ignore[misc] # bound now


def glucose_high() -> Fortnight:
    house = Fortnight()
    house.use("glucose_high", sensor=GLUCOSE, person="anna", tell=["anna"], second=["ben"])
    everyday(
        house,
        (0, "08:00", (120, 170, 190, 210, 185, 195, 205, 178, 183, 155, 150)),
        (3, "13:00", (120, 200, 170, 120)),
        (6, "18:00", (140, 175, *([230] * 52), 165, 150, 130)),
        (9, "20:00", (150, 181, 182, 183, 184, 170, 159)),
    )
    return house


def glucose_low() -> Fortnight:
    house = Fortnight()
    house.use("glucose_low", sensor=GLUCOSE, person="anna", tell=["anna", "ben"])
    everyday(
        house,
        (1, "03:00", (95, 88, 80, 74, 69, 66, 71, 80, 95)),
        (4, "17:00", (110, 92, 76, 66, 62, 60, 61, 63, 66, 72, 84, 96)),
        (6, "10:00", (130, 128, 104, 92, 85, 84, 90, 100)),
        (10, "10:00", (260, 230, 200, 170, 150, 140, 130, 120)),
    )
    return house


def glucose_stale() -> Fortnight:
    house = Fortnight()
    house.use("glucose_stale", sensor=GLUCOSE, person="anna", tell=["ben"])
    for day in range(DAYS):
        for hour in range(24):
            if not (day == 5 and 14 <= hour < 17):
                curve(
                    house,
                    day,
                    f"{hour:02d}:00",
                    *(round(_calm(day, hour + part / 12, meals=True)) for part in range(12)),
                )
    return house


def meal_nudge() -> Fortnight:
    house = Fortnight(before=meals(range(-28, 0)))
    house.quiet_between("21:00", "07:00")
    house.use("meal_nudge", person="anna", tell=["anna"], glucose_sensor=GLUCOSE)
    for day in range(DAYS):
        for at in ("07:25", "12:30", "19:05"):
            if (day, at) not in ((2, "12:30"), (4, "19:05"), (8, "12:30")):
                house.do(local(day, at), lambda: house.log("meal"))
    everyday(house, (8, "12:30", (130, 160, 180, 190, 192, 190, 188, 182, 176, 170, 160, 150, 140, 130)), meals=False)
    return house


def post_meal_walk() -> Fortnight:
    house = Fortnight()
    house.use("post_meal_walk", person="anna", glucose_sensor=GLUCOSE)
    after: list[tuple[int, str, tuple[float, ...]]] = []
    for day, carbs, rise in ((1, 60, 40), (2, 10, 4), (3, 60, 12), (4, None, 60), (8, 45, 45)):
        given = {} if carbs is None else {"carbs": carbs}
        house.do(local(day, "12:29"), lambda given=given: house.log("meal", **given))  # type: ignore[misc] # bound now
        after.append((day, "12:25", tuple(104 + rise * min(1, place / 4, (15 - place) / 8) for place in range(16))))
    everyday(house, *after, meals=False)
    house.do(local(4, "12:45"), lambda: house.log("workout"))
    return house


def feeding_due() -> Fortnight:
    house = Fortnight()
    house.use("feeding_due", baby="mia", tell=["anna", "ben"])
    for day in range(DAYS):
        for at in ("06:30", "09:00", "11:30", "14:00", "16:30", "19:00", "21:30"):
            if (day, at) not in ((3, "14:00"), (3, "16:30"), (9, "11:30")):
                house.do(local(day, at), lambda: house.log("feeding", person="mia"))
    # Logged at 12:10 that it was at 11:35: late, and it counts.
    house.do(local(9, "12:10"), lambda: house.log("feeding", person="mia", ago=timedelta(minutes=35)))
    return house


def naps(first: int, last: int) -> list[JournalEntry]:
    shift = (0, 6, -4, 8, -7, 3, 1)
    return [
        entry(
            "sleep",
            (start := local(day, at) + timedelta(minutes=shift[(day + place) % 7])),
            start + timedelta(hours=1),
            "mia",
            nap=True,
        )
        for day in range(first, last)
        for place, at in enumerate(("09:30", "13:30"))
    ]


def baby_rhythm() -> Fortnight:
    house = Fortnight(before=naps(-28, 0))
    house.use("baby_rhythm", baby="mia", tell=["anna"])
    house.do(local(0, "00:01"), lambda: house.log("nappy", person="mia"))
    for day in range(DAYS):
        for at in ("07:00", "10:45", "15:00", "18:30"):
            if (day, at) not in ((5, "10:45"), (11, "07:00")):
                house.do(local(day, at), lambda: house.log("nappy", person="mia"))
        # On the seventh day she is asleep already.
        at = "09:00" if day == 6 else "09:30"
        house.do(local(day, at), lambda: house.log("sleep", person="mia"))
        house.do(local(day, "13:30"), lambda: house.log("sleep", person="mia"))
    return house


def medication() -> Fortnight:
    house = Fortnight()
    house.use("medication", person="anna", medicine="Levothyroxine", carer=["ben"])
    house.on_call = lambda name, data: (
        house.logged.append(entry("medication", house.clock.now())) if name == "journal.add" else None
    )
    for day in range(DAYS):
        if day in (4, 9):
            continue
        answer = "SKIPPED" if day == 2 else "TAKEN"
        at = "08:14" if day == 1 else "08:03"
        house.do(local(day, at), lambda answer=answer: house.press(f"{answer}_ANNA_LEVOTHYROXINE"))  # type: ignore[misc] # bound now
    # On the tenth day another medicine is logged, and then this one, both by hand.
    house.do(local(9, "08:02"), lambda: house.log("medication", name="Ibuprofen"))
    house.do(local(9, "08:06"), lambda: house.log("medication", name="levothyroxine"))
    return house


def medicine_running_out() -> Fortnight:
    house = Fortnight()
    house.set(STOCK, 26)
    house.use("medicine_running_out", person="anna", medicine="levothyroxine", stock=STOCK, days=7, tell=["anna"])
    house.on_call = lambda name, data: (
        house.set(STOCK, f"{data['value']:g}") if name == "input_number.set_value" else None
    )
    for day in range(DAYS):
        for at in ("08:00", "20:00"):
            house.do(local(day, at), lambda: house.log("medication", name="Levothyroxine", taken=True))
    house.do(local(3, "12:00"), lambda: house.log("medication", name="Ibuprofen", taken=True))
    house.do(local(3, "13:00"), lambda: house.log("medication", name="Levothyroxine", taken=False))
    return house
