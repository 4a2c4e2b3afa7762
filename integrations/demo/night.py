"""A night's sleep: cycles of about ninety minutes, deep sleep early, dreams towards morning, the baby in between."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

AWAKE, LIGHT, DEEP, REM = "awake", "light", "deep", "rem"
_EPOCH = 30.0
_DEEP_MINUTES = (33.0, 26.0, 14.0, 5.0, 2.0)
_REM_MINUTES = (9.0, 19.0, 25.0, 29.0, 31.0)


@dataclass(frozen=True, slots=True)
class Night:
    """Stages from going to bed to getting up; `stages[i]` lasts from `starts[i]` to the next start or `end`."""

    start: float
    end: float
    starts: tuple[float, ...]
    stages: tuple[str, ...]

    def stage(self, instant: float) -> str:
        """The stage at an instant; `awake` outside the night."""
        if not self.start <= instant < self.end:
            return AWAKE
        return self.stages[bisect_right(self.starts, instant) - 1]

    def seconds(self, stage: str) -> float:
        ends = (*self.starts[1:], self.end)
        return sum(end - start for start, end, at in zip(self.starts, ends, self.stages, strict=True) if at == stage)

    @property
    def asleep(self) -> float:
        """Seconds."""
        return self.end - self.start - self.seconds(AWAKE)

    @property
    def efficiency(self) -> float:
        """Share of the time in bed spent asleep, 0 to 1."""
        return self.asleep / (self.end - self.start)

    @property
    def latency(self) -> float:
        """Seconds until the first sleep."""
        return self.starts[1] - self.starts[0] if len(self.starts) > 1 else 0.0

    @property
    def score(self) -> int:
        """0 to 100 from length, efficiency, deep sleep and dreams, as rings reckon it."""
        length = math.pow(min(1.0, self.asleep / (7.9 * 3600)), 1.6)
        deep = min(1.0, self.seconds(DEEP) / (95 * 60))
        rem = min(1.0, self.seconds(REM) / (110 * 60))
        return round(100 * (0.45 * length + 0.25 * self.efficiency**2 + 0.15 * deep + 0.15 * rem))


def sleep(start: float, end: float, wakings: Sequence[tuple[float, float]], dice: Random, depth: float = 1.0) -> Night:
    """Sleep from `start` to `end`, up during each of `wakings` (start, seconds); `depth` scales deep sleep."""
    start, end = _round(start), _round(end)
    interruptions = sorted((at, length) for at, length in wakings if start + 1800 < at < end - 2400)
    parts: list[tuple[float, str]] = [(start, AWAKE)]
    now = start + _minutes(dice.lognormvariate(2.4, 0.45))
    cycle = 0
    while now < end:
        for stage, minutes in _cycle(cycle, depth, dice):
            length = _minutes(minutes)
            if interruptions and interruptions[0][0] <= now + length:
                at, up = interruptions.pop(0)
                _add(parts, now, stage)
                _add(parts, max(now + _EPOCH, _round(at)), AWAKE)
                now = max(now + _EPOCH, _round(at)) + _minutes(up / 60)
                _add(parts, now, LIGHT)
                now += _minutes(dice.uniform(6, 14))
                continue
            _add(parts, now, stage)
            now += length
            if now >= end:
                break
        cycle += 1
    kept = [(at, stage) for at, stage in parts if at < end]
    return Night(start, end, tuple(at for at, _ in kept), tuple(stage for _, stage in kept))


def _cycle(number: int, depth: float, dice: Random) -> list[tuple[str, float]]:
    """One cycle as (stage, minutes); deep sleep and dreams are only entered through light sleep."""
    length = dice.gauss(93, 8)
    at = min(number, 4)
    deep = max(0.0, _DEEP_MINUTES[at] * depth * dice.uniform(0.75, 1.25))
    rem = _REM_MINUTES[at] * dice.uniform(0.7, 1.25)
    light = max(18.0, length - deep - rem)
    parts = [(LIGHT, light * dice.uniform(0.3, 0.5))]
    if deep >= 4.0:
        if deep > 22.0 and dice.random() < 0.6:
            share = dice.uniform(0.35, 0.65)
            parts += [(DEEP, deep * share), (LIGHT, dice.uniform(1.5, 4)), (DEEP, deep * (1 - share))]
        else:
            parts.append((DEEP, deep))
    parts.append((LIGHT, max(5.0, light - parts[0][1])))
    parts.append((REM, rem))
    if dice.random() < 0.45:
        parts.append((AWAKE, dice.uniform(1, 4)))
    return parts


def _add(parts: list[tuple[float, str]], at: float, stage: str) -> None:
    if parts[-1][1] != stage:
        parts.append((at, stage))


def _minutes(minutes: float) -> float:
    return max(_EPOCH, _round(minutes * 60))


def _round(seconds: float) -> float:
    return round(seconds / _EPOCH) * _EPOCH
