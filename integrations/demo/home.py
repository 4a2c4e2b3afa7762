"""Two rooms of the demo house: people breathe, cook, sleep and air them, and the sensors see it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from integrations.demo.chance import drift, grain, track
from integrations.demo.family import AdultDay, adult_day
from integrations.demo.nursery import baby_day
from integrations.demo.sky import Weather, weather
from integrations.demo.story import Persona, Story

STEP = 300.0
_RUN_UP = 96
"""Steps simulated before midnight (8 hours), so that a day needs no memory of the days before."""
_BED, _LIVING, _OUT = range(3)


@dataclass(frozen=True, slots=True)
class Air:
    """One room at an instant."""

    temperature: float
    humidity: float
    co2: float
    noise: float
    light: float
    pm25: float


@dataclass(frozen=True, slots=True)
class Room:
    """What differs between rooms."""

    key: str
    name: str
    place: int
    breath: float
    """ppm an hour that a calm adult adds to still air."""
    leak: float
    """Air changes an hour with the windows shut."""
    warm: tuple[float, float]
    """What the heating keeps by day and by night."""
    window: float
    """Lux behind the glass at noon in summer."""


BEDROOM = Room("bedroom", "Bedroom", _BED, 330.0, 0.72, (18.6, 17.8), 260.0)
LIVING_ROOM = Room("living_room", "Living room", _LIVING, 215.0, 0.85, (21.2, 18.6), 420.0)
ROOMS = (BEDROOM, LIVING_ROOM)


@dataclass(frozen=True, slots=True)
class RoomDay:
    """A room's local day on a grid of `STEP` seconds from midnight to midnight, both ends included."""

    start: float
    grid: tuple[Air, ...]
    noise_track: int

    def at(self, instant: float) -> Air:
        """The air between two points of the grid, with the sensors' own noise."""
        x = max(0.0, (instant - self.start) / STEP)
        n = min(int(x), len(self.grid) - 2)
        part = min(1.0, x - n)
        one, two = self.grid[n], self.grid[n + 1]
        grit = grain(self.noise_track, int(instant))
        return Air(
            temperature=one.temperature + (two.temperature - one.temperature) * part,
            humidity=one.humidity + (two.humidity - one.humidity) * part,
            co2=one.co2 + (two.co2 - one.co2) * part + 4.0 * grit,
            noise=one.noise + 1.2 * grit,
            light=one.light + (two.light - one.light) * part,
            pm25=max(0.4, one.pm25 + (two.pm25 - one.pm25) * part + 0.25 * grit),
        )


@lru_cache(maxsize=6)
def room_day(story: Story, room: Room, day: date) -> RoomDay:
    """Simulate one room through one day; pure."""
    frame = story.frame(day)
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]
    adults = [_Whereabouts(story, persona, days) for persona in (Persona.ADULT_GLUCOSE, Persona.ADULT)]
    cries = [(waking.at, waking.at + 480.0) for each in days for waking in baby_day(story, each).wakings]
    meals = [bite.at for each in days for bite in adult_day(story, Persona.ADULT_GLUCOSE, each).bites]
    noise = track(story.seed, f"{room.key}-noise")
    slow = track(story.seed, f"{room.key}-slow")
    co2, temperature, dust = 620.0, sum(room.warm) / 2, 4.0
    grid = []
    hours = STEP / 3600.0
    for n in range(-_RUN_UP, round((frame.end - frame.start) / STEP) + 1):
        instant = frame.start + n * STEP
        outside = _outside(story.seed, int(instant // 1800))
        today = days[0] if instant < frame.start else day
        home = story.at_home(today, instant)
        places = [adult.place(instant) if home else _OUT for adult in adults]
        here = places.count(room.place)
        night = not any(adult.up(instant) for adult in adults)
        # The baby sleeps beside the parents' bed and spends the day where the first parent is.
        child = 0.35 if home and room.place == (_BED if night else _LIVING) else 0.0
        aired = home and _aired(room, story.frame(today).hour(instant) % 24, outside, night)
        mild = outside.temperature > 17.0 and not night
        changes = room.leak * (1 + 0.25 * drift(slow, instant / 14_000.0)) + (
            5.0 if aired else 1.6 if mild and home else 0.0
        )
        co2 += hours * (room.breath * (here * (0.82 if night else 1.0) + child)) - (co2 - 424.0) * min(
            0.9, changes * hours
        )
        wish = room.warm[1 if night or not home else 0] - (2.0 if not home else 0.0)
        heating = max(0.0, wish - temperature) * 0.9
        sunny = max(0.0, outside.sun) * (1 - outside.cloud) * 0.55
        temperature += hours * (
            heating + sunny + 0.06 * (here + child) + (0.055 + 0.03 * changes) * (outside.temperature - temperature)
        )
        cooking = sum(1 for at in meals if -1800 < instant - at < 300) if home and room is LIVING_ROOM else 0
        outdoors = 5.0 + 3.5 * drift(track(story.seed, "dust"), instant / 90_000.0)
        dust += hours * (cooking * 24.0) - (dust - 0.6 * outdoors) * min(0.9, (changes + 0.3) * hours)
        if n >= 0:
            humid = 43.0 + 0.16 * (outside.humidity - 70) + 0.0085 * (co2 - 420) + 0.35 * (outside.temperature - 8)
            humid -= 1.1 * (temperature - 20.0)
            crying = home and room.place == _BED and any(start <= instant < end for start, end in cries)
            grid.append(
                Air(
                    temperature=temperature,
                    humidity=max(20.0, min(85.0, humid + 1.5 * drift(slow, instant / 5200.0))),
                    co2=co2,
                    noise=_noise(here, night, crying, cooking, grain(noise, n + int(frame.start))),
                    light=_light(room, outside, here, night, crying, drift(slow, instant / 1700.0)),
                    pm25=dust,
                )
            )
    return RoomDay(frame.start, tuple(grid), track(story.seed, f"{room.key}-grit"))


@lru_cache(maxsize=256)
def _outside(seed: int, half_hour: int) -> Weather:
    return weather(seed, half_hour * 1800.0 + 900.0)


class _Whereabouts:
    """Where an adult is over three days: in bed, about the house, or out."""

    def __init__(self, story: Story, persona: Persona, days: list[date]) -> None:
        plans: list[AdultDay] = [adult_day(story, persona, day) for day in days]
        self._nights = [(plan.night.start, plan.night.end) for plan in plans]
        spans = [plan.work for plan in plans if plan.work]
        spans += [(bout.start, bout.end) for plan in plans for bout in plan.bouts if bout.outside]
        self._out = sorted(spans)
        self._out_starts = [start for start, _ in self._out]

    def up(self, instant: float) -> bool:
        return not any(start <= instant < end for start, end in self._nights)

    def place(self, instant: float) -> int:
        if not self.up(instant):
            return _BED
        n = bisect_right(self._out_starts, instant)
        if any(start <= instant < end for start, end in self._out[max(0, n - 3) : n]):
            return _OUT
        # Washing and dressing after the night.
        return _BED if any(end <= instant < end + 900.0 for _, end in self._nights) else _LIVING


def _aired(room: Room, hour: float, outside: Weather, night: bool) -> bool:
    if night:
        return room is BEDROOM and outside.temperature > 15.0
    return 7.9 < hour < 8.2 or 20.9 < hour < 21.1 or (room is LIVING_ROOM and 13.1 < hour < 13.3)


def _noise(here: int, night: bool, crying: bool, cooking: int, grit: float) -> float:
    """dB(A)."""
    if crying:
        return 63.0 + 7.0 * grit
    if night or not here:
        return 30.5 + 2.5 * grit + (1.5 * here)
    return 42.0 + 3.0 * here + 6.5 * grit + (7.0 if cooking else 0.0)


def _light(room: Room, outside: Weather, here: int, night: bool, crying: bool, mood: float) -> float:
    """Lux."""
    daylight = max(0.0, outside.sun) * room.window * (1 - 0.65 * outside.cloud)
    if night:
        return (6.0 if crying else 0.0) + 0.06 * daylight
    lamp = (150.0 + 25.0 * mood) if here and outside.sun < 0.12 else 0.0
    return daylight + lamp * (0.5 if room is BEDROOM else 1.0)
