"""How a girl of the demo family grows: along a line a little above the middle of the WHO child growth standards."""

from __future__ import annotations

from bisect import bisect_right

_MONTHS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 36)
_WEIGHT = (3.2, 4.2, 5.1, 5.8, 6.4, 6.9, 7.3, 7.9, 8.5, 8.9, 9.6, 10.2, 11.5, 13.9)
_LENGTH = (49.1, 53.7, 57.1, 59.8, 62.1, 64.0, 65.7, 68.7, 71.5, 74.0, 77.5, 80.7, 86.4, 95.1)
_HEAD = (33.9, 36.5, 38.3, 39.5, 40.6, 41.5, 42.2, 43.4, 44.2, 44.9, 45.7, 46.2, 47.2, 48.5)
"""Medians for girls (WHO 2006), kg and cm."""


def weight(months: float) -> float:
    """Kilograms."""
    return 1.035 * _between(_WEIGHT, months)


def length(months: float) -> float:
    """Centimetres."""
    return 1.012 * _between(_LENGTH, months)


def head(months: float) -> float:
    """Circumference in centimetres."""
    return 1.006 * _between(_HEAD, months)


def _between(values: tuple[float, ...], months: float) -> float:
    n = min(max(0, bisect_right(_MONTHS, months) - 1), len(_MONTHS) - 2)
    part = (months - _MONTHS[n]) / (_MONTHS[n + 1] - _MONTHS[n])
    return values[n] + (values[n + 1] - values[n]) * max(0.0, min(1.0, part))
