"""Accounts, and what lets them in: passwords and what goes with them, sessions, tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.access.ceremony import Place
from hub.access.factors import is_recovery
from hub.access.passkeys import SIGN_IN
from hub.access.rolls import Rolls, about_account
from hub.access.rule import BARRED
from hub.access.sessions import digest_of
from hub.access.strength import check_password
from hub.errors import Forbidden, NotFound, SecondFactorNeeded
from hub.model import Account, Actor, Credential


class Accounts(Rolls):
    """Turns what is shown into actors."""

    async def check_password(self, password: str, *about: str) -> None:
        """Raises Conflict for one that can't be set; `about`: names that a guesser would try."""
        await asyncio.to_thread(check_password, password, about)

    async def set_password(self, name: str, password: str, *, keep: str | None = None) -> None:
        """Ends every session of the account but `keep` (a digest), and forgets which browsers it trusted."""
        hashed = await self.proofs.hashed(password, about_account(self.get(name)))
        await self._store.set_password(name, hashed)
        await self.proofs.browsers.forget(name)
        self.proofs.tickets.forget(name)
        await self.end_sessions(one.digest for one in self.sessions.of(name) if one.digest != keep)

    async def has_password(self, name: str) -> bool:
        """False for who signs in elsewhere or with passkeys only."""
        return bool(await self._store.password_hash(name))

    async def reset_factors(self, name: str) -> bool:
        """Take all passkeys and codes from an account; False when it had none."""
        self.proofs.tickets.forget(name)
        self.proofs.enrolling.forget(name)
        found = self.proofs.factors.of(name).any and await self.proofs.factors.forget(name)
        self._changed()
        return found

    async def demand_second(self, wanted: bool) -> None:
        """Whether owners need a second factor; those who lack it lose their open pages at once."""
        await self.proofs.factors.demand(wanted)
        self._changed()

    async def verify(self, name: str, password: str, browser: str = "", session: str = "") -> Account:
        """Raises TooManyTries before the password is looked at, Forbidden without saying which half was wrong."""
        account = self._accounts.get(name)
        right = await self.proofs.password(account, name, password, browser=browser, session=session)
        if account is None or not right:
            raise Forbidden("that name and password do not go together")
        return account

    async def sign_in(self, name: str, password: str, user_agent: str = "", browser: str = "") -> str:
        """A new session's id; `browser` is known from now on. Raises like `verify`, and SecondFactorNeeded."""
        account = await self.verify(name, password, browser)
        if self.proofs.second(account):
            raise SecondFactorNeeded(self.proofs.tickets.make(account.name, user_agent, browser))
        return await self.open_session(account.name, user_agent, browser, proved=True)

    async def sign_in_further(
        self, ticket: str, *, code: str = "", place: Place | None = None, passkey: Mapping[str, Any] | None = None
    ) -> str:
        """Go on where SecondFactorNeeded was raised. Raises NotFound when that is too long ago, Forbidden."""
        found = self.proofs.tickets.find(ticket)
        if found is None:
            raise NotFound("this took too long; sign in from the beginning")
        if passkey is not None and place is not None:
            await self.proofs.passkeys.check(place, f"second {ticket}", passkey, found.account)
        else:
            await self.proofs.code(found.account, code, browser=found.browser)
        self.proofs.tickets.spend(ticket)
        return await self.open_session(found.account, found.user_agent, found.browser, proved=True)

    async def sign_in_with_passkey(
        self, place: Place, passkey: Mapping[str, Any], user_agent: str, browser: str
    ) -> tuple[str, str]:
        """Whose it was, and a new session's id. Raises PasskeyRefused, Forbidden."""
        account = await self.proofs.passkeys.check(place, SIGN_IN, passkey)
        return account, await self.open_session(account, user_agent, browser, proved=True)

    async def prove(
        self,
        actor: Actor,
        *,
        password: str = "",
        code: str = "",
        place: Place | None = None,
        passkey: Mapping[str, Any] | None = None,
    ) -> str:
        """Who sits at a signed-in browser has shown it: the session's new id.

        By a passkey, by a code of the app, or by the password, with a code where the account has a second factor.
        Raises Forbidden, TooManyTries.
        """
        account, session = self.get(actor.account), actor.session or ""
        if passkey is not None and place is not None:
            await self.proofs.passkeys.check(place, f"confirm {session}", passkey, account.name)
        elif code and not is_recovery(code):
            await self.proofs.code(account.name, code, session=session)
        else:
            await self.verify(account.name, password, session=session)
            if self.proofs.second(account):
                await self.proofs.code(account.name, code, session=session)
        renewed = await self.sessions.renew(session)
        self._news.set()
        self._changed()
        return renewed

    async def open_session(self, account: str, user_agent: str, browser: str, *, proved: bool) -> str:
        """A new session's id, for who was found to be `account`; `proved`: just now, not by an older sign-in elsewhere.

        Raises NotFound, Forbidden when the account is disabled.
        """
        if self.get(account).disabled:
            raise Forbidden(f"the account {account!r} is disabled; an owner can enable it")
        await self.proofs.browsers.remember(browser, account)
        session = await self.sessions.open(account, user_agent, proved=proved)
        self._news.set()
        return session

    def fresh(self, actor: Actor) -> bool:
        """False when a browser asks whose last proof of who sits there is too old; programs prove it every time."""
        return actor.session is None or self.sessions.fresh(actor.session)

    async def sign_out(self, session: str) -> str:
        """Whose it was; "" when it had ended."""
        found = self.sessions.live(digest_of(session))
        await self.end_sessions([digest_of(session)])
        return found.account if found is not None else ""

    async def authenticate(self, credential: Credential) -> Actor | None:
        """Who shows this credential; None when nobody does (any more)."""
        if credential.scheme == "session":
            found = await self.sessions.visit(credential.value)
            if found is None or not self._enabled(found.account):
                return None
            kind = BARRED if self.proofs.lacks(self.get(found.account)) else "account"
            return Actor(found.account, session=found.digest, kind=kind)
        token = self._tokens.find(credential)
        if token is None or not self._enabled(token.account):
            return None
        await self._tokens.touch(token)
        return Actor(token.account, token=token.id, kind="token")

    def session_live(self, actor: Actor) -> bool:
        """False once a stream's session, token or account has been revoked, ended or run out."""
        if actor.kind != "system" and not self._enabled(actor.account):
            return False
        if actor.session is not None:
            barred = self.proofs.lacks(self.get(actor.account)) and actor.kind != BARRED
            return self.sessions.live(actor.session) is not None and not barred
        if actor.token is not None:
            return self._tokens.live(actor.token) is not None
        return actor.kind == "system"
