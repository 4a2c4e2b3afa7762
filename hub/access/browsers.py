"""Browsers that have signed in before: nobody's wrong guesses elsewhere keep them out."""

from __future__ import annotations

import hashlib

from hub.access.store import AccountStore
from hub.clock import Clock

MOST = 20
"""Browsers remembered of one account; the one used longest ago is forgotten first."""
_KEY = "access.browsers"


class Browsers:
    """Digests of what a browser's cookie carries, by account."""

    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._known: dict[str, dict[str, int]] = {}
        """Account -> digest -> last sign-in, us."""

    async def load(self) -> None:
        self._known = await self._store.get_setting(_KEY) or {}

    def known(self, browser: str, account: str) -> str:
        """The digest's beginning when this browser has signed in to the account before, else nothing."""
        digest = _digest(browser)
        return digest[:16] if browser and digest in self._known.get(account, {}) else ""

    async def remember(self, browser: str, account: str) -> None:
        if not browser:
            return
        known = self._known.setdefault(account, {})
        known[_digest(browser)] = int(self._clock.now().timestamp() * 1e6)
        self._known[account] = dict(sorted(known.items(), key=lambda one: one[1])[-MOST:])
        await self._store.set_setting(_KEY, self._known)

    async def forget(self, account: str) -> None:
        if self._known.pop(account, None) is not None:
            await self._store.set_setting(_KEY, self._known)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
