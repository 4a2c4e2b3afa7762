"""Counts of what came through the door, for /metrics and the status page."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    accepted: int = 0
    unchanged: int = 0
    corrected: int = 0
    rejected: int = 0
    implausible: int = 0
    late: int = 0
    commit_seconds: list[float] = field(default_factory=list)
    """Durations of the newest commits, newest last, at most 1,000."""

    def committed(self, seconds: float) -> None:
        self.commit_seconds.append(seconds)
        if len(self.commit_seconds) > 1_000:
            del self.commit_seconds[:500]
