"""The baby's day as it goes: naps, feedings, night wakings, nappies, tummy time; it changes month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from integrations.demo.chance import dice
from integrations.demo.story import Frame, Persona, Story

MONTH_DAYS = 30.44


@dataclass(frozen=True, slots=True)
class Feed:
    at: float
    minutes: float
    method: str
    """`left_breast`, `right_breast`, `both_breasts`, `bottle`, `parent_fed`."""
    amount: float | None
    """Millilitres of a bottle, grams of solid food."""
    by: Persona
    logged: float
    """Seconds from its end until a parent wrote it down."""
    food: str = ""


@dataclass(frozen=True, slots=True)
class Nappy:
    at: float
    wet: bool
    dirty: bool
    colour: str
    logged: float


@dataclass(frozen=True, slots=True)
class Waking:
    """Up in the night, for a feed."""

    at: float
    seconds: float
    parent: Persona


@dataclass(frozen=True, slots=True)
class BabyDay:
    frame: Frame
    months: float
    up: float
    bed: float
    dream_feed: float
    """A last bottle late in the evening, half asleep."""
    wakings: tuple[Waking, ...]
    """After midnight, before `up`."""
    naps: tuple[tuple[float, float], ...]
    feeds: tuple[Feed, ...]
    nappies: tuple[Nappy, ...]
    tummy: tuple[tuple[float, float], ...]
    """Start and minutes."""


@lru_cache(maxsize=32)
def baby_day(story: Story, day: date) -> BabyDay:
    """The baby's local day; pure."""
    frame, chance = story.frame(day), dice(story.seed, "nursery", day)
    age_days = max(0, story.baby_days(day))
    months, ill = age_days / MONTH_DAYS, story.fever(Persona.BABY, day) > 0.5
    wakings = _wakings(frame, months, ill, chance)
    up = frame.at(6.4 + chance.gauss(0, 0.25))
    bed = frame.at(19.25 + chance.gauss(0, 0.2) + (0.5 if story.travelling(day) else 0.0))
    dream = frame.at(22.7 + chance.uniform(-0.25, 0.3))
    naps = _naps(frame, up, bed, months, ill, chance)
    feeds = _feeds(frame, age_days, [up, *(end for _, end in naps)], bed, dream, wakings, chance)
    return BabyDay(
        frame=frame,
        months=months,
        up=up,
        bed=bed,
        dream_feed=dream,
        wakings=wakings,
        naps=naps,
        feeds=feeds,
        nappies=_nappies(feeds, months, chance),
        tummy=tuple((end + chance.uniform(2100, 3300), _tummy(months, chance)) for _, end in naps),
    )


def sleeps(story: Story, day: date) -> list[tuple[float, float, bool]]:
    """Stretches of sleep that end on `day` as (start, end, nap)."""
    today, before = baby_day(story, day), baby_day(story, day - timedelta(days=1))
    stretches = [(start, end, True) for start, end in today.naps]
    asleep = before.dream_feed + 1200.0
    for waking in today.wakings:
        stretches.append((asleep, waking.at, False))
        asleep = waking.at + waking.seconds
    stretches += [(asleep, today.up, False), (today.bed, today.dream_feed, False)]
    return sorted(stretches)


def asleep(story: Story, day: date, instant: float) -> bool:
    """Whether the baby sleeps at an instant of `day`."""
    today = baby_day(story, day)
    if today.up <= instant < today.bed:
        return any(start <= instant < end for start, end in today.naps)
    return not any(waking.at <= instant < waking.at + waking.seconds for waking in today.wakings)


def _wakings(frame: Frame, months: float, ill: bool, chance: Random) -> tuple[Waking, ...]:
    likely = ((0.8, 0.9 - 0.32 * months), (2.5, 1.25 - 0.13 * months), (4.7, 1.3 - 0.17 * months))
    found = []
    for hour, odds in likely:
        at, seconds, roll = max(0.1, hour + chance.gauss(0, 0.35)), chance.uniform(15, 32) * 60, chance.random()
        if roll < odds + (0.6 if ill else 0.0):
            mother = hour < 4 or frame.day.toordinal() % 2
            found.append(Waking(frame.at(at), seconds, Persona.ADULT_GLUCOSE if mother else Persona.ADULT))
    return tuple(found)


def _naps(
    frame: Frame, up: float, bed: float, months: float, ill: bool, chance: Random
) -> tuple[tuple[float, float], ...]:
    window = (1.05 + 0.2 * min(months, 12.0)) * 3600
    lengths = (
        (55, 60, 55, 35, 30) if months < 3.5 else (75, 85, 40) if months < 7.5 else (80, 80) if months < 15 else (110,)
    )
    naps, awake_since = [], up
    for length in lengths:
        start = awake_since + window * chance.uniform(0.88, 1.15)
        end = start + length * 60 * chance.uniform(0.6, 1.3) * (1.25 if ill else 1.0)
        if end > bed - 0.75 * window:
            break
        naps.append((start, end))
        awake_since = end
    return tuple(naps)


def _feeds(
    frame: Frame, age: int, rises: list[float], bed: float, dream: float, wakings: tuple[Waking, ...], chance: Random
) -> tuple[Feed, ...]:
    bottle = min(220.0, 80.0 + 14.0 * age / MONTH_DAYS)
    side = chance.randrange(2)
    feeds = []
    times = [(waking.at + 180, waking.parent) for waking in wakings]
    times += [(rise + chance.uniform(6, 25) * 60, Persona.ADULT_GLUCOSE) for rise in rises]
    times += [(bed - 2400 + chance.uniform(-300, 300), Persona.ADULT_GLUCOSE), (dream, Persona.ADULT)]
    for at, by in times:
        logged = 60.0 if chance.random() < 0.65 else chance.uniform(0.4, 2.6) * 3600
        if by is Persona.ADULT or chance.random() < 0.12:
            amount = round(bottle * chance.uniform(0.75, 1.15) / 5) * 5.0
            feeds.append(Feed(at, chance.uniform(9, 17), "bottle", amount, by, logged))
        else:
            side = 1 - side
            both = chance.random() < 0.3
            method = "both_breasts" if both else ("left_breast", "right_breast")[side]
            minutes = chance.uniform(14, 26) if both else chance.uniform(8, 18)
            feeds.append(Feed(at, minutes, method, None, by, logged))
    if age >= 152:
        food = chance.choice(("carrot", "pumpkin", "parsnip", "pear", "sweet potato"))
        grams = float(round(chance.uniform(8, 20) + min(80, age - 152)))
        lunch = frame.at(11.6 + chance.gauss(0, 0.3))
        feeds.append(Feed(lunch, chance.uniform(8, 15), "parent_fed", grams, Persona.ADULT_GLUCOSE, 120.0, food))
    return tuple(sorted(feeds, key=lambda feed: feed.at))


def _nappies(feeds: tuple[Feed, ...], months: float, chance: Random) -> tuple[Nappy, ...]:
    changes = []
    for feed in feeds:
        dirty = chance.random() < max(0.12, 0.45 - 0.05 * months)
        wet = not dirty or chance.random() < 0.8
        if dirty or chance.random() < 0.85:
            late = 30.0 if chance.random() < 0.8 else chance.uniform(1200, 5400)
            colour = chance.choice(("yellow", "yellow", "brown", "green")) if dirty else ""
            changes.append(Nappy(feed.at + feed.minutes * 60 + chance.uniform(120, 1500), wet, dirty, colour, late))
    return tuple(changes)


def _tummy(months: float, chance: Random) -> float:
    return round(max(1.0, (1.5 + 1.6 * months) * chance.uniform(0.5, 1.3)), 1)
