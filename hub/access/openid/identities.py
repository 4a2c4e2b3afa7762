"""Which identity of which server is which account."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import Conflict, NotFound

_KEY = "access.identities"


@dataclass(frozen=True, slots=True)
class Identity:
    """`subject` is the server's own name for somebody, never an e-mail address, which can pass to another."""

    issuer: str
    subject: str
    account: str
    shown: str = ""
    """What the server calls them, to be recognised by."""
    linked_at: datetime | None = None


_stored = TypeAdapter(list[Identity])


class Identities:
    def __init__(self, store: AccountStore, clock: Clock, accounts: Callable[[], Collection[str]]) -> None:
        self._store, self._clock, self._accounts = store, clock, accounts
        self._all: dict[tuple[str, str], Identity] = {}

    async def load(self) -> None:
        found = _stored.validate_python(await self._store.get_setting(_KEY) or [])
        self._all = {(one.issuer, one.subject): one for one in found}

    def find(self, issuer: str, subject: str) -> str:
        """The account; "" when nobody's. Of a removed account nothing is left, even if its name is used anew."""
        one = self._all.get((issuer, subject))
        return one.account if one is not None and one.account in self._accounts() else ""

    def of(self, account: str | None = None) -> list[Identity]:
        there = self._accounts()
        return [one for one in self._all.values() if one.account in there and account in (None, one.account)]

    async def link(self, account: str, issuer: str, subject: str, shown: str = "") -> Identity:
        """Raises Conflict when it is somebody else's."""
        if not issuer.strip() or not 0 < len(subject) <= 255 or len(issuer) > 500:
            raise Conflict("an identity is an issuer's address and a subject of at most 255 characters")
        owner = self.find(issuer, subject)
        if owner and owner != account:
            raise Conflict("that identity belongs to another account already; unlink it there first")
        one = Identity(issuer, subject, account, shown[:100], self._clock.now())
        self._all[(issuer, subject)] = one
        await self._save()
        return one

    async def unlink(self, account: str, issuer: str, subject: str) -> None:
        """Raises NotFound."""
        one = self._all.get((issuer, subject))
        if one is None or one.account != account:
            raise NotFound("that identity is not linked with this account")
        del self._all[(issuer, subject)]
        await self._save()

    async def forget(self, account: str) -> None:
        """Of an account that is removed."""
        gone = [key for key, one in self._all.items() if one.account == account]
        for key in gone:
            del self._all[key]
        if gone:
            await self._save()

    async def _save(self) -> None:
        there = self._accounts()
        self._all = {key: one for key, one in self._all.items() if one.account in there}
        await self._store.set_setting(_KEY, _stored.dump_python(list(self._all.values()), mode="json"))
