"""Tokens for programs: whose, what for and until when. Their texts are kept as digests only."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hub.access.sessions import digest_of
from hub.access.store import AccountStore
from hub.clock import Clock
from hub.errors import NotFound
from hub.model import Credential, Token, Verb

_NOTED = timedelta(minutes=1)
"""Once a minute is enough to tell a token in use from a forgotten one, and spares the disk."""


class Tokens:
    def __init__(self, store: AccountStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self.by_id: dict[str, Token] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._touched: dict[str, datetime] = {}

    async def load(self) -> None:
        self.by_id.clear()
        self._digests.clear()
        for token, digests in await self._store.load_tokens():
            self._remember(token, digests)

    def find(self, credential: Credential) -> Token | None:
        """The token whose text, or a digest of it, is shown; None when there is none that lives."""
        if credential.scheme == "bearer":
            key = ("sha256", digest_of(credential.value))
        else:
            key = (credential.scheme, credential.value.lower())
        return self.live(self._digests.get(key, ""))

    def live(self, token_id: str) -> Token | None:
        found = self.by_id.get(token_id)
        if found is None or (found.expires_at is not None and found.expires_at <= self._clock.now()):
            return None
        return found

    async def make(
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
        digests = {name: hashlib.new(name, text.encode()).hexdigest() for name in ("sha256", "sha1", "sha512")}
        await self._store.save_token(token, digests)
        self._remember(token, digests)
        return token, text

    async def revoke(self, token_id: str) -> None:
        if token_id not in self.by_id:
            raise NotFound(f"there is no token {token_id!r}; `homeostat token list` shows them")
        await self._store.remove_token(token_id)
        self._drop(token_id)

    def forget(self, account: str) -> None:
        """Of an account that is removed; storage has forgotten them along with it."""
        for token in [one.id for one in self.by_id.values() if one.account == account]:
            self._drop(token)

    async def touch(self, token: Token) -> None:
        """It was used just now."""
        now = self._clock.now()
        last = self._touched.get(token.id)
        if last is None or now - last > _NOTED:
            self._touched[token.id] = now
            self.by_id[token.id] = replace(token, last_used_at=now)
            await self._store.touch_token(token.id, now)

    def _drop(self, token_id: str) -> None:
        del self.by_id[token_id]
        self._touched.pop(token_id, None)
        self._digests = {key: value for key, value in self._digests.items() if value != token_id}

    def _remember(self, token: Token, digests: dict[str, str]) -> None:
        self.by_id[token.id] = token
        for name, digest in digests.items():
            self._digests[(name, digest)] = token.id
