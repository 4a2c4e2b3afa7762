"""Numbers that a passkey signs: short-lived, each good for one purpose and once, and none is kept until it was used.

Nobody who asks for many of them pushes another's out of a memory.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from hub.clock import Clock

LASTS = 600
"""Seconds; a sign-in page asks for a new one before."""
_NONCE, _END = 16, 8


class Challenges:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        """A restart ends all challenges that are out."""
        self._used: dict[bytes, int] = {}

    def make(self, purpose: str) -> bytes:
        body = secrets.token_bytes(_NONCE) + (self._now() + LASTS).to_bytes(_END)
        return body + self._mark(body, purpose)

    def good(self, challenge: bytes, purpose: str) -> bool:
        """Whether it was made here for this, lately, and was not used."""
        body, mark = challenge[: _NONCE + _END], challenge[_NONCE + _END :]
        if len(body) != _NONCE + _END or not hmac.compare_digest(mark, self._mark(body, purpose)):
            return False
        return body not in self._used and 0 < int.from_bytes(body[_NONCE:]) - self._now() <= LASTS

    def use(self, challenge: bytes) -> bool:
        """False when it was used before. To be called last, so that only who has a passkey fills memory."""
        body, now = challenge[: _NONCE + _END], self._now()
        if body in self._used:
            return False
        self._used = {one: end for one, end in self._used.items() if end > now}
        self._used[body] = int.from_bytes(body[_NONCE:])
        return True

    def _mark(self, body: bytes, purpose: str) -> bytes:
        return hmac.new(self._key, body + purpose.encode(), hashlib.sha256).digest()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
