"""Counts of what came through the door, for /metrics and the status page."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

COMMIT_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds, upper ends of the histogram's buckets but the last."""


@dataclass(slots=True)
class Figures:
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    commit_seconds: list[float] = field(default_factory=list)
    """Durations of the newest commits, newest last, at most 1,000."""
    commit_buckets: list[int] = field(default_factory=lambda: [0] * (len(COMMIT_BOUNDS) + 1))
    """Commits by duration since the start, one count for each of `COMMIT_BOUNDS` and one for what took longer."""
    commit_total: float = 0.0
    """Seconds of all commits since the start."""

    def committed(self, seconds: float) -> None:
        self.commit_seconds.append(seconds)
        self.commit_buckets[bisect_left(COMMIT_BOUNDS, seconds)] += 1
        self.commit_total += seconds
        if len(self.commit_seconds) > 1_000:
            del self.commit_seconds[:500]
