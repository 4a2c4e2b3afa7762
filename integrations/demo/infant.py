"""What is written down and measured of the demo family's baby."""

from __future__ import annotations

from datetime import date, timedelta

from integrations.demo import growth
from integrations.demo.chance import dice
from integrations.demo.diary import Diary
from integrations.demo.nursery import MONTH_DAYS, BabyDay, Feed, baby_day, sleeps
from integrations.demo.story import Persona, Story


def infant(story: Story, day: date, diary: Diary) -> None:
    """The baby's local day."""
    today = baby_day(story, day)
    _sleep(story, day, diary)
    _care(today, diary)
    _grow(story, today, diary)
    _warmth(story, today, diary)


def _sleep(story: Story, day: date, diary: Diary) -> None:
    """Sleeps that end today; those that begin today are first told as going on, unless they are noted later."""
    frame = story.frame(day)
    tonight = sleeps(story, day + timedelta(days=1))[:1]
    for start, end, nap in [*sleeps(story, day), *tonight]:
        chance = dice(story.seed, "crib", round(start))
        late = 60.0 if chance.random() < 0.7 else chance.uniform(1200, 6000)
        if late == 60.0 and frame.start <= start < frame.end:
            diary.write("sleep", _minute(start), late=late, data={"nap": nap})
        if end < frame.end:
            minutes = round((end - start) / 60)
            diary.write("sleep", _minute(start), _minute(end), late=late, data={"nap": nap, "asleep": minutes})
            metric = "nap_duration" if nap else "sleep_duration"
            diary.measure(metric, _minute(end), float(minutes), "diary", end + late)


def _care(today: BabyDay, diary: Diary) -> None:
    for feed in today.feeds:
        start, end = _minute(feed.at), _minute(feed.at + feed.minutes * 60)
        kind = "solid_food" if feed.food else "breast_milk"
        diary.write(
            "feeding",
            start,
            end,
            late=feed.logged,
            data={
                "type": kind,
                "method": feed.method,
                ("solids" if feed.food else "amount"): feed.amount,
                "food": feed.food,
                **_sides(feed),
            },
        )
        arrives = end + feed.logged
        if feed.food:
            diary.measure("solids_amount", start, feed.amount or 0.0, "diary", arrives, amount=True)
            continue
        diary.measure("feedings", start, 1.0, "diary", arrives, amount=True)
        if feed.amount is None:
            diary.measure("feeding_duration", start, float(round(feed.minutes)), "diary", arrives)
        else:
            diary.measure("milk_intake", start, feed.amount, "diary", arrives, amount=True)
            diary.measure("breast_milk_intake", start, feed.amount, "diary", arrives, amount=True)
    for nappy in today.nappies:
        data = {"wet": nappy.wet, "solid": nappy.dirty, "colour": nappy.colour or None}
        diary.write("nappy", _minute(nappy.at), late=nappy.logged, data=data)
        at, arrives = _minute(nappy.at), nappy.at + nappy.logged
        diary.measure("nappies", at, 1.0, "diary", arrives, amount=True)
        if nappy.wet:
            diary.measure("nappies_wet", at, 1.0, "diary", arrives, amount=True)
        if nappy.dirty:
            diary.measure("nappies_solid", at, 1.0, "diary", arrives, amount=True)
    for at, minutes in today.tummy:
        diary.measure("tummy_time", _minute(at), minutes, "diary", at + minutes * 60 + 120)


def _grow(story: Story, today: BabyDay, diary: Diary) -> None:
    """Weighed twice a week; length and head once a month, on the same day of life."""
    age = story.baby_days(today.frame.day)
    chance = dice(story.seed, "growth", today.frame.day)
    at, months = _minute(today.bed - 4200), age / MONTH_DAYS
    if age >= 0 and age % 7 in (0, 3) and not story.travelling(today.frame.day):
        diary.measure("weight", at, round(growth.weight(months) + chance.gauss(0, 0.03), 2), "scale")
    if age >= 0 and age % 30 == 1:
        diary.measure("height", at, round(growth.length(months) + chance.gauss(0, 0.2), 1), "diary")
        diary.measure("head_circumference", at, round(growth.head(months) + chance.gauss(0, 0.1), 1), "diary")


def _warmth(story: Story, today: BabyDay, diary: Diary) -> None:
    chance = dice(story.seed, "warmth", today.frame.day)
    ill = story.fever(Persona.BABY, today.frame.day) > 0.1
    hours = (2.2, 7.4, 12.5, 16.4, 19.1) if ill else (7.4,) if today.frame.day.toordinal() % 4 == 0 else ()
    for hour in hours:
        at = today.frame.at(hour + chance.gauss(0, 0.3))
        degrees = 36.9 + story.heat(Persona.BABY, today.frame, at) + chance.gauss(0, 0.1)
        diary.measure("body_temperature", at, round(degrees, 1), "thermometer")
    if ill:
        diary.write("symptom", _minute(today.frame.at(9.5)), late=300.0, data={"name": "Fever", "severity": 5})


def _sides(feed: Feed) -> dict[str, float]:
    """Minutes at each breast."""
    share = {"left_breast": (1.0, 0.0), "right_breast": (0.0, 1.0), "both_breasts": (0.5, 0.5)}.get(feed.method)
    if share is None:
        return {}
    names = ("left_minutes", "right_minutes")
    return {name: float(round(part * feed.minutes)) for name, part in zip(names, share, strict=True) if part}


def _minute(seconds: float) -> float:
    return round(seconds / 60) * 60.0
