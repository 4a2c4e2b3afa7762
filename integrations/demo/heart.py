"""An adult's heart: a level for every instant, and what a ring reckons from a night of it."""

from __future__ import annotations

import math

from integrations.demo.chance import dice, drift, grain, smoothstep, track
from integrations.demo.family import TRAITS, AdultDay
from integrations.demo.night import DEEP, LIGHT, REM, Night
from integrations.demo.story import Persona, Story

_RISE, _FALL = 720.0, 420.0
"""Seconds to warm up; time constant of recovery. Slow enough that five minutes never hold a jump that is marked."""
_STAGE = {DEEP: -2.5, LIGHT: 0.0, REM: 3.5}


class Heart:
    """Beats per minute of one adult on one local day."""

    def __init__(self, story: Story, persona: Persona, today: AdultDay, tonight: Night) -> None:
        self._story, self._persona, self._today, self._tonight = story, persona, today, tonight
        self._traits = TRAITS[persona]
        name = f"{persona}-heart"
        self._slow, self._fast, self._beat = (track(story.seed, f"{name}-{part}") for part in ("slow", "fast", "beat"))
        # Trained hearts slow down: half a beat in three months.
        self._level = self._traits.resting - 0.006 * (today.frame.day - story.anchor).days
        self._tension = 4.0 if today.work else 0.0

    def at(self, instant: float) -> float:
        """The rate at an instant of the day, between 38 and 185, with one decimal of noise."""
        today = self._today
        quick = 0.6 * drift(self._fast, instant / 150.0) + 0.4 * grain(self._beat, int(instant / 5.0))
        night = today.night if instant < today.frame.start + 43_200.0 else self._tonight
        asleep = smoothstep((instant - night.start) / 1500) - smoothstep((instant - night.end + 240) / 480)
        lively = self._level + 13.0 + 3.0 * math.sin((today.frame.hour(instant) - 9.5) / 24 * 2 * math.pi)
        lively += 5.5 * drift(self._slow, instant / 1500.0) + 4.0 * quick
        if self._tension and today.work and today.work[0] < instant < today.work[1]:
            lively += self._tension * (0.6 + 0.8 * drift(self._slow, instant / 4700.0))
        for bite in today.bites:
            since = (instant - bite.at) / 3600.0
            if 0 < since < 2.5:
                lively += 5.0 * since * math.exp(1 - since / 0.7) / 0.7
        lively += self._moving(instant, quick)
        level = lively if asleep <= 0.0 else lively + (self._quiet(night, instant, quick) - lively) * asleep
        return max(38.0, min(185.0, level + 8.5 * self._story.heat(self._persona, today.frame, instant)))

    def _quiet(self, night: Night, instant: float, quick: float) -> float:
        """The rate in bed: a hammock with its lowest point before dawn, shaped by stages."""
        part = (instant - night.start) / (night.end - night.start)
        level = self._level + 7.0 * max(0.0, 1 - part * 1.7) + 2.0 * max(0.0, part - 0.8) * 5 - 1.0
        if night.start <= instant < night.end:
            stage = night.stage(instant)
            level += _STAGE.get(stage, 11.0)
            return level + (3.2 if stage == REM else 1.6) * quick
        return level + 2.0 * quick

    def _moving(self, instant: float, quick: float) -> float:
        effort = 0.0
        for bout in self._today.bouts:
            if instant > bout.start:
                up = bout.beats * smoothstep((min(instant, bout.end) - bout.start) / _RISE)
                if instant > bout.end:
                    up *= math.exp((bout.end - instant) / _FALL)
                else:
                    up *= 1.0 + 0.07 * quick + 0.06 * (instant - bout.start) / (bout.end - bout.start)
                effort = max(effort, up)
        return effort


def nightly_hrv(story: Story, persona: Persona, today: AdultDay, wine: bool) -> float:
    """RMSSD of the night that ended this morning, ms: less after wine, short nights and fever, more after rest."""
    chance = dice(story.seed, persona, "hrv", today.frame.day)
    level = TRAITS[persona].hrv * (1 + 0.0009 * (today.frame.day - story.anchor).days)
    level *= math.exp(chance.gauss(0, 0.11)) * (0.8 if wine else 1.0) * (1 - 0.22 * min(2.0, today.fever))
    return round(level * min(1.08, 0.75 + today.night.asleep / (7.6 * 3600) * 0.3), 1)


def resting(story: Story, persona: Persona, today: AdultDay, wine: bool) -> float:
    """The night's lowest sustained rate, beats per minute."""
    chance = dice(story.seed, persona, "resting", today.frame.day)
    level = TRAITS[persona].resting - 2.0 - 0.006 * (today.frame.day - story.anchor).days
    return round(level + chance.gauss(0, 0.9) + (4.0 if wine else 0.0) + 7.0 * today.fever)
