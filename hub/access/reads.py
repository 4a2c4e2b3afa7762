"""Who looked into whose data, and wrote into it: folded, so that an hour of it is one line of the trail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hub.access.accounts import Accounts
from hub.access.trail import Trail
from hub.clock import Clock
from hub.errors import HubError, NotFound
from hub.model import HOUSEHOLD, Actor

READ, RECORD = "read", "record"
HOUR = timedelta(hours=1)
NAMED = 12
"""Metrics and kinds that a line names; of more it tells how many."""
_AGAIN = timedelta(seconds=15)
"""Until a line that could not be written is tried again."""
_KEY = "access.reads"


class _Key(NamedTuple):
    account: str
    person: str
    action: str


@dataclass(slots=True)
class _Fold:
    """What one account did with one person's data."""

    until: datetime | None = None
    """No further line before; None: the first is not written yet."""
    told: set[str] = field(default_factory=set)
    more: set[str] = field(default_factory=set)
    """Seen since the last line."""


class Reads:
    """Asked at every look; writes by itself: the first look at once, what is new after it an hour later."""

    def __init__(self, trail: Trail, accounts: Accounts, clock: Clock) -> None:
        self._trail, self._accounts, self._clock = trail, accounts, clock
        self._folds: dict[_Key, _Fold] = {}
        self._news = asyncio.Event()
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Lines of the last hour go on holding after a restart."""
        now = self._clock.now()
        for action in (READ, RECORD):
            for one in await self._trail.tail(10_000, actions=(action,), since=now - HOUR):
                key = _Key(one.line.account, one.line.person, one.line.action)
                if key not in self._folds and one.line.action == action:
                    self._folds[key] = _Fold(datetime.fromtimestamp(one.line.at_us / 1e6, UTC) + HOUR)
        for account, person, action, told, more in await self._trail.setting(_KEY) or ():
            fold = self._folds.setdefault(_Key(account, person, action), _Fold())
            fold.told, fold.more = set(told), set(more)
        self._news.set()

    def saw(self, actor: Actor, person: str, kinds: Iterable[str], action: str = READ) -> None:
        """`actor` looked at these metrics and `journal:` kinds of `person`; one's own and the household's are free."""
        if self._free(actor, person):
            return
        key = _Key(actor.account, person, action)
        fold = self._folds.get(key)
        if fold is None:
            fold = self._folds[key] = _Fold()
            self._news.set()
        fold.more.update(one for one in kinds if one not in fold.told)
        if actor.token is not None and (token := f"token {actor.token}") not in fold.told:
            fold.more.add(token)

    def saw_all(self, actor: Actor, person: str, mark: str, kinds: Callable[[], Iterable[str]]) -> None:
        """Like `saw`; `kinds` are looked up only when `mark` was not seen within the hour."""
        fold = self._folds.get(_Key(actor.account, person, READ))
        if fold is None or (mark not in fold.told and mark not in fold.more):
            self.saw(actor, person, {mark, *kinds()})

    def _free(self, actor: Actor, person: str) -> bool:
        if actor.kind == "system" or not actor.account or person in ("", HOUSEHOLD):
            return True
        with suppress(NotFound):
            return self._accounts.get(actor.account).person == person
        return False

    async def keep(self) -> None:
        """Goes on for ever: writes what is due."""
        while True:
            self._news.clear()
            try:
                await self.write()
                wait = None
            except HubError:
                wait = self._clock.now() + _AGAIN
            ends = [one.until for one in self._folds.values() if one.until is not None]
            news = asyncio.ensure_future(self._news.wait())
            until = wait or min(ends, default=None) or self._clock.now() + HOUR
            due = asyncio.ensure_future(self._clock.sleep_until(until))
            try:
                await asyncio.wait({due} if wait is not None else {news, due}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
                due.cancel()

    async def write(self) -> None:
        """Every line that is due now. Raises StorageUnavailable; what was not written stays due."""
        async with self._writing:
            now = self._clock.now()
            for key, fold in list(self._folds.items()):
                if fold.until is not None and fold.until > now:
                    continue
                if not fold.more:
                    del self._folds[key]
                    continue
                said, fold.more = fold.more, set()
                line = self._trail.note(key.account, key.action, person=key.person, detail=told(said))
                noting = asyncio.ensure_future(line)
                try:
                    await asyncio.shield(noting)
                finally:
                    # Who is called off now waits all the same: a line on its way to the disk is not written again.
                    await asyncio.wait({noting})
                    if noting.exception() is None:
                        fold.told, fold.until = said, now + HOUR
                    else:
                        fold.more |= said

    async def close(self) -> None:
        """Write first looks that are not written yet, and remember what a later line has to tell."""
        with suppress(HubError):
            await self.write()
            kept: list[tuple[Any, ...]] = [
                (*key, sorted(one.told), sorted(one.more)) for key, one in self._folds.items()
            ]
            await self._trail.set_setting(_KEY, kept or None)


def told(kinds: Set[str]) -> str:
    """The metrics and kinds, then the tokens that asked; marks of whole lists only where nothing else is said."""
    tokens = sorted(one for one in kinds if one.startswith("token "))
    named = sorted(one for one in kinds if not one.startswith(("token ", "all ")))
    shown = named[:NAMED] + ([f"{len(named) - NAMED} more"] if len(named) > NAMED else [])
    return ", ".join([*(shown or sorted(one for one in kinds if one.startswith("all "))), *tokens])
