"""Wrong credentials make their address wait; those that were right before, and all other addresses, do not."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from hub.api import Clock, Credential

DELAY, LONGEST = 2.0, 30.0
"""Seconds more for each failure in a row, and at most."""
FORGIVEN_AFTER = 300.0
WAITING = 8
"""Requests of one address that may wait at a time."""
REMEMBERED = 2_000


@dataclass(slots=True)
class _Address:
    failures: int = 0
    until: float = 0.0
    waiting: int = 0


class TooMany(Exception):
    """An address has enough requests waiting."""


class Throttle:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._addresses: OrderedDict[str, _Address] = OrderedDict()
        self._good: OrderedDict[bytes, None] = OrderedDict()

    async def wait(self, address: str, credential: Credential) -> None:
        """Return when this address may try a credential that is not known to be right. Raises TooMany."""
        found = self._addresses.get(address)
        if found is None or _digest(credential) in self._good:
            return
        left = found.until - self._clock.monotonic()
        if left <= 0:
            return
        if found.waiting >= WAITING:
            raise TooMany
        found.waiting += 1
        try:
            await self._clock.sleep(left)
        finally:
            found.waiting -= 1

    def failed(self, address: str) -> None:
        now = self._clock.monotonic()
        found = self._addresses.setdefault(address, _Address())
        if now - found.until > FORGIVEN_AFTER:
            found.failures = 0
        found.failures += 1
        found.until = max(now, found.until) + min(LONGEST, DELAY * found.failures)
        found.until = min(found.until, now + LONGEST)
        self._addresses.move_to_end(address)
        while len(self._addresses) > REMEMBERED:
            self._addresses.popitem(last=False)

    def succeeded(self, address: str, credential: Credential) -> None:
        """A credential seen to be right for the first time mends its address: somebody has corrected a mistake."""
        if _digest(credential) not in self._good:
            self._addresses.pop(address, None)
        self._good[_digest(credential)] = None
        self._good.move_to_end(_digest(credential))
        while len(self._good) > REMEMBERED:
            self._good.popitem(last=False)


def _digest(credential: Credential) -> bytes:
    return hashlib.sha256(f"{credential.scheme}:{credential.value}".encode()).digest()
