"""Sign-ins that are under way: begun by one browser, good once, for ten minutes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hub.clock import Clock

LASTS = timedelta(minutes=10)
MOST = 500
"""Of them at once; who begins more drops the oldest."""
Purpose = Literal["sign-in", "link", "prove"]


@dataclass(frozen=True, slots=True)
class Flow:
    purpose: Purpose
    account: str
    """Whose identity is linked or proven; "" to sign in."""
    browser: str
    """Digest of the cookie that it is bound to."""
    nonce: str
    verifier: str
    redirect: str
    target: str
    """Where to go after."""
    begun: datetime

    @property
    def challenge(self) -> str:
        """Of PKCE, S256."""
        return _b64(hashlib.sha256(self.verifier.encode()).digest())


class Flows:
    """In memory: a restart ends them, which costs one more click."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Flow] = {}

    def begin(
        self, purpose: Purpose, *, browser: str, redirect: str, target: str, account: str = ""
    ) -> tuple[str, Flow]:
        """The state to send along, and the flow."""
        now = self._clock.now()
        self._open = {key: one for key, one in self._open.items() if now - one.begun < LASTS}
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(purpose, account, _digest(browser), nonce, verifier, redirect, target, now)
        self._open[_digest(state)] = flow
        return state, flow

    def finish(self, state: str, browser: str) -> Flow | None:
        """The flow, this once; None when it was used, took too long or another browser began it."""
        flow = self._open.get(_digest(state))
        if flow is None or not browser or not hmac.compare_digest(flow.browser, _digest(browser)):
            return None
        del self._open[_digest(state)]
        return flow if self._clock.now() - flow.begun < LASTS else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
