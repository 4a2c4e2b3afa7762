"""Signed-in browsers: since when, seen when, and how they end. Only digests of their ids are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import NotFound, StorageUnavailable

DAYS = 30
FRESH = timedelta(minutes=10)
"""How long a proof of who sits at the browser holds for what only owners do."""
_SEEN = "access.seen"
_PROVED = "access.proved"
_NOTED = timedelta(minutes=10)
"""How old the time of the last visit on disk may be; in memory it is exact."""


@dataclass(frozen=True, slots=True)
class BrowserSession:
    digest: str
    account: str
    since: datetime
    seen: datetime
    expires: datetime
    user_agent: str = ""
    proved_at: datetime | None = None
    """When a password, passkey or code last proved who sits there."""

    @property
    def id(self) -> str:
        """What lists and addresses call it; opens nothing."""
        return self.digest[:16]


class Sessions:
    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._all: dict[str, BrowserSession] = {}
        self._noted: datetime | None = None

    async def load(self) -> None:
        seen = await self._store.get_setting(_SEEN) or {}
        proved = await self._store.get_setting(_PROVED) or {}
        self._all = {
            one.id_digest: BrowserSession(
                one.id_digest,
                one.account,
                _at(one.created_us),
                _at(seen.get(one.id_digest, one.created_us)),
                _at(one.expires_us),
                one.user_agent,
                _at(proved[one.id_digest]) if one.id_digest in proved else None,
            )
            for one in await self._store.load_sessions()
        }

    async def open(self, account: str, user_agent: str, *, proved: bool = True) -> str:
        """A new session's id; `proved`: who it is was shown just now."""
        now = self._clock.now()
        return await self._begin(
            BrowserSession("", account, now, now, now + timedelta(days=DAYS), user_agent[:200], now if proved else None)
        )

    async def renew(self, digest: str) -> str:
        """Who sits there has proved it just now: the session's new id, the old one opens nothing. Raises NotFound."""
        found = self.live(digest)
        if found is None:
            raise NotFound("this session has ended; sign in again")
        secret = await self._begin(replace(found, proved_at=self._clock.now()))
        await self.end([digest])
        return secret

    def fresh(self, digest: str) -> bool:
        """Whether who sits there proved it lately; never when the clock was set back since."""
        found = self.live(digest)
        if found is None or found.proved_at is None:
            return False
        return abs(self._clock.now() - found.proved_at) <= FRESH

    def fresh_until(self, secret: str) -> datetime:
        """The end of its last proof; now, when there is none."""
        found = self.live(digest_of(secret))
        return found.proved_at + FRESH if found is not None and found.proved_at is not None else self._clock.now()

    async def _begin(self, one: BrowserSession) -> str:
        secret = secrets.token_urlsafe(32)
        one = replace(one, digest=digest_of(secret))
        await self._store.save_session(one.digest, one.account, _us(one.since), _us(one.expires), one.user_agent)
        self._all[one.digest] = one
        proved = {key: _us(held.proved_at) for key, held in self._all.items() if held.proved_at and self.fresh(key)}
        await self._store.set_setting(_PROVED, proved)
        return secret

    def live(self, digest: str) -> BrowserSession | None:
        found = self._all.get(digest)
        return found if found is not None and found.expires > self._clock.now() else None

    async def visit(self, secret: str) -> BrowserSession | None:
        """The session that a browser shows; None when it has ended."""
        found = self.live(digest_of(secret))
        if found is None:
            return None
        now = self._clock.now()
        self._all[found.digest] = replace(found, seen=now)
        if self._noted is None or now - self._noted > _NOTED:
            self._noted = now
            # A full disk must not keep anybody from reading.
            with suppress(StorageUnavailable):
                await self._store.set_setting(_SEEN, {one.digest: _us(one.seen) for one in self._all.values()})
        return found

    def of(self, account: str | None = None) -> list[BrowserSession]:
        """Those still open, seen latest first; None: everybody's."""
        now = self._clock.now()
        found = [one for one in self._all.values() if one.expires > now and account in (None, one.account)]
        return sorted(found, key=lambda one: one.seen, reverse=True)

    async def end(self, digests: Iterable[str]) -> int:
        """How many of them were open."""
        ended = [one for one in digests if self._all.pop(one, None) is not None]
        for digest in ended:
            await self._store.remove_session(digest)
        return len(ended)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _us(at: datetime) -> int:
    return int(at.timestamp() * 1e6)


def _at(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1e6, UTC)
