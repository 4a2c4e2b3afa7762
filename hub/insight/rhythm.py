"""A day's usual times: a mixture of von Mises distributions over times of day, their number chosen by BIC.

Candidates are the hills of kernel densities of several widths (Fisher 1993, chapter 2); each gives a mixture in which
every hill is one von Mises distribution (Mardia & Jupp 2000, chapters 3 and 5) and what lies far from all is spread
evenly over the day. The Bayesian information criterion (Schwarz 1978) chooses among them, and against no rhythm at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import cos, exp, log, tau
from typing import NamedTuple

from hub.insight.circle import angle_of, apart, concentration, density, deviation, log_bessel, mean

_BINS = 144
"""Ten minutes each: the density is looked at there."""
_WIDTHS = tuple(angle_of(60 * minutes) for minutes in (150, 105, 75, 52, 37, 26, 18))
_NEAR = angle_of(45 * 60)
"""Whatever its spread, a time as close as this belongs to a hill."""
_WIDEST = angle_of(150 * 60)
"""Spread beyond which nobody would call it a usual time."""
_ROUNDED = angle_of(5 * 60)
"""Spread that is added to each hill where mixtures are compared: people round what they write down."""
_MOST = 12
_STRONG = 6.0
"""By how much BIC must speak for a rhythm against none: strong evidence in Kass & Raftery 1995."""


class Hill(NamedTuple):
    direction: float
    spread: float
    """Circular standard deviation, radians."""
    members: tuple[int, ...]
    """Places of its angles."""


def hills(angles: Sequence[float], weights: Sequence[float]) -> list[Hill]:
    """The usual angles, in order round the circle; none where nothing says that there is a rhythm."""
    if not angles:
        return []
    best, least = list[Hill](), _information([], angles, weights) - _STRONG
    tried: set[tuple[int, ...]] = set()
    for kernel in _kernels():
        valleys = _valleys(_density(angles, weights, kernel))
        if valleys in tried or len(valleys) > _MOST:
            continue
        tried.add(valleys)
        fitted = [_fitted(part, angles, weights) for part in _parts(valleys, angles)]
        found = [one for one in fitted if one is not None and one.spread <= _WIDEST]
        information = _information(found, angles, weights)
        if found and information < least:
            best, least = found, information
    return sorted(best)


@lru_cache(maxsize=1)
def _kernels() -> list[list[float]]:
    """Von Mises kernels, by how many bins two angles are apart."""
    return [[exp((cos(tau * step / _BINS) - 1) / width**2) for step in range(_BINS)] for width in _WIDTHS]


def _density(angles: Sequence[float], weights: Sequence[float], kernel: Sequence[float]) -> list[float]:
    filled: dict[int, float] = {}
    for angle, weight in zip(angles, weights, strict=True):
        place = int(angle / tau * _BINS) % _BINS
        filled[place] = filled.get(place, 0.0) + weight
    return [sum(weight * kernel[(bin_ - place) % _BINS] for place, weight in filled.items()) for bin_ in range(_BINS)]


def _valleys(heights: Sequence[float]) -> tuple[int, ...]:
    """Bins where the density is least between two hills; a plain without hills has one."""
    lowest = min(range(_BINS), key=heights.__getitem__)
    found, climbed = [lowest], False
    low = lowest
    for step in range(1, _BINS):
        at = (lowest + step) % _BINS
        if heights[at] > heights[(at - 1) % _BINS]:
            if climbed and heights[low] < heights[(low - 1) % _BINS]:
                found.append(low)
            climbed, low = True, at
        elif heights[at] < heights[(at - 1) % _BINS]:
            low = at
    return tuple(sorted(set(found)))


def _parts(valleys: Sequence[int], angles: Sequence[float]) -> Iterator[list[int]]:
    """Places of the angles between each valley and the next."""
    edges = [tau * one / _BINS for one in valleys]
    for number, start in enumerate(edges):
        width = (edges[(number + 1) % len(edges)] - start) % tau or tau
        part = [place for place, angle in enumerate(angles) if (angle - start) % tau < width]
        if part:
            yield part


def _fitted(part: Sequence[int], angles: Sequence[float], weights: Sequence[float]) -> Hill | None:
    """A hill without what lies far from it; None where fewer than three are left."""
    members = list(part)
    for _ in range(4):
        if len(members) < 3:
            return None
        direction, length = mean([angles[one] for one in members], [weights[one] for one in members])
        reach = max(_NEAR, 2.5 * deviation(length))
        kept = [one for one in part if apart(angles[one], direction) <= reach]
        if kept == members:
            break
        members = kept
    direction, length = mean([angles[one] for one in members], [weights[one] for one in members])
    return Hill(direction, deviation(length), tuple(members)) if len(members) >= 3 else None


def _information(found: Sequence[Hill], angles: Sequence[float], weights: Sequence[float]) -> float:
    """BIC: lower is better. Weights count as as many samples as they are worth (Kish 1965)."""
    whole = sum(weights)
    worth = whole**2 / sum(weight * weight for weight in weights)
    inside = [sum(weights[one] for one in hill.members) / whole for hill in found]
    even = max(1 - sum(inside), 1 / (worth + 1)) if found else 1.0
    scale = (1 - even) / sum(inside) if found else 0.0
    shapes = []
    for hill, share in zip(found, inside, strict=True):
        kappa = concentration(exp(-(hill.spread**2 + _ROUNDED**2) / 2))
        shapes.append((share * scale, hill.direction, kappa, log(tau) + log_bessel(kappa)))
    likelihood = 0.0
    for angle, weight in zip(angles, weights, strict=True):
        each = even / tau + sum(share * density(angle, *shape) for share, *shape in shapes)
        likelihood += weight * log(each)
    return -2 * likelihood * worth / whole + 3 * len(found) * log(max(worth, 2.0))
