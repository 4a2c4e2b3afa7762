"""Seeds of apps that have not shown a right code yet; in memory only."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.clock import Clock
from hub.errors import NotFound

LASTS = timedelta(minutes=15)


class Enrolling:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: dict[str, tuple[str, datetime]] = {}

    def begin(self, account: str, household: str) -> tuple[str, str]:
        """The account's seed, the same while it waits, and the `otpauth:` address that an app reads."""
        from pyotp import TOTP, random_base32

        found = self._begun.get(account)
        seed = found[0] if found is not None and found[1] > self._clock.now() else random_base32()
        self._begun[account] = (seed, self._clock.now() + LASTS)
        issuer = " ".join(f"Homeostat {household}".replace(":", " ").split())
        return seed, TOTP(seed).provisioning_uri(name=account, issuer_name=issuer)

    def seed(self, account: str) -> str:
        """Raises NotFound when nothing was begun, or too long ago."""
        found = self._begun.get(account)
        if found is None or found[1] <= self._clock.now():
            raise NotFound("this took too long; begin again with a new code to photograph")
        return found[0]

    def forget(self, account: str) -> None:
        self._begun.pop(account, None)
