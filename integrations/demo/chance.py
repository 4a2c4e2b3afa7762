"""Chance that can be repeated: a seed and a name give the same number on every machine and in every run."""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random
from zlib import crc32

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_SCALE = 2.0**-52


def dice(seed: int, *name: object) -> Random:
    """A generator of its own for what `name` says, so that one story never shifts another."""
    return Random("/".join([str(seed), *map(str, name)]))


@lru_cache(maxsize=512)
def track(seed: int, name: str) -> int:
    """The key of a named noise track, for `grain` and `drift`."""
    return (crc32(name.encode()) << 32 | (seed * 0x9E37_79B9 & 0xFFFF_FFFF)) & _MASK


def grain(key: int, index: int) -> float:
    """White noise: an even number in [-1, 1) that belongs to `index` (splitmix64's mixer)."""
    z = (index * 0x9E37_79B9_7F4A_7C15 + key) & _MASK
    z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9 & _MASK
    z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB & _MASK
    return ((z ^ (z >> 31)) >> 11) * _SCALE - 1.0


def drift(key: int, x: float) -> float:
    """Smooth noise in (-1, 1): a new random level at every whole `x`, and an even passage between them."""
    index = math.floor(x)
    part = x - index
    before = grain(key, index)
    return before + (grain(key, index + 1) - before) * part * part * (3.0 - 2.0 * part)


def bump(x: float, width: float) -> float:
    """A bell of height 1 around 0."""
    x /= width
    return math.exp(-0.5 * x * x) if -6.0 < x < 6.0 else 0.0


def smoothstep(x: float) -> float:
    """0 below 0, 1 above 1, even in between."""
    return 0.0 if x <= 0.0 else 1.0 if x >= 1.0 else x * x * (3.0 - 2.0 * x)
