"""What is usual for this very person, from their own last weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

FEWEST = 5
"""Days below which nothing is called usual."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The middle of earlier days, and how far most of them lie around it."""

    middle: float
    low: float
    """A quarter of the days lay below."""
    high: float
    lowest: float
    """A tenth lay below."""
    highest: float
    days: int


def usual_of(values: Sequence[float]) -> Usual | None:
    """None while there are too few days to tell."""
    if len(values) < FEWEST:
        return None
    tenths = quantiles(values, n=20, method="inclusive")
    return Usual(median(values), tenths[4], tenths[14], tenths[1], tenths[17], len(values))


def compared(value: float, usual: Usual | None, *, less: str = "short of", more: str = "more than") -> str:
    """`about usual`, `a little short of usual`, `much more than usual`; empty while nothing is usual yet."""
    if usual is None:
        return ""
    # Days that differ by less than a twentieth are alike, however regular somebody lives.
    near = max(abs(usual.middle) * 0.05, 1e-9)
    # Where some days are wholly unlike the others, the middle half of them is too wide a measure.
    close = abs(value - usual.middle) <= max(abs(usual.middle) * 0.25, near)
    if close and usual.low - near / 2 <= value <= usual.high + near / 2:
        return "about usual"
    if value < usual.middle:
        return f"{'well' if value < usual.lowest - near else 'a little'} {less} usual"
    return f"{'much' if value > usual.highest + near else 'a little'} {more} usual"
