"""How long to wait before trying again."""

from __future__ import annotations

import random


class Backoff:
    """Doubling from `first` to `longest` seconds, with jitter so that a house of devices does not knock at once."""

    def __init__(self, first: float = 5.0, longest: float = 300.0, seed: str | None = None) -> None:
        self._first, self._longest = first, longest
        self._failures = 0
        self._random = random.Random(seed)

    @property
    def failures(self) -> int:
        return self._failures

    def next(self, asked: float | None = None) -> float:
        """Seconds to wait now; `asked` is what the source itself wished (Retry-After)."""
        wait = min(self._longest, self._first * 2.0 ** min(self._failures, 16))
        self._failures += 1
        if asked is not None:
            return min(max(asked, 1.0), 86_400.0)
        return wait * self._random.uniform(0.75, 1.25)

    def reset(self) -> None:
        self._failures = 0
