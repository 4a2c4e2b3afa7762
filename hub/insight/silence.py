"""How long a source is usually silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

WINDOW = timedelta(days=14)
FEWEST = 10
"""Gaps that must have been seen."""
_RARE = 0.99
_TIMES = 3
_LEAST = timedelta(minutes=1)


def usual_silence(heard: Iterable[datetime]) -> timedelta | None:
    """The 99th percentile of the gaps between the instants at which a source was heard, at least 3 times the median.

    Instants that are alike are one (a batch). None where there are fewer than ten gaps.
    """
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(sorted(set(heard))))
    if len(gaps) < FEWEST:
        return None
    return max(timedelta(seconds=max(_percentile(gaps, _RARE), _TIMES * median(gaps))), _LEAST)


def _percentile(ordered: list[float], share: float) -> float:
    """With linear interpolation between neighbours (Hyndman & Fan 1996, type 7)."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
