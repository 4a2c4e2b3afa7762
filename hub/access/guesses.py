"""Wrong passwords, counted for each account over all addresses; the count outlives a restart."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import TooManyTries

FREE = 5
"""Wrong tries within an hour that cost nothing."""
LONGEST = 900.0
"""Seconds to wait at most between two tries, before the day's number is used up."""
MOST = 90
"""Wrong tries in any 24 hours, from all addresses together."""
DAY = timedelta(days=1)
REMEMBERED = 2_000
"""Names that belong to nobody; those tried longest ago are forgotten first."""
_KEY = "access.guesses"


class Guesses:
    """A guess counts from before it is looked at, so that neither a flood nor a crash hides one."""

    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._kept: dict[str, list[datetime]] = {}
        self._of_nobody: OrderedDict[str, list[datetime]] = OrderedDict()

    async def load(self) -> None:
        stored = await self._store.get_setting(_KEY) or {}
        self._kept = {key: [datetime.fromtimestamp(us / 1e6, UTC) for us in at] for key, at in stored.items()}

    def wait(self, key: str) -> float:
        """Seconds until another guess is looked at; 0 when it may be now."""
        now = self._clock.now()
        guesses = [at for at in self._kept.get(key) or self._of_nobody.get(key) or [] if now - at < DAY]
        if len(guesses) >= MOST:
            return (guesses[-MOST] + DAY - now).total_seconds()
        recent = sum(now - at < timedelta(hours=1) for at in guesses)
        if recent < FREE:
            return 0.0
        pause = min(LONGEST, 2.0 ** (recent - FREE + 1))
        return max(0.0, (guesses[-1] - now).total_seconds() + pause)

    async def begin(self, key: str, *, keep: bool) -> datetime:
        """Count a guess; `keep` it on disk where the key is a real account's. Raises TooManyTries."""
        wait = self.wait(key)
        if wait > 0:
            raise TooManyTries(wait)
        now = self._clock.now()
        if not keep:
            self._of_nobody[key] = [*(at for at in self._of_nobody.pop(key, []) if now - at < DAY), now]
            while len(self._of_nobody) > REMEMBERED:
                self._of_nobody.popitem(last=False)
            return now
        self._kept[key] = [*(at for at in self._kept.get(key, []) if now - at < DAY), now]
        await self._save()
        return now

    async def right(self, key: str, at: datetime) -> None:
        """The guess of `begin` was none. Wrong ones before still count: somebody else may have made them."""
        guesses = self._kept.get(key, [])
        if at in guesses:
            guesses.remove(at)
            await self._save()

    async def forget(self, account: str) -> None:
        """Of an account that is removed, or whose password was set anew by the owner."""
        for key in [one for one in self._kept if one == account or one.endswith(f"@{account}")]:
            del self._kept[key]
        await self._save()

    async def _save(self) -> None:
        now = self._clock.now()
        self._kept = {key: at for key, at in self._kept.items() if at and now - at[-1] < DAY}
        await self._store.set_setting(
            _KEY, {key: [int(at.timestamp() * 1e6) for at in guesses] for key, guesses in self._kept.items()}
        )
