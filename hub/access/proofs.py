"""Whether what somebody shows is theirs: passwords, codes, passkeys. What is wrong counts as a guess."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from hub.access.browsers import Browsers
from hub.access.enrolling import Enrolling
from hub.access.factors import Factors, Sealing, is_recovery
from hub.access.guesses import Guesses
from hub.access.passkeys import Passkeys
from hub.access.passwords import Passwords
from hub.access.store import AccountStore
from hub.access.strength import LONGEST_PASSWORD, check_password
from hub.access.tickets import Tickets
from hub.clock import Clock
from hub.errors import Forbidden
from hub.model import Account, Role


class Proofs:
    def __init__(self, store: AccountStore, clock: Clock, vault: Sealing) -> None:
        self._store = store
        self._passwords = Passwords()
        # Waiting here leaves the threads free that others need.
        self._hashing = asyncio.Semaphore(2)
        self.guesses = Guesses(store, clock)
        self.browsers = Browsers(store, clock)
        self.factors = Factors(store, clock, vault)
        self.passkeys = Passkeys(self.factors, clock)
        self.tickets = Tickets(clock)
        self.enrolling = Enrolling(clock)

    async def load(self) -> None:
        await self.guesses.load()
        await self.browsers.load()
        await self.factors.load()

    async def hashed(self, password: str, about: Iterable[str]) -> str:
        """A new password as it is kept. Raises Conflict when it is too short or easily guessed."""
        await asyncio.to_thread(check_password, password, tuple(about))
        async with self._hashing:
            return await asyncio.to_thread(self._passwords.hash, password)

    async def password(
        self, account: Account | None, name: str, password: str, *, browser: str = "", session: str = ""
    ) -> bool:
        """False when it is wrong or the account is disabled; as slow when there is no such account.

        `session`: the digest of the one that asks, whose guesses nobody else can make. Raises TooManyTries before
        the password is looked at.
        """
        key = self._key(name, browser, session)
        at = await self.guesses.begin(key, keep=account is not None)
        hashed = await self._store.password_hash(name) if account is not None else None
        async with self._hashing:
            right = await asyncio.to_thread(self._passwords.verify, hashed, password[:LONGEST_PASSWORD])
        if account is None or account.disabled or not right or len(password) > LONGEST_PASSWORD:
            return False
        await self.guesses.right(key, at)
        if hashed is not None and self._passwords.outgrown(hashed):
            await self._renew(name, password, hashed)
        return True

    async def code(self, name: str, code: str, *, browser: str = "", session: str = "") -> str:
        """What it was: `app` or `recovery`. Raises TooManyTries, Forbidden; VaultError without the vault's key."""
        key = self._key(name, browser, session)
        at = await self.guesses.begin(key, keep=True)
        kind = "recovery" if is_recovery(code) else "app"
        right = await (
            self.factors.take_recovery(name, code) if kind == "recovery" else self.factors.take_code(name, code)
        )
        if not right:
            raise Forbidden("that code is not right, or was used before")
        await self.guesses.right(key, at)
        return kind

    def second(self, account: Account) -> bool:
        """Whether the password alone does not let this account in."""
        held = self.factors.of(account.name)
        return held.second or (held.any and self.demands(account))

    def demands(self, account: Account) -> bool:
        """Whether the household wants a second factor of this account."""
        return self.factors.demanded and account.role is Role.OWNER

    def lacks(self, account: Account) -> bool:
        """Whether it has none, and the household wants it to."""
        return self.demands(account) and not self.factors.of(account.name).any

    async def forget(self, account: str) -> None:
        """Of an account that is removed."""
        await self.browsers.forget(account)
        await self.guesses.forget(account)
        await self.factors.forget(account)
        self.tickets.forget(account)
        self.enrolling.forget(account)

    def _key(self, name: str, browser: str, session: str) -> str:
        known = session[:16] if session else self.browsers.known(browser, name)
        return f"{known}@{name}" if known else name

    async def _renew(self, name: str, password: str, before: str) -> None:
        """The machine can do more than the one that made the hash, or we ask for more than we did."""
        async with self._hashing:
            after = await asyncio.to_thread(self._passwords.hash, password)
        if await self._store.password_hash(name) == before:
            await self._store.set_password(name, after)
