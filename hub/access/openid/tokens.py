"""An ID token, judged: signed by whom, for whom, when, in answer to what (OpenID Connect Core 3.1.3.7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, Protocol

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from hub.access.openid.refusals import Refused
from hub.model.identity_server import Provider

DIGESTS = {
    "RS256": "sha256", "PS256": "sha256", "ES256": "sha256", "RS384": "sha384", "PS384": "sha384", "ES384": "sha384",
    "RS512": "sha512", "PS512": "sha512", "ES512": "sha512", "EdDSA": "sha512", "Ed25519": "sha512",
}  # fmt: skip
"""The signatures that are taken, each with the digest of its `at_hash`. Never `none`, never a shared secret."""
LEEWAY = 60.0
"""Seconds by which two clocks may differ."""
SMALLEST_RSA = 342
"""Letters of base64 that the modulus of 2,048 bits takes."""


class Keys(Protocol):
    def __call__(self, kid: str | None, *, anew: bool = False) -> Awaitable[list[dict[str, Any]]]: ...


class _Registry(jws.JWSRegistry):
    # Some servers put their certificate into the header.
    max_header_length = 8_192


_registry = _Registry(algorithms=list(DIGESTS), strict_check_header=False)


async def judge(
    token: str, provider: Provider, keys: Keys, *, nonce: str, access_token: str, now: datetime
) -> dict[str, Any]:
    """The claims of a token that stands up to every question. Raises Refused, NotReady."""
    header = _header(token, provider)
    kid = header.get("kid")
    claims = _verified(token, await keys(kid))
    if claims is None:
        claims = _verified(token, await keys(kid, anew=True))
    if claims is None:
        raise Refused(
            "signature", f"the token was not signed with a key that {provider.name} publishes; nobody was signed in"
        )
    _for_us(claims, provider)
    _in_time(claims, provider, now.timestamp())
    if not _same(claims.get("nonce"), nonce):
        raise Refused("nonce", f"the token of {provider.name} belongs to another sign-in; begin again")
    if "at_hash" in claims and not _same(claims["at_hash"], _half(access_token, str(header["alg"]))):
        raise Refused("at-hash", f"the token of {provider.name} does not belong to what came with it; begin again")
    return claims


def _header(token: str, provider: Provider) -> Mapping[str, Any]:
    try:
        found = jws.extract_compact(token.encode(), registry=_registry)
        header = found.headers()
    except (JoseError, ValueError, TypeError):
        raise Refused("malformed", f"what {provider.name} sent is no token") from None
    if header.get("alg") not in DIGESTS or str(header.get("typ", "JWT")).upper() != "JWT":
        raise Refused("algorithm", f"the token of {provider.name} is signed in a way that this hub does not take")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise Refused("malformed", f"what {provider.name} sent is no token")
    return header


def _verified(token: str, keys: list[dict[str, Any]]) -> dict[str, Any] | None:
    for raw in keys:
        try:
            # What it publishes can only be public keys; a shared one would let anybody sign.
            if raw.get("kty") not in ("RSA", "EC", "OKP") or raw.get("use", "sig") != "sig":
                continue
            if raw["kty"] == "RSA" and len(raw["n"]) < SMALLEST_RSA:
                continue
            key = import_key({name: value for name, value in raw.items() if name not in ("d", "p", "q", "dp", "dq")})
            return jwt.decode(token, key, algorithms=list(DIGESTS), registry=_registry).claims
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return None


def _for_us(claims: Mapping[str, Any], provider: Provider) -> None:
    if claims.get("iss") != provider.issuer:
        raise Refused("issuer", f"the token comes from another server than {provider.name}")
    aud = claims.get("aud")
    audience = [aud] if isinstance(aud, str) else aud if isinstance(aud, list) else []
    azp = claims.get("azp")
    ours = provider.client_id in audience and (azp == provider.client_id or (azp is None and len(audience) == 1))
    if not ours:
        raise Refused("audience", f"the token of {provider.name} was made for another application than this hub")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Refused("subject", f"the token of {provider.name} does not say who it is about")


def _in_time(claims: Mapping[str, Any], provider: Provider, now: float) -> None:
    expires, issued, begins = (claims.get(key, 0.0 if key == "nbf" else None) for key in ("exp", "iat", "nbf"))
    for one in (expires, issued, begins):
        if isinstance(one, bool) or not isinstance(one, int | float) or not math.isfinite(one):
            raise Refused("times", f"the token of {provider.name} does not say until when it holds")
    if expires <= now - LEEWAY:
        raise Refused(
            "expired", f"the token of {provider.name} has expired; if that stays, its clock and the hub's differ"
        )
    if issued > now + LEEWAY or begins > now + LEEWAY:
        raise Refused("early", f"the token of {provider.name} lies ahead of the hub's clock; their clocks differ")


def _half(access_token: str, algorithm: str) -> str:
    digest = hashlib.new(DIGESTS[algorithm], access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(given: Any, wanted: str) -> bool:
    return isinstance(given, str) and bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
