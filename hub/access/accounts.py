"""Accounts, passwords, sessions and tokens; secrets are stored as digests only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.access.ceremony import Place
from hub.access.endings import tell_endings
from hub.access.factors import Sealing, is_recovery
from hub.access.passkeys import SIGN_IN
from hub.access.proofs import Proofs
from hub.access.rule import BARRED, Access
from hub.access.sessions import Sessions, digest_of
from hub.access.store import AccountStore
from hub.access.strength import check_password
from hub.access.tokens import Tokens
from hub.clock import Clock
from hub.errors import Conflict, Forbidden, NotFound, SecondFactorNeeded
from hub.model import Account, Actor, Credential, Grant, Role, Token, Verb

_LAST_OWNER = "is the only owner who can sign in; make another one first"


class Accounts:
    """Keeps what `Access` decides upon, and turns credentials into actors.

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
        hashed = await self.proofs.hashed(password, _about(account))
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
        await self.browsers.forget(name)
        await self.guesses.forget(name)
        for forget in self.leaving:
            await forget(name)
        self._learn()

    async def check_password(self, password: str, *about: str) -> None:
        """Raises Conflict for one that can't be set; `about`: names that a guesser would try."""
        await asyncio.to_thread(check_password, password, about)

    async def set_password(self, name: str, password: str, *, keep: str | None = None) -> None:
        """Ends every session of the account but `keep` (a digest), and forgets which browsers it trusted."""
        hashed = await self.proofs.hashed(password, _about(self.get(name)))
        await self._store.set_password(name, hashed)
        await self.proofs.browsers.forget(name)
        self.proofs.tickets.forget(name)
        await self.end_sessions(one.digest for one in self.sessions.of(name) if one.digest != keep)

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

    async def end_sessions(self, digests: Iterable[str]) -> int:
        ended = await self.sessions.end(digests)
        if ended:
            self._changed()
        return ended

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


def _about(account: Account) -> tuple[str, ...]:
    return (account.name, account.display_name, *account.display_name.split(), account.person or "")
