"""Columns to draw: readings where there are few, hours or days where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Resolution = Literal["raw", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Chart:
    """Equal-length columns; `times` in seconds since 1970, values in the canonical unit, None where there is none."""

    entity_id: str
    unit: str
    resolution: Resolution
    times: Sequence[float]
    values: Sequence[float | str | None]
    low: Sequence[float | None] = field(default_factory=list)
    high: Sequence[float | None] = field(default_factory=list)


def resolution_for(span_seconds: float, points: int, typical_gap: float) -> Resolution:
    """The finest one that stays near `points`, when readings come every `typical_gap` seconds."""
    if span_seconds / max(typical_gap, 1.0) <= points:
        return "raw"
    return "hour" if span_seconds / 3_600 <= points * 4 else "day"
