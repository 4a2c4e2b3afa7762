"""Slows down whoever guesses passwords or set-up codes."""

from __future__ import annotations

from collections import OrderedDict

from hub.api import Clock
from hub.model import address_group

FREE = 5
"""Wrong tries that cost nothing."""
LONGEST = 300.0
REMEMBERED = 2_000
"""Addresses kept in mind; the ones tried longest ago are forgotten first."""


class Tries:
    """Wrong tries by key (an address, an account); each one beyond the free ones doubles the wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until another try is looked at; 0 when it may be now."""
        count, at = self._wrong.get(_counted(key), (0, 0.0))
        if count < FREE:
            return 0.0
        pause: float = min(LONGEST, 2.0 ** (count - FREE + 1))
        return max(0.0, at + pause - self._clock.monotonic())

    def failed(self, key: str) -> None:
        key = _counted(key)
        count, at = self._wrong.pop(key, (0, 0.0))
        now = self._clock.monotonic()
        # After an hour without a wrong try the count begins anew.
        self._wrong[key] = (1 if now - at > 3_600 else count + 1, now)
        while len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)

    def succeeded(self, key: str) -> None:
        self._wrong.pop(_counted(key), None)


def _counted(key: str) -> str:
    """`address:2001:db8::7` -> the network that one household has to itself; other keys as they are."""
    kind, _, address = key.partition(":")
    return f"{kind}:{address_group(address)}" if address else key
