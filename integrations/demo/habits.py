"""What an adult of the demo family eats, drinks, weighs and feels, and how glucose answers."""

from __future__ import annotations

from integrations.demo.chance import dice, drift, track
from integrations.demo.diary import Diary, grid
from integrations.demo.family import TRAITS, AdultDay
from integrations.demo.glucose import Glucose, sensor_offset
from integrations.demo.menu import Dish, breakfasts, lunches, snacks
from integrations.demo.story import Persona, Story

_FEELINGS = {1: "Poorly", 2: "Worn out", 3: "So-so", 4: "Good", 5: "Very good"}


def habits(story: Story, persona: Persona, today: AdultDay, diary: Diary) -> None:
    """What an adult notes down of a day, and what scale, cuff and thermometer say."""
    _meals(today, diary)
    _drinks(today, diary)
    _scale(story, persona, today, diary)
    _pressure(story, persona, today, diary)
    _feelings(story, persona, today, diary)


def sensor(story: Story, persona: Persona, today: AdultDay, diary: Diary) -> None:
    """Glucose every five minutes, as it goes."""
    glucose = Glucose(story, persona, today)
    for at in grid(today.frame.start, today.frame.end, 300.0, sensor_offset(story, today.frame.day)):
        level = glucose.at(at)
        if level is not None:
            diary.measure("blood_glucose", at, level, "cgm")


def _meals(today: AdultDay, diary: Diary) -> None:
    for bite in today.bites:
        dish, share = bite.dish, bite.share
        at, arrives = round(bite.at / 60) * 60.0, bite.at + bite.logged
        amounts = {
            "energy": float(round(dish.energy * share)),
            "carbs": round(dish.carbs * share, 1),
            "protein": round(dish.protein * share, 1),
            "fat": round(dish.fat * share, 1),
            "fibre": round(dish.fibre * share, 1),
        }
        diary.write("meal", at, late=bite.logged, data={"name": dish.name, "meal_type": _meal_type(dish), **amounts})
        for name, value in amounts.items():
            diary.measure(_NUTRIENTS[name], at, value, "diary", arrives, amount=True)


def _drinks(today: AdultDay, diary: Diary) -> None:
    for at, millilitres in today.drinks:
        minute = round(at / 60) * 60.0
        diary.measure("water_intake", minute, millilitres, "diary", minute + 60, amount=True)
    for coffee in today.coffees:
        minute = round(coffee / 60) * 60.0
        diary.write("drink", minute, late=90.0, data={"name": "Coffee", "amount": 180.0, "caffeine": 85.0})
        diary.measure("caffeine_intake", minute, 85.0, "diary", minute + 90, amount=True)
    if today.wine:
        minute = round(today.frame.at(20.4) / 60) * 60.0
        diary.write("drink", minute, late=1800.0, data={"name": "Glass of wine", "amount": 200.0, "alcohol": 19.0})
        diary.measure("alcohol_intake", minute, 19.0, "diary", minute + 1800, amount=True)


def _scale(story: Story, persona: Persona, today: AdultDay, diary: Diary) -> None:
    """Most mornings before breakfast, never on a journey."""
    chance = dice(story.seed, persona, "scale", today.frame.day)
    if story.travelling(today.frame.day) or chance.random() > 0.62:
        return
    traits, days = TRAITS[persona], (today.frame.day - story.anchor).days
    at = today.wake + chance.uniform(420, 1300)
    water = 0.45 * drift(track(story.seed, f"{persona}-water"), days / 2.3)
    water += 0.3 if today.frame.day.weekday() in (0, 6) else 0.0
    # What has been lost slowly comes to a halt after the anchor, so that a demo that runs for years stays well.
    weight = traits.weight - traits.loses * max(-400, min(60, days)) + water
    fat = traits.fat + 0.55 * (weight - traits.weight) + chance.gauss(0, 0.25)
    for metric, value in (
        ("weight", round(weight, 2)),
        ("body_fat", round(fat, 1)),
        ("body_water", round(0.725 * (100 - fat), 1)),
        ("muscle_mass", round(weight * (100 - fat) / 100 * 0.95, 1)),
        ("bmi", round(weight / traits.height**2, 1)),
    ):
        diary.measure(metric, at, value, "scale")


def _pressure(story: Story, persona: Persona, today: AdultDay, diary: Diary) -> None:
    """Every third day for one, once a week for the other; mornings read higher."""
    day = today.frame.day
    if day.toordinal() % (3 if persona is Persona.ADULT else 7) != 1 or story.travelling(day):
        return
    chance, traits = dice(story.seed, persona, "cuff", day), TRAITS[persona]
    morning, evening = today.wake + chance.uniform(1500, 2700), today.frame.at(20.2 + chance.gauss(0, 0.3))
    for at, more in ((morning, 4.0), (evening, -2.0)):
        systolic = traits.systolic + more + chance.gauss(0, 4.5)
        diastolic = traits.diastolic + 0.5 * more + chance.gauss(0, 3)
        diary.measure("blood_pressure_systolic", at, float(round(systolic)), "cuff")
        diary.measure("blood_pressure_diastolic", at, float(round(diastolic)), "cuff")


def _feelings(story: Story, persona: Persona, today: AdultDay, diary: Diary) -> None:
    chance = dice(story.seed, persona, "feelings", today.frame.day)
    at = round(today.frame.at(21.0 + chance.gauss(0, 0.4)) / 60) * 60.0
    diary.write(
        "mood", at, late=30.0, data={"mood": 2 * today.mood, "energy": _energy(today)}, note=_FEELINGS[today.mood]
    )
    diary.measure("mood", at, 2.0 * today.mood, "diary", at + 30)
    if today.fever <= 0.1:
        return
    for hour in (8.2, 13.1, 18.6, 21.7):
        taken = today.frame.at(hour + chance.gauss(0, 0.25))
        degrees = 36.7 + story.heat(persona, today.frame, taken) + chance.gauss(0, 0.08)
        diary.measure("body_temperature", taken, round(degrees, 1), "thermometer")
    if today.fever > 0.5:
        start = round(today.frame.at(9.0) / 60) * 60.0
        severity = min(10, 3 + round(3 * today.fever))
        diary.write("symptom", start, late=600.0, data={"name": "Fever and aching limbs", "severity": severity})


def _meal_type(dish: Dish) -> str:
    if dish in snacks:
        return "snack"
    return "breakfast" if dish in breakfasts else "lunch" if dish in lunches else "dinner"


def _energy(today: AdultDay) -> int:
    """1 to 10 by the night's sleep."""
    return max(1, min(10, round(today.night.asleep / 3600 - 0.5 - 2 * today.fever)))


_NUTRIENTS = {
    "energy": "energy_intake",
    "carbs": "carbohydrate_intake",
    "protein": "protein_intake",
    "fat": "fat_intake",
    "fibre": "fibre_intake",
}
