"""Wishes for a right, left for an owner: few, and each once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import Conflict, NotFound, TooManyTries
from hub.model import Verb

_KEY = "access.wishes"
OPEN = 5
"""Wishes of one account that wait for an answer at most."""
A_DAY = 10
"""Wishes of one account within 24 hours, whatever became of them."""
DAY = timedelta(days=1)
KEPT = timedelta(days=30)
"""A wish that nobody answers ends by itself."""


@dataclass(frozen=True, slots=True)
class Wish:
    id: str
    account: str
    verb: Verb
    person: str
    subject: str
    """A metric key or `journal:<kind>`; "" for all of the person."""
    at: datetime


_stored = TypeAdapter(list[Wish])


class Asking:
    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._all: dict[str, Wish] = {}
        self._made: dict[str, list[datetime]] = {}

    async def load(self) -> None:
        kept = await self._store.get_setting(_KEY) or {}
        self._all = {one.id: one for one in _stored.validate_python(kept.get("open", []))}
        self._made = {
            key: [datetime.fromtimestamp(us / 1e6, UTC) for us in made] for key, made in kept.get("made", {}).items()
        }

    @property
    def open(self) -> list[Wish]:
        """Oldest first."""
        now = self._clock.now()
        return [one for one in self._all.values() if now - one.at < KEPT]

    async def ask(self, account: str, verb: Verb, person: str, subject: str) -> Wish:
        """The wish, or the same one made before. Raises Conflict, TooManyTries."""
        own = [one for one in self.open if one.account == account]
        for one in own:
            if (one.verb, one.person, one.subject) == (verb, person, subject):
                return one
        if len(own) >= OPEN:
            raise Conflict(f"you have asked for {OPEN} things already; wait for the answer")
        now = self._clock.now()
        made = [at for at in self._made.get(account, []) if now - at < DAY]
        if len(made) >= A_DAY:
            raise TooManyTries((made[0] + DAY - now).total_seconds())
        wish = Wish(uuid.uuid4().hex[:12], account, verb, person, subject, now)
        self._made[account] = [*made, now]
        self._all[wish.id] = wish
        await self._save()
        return wish

    def get(self, wish: str) -> Wish:
        """Raises NotFound."""
        found = next((one for one in self.open if one.id == wish), None)
        if found is None:
            raise NotFound(f"there is no request {wish!r}; it may have been answered")
        return found

    async def answered(self, wish: str) -> Wish:
        found = self.get(wish)
        del self._all[wish]
        await self._save()
        return found

    async def forget(self, account: str) -> None:
        """Of an account that is removed."""
        self._all = {key: one for key, one in self._all.items() if one.account != account}
        self._made.pop(account, None)
        await self._save()

    async def _save(self) -> None:
        now = self._clock.now()
        self._all = {one.id: one for one in self.open}
        self._made = {key: made for key, made in self._made.items() if any(now - at < DAY for at in made)}
        made = {key: [int(at.timestamp() * 1e6) for at in all_] for key, all_ in self._made.items()}
        await self._store.set_setting(_KEY, {"open": _stored.dump_python(list(self._all.values()), mode="json"),
                                             "made": made})  # fmt: skip
