"""Whether a value rises or falls, from its last readings."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

Points = Sequence[tuple[float, float]]


def trend_of(points: Points, now: float, *, window: float = 3600.0) -> str:
    """`up`, `down` or `flat` over the last `window` seconds, against how much the value moves in a day; else empty."""
    recent = [value for at, value in points if at >= now - window]
    before = [value for at, value in points if now - 3 * window <= at < now - window]
    if len(recent) < 2 or len(before) < 2:
        return ""
    swing = pstdev(value for _, value in points)
    moved = fmean(recent[-3:]) - fmean(before)
    if abs(moved) <= max(0.6 * swing, 1e-9):
        return "flat"
    return "up" if moved > 0 else "down"


def slope(points: Points, now: float, window: float = 20 * 60.0) -> float | None:
    """Change a minute over the last `window` seconds by least squares; None with fewer than three readings."""
    recent = [(at, value) for at, value in points if at >= now - window]
    if len(recent) < 3:
        return None
    middle, level = fmean(at for at, _ in recent), fmean(value for _, value in recent)
    below = sum((at - middle) ** 2 for at, _ in recent)
    return sum((at - middle) * (value - level) for at, value in recent) / below * 60 if below else None
