"""Browsers that said yes to being told: where their push services take messages, and the keys to seal them with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

import orjson
from pydantic import BaseModel, ConfigDict, Field

from hub.errors import BadReading, Conflict
from hub.vault import VaultError

_KEY = "notify.browsers"
MOST = 20
"""Browsers of one account."""


class Keys(BaseModel):
    model_config = ConfigDict(extra="forbid")
    p256dh: str = Field(min_length=80, max_length=100, pattern=r"^[A-Za-z0-9_\-]+={0,2}$")
    auth: str = Field(min_length=20, max_length=40, pattern=r"^[A-Za-z0-9_\-]+={0,2}$")


class Subscription(BaseModel):
    """What `PushManager.subscribe` gives."""

    model_config = ConfigDict(extra="ignore")
    endpoint: str = Field(min_length=10, max_length=2_000, pattern=r"^https?://")
    keys: Keys


class Sealing(Protocol):
    def seal(self, text: str, context: str) -> str: ...
    def unseal(self, sealed: str, context: str) -> str: ...


class Store(Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


class Browsers:
    """Kept sealed: whoever knows an endpoint and its keys could speak to that browser."""

    def __init__(self, store: Store, vault: Sealing, recipient: Callable[[str], str]) -> None:
        """`recipient`: account -> its key in `Recipients`."""
        self._store, self._vault, self._recipient = store, vault, recipient
        self._all: dict[str, dict[str, Any]] = {}

    async def load(self) -> None:
        """Without the vault's key none is known: each adds itself anew."""
        sealed = await self._store.get_setting(_KEY)
        self._all = {}
        with suppress(VaultError):
            self._all = orjson.loads(self._vault.unseal(str(sealed), _KEY)) if sealed else {}

    def of(self, recipient: str) -> list[Mapping[str, Any]]:
        return [{"id": key, **one} for key, one in self._all.items() if self._recipient(one["account"]) == recipient]

    def of_account(self, account: str) -> list[Mapping[str, Any]]:
        """Newest first; without keys."""
        found = [
            {"id": key, "label": one["label"], "at": datetime.fromisoformat(one["at"])}
            for key, one in self._all.items()
            if one["account"] == account
        ]
        return sorted(found, key=lambda one: one["at"], reverse=True)

    async def add(self, account: str, subscription: Subscription, label: str, now: datetime) -> str:
        """The browser's id. Raises Conflict past the most that an account may have, BadReading."""
        if not account:
            raise BadReading("sign in with an account to be told in this browser")
        key = ident(subscription.endpoint)
        if key not in self._all and len(self.of_account(account)) >= MOST:
            raise Conflict(f"you have {MOST} browsers already; remove one first")
        self._all[key] = {**subscription.model_dump(), "account": account, "label": label[:100], "at": now.isoformat()}
        await self._save()
        return key

    async def remove(self, key: str, account: str | None = None) -> bool:
        """Whether it was there (and that account's)."""
        one = self._all.get(key)
        if one is None or (account is not None and one["account"] != account):
            return False
        del self._all[key]
        await self._save()
        return True

    async def forget(self, account: str) -> None:
        self._all = {key: one for key, one in self._all.items() if one["account"] != account}
        await self._save()

    async def _save(self) -> None:
        await self._store.set_setting(_KEY, self._vault.seal(orjson.dumps(self._all).decode(), _KEY))


def ident(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()[:20]
