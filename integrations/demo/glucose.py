"""A sensor's view of glucose: meals lift it, dawn too, walking lowers it; sensors err, fall silent and are changed."""

from __future__ import annotations

import math
from bisect import bisect_left
from datetime import date, timedelta
from random import Random

from integrations.demo.chance import bump, dice, drift, grain, smoothstep, track
from integrations.demo.family import AdultDay, adult_day
from integrations.demo.story import Persona, Story

_SENSOR_DAYS = 10
_PER_GRAM = 1.72
"""mg/dL at the height of a curve for each gram of carbohydrate."""
_TAIL = 6 * 3600.0


class Glucose:
    """mg/dL in the tissue of one adult on one local day, as a worn sensor shows it; None while there is none."""

    def __init__(self, story: Story, persona: Persona, today: AdultDay) -> None:
        self._frame = frame = today.frame
        before = adult_day(story, persona, frame.day - timedelta(days=1))
        chance = dice(story.seed, persona, "glucose", frame.day)
        self._slow, self._fast, self._white = (
            track(story.seed, f"{persona}-glucose-{part}") for part in ("slow", "fast", "white")
        )
        self._meals = sorted(_meals(story, persona, before) + _meals(story, persona, today))
        self._starts = [meal[0] for meal in self._meals]
        self._moves = [
            (bout.start, bout.end, min(42.0, 0.42 * bout.beats)) for day in (before, today) for bout in day.bouts
        ]
        self._coffees = today.coffees
        self._story, self._persona = story, persona
        self._dawn = frame.at(7.2), 13.0 + 5.0 * chance.random()
        self._gaps = _gaps(today, chance)
        # The sensor is changed after breakfast, and reads too low in its first hours.
        self._changed = frame.at(9.5) if sensor_age(story, frame.day) == 0 else None
        worn = ((frame.day - story.anchor).days + 4) // _SENSOR_DAYS
        self._biases = 1.0 + 0.05 * grain(self._white, worn - 1), 1.0 + 0.05 * grain(self._white, worn)
        if self._changed is not None:
            self._gaps.append((self._changed - 900.0, self._changed + 3600.0))
        self._press = None
        if chance.random() < 0.16:  # lying on the sensor presses the glucose out of it for a while
            night = today.night
            self._press = night.start + chance.uniform(0.25, 0.85) * (night.end - night.start)

    def at(self, instant: float) -> float | None:
        """Whole mg/dL between 40 and 400, or None without a signal."""
        if any(start <= instant < end for start, end in self._gaps):
            return None
        level = self.blood(instant)
        if self._press is not None:
            level -= 27.0 * bump(instant - self._press, 900.0)
        level *= self._biases[self._changed is None or instant >= self._changed]
        if self._changed is not None and instant > self._changed:
            level *= 1.0 - 0.10 * math.exp((self._changed - instant) / 10_000.0)
        level += 2.6 * drift(self._fast, instant / 700.0) + 1.6 * grain(self._white, int(instant // 60))
        return float(round(max(40.0, min(400.0, level))))

    def blood(self, instant: float) -> float:
        """The level without the sensor's errors."""
        at, height = self._dawn
        level = 95.0 + height * bump(instant - at, 5400.0)
        level += 8.0 * drift(self._slow, instant / 9000.0) + 4.0 * drift(self._slow, instant / 250_000.0)
        level += 16.0 * self._story.heat(self._persona, self._frame, instant)
        for n in range(bisect_left(self._starts, instant - _TAIL), bisect_left(self._starts, instant)):
            start, peak, rise = self._meals[n]
            x = (instant - start) / peak
            level += rise * (x * x * math.exp(2.0 * (1.0 - x)) - 0.13 * bump(x - 4.2, 0.9))
        for coffee in self._coffees:
            level += 4.5 * bump(instant - coffee - 2700.0, 1500.0)
        for begin, end, fall in self._moves:
            if instant > begin:
                level -= fall * smoothstep((instant - begin) / 2400.0) * math.exp(-max(0.0, instant - end) / 4500.0)
        return level if level > 72.0 else 72.0 - 14.0 * (1.0 - math.exp((level - 72.0) / 14.0))


def sensor_age(story: Story, day: date) -> int:
    """Whole days since the sensor was changed; a change falls into the last days before the anchor."""
    return ((day - story.anchor).days + 4) % _SENSOR_DAYS


def sensor_offset(story: Story, day: date) -> float:
    """Seconds past each fifth minute at which this sensor measures; another with every sensor."""
    worn = ((day - story.anchor).days + 4) // _SENSOR_DAYS
    return float(int(149 + 149 * grain(track(story.seed, "sensor"), worn)))


def _meals(story: Story, persona: Persona, day: AdultDay) -> list[tuple[float, float, float]]:
    """Each meal as (start, seconds to its height, mg/dL there)."""
    chance = dice(story.seed, persona, "absorption", day.frame.day)
    found = []
    for bite in day.bites:
        dish = bite.dish
        # Fat and fibre slow a meal down and flatten it.
        slow = 1.0 + 0.006 * dish.fat + 0.008 * dish.fibre
        rise = dish.carbs * bite.share * _PER_GRAM * chance.uniform(0.72, 1.22) / slow**0.6
        found.append((bite.at + 480.0, dish.peak * 60.0 * slow * chance.uniform(0.88, 1.12), rise))
    return found


def _gaps(today: AdultDay, chance: Random) -> list[tuple[float, float]]:
    """Times without a signal: the phone out of reach."""
    gaps = []
    if chance.random() < 0.3:
        start = chance.uniform(today.frame.start, today.frame.end - 7200.0)
        gaps.append((start, start + chance.uniform(900.0, 5400.0)))
    return gaps
