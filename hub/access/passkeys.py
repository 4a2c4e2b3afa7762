"""Passkeys (WebAuthn, level 2): what a browser is asked to sign, and whether what it answers is right."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from hub.access.ceremony import ALGORITHMS, Place, asserted, attested, to_bytes, to_text
from hub.access.challenges import LASTS, Challenges
from hub.access.factors import Factors
from hub.access.factors_held import Passkey
from hub.clock import Clock
from hub.errors import Conflict, Forbidden
from hub.model import Account

SIGN_IN = "sign-in"
_UNKNOWN = "this passkey is not known here; it may have been removed"


class PasskeyRefused(Forbidden):
    """`account`: whose passkey it was, where it is known; `reason`: for the trail."""

    def __init__(self, message: str, reason: str, account: str = "") -> None:
        super().__init__(message)
        self.reason, self.account = reason, account


class Passkeys:
    def __init__(self, factors: Factors, clock: Clock) -> None:
        self._factors, self._clock = factors, clock
        self._challenges = Challenges(clock)

    async def ask_new(self, account: Account, place: Place) -> dict[str, Any]:
        """What `navigator.credentials.create` is to make, bytes as base64url. Raises Conflict where none can be."""
        _possible(place)
        handle = await self._factors.handle(account.name)
        held = [one for one in self._factors.of(account.name).passkeys if one.host == place.host]
        return {
            "challenge": to_text(self._challenges.make(_adding(account.name, place))),
            "rp": {"id": place.host, "name": "Homeostat"},
            "user": {
                "id": to_text(bytes.fromhex(handle)),
                "name": account.name,
                "displayName": account.display_name,
            },
            "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
            "excludeCredentials": [_shown(one) for one in held],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
            "timeout": LASTS * 1_000,
        }

    async def add(self, account: Account, place: Place, name: str, answer: Mapping[str, Any]) -> Passkey:
        """Keep the passkey that a browser made. Raises Conflict."""
        _possible(place)
        challenge = _challenge(answer)
        if not self._challenges.good(challenge, _adding(account.name, place)):
            raise Conflict("this took too long, or was done twice; begin again")
        try:
            credential, counter, synced = await asyncio.to_thread(attested, place, challenge, dict(answer))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Conflict(f"the browser's answer can't be used ({error}); begin again") from None
        if not self._challenges.use(challenge):
            raise Conflict("this was done twice; begin again")
        response = answer.get("response")
        ways = response.get("transports") if isinstance(response, Mapping) else None
        made = Passkey(
            id=_id(credential.credential_id),
            name=" ".join(name.split())[:60] or "Passkey",
            host=place.host,
            credential=base64.b64encode(credential).decode(),
            counter=counter,
            since=self._clock.now(),
            synced=synced,
            transports=tuple(str(one)[:20] for one in ways[:8]) if isinstance(ways, list) else (),
        )
        await self._factors.add_passkey(account.name, made)
        return made

    def ask(self, place: Place, purpose: str, account: str = "") -> dict[str, Any]:
        """What `navigator.credentials.get` is to sign; by any passkey, or one of an account. Raises Conflict."""
        _possible(place)
        held = [one for one in self._factors.of(account).passkeys if one.host == place.host] if account else []
        if account and not held:
            raise Conflict(f"no passkey of this account was made for {place.host}")
        return {
            "challenge": to_text(self._challenges.make(_using(purpose, place))),
            "rpId": place.host,
            "allowCredentials": [_shown(one) for one in held],
            "userVerification": "required",
            "timeout": LASTS * 1_000,
        }

    async def check(self, place: Place, purpose: str, answer: Mapping[str, Any], account: str = "") -> str:
        """The name of the account whose passkey signed what `ask` gave; only of `account`, where one is named.

        Raises PasskeyRefused.
        """
        try:
            key = _id(to_bytes(answer["rawId"]))
            challenge = _challenge(answer)
        except (ValueError, TypeError, KeyError, Conflict):
            raise PasskeyRefused("the browser's answer can't be read; try again", "not readable", account) from None
        found = self._factors.passkey(key)
        if found is None or (account and found[0] != account) or found[1].host != place.host:
            raise PasskeyRefused(_UNKNOWN, "unknown passkey", account)
        name, known = found
        if not self._challenges.good(challenge, _using(purpose, place)):
            raise PasskeyRefused("this took too long, or was done twice; try again", "old challenge", name)
        try:
            counter = await asyncio.to_thread(asserted, place, challenge, known, dict(answer))
            _check_handle(answer, self._factors.of(name).handle)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise PasskeyRefused("this passkey's signature is not right; try again", "wrong signature", name) from None
        if not self._challenges.use(challenge):
            raise PasskeyRefused("this was done twice; try again", "old challenge", name)
        if not await self._factors.passkey_used(key, counter):
            raise PasskeyRefused(
                "there seems to be a copy of this passkey, so it opens nothing; sign in another way and remove it",
                f"the counter of passkey {known.name!r} went back",
                name,
            )
        return name


def _check_handle(answer: Mapping[str, Any], handle: str) -> None:
    """Raises ValueError when the passkey says that it is another account's."""
    told = answer["response"].get("userHandle")
    if told and not hmac.compare_digest(to_bytes(told).hex(), handle):
        raise ValueError("another account's")


def _challenge(answer: Mapping[str, Any]) -> bytes:
    """What the answer says it has signed. Raises Conflict."""
    try:
        return to_bytes(json.loads(to_bytes(answer["response"]["clientDataJSON"]))["challenge"])
    except (ValueError, TypeError, KeyError):
        raise Conflict("the browser's answer can't be read; begin again") from None


def _possible(place: Place) -> None:
    if place.hindrance:
        raise Conflict(place.hindrance)


def _adding(account: str, place: Place) -> str:
    return f"add\0{account}\0{place.host}"


def _using(purpose: str, place: Place) -> str:
    return f"use\0{purpose}\0{place.host}"


def _shown(one: Passkey) -> dict[str, Any]:
    credential = base64.b64decode(one.credential)
    # 16 bytes of the maker's, two that tell the id's length, the id.
    length = int.from_bytes(credential[16:18])
    return {"type": "public-key", "id": to_text(credential[18 : 18 + length]), "transports": list(one.transports)}


def _id(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()[:16]
