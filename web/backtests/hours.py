"""Runs by the hour of the day: twenty-four bars, and when they come in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.drawing.paths import short

TALL = 40.0


@dataclass(frozen=True, slots=True)
class HourBar:
    x: str
    y: str
    height: str
    refused_y: str
    refused: str


@dataclass(frozen=True, slots=True)
class Hours:
    bars: tuple[HourBar, ...]
    words: str


def hours(counts: Sequence[Sequence[int]], most: int) -> Hours:
    """`most`: of one hour of all that stand side by side."""
    bars = []
    for hour, (ran, refused) in enumerate(counts):
        tall, rest = (ran / most * TALL, refused / most * TALL) if most else (0.0, 0.0)
        bars.append(
            HourBar(
                short(hour * 10 + 1), short(TALL - tall), short(tall), short(TALL - tall - rest), short(rest)
            )
        )  # fmt: skip
    return Hours(tuple(bars), _words([one[0] for one in counts]))


def _words(ran: Sequence[int]) -> str:
    """`Mostly between 18 and 21 h`, where a quarter of the day holds most of them."""
    total = sum(ran)
    if total < 4:
        return ""
    for length in (1, 2, 3, 4, 6):
        best = max(range(24), key=lambda start: sum(ran[(start + step) % 24] for step in range(length)))
        inside = sum(ran[(best + step) % 24] for step in range(length))
        if inside >= total * 0.6:
            share = "All" if inside == total else "Mostly"
            return f"{share} between {best:02}:00 and {(best + length) % 24:02}:00"
    return "Spread over the day"
