"""Statistics of angles, which have no first and no last (Fisher 1993; Mardia & Jupp 2000)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time, timedelta
from math import atan2, cos, exp, inf, log, pi, sin, sqrt, tau

DAY = 86_400.0
_SMALL = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813)
_LARGE = (
    0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377,
)  # fmt: skip
SHARPEST = 5_000.0
"""Concentration of a standard deviation of about 3 minutes of a day; sharper ones are told as this."""


def angle_of(seconds: float) -> float:
    """Radians of seconds since midnight."""
    return seconds / DAY * tau


def seconds_of(angle: float) -> float:
    """Seconds since midnight, from 0 to below a day."""
    seconds = angle / tau * DAY % DAY
    return 0.0 if seconds >= DAY else seconds


def time_of(angle: float) -> time:
    """Time of day, to the second."""
    whole = round(seconds_of(angle)) % 86_400
    return time(whole // 3_600, whole % 3_600 // 60, whole % 60)


def span_of(angle: float) -> timedelta:
    """A length of time, to the second."""
    return timedelta(seconds=round(angle / tau * DAY))


def apart(one: float, other: float) -> float:
    """The shorter way round between two angles, 0 to pi."""
    return abs((one - other + pi) % tau - pi)


def mean(angles: Sequence[float], weights: Iterable[float] | None = None) -> tuple[float, float]:
    """Mean direction in [0, 2 pi) and mean resultant length in [0, 1]: Fisher 1993, chapter 2."""
    weighted = list(weights) if weights is not None else [1.0] * len(angles)
    east = sum(weight * cos(angle) for angle, weight in zip(angles, weighted, strict=True))
    north = sum(weight * sin(angle) for angle, weight in zip(angles, weighted, strict=True))
    whole = sum(weighted)
    length = sqrt(east * east + north * north) / whole if whole > 0 else 0.0
    direction = atan2(north, east) % tau
    return (0.0 if direction >= tau else direction), min(1.0, length)


def deviation(length: float) -> float:
    """Circular standard deviation in radians, sqrt(-2 ln R): Mardia & Jupp 2000, chapter 2."""
    return sqrt(max(0.0, -2 * log(length))) if length > 0 else inf


def concentration(length: float) -> float:
    """Von Mises' kappa from the mean resultant length: Best & Fisher 1981; Fisher 1993, chapter 4."""
    if length < 0.53:
        return 2 * length + length**3 + 5 * length**5 / 6
    if length < 0.85:
        return -0.4 + 1.39 * length + 0.43 / (1 - length)
    below = length**3 - 4 * length**2 + 3 * length
    return min(SHARPEST, 1 / below) if below > 0 else SHARPEST


def log_bessel(kappa: float) -> float:
    """ln I0(kappa): Abramowitz & Stegun 1964, 9.8.1 and 9.8.2."""
    if kappa < 3.75:
        return log(_polynomial(_SMALL, (kappa / 3.75) ** 2))
    return kappa - 0.5 * log(kappa) + log(_polynomial(_LARGE, 3.75 / kappa))


def _polynomial(coefficients: Sequence[float], of: float) -> float:
    return sum(one * of**power for power, one in enumerate(coefficients))


def density(angle: float, direction: float, kappa: float, log_scale: float) -> float:
    """Of the von Mises distribution; `log_scale`: ln(2 pi I0(kappa)), worked out once."""
    return exp(kappa * cos(angle - direction) - log_scale)
