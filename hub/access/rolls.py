"""Who there is, what they were given, and the tokens of their programs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime

from hub.access.endings import tell_endings
from hub.access.factors import Sealing
from hub.access.proofs import Proofs
from hub.access.rule import Access
from hub.access.sessions import Sessions
from hub.access.store import AccountStore
from hub.access.tokens import Tokens
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.model import Account, Grant, Role, Token, Verb

_LAST_OWNER = "is the only owner who can sign in; make another one first"


class Rolls:
    """Keeps what `Access` decides upon.

    `changed` is called after every change of who may do what, and when a right ends by itself.
    """

    def __init__(
        self,
        store: AccountStore,
        access: Access,
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
        *,
        vault: Sealing,
    ) -> None:
        self._store, self._access, self._clock, self._changed = store, access, clock, changed
        self.proofs = Proofs(store, clock, vault)
        self.sessions = Sessions(store, clock)
        self._accounts: dict[str, Account] = {}
        self._grants: dict[str, Grant] = {}
        self._tokens = Tokens(store, clock)
        self.leaving: list[Callable[[str], Awaitable[None]]] = []
        """Called with the name of an account that is removed, to forget what else is kept of it."""
        self._news = asyncio.Event()

    async def load(self) -> None:
        self._accounts = {account.name: account for account in await self._store.load_accounts()}
        self._grants = {grant.id: grant for grant in await self._store.load_grants()}
        await self._tokens.load()
        await self.proofs.load()
        await self.sessions.load()
        self._learn()

    async def ends(self) -> None:
        """Goes on for ever: tells of every right that ends by itself, at its instant."""
        await tell_endings(self._endings, self._clock, self._news, self._changed)

    def _endings(self) -> list[datetime | None]:
        return [
            *(one.until for one in self._grants.values()),
            *(one.expires_at for one in self._tokens.by_id.values()),
            *(one.expires for one in self.sessions.of()),
        ]

    @property
    def all(self) -> tuple[Account, ...]:
        return tuple(self._accounts.values())

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(self._tokens.by_id.values())

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Those that hold; one that has ended gives nothing and is not listed."""
        now = self._clock.now()
        return tuple(one for one in self._grants.values() if one.until is None or one.until > now)

    def get(self, name: str) -> Account:
        try:
            return self._accounts[name]
        except KeyError:
            raise NotFound(f"there is no account {name!r}; `homeostat account list` shows those there are") from None

    async def add(self, account: Account, password: str) -> None:
        """Raises Conflict when the name is taken or the password too short."""
        self.check_free(account.name)
        hashed = await self.proofs.hashed(password, about_account(account))
        # Hashing takes a moment, in which somebody else may have taken the name.
        self.check_free(account.name)
        await self._store.save_account(account)
        await self._store.set_password(account.name, hashed)
        self._accounts[account.name] = account
        self._learn()

    def check_free(self, name: str) -> None:
        """Raises Conflict when no account can be called so."""
        if name in self._accounts:
            raise Conflict(f"the account name {name!r} is taken")
        if not name.strip():
            raise Conflict("an account needs a name")
        if len(name) > 60 or not name.isprintable():
            raise Conflict("an account's name has at most 60 characters, all of which can be seen")

    async def change(self, name: str, **fields: object) -> Account:
        """Change `role`, `person`, `display_name` or `disabled`. Raises Conflict for the last owner."""
        before = self.get(name)
        after = replace(before, **fields)  # type: ignore[arg-type] # fields of Account, from the view
        if (after.role is not Role.OWNER or after.disabled) and self.owners() == (before,):
            raise Conflict(f"{name} {_LAST_OWNER}")
        await self._store.save_account(after)
        self._accounts[name] = after
        if after.disabled:
            await self.sessions.end([one.digest for one in self.sessions.of(name)])
        self._learn()
        return after

    async def remove(self, name: str) -> None:
        """With its grants, tokens and sessions. Raises Conflict for the last owner."""
        account = self.get(name)
        if self.owners() == (account,):
            raise Conflict(f"{name} {_LAST_OWNER}")
        await self._store.remove_account(name)
        del self._accounts[name]
        self._grants = {key: one for key, one in self._grants.items() if one.account != name}
        self._tokens.forget(name)
        await self.sessions.end([one.digest for one in self.sessions.of(name)])
        await self.proofs.forget(name)
        for forget in self.leaving:
            await forget(name)
        self._learn()

    async def end_sessions(self, digests: Iterable[str]) -> int:
        ended = await self.sessions.end(digests)
        if ended:
            self._changed()
        return ended

    def _enabled(self, name: str) -> bool:
        account = self._accounts.get(name)
        return account is not None and not account.disabled

    async def create_token(
        self,
        account: str,
        *,
        label: str = "",
        persons: Iterable[str] | None = None,
        verbs: Iterable[Verb] = (Verb.VIEW,),
        subjects: Iterable[str] | None = None,
        days: float | None = None,
    ) -> tuple[Token, str]:
        """A token and its text, which is shown this once."""
        self.get(account)
        made = await self._tokens.make(account, label=label, persons=persons, verbs=verbs, subjects=subjects, days=days)
        self._learn()
        return made

    async def revoke_token(self, token_id: str) -> None:
        await self._tokens.revoke(token_id)
        self._learn()

    async def grant(self, grant: Grant) -> None:
        self.get(grant.account)
        await self._store.save_grant(grant)
        self._grants[grant.id] = grant
        self._learn()

    async def withdraw(self, grant_id: str) -> None:
        if self._grants.pop(grant_id, None) is None:
            raise NotFound(f"there is no grant {grant_id!r}")
        await self._store.remove_grant(grant_id)
        self._learn()

    def owners(self) -> tuple[Account, ...]:
        return tuple(one for one in self._accounts.values() if one.role is Role.OWNER and not one.disabled)

    def _learn(self) -> None:
        self._access.learn(self._accounts, self._grants, self._tokens.by_id)
        self._news.set()
        self._changed()


def about_account(account: Account) -> tuple[str, ...]:
    return (account.name, account.display_name, *account.display_name.split(), account.person or "")
