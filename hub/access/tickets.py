"""Between the password and the second factor: who has shown the one and not yet the other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access.sessions import digest_of
from hub.clock import Clock

LASTS = timedelta(minutes=5)
MOST = 10
"""At a time for one account; the oldest gives way. Only who knows the password gets any."""


@dataclass(frozen=True, slots=True)
class Ticket:
    account: str
    user_agent: str
    browser: str
    until: datetime


class Tickets:
    """In memory only: after a restart one signs in from the beginning."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._out: dict[str, Ticket] = {}

    def make(self, account: str, user_agent: str, browser: str) -> str:
        now = self._clock.now()
        self._out = {digest: one for digest, one in self._out.items() if one.until > now}
        own = [digest for digest, one in self._out.items() if one.account == account]
        for digest in own[: max(0, len(own) - MOST + 1)]:
            del self._out[digest]
        secret = secrets.token_urlsafe(32)
        self._out[digest_of(secret)] = Ticket(account, user_agent, browser, now + LASTS)
        return secret

    def find(self, secret: str) -> Ticket | None:
        found = self._out.get(digest_of(secret))
        return found if found is not None and found.until > self._clock.now() else None

    def spend(self, secret: str) -> None:
        self._out.pop(digest_of(secret), None)

    def forget(self, account: str) -> None:
        """Its password or factors are others now."""
        self._out = {digest: one for digest, one in self._out.items() if one.account != account}
