"""Short-lived JSON web tokens that stand for an access token; they hold nothing secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from hub.api import Credential

LIFETIME = timedelta(hours=8)
MOST = 1_000
"""Tickets kept at a time; the oldest make room."""
_HEADER = {"alg": "HS256", "typ": "JWT"}

Save = Callable[[str, Any], Awaitable[None]]


def looks_like_one(text: str) -> bool:
    """True for three dotted parts, which no access token has."""
    return text.count(".") == 2


class Tickets:
    """Signed with a secret of this hub; what a ticket stands for is kept here as a digest only."""

    def __init__(self, secret: bytes, known: dict[str, list[Any]], save: Save) -> None:
        self._secret, self._known, self._save = secret, known, save

    @classmethod
    async def load(cls, load: Callable[[str], Awaitable[Any]], save: Save) -> Tickets:
        """Those of before the hub was restarted stay good."""
        secret = await load("secret")
        if not isinstance(secret, str):
            secret = secrets.token_hex(32)
            await save("secret", secret)
        return cls(bytes.fromhex(secret), dict(await load("tickets") or {}), save)

    async def issue(self, token: str, subject: str, now: datetime) -> tuple[str, int, int]:
        """A ticket for an access token, its `iat` and its `exp` (seconds since 1970)."""
        issued = int(now.timestamp())
        expires = issued + int(LIFETIME.total_seconds())
        number = secrets.token_urlsafe(12)
        alive = {key: one for key, one in self._known.items() if one[1] > issued}
        alive[number] = [hashlib.sha256(token.encode()).hexdigest(), expires]
        self._known = dict(sorted(alive.items(), key=lambda one: int(one[1][1]))[-MOST:])
        await self._save("tickets", self._known)
        payload = {"jti": number, "sub": subject, "iat": issued, "exp": expires}
        signed = f"{_encode(_HEADER)}.{_encode(payload)}"
        return f"{signed}.{self._sign(signed)}", issued, expires

    def read(self, ticket: str, now: datetime) -> Credential | None:
        """Whose it is; None when it is not ours, was changed, or has run out."""
        signed, _, signature = ticket.rpartition(".")
        if not hmac.compare_digest(self._sign(signed).encode(), signature.encode()):
            return None
        try:
            payload = json.loads(_decode(signed.partition(".")[2]))
            number, expires = str(payload["jti"]), int(payload["exp"])
        except (ValueError, KeyError, TypeError, binascii.Error):
            return None
        known = self._known.get(number)
        if known is None or expires <= now.timestamp():
            return None
        return Credential("sha256", str(known[0]))

    def _sign(self, text: str) -> str:
        digest = hmac.new(self._secret, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _encode(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
