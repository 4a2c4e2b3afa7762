"""What an adult of the demo family does on a day: sleep, move, eat, drink. Every curve is drawn from this."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from integrations.demo.chance import dice
from integrations.demo.menu import Dish, breakfasts, dinners, lunches, snacks
from integrations.demo.night import Night, sleep
from integrations.demo.nursery import baby_day
from integrations.demo.story import Frame, Persona, Story


@dataclass(frozen=True, slots=True)
class Traits:
    """What stays the same about an adult."""

    resting: float
    """Beats per minute in a quiet night."""
    hrv: float
    """RMSSD of an ordinary night, ms."""
    weight: float
    """Kilograms at the anchor; `loses` kilograms a day before and after."""
    loses: float
    height: float
    fat: float
    systolic: float
    diastolic: float
    bed: float
    """Hours after midnight, weekdays."""
    wake: float
    basal: float
    """Kilocalories a day at rest."""


TRAITS = {
    Persona.ADULT_GLUCOSE: Traits(56, 54, 65.2, 0.019, 1.68, 29.5, 114, 72, 22.55, 6.55, 1390),
    Persona.ADULT: Traits(60, 41, 83.6, 0.004, 1.83, 21.0, 127, 81, 23.2, 6.75, 1790),
}


@dataclass(frozen=True, slots=True)
class Bout:
    """Moving for a while; `beats` above what the heart does at rest, `cadence` steps a minute."""

    start: float
    end: float
    kind: str
    name: str
    cadence: float
    beats: float
    outside: bool = True
    workout: bool = False
    speed: float = 0.0
    """Metres a second."""


_HILLS = Bout(0, 0, "walking", "Walk in the hills", 101, 34, workout=True, speed=1.25)
_LAKE = Bout(0, 0, "walking", "Stroll by the lake", 88, 22, speed=1.05)
_EVENING = Bout(0, 0, "walking", "Evening stroll", 84, 16, speed=1.0)
_PRAM = Bout(0, 0, "walking", "Walk with the pram", 97, 24, speed=1.15)
_ERRANDS = Bout(0, 0, "walking", "Errands", 90, 19, speed=1.05)
_YOGA = Bout(0, 0, "yoga", "Yoga", 0, 19, outside=False, workout=True)
_RUN = Bout(0, 0, "running", "Morning run", 163, 78, workout=True, speed=2.6)
_RIDE = Bout(0, 0, "cycling", "Ride to work", 0, 52, speed=5.2)
_LUNCH = Bout(0, 0, "walking", "Walk at lunch", 106, 26, speed=1.3)
_RIDE_HOME = Bout(0, 0, "cycling", "Ride home", 0, 55, speed=5.0)
_FAST_RUN = Bout(0, 0, "running", "Evening run", 168, 84, workout=True, speed=2.9)
_FAMILY = Bout(0, 0, "walking", "Family walk", 96, 24, workout=True, speed=1.2)
_STRENGTH = Bout(0, 0, "strength_training", "Strength training", 12, 55, outside=False, workout=True)


@dataclass(frozen=True, slots=True)
class Bite:
    at: float
    dish: Dish
    share: float
    """Of an ordinary portion."""
    logged: float
    """Seconds until it was written down."""


@dataclass(frozen=True, slots=True)
class AdultDay:
    frame: Frame
    night: Night
    """The sleep that ended this morning."""
    bed: float
    """When they go to bed this evening."""
    bouts: tuple[Bout, ...]
    bites: tuple[Bite, ...]
    coffees: tuple[float, ...]
    drinks: tuple[tuple[float, float], ...]
    """Water: instant and millilitres."""
    wine: bool
    fever: float
    """Degrees above normal."""
    work: tuple[float, float] | None
    mood: int
    """1 to 5."""

    @property
    def wake(self) -> float:
        return self.night.end

    def awake(self, instant: float) -> bool:
        return self.night.end <= instant < self.bed


def bed_time(story: Story, persona: Persona, day: date) -> float:
    """When they go to bed on the evening of `day`; after midnight now and then."""
    chance = dice(story.seed, persona, "bed", day)
    late = 0.75 + abs(chance.gauss(0, 0.5)) if day.weekday() in (4, 5) else chance.gauss(0, 0.3)
    ill = -1.2 if story.fever(persona, day) > 0.5 else 0.0
    return story.frame(day).at(TRAITS[persona].bed + late + ill)


def wake_time(story: Story, persona: Persona, day: date) -> float:
    chance = dice(story.seed, persona, "wake", day)
    free = day.weekday() >= 5 or story.travelling(day)
    ill = 0.9 if story.fever(persona, day) > 0.5 else 0.0
    return story.frame(day).at(TRAITS[persona].wake + (0.9 if free else 0.0) + ill + chance.gauss(0, 0.22))


def wine_in_evening(story: Story, persona: Persona, day: date) -> bool:
    odds = 0.6 if day.weekday() in (4, 5) or story.travelling(day) else 0.06
    if persona is Persona.ADULT_GLUCOSE or story.fever(persona, day):
        odds *= 0.15
    return dice(story.seed, persona, "wine", day).random() < odds


@lru_cache(maxsize=64)
def adult_day(story: Story, persona: Persona, day: date) -> AdultDay:
    """One adult's local day; pure."""
    frame, chance = story.frame(day), dice(story.seed, persona, "day", day)
    yesterday = day - timedelta(days=1)
    fever = story.fever(persona, day)
    night = _night(story, persona, day)
    bed = bed_time(story, persona, day)
    ill, away = fever > 0.5, story.travelling(day)
    works = persona is Persona.ADULT and not (frame.weekend or ill or away)
    work = (frame.at(8.6), frame.at(17.1)) if works else None
    bouts = [] if ill else _bouts(persona, frame, away, works, chance)
    bouts = [bout for bout in bouts if night.end + 600 < bout.start and bout.end < bed - 1800]
    tired = night.asleep < 6.2 * 3600 or wine_in_evening(story, persona, yesterday)
    mood = 4 + (any(bout.workout for bout in bouts) and chance.random() < 0.5) - tired - 2 * ill + (away and not tired)
    return AdultDay(
        frame=frame,
        night=night,
        bed=bed,
        bouts=tuple(bouts),
        bites=tuple(_bites(frame, night.end, ill, away, chance)),
        coffees=tuple(_coffees(persona, night.end, frame, ill, chance)),
        drinks=tuple(_drinks(night.end, bed, ill, chance)),
        wine=wine_in_evening(story, persona, day),
        fever=fever,
        work=work,
        mood=max(1, min(5, mood - (chance.random() < 0.15))),
    )


def _night(story: Story, persona: Persona, day: date) -> Night:
    yesterday = day - timedelta(days=1)
    start, end = bed_time(story, persona, yesterday), wake_time(story, persona, day)
    chance = dice(story.seed, persona, "night", day)
    wakings = [(waking.at, waking.seconds) for waking in baby_day(story, day).wakings if waking.parent is persona]
    if persona is Persona.ADULT and (dream := baby_day(story, yesterday).dream_feed) > start:
        wakings.append((dream, 1200.0))
    wakings += [(start + chance.uniform(0.2, 0.9) * (end - start), chance.uniform(180, 600)) for _ in range(2)]
    depth = 0.7 if wine_in_evening(story, persona, yesterday) or story.fever(persona, day) > 0.5 else 1.0
    return sleep(start, end, wakings, chance, depth)


def _bouts(persona: Persona, frame: Frame, away: bool, works: bool, chance: Random) -> list[Bout]:
    """A day's movement in order of time."""
    day = frame.day.weekday()
    if away:
        wishes = [(_HILLS, 10.8, 95, 1.0), (_LAKE, 15.3, 70, 1.0), (_EVENING, 20.4, 25, 1.0)]
    elif persona is Persona.ADULT_GLUCOSE:
        wishes = [(_PRAM, 10.2, 42, 1.0), (_ERRANDS, 16.3, 28, 0.7)]
        if day in (1, 3):
            wishes.append((_YOGA, 20.0, 38, 0.8))
        if day == 5:
            wishes.append((_RUN, 9.3, 34, 0.85))
    elif works:
        wishes = [(_RIDE, 8.05, 22, 1.0), (_LUNCH, 12.9, 17, 1.0), (_RIDE_HOME, 17.4, 24, 1.0)]
        if day in (1, 3):
            wishes.append((_FAST_RUN, 18.5, 44, 0.85))
    else:
        wishes = [(_FAMILY, 11.0, 70, 1.0)]
        if day == 6:
            wishes.append((_STRENGTH, 16.5, 46, 0.9))
    bouts = []
    for kind, hour, minutes, odds in wishes:
        start = frame.at(hour + (0.1 if works else 0.25) * chance.gauss(0, 1))
        end = start + minutes * 60 * chance.uniform(0.8, 1.2)
        if chance.random() < odds:
            bouts.append(replace(kind, start=start, end=end))
    return sorted(bouts, key=lambda bout: bout.start)


def _bites(frame: Frame, wake: float, ill: bool, away: bool, chance: Random) -> list[Bite]:
    """A day's meals and snacks in order of time."""
    wishes = [
        (breakfasts, max(wake + 1500, frame.at(7.5)) + chance.uniform(0, 1800), 1.0, 1.0),
        (lunches, frame.at(12.7 + chance.gauss(0, 0.25)), 1.0, 1.0),
        (snacks, frame.at(15.9 + chance.gauss(0, 0.4)), 1.0, 0.85 if away or frame.weekend else 0.6),
        (dinners, frame.at((19.8 if away else 19.4) + chance.gauss(0, 0.3)), 1.15 if away else 1.0, 1.0),
        (snacks, frame.at(21.3 + chance.gauss(0, 0.2)), 0.6, 0.22),
    ]
    bites = []
    for dishes, at, size, odds in wishes:
        share = round(size * chance.uniform(0.75, 1.25) * (0.6 if ill else 1.0), 2)
        logged = 120.0 if chance.random() < 0.7 else chance.uniform(1800, 9000)
        if chance.random() < odds:
            bites.append(Bite(at, chance.choice(dishes), share, logged))
    return bites


def _coffees(persona: Persona, wake: float, frame: Frame, ill: bool, chance: Random) -> list[float]:
    if ill:
        return []
    coffees = [wake + chance.uniform(1200, 3600)]
    if persona is Persona.ADULT:
        coffees.append(frame.at(10.3 + chance.gauss(0, 0.3)))
    if chance.random() < 0.7:
        coffees.append(frame.at(13.6 + chance.gauss(0, 0.3)))
    return coffees


def _drinks(wake: float, bed: float, ill: bool, chance: Random) -> list[tuple[float, float]]:
    count = chance.randint(5, 8) + (3 if ill else 0)
    gap = (bed - wake - 3600) / count
    glasses = (200.0, 250.0, 300.0, 330.0)
    return [(wake + 900 + gap * (n + chance.uniform(0.1, 0.9)), chance.choice(glasses)) for n in range(count)]
