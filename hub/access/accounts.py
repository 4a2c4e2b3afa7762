"""Accounts, passwords, sessions and tokens; secrets are stored as digests only."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.access.passwords import Passwords
from hub.access.rule import Access
from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import Account, Actor, Credential, Grant, Role, Token, Verb

SESSION_DAYS = 30
SHORTEST_PASSWORD = 8


class Accounts:
    """Keeps what `Access` decides upon, and turns credentials into actors."""

    def __init__(self, store: AccountStore, access: Access, clock: Clock) -> None:
        self._store, self._access, self._clock = store, access, clock
        self._passwords = Passwords()
        self._accounts: dict[str, Account] = {}
        self._grants: dict[str, Grant] = {}
        self._tokens: dict[str, Token] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._sessions: dict[str, tuple[str, datetime]] = {}
        self._touched: dict[str, datetime] = {}

    async def load(self) -> None:
        self._accounts = {account.name: account for account in await self._store.load_accounts()}
        self._grants = {grant.id: grant for grant in await self._store.load_grants()}
        self._tokens.clear()
        self._digests.clear()
        for token, digests in await self._store.load_tokens():
            self._remember(token, digests)
        self._sessions = {
            one.id_digest: (one.account, datetime.fromtimestamp(one.expires_us / 1e6, UTC))
            for one in await self._store.load_sessions()
        }
        self._learn()

    @property
    def all(self) -> tuple[Account, ...]:
        return tuple(self._accounts.values())

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(self._tokens.values())

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(self._grants.values())

    def get(self, name: str) -> Account:
        try:
            return self._accounts[name]
        except KeyError:
            raise NotFound(f"there is no account {name!r}; it is made by `homeostat setup` or on the page") from None

    async def add(self, account: Account, password: str) -> None:
        """Raises Conflict when the name is taken or the password too short."""
        if account.name in self._accounts:
            raise Conflict(f"the account name {account.name!r} is taken")
        if not account.name.strip():
            raise Conflict("an account needs a name")
        hashed = await self._hash(password)
        await self._store.save_account(account)
        await self._store.set_password(account.name, hashed)
        self._accounts[account.name] = account
        self._learn()

    async def set_password(self, name: str, password: str) -> None:
        self.get(name)
        await self._store.set_password(name, await self._hash(password))

    async def sign_in(self, name: str, password: str, user_agent: str = "") -> str:
        """A new session's id. Raises Forbidden without saying which half was wrong."""
        account = self._accounts.get(name)
        hashed = await self._store.password_hash(name) if account is not None else None
        right = await asyncio.to_thread(self._passwords.verify, hashed, password)
        if account is None or account.disabled or not right:
            raise Forbidden("that name and password do not go together")
        session = secrets.token_urlsafe(32)
        now = self._clock.now()
        expires = now + timedelta(days=SESSION_DAYS)
        digest = _digest("sha256", session)
        await self._store.save_session(digest, name, _us(now), _us(expires), user_agent[:200])
        self._sessions[digest] = (name, expires)
        return session

    async def sign_out(self, session: str) -> None:
        digest = _digest("sha256", session)
        if self._sessions.pop(digest, None) is not None:
            await self._store.remove_session(digest)

    async def authenticate(self, credential: Credential) -> Actor | None:
        """Who shows this credential; None when nobody does (any more)."""
        if credential.scheme == "session":
            found = self._sessions.get(_digest("sha256", credential.value))
            if found is None or found[1] <= self._clock.now():
                return None
            return Actor(found[0], session=_digest("sha256", credential.value))
        if credential.scheme == "bearer":
            key = ("sha256", _digest("sha256", credential.value))
        else:
            key = (credential.scheme, credential.value.lower())
        token = self._tokens.get(self._digests.get(key, ""))
        if token is None or (token.expires_at is not None and token.expires_at <= self._clock.now()):
            return None
        await self._touch(token)
        return Actor(token.account, token=token.id, kind="token")

    def session_live(self, actor: Actor) -> bool:
        """False once a stream's session or token has been revoked, ended or run out."""
        if actor.session is not None:
            found = self._sessions.get(actor.session)
            return found is not None and found[1] > self._clock.now()
        if actor.token is not None:
            token = self._tokens.get(actor.token)
            return token is not None and (token.expires_at is None or token.expires_at > self._clock.now())
        return actor.kind == "system"

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
        """A token and its text, which is shown this once. sha1 and sha512 digests let Nightscout clients use it."""
        self.get(account)
        text = secrets.token_urlsafe(32)
        now = self._clock.now()
        token = Token(
            id=uuid.uuid4().hex[:12],
            account=account,
            label=label or "token",
            persons=frozenset(persons) if persons is not None else None,
            verbs=frozenset(verbs),
            subjects=frozenset(subjects) if subjects is not None else None,
            created_at=now,
            expires_at=now + timedelta(days=days) if days is not None else None,
        )
        digests = {name: _digest(name, text) for name in ("sha256", "sha1", "sha512")}
        await self._store.save_token(token, digests)
        self._remember(token, digests)
        self._learn()
        return token, text

    async def revoke_token(self, token_id: str) -> None:
        if token_id not in self._tokens:
            raise NotFound(f"there is no token {token_id!r}; `homeostat token list` shows them")
        await self._store.remove_token(token_id)
        del self._tokens[token_id]
        self._digests = {key: value for key, value in self._digests.items() if value != token_id}
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

    async def _hash(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            raise Conflict(f"a password needs at least {SHORTEST_PASSWORD} characters; a few words in a row do well")
        return await asyncio.to_thread(self._passwords.hash, password)

    async def _touch(self, token: Token) -> None:
        now = self._clock.now()
        last = self._touched.get(token.id)
        # Once a minute is enough to tell a token in use from a forgotten one, and spares the disk.
        if last is None or now - last > timedelta(minutes=1):
            self._touched[token.id] = now
            self._tokens[token.id] = replace(token, last_used_at=now)
            await self._store.touch_token(token.id, now)

    def _remember(self, token: Token, digests: dict[str, str]) -> None:
        self._tokens[token.id] = token
        for name, digest in digests.items():
            self._digests[(name, digest)] = token.id

    def _learn(self) -> None:
        self._access.learn(self._accounts, self._grants, self._tokens)


def _digest(name: str, text: str) -> str:
    return hashlib.new(name, text.encode()).hexdigest()


def _us(at: datetime) -> int:
    return int(at.timestamp() * 1e6)
