"""Links that let somebody make an account, once: what they will be and may do is decided beforehand."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from hub.access.accounts import Accounts
from hub.access.sessions import digest_of
from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.model import Account, Grant

LASTS = timedelta(hours=48)
_KEY = "access.invitations"


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    account: Account
    grants: tuple[Grant, ...]
    by: str
    expires: datetime
    digest: str = ""


_stored = TypeAdapter(list[Invitation])


class Invitations:
    def __init__(self, store: AccountStore, accounts: Accounts, clock: Clock) -> None:
        self._store, self._accounts, self._clock = store, accounts, clock
        self._all: dict[str, Invitation] = {}

    async def load(self) -> None:
        found = _stored.validate_python(await self._store.get_setting(_KEY) or [])
        self._all = {one.digest: one for one in found}

    @property
    def open(self) -> list[Invitation]:
        now = self._clock.now()
        return [one for one in self._all.values() if one.expires > now]

    async def invite(self, account: Account, grants: Sequence[Grant], *, by: str) -> tuple[Invitation, str]:
        """The invitation and its secret, which is shown this once. Raises Conflict when the name is taken."""
        self._accounts.check_free(account.name)
        if any(one.account.name == account.name for one in self.open):
            raise Conflict(f"{account.name!r} is invited already; withdraw that invitation first")
        secret = secrets.token_urlsafe(24)
        one = Invitation(
            uuid.uuid4().hex[:12], account, tuple(grants), by, self._clock.now() + LASTS, digest_of(secret)
        )
        self._all[one.digest] = one
        await self._save()
        return one, secret

    def find(self, secret: str) -> Invitation:
        """Raises NotFound when it was used, withdrawn or has run out."""
        found = self._all.get(digest_of(secret))
        if found is None or found.expires <= self._clock.now():
            raise NotFound("this invitation was used, withdrawn or has run out; ask for a new one")
        return found

    async def accept(self, secret: str, password: str) -> Account:
        """Make the account with its grants. Raises NotFound, Conflict; a password that is refused uses nothing up."""
        found = self.find(secret)
        now = self._clock.now()
        # Taken away first: of two that open the link at once, one is too late.
        del self._all[found.digest]
        try:
            await self._accounts.add(found.account, password)
        except BaseException:
            self._all[found.digest] = found
            raise
        await self._save()
        for grant in found.grants:
            if grant.until is None or grant.until > now:
                await self._accounts.grant(replace(grant, given_at=now))
        return found.account

    async def withdraw(self, invitation: str) -> Invitation:
        for digest, one in self._all.items():
            if one.id == invitation:
                del self._all[digest]
                await self._save()
                return one
        raise NotFound(f"there is no invitation {invitation!r}")

    async def _save(self) -> None:
        kept = {one.digest: one for one in self.open}
        self._all = kept
        await self._store.set_setting(_KEY, _stored.dump_python(list(kept.values()), mode="json"))
