"""What an identity server says about itself, and the keys it signs with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.access.openid.refusals import Refused
from hub.access.openid.wire import Wire
from hub.clock import Clock
from hub.model.identity_server import Provider

GOOD_FOR = timedelta(hours=1)
AGAIN_AFTER = timedelta(seconds=30)
"""How soon keys are asked for once more when a token names one that is not known."""
MOST_KEYS = 50


@dataclass(frozen=True, slots=True)
class Metadata:
    authorization: str
    token: str
    keys: str
    userinfo: str
    basic: bool
    """The client secret goes into the header, else into the form."""
    names_itself: bool
    """Its answers carry `iss` (RFC 9207), so one without it is somebody else's."""


class Discovery:
    """Asked for when somebody signs in, and kept for an hour."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire, self._clock = wire, clock
        self._metadata: tuple[str, datetime, Metadata] | None = None
        self._keys: tuple[str, datetime, list[dict[str, Any]]] | None = None

    async def metadata(self, provider: Provider) -> Metadata:
        """Raises NotReady, Refused."""
        known, now = self._metadata, self._clock.now()
        if known is not None and known[0] == provider.issuer and timedelta() <= now - known[1] < GOOD_FOR:
            return _trusted(provider, known[2])
        url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        told = await self._wire.get(provider, url)
        if told.get("issuer") != provider.issuer:
            shown = str(told.get("issuer"))[:200]
            raise Refused(
                "issuer",
                f"the server calls itself {shown!r}, the settings call it {provider.issuer!r}; they must agree",
            )
        methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        found = Metadata(
            authorization=str(told.get("authorization_endpoint") or ""),
            token=str(told.get("token_endpoint") or ""),
            keys=str(told.get("jwks_uri") or ""),
            userinfo=str(told.get("userinfo_endpoint") or ""),
            basic="client_secret_basic" in methods,
            names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        )
        _trusted(provider, found)
        self._metadata = (provider.issuer, now, found)
        return found

    async def keys(self, provider: Provider, kid: str | None, *, anew: bool = False) -> list[dict[str, Any]]:
        """Those that may have signed a token that names `kid`; `anew`: the known did not. Raises NotReady, Refused."""
        metadata, now = await self.metadata(provider), self._clock.now()
        known = self._keys
        if known is None or known[0] != metadata.keys or not timedelta() <= now - known[1] < GOOD_FOR:
            known = await self._fetch(provider, metadata.keys)
        elif (anew or not _fitting(known[2], kid)) and now - known[1] >= AGAIN_AFTER:
            # It changed its keys since.
            known = await self._fetch(provider, metadata.keys)
        return _fitting(known[2], kid)

    def forget(self) -> None:
        """Ask anew: the owner has changed the settings."""
        self._metadata = self._keys = None

    async def _fetch(self, provider: Provider, url: str) -> tuple[str, datetime, list[dict[str, Any]]]:
        told = await self._wire.get(provider, url)
        keys = told.get("keys")
        usable = [one for one in keys if isinstance(one, dict)] if isinstance(keys, list) else []
        self._keys = (url, self._clock.now(), usable[:MOST_KEYS])
        return self._keys


def _fitting(keys: list[dict[str, Any]], kid: str | None) -> list[dict[str, Any]]:
    return [one for one in keys if kid is None or one.get("kid") == kid]


def _trusted(provider: Provider, found: Metadata) -> Metadata:
    for url in (found.authorization, found.token, found.keys, *((found.userinfo,) if found.userinfo else ())):
        if not provider.trusts(url):
            raise Refused(
                "strange-address",
                f"{provider.name} names an address that is not its own ({url[:200] or 'none'}), so nothing is sent "
                "there; if it is right, the owner lists its origin in the settings",
            )
    return found
