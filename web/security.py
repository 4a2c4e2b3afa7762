"""What every answer carries, which Host and Origin are ours, and the token that forms carry."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Collection

from aiohttp import hdrs, web
from multidict import CIMultiDict
from yarl import URL

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        # Text becomes part of a page only through the one policy of static/js/trust.js.
        "require-trusted-types-for 'script'; trusted-types homeostat"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), interest-cohort=()",
}
HOME_SUFFIXES = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localhost", ".fritz.box", ".ts.net")
SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""})
FIELD = "form_token"
HEADER = "X-Form-Token"


def harden(headers: CIMultiDict[str]) -> None:
    """Add the security headers that are not there yet."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault(hdrs.CACHE_CONTROL, "no-store")


def known_host(host: str, extra: Collection[str]) -> bool:
    """True for addresses, bare names, names that only a home network resolves, and those the owner listed.

    Anything else could be a stranger's domain that was pointed at this hub (DNS rebinding).
    """
    name = (URL(f"http://{host}").host or "").rstrip(".").lower() if _plain(host) else ""
    if not name:
        return False
    if name in extra or "." not in name or name.endswith(HOME_SUFFIXES):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _plain(host: str) -> bool:
    return bool(host) and not any(letter in host for letter in "/?#@\\ ")


def same_origin(request: web.BaseRequest) -> bool:
    """True when a browser says that our own page sent this; false when it doesn't say."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None:
        return origin.partition("://")[2].lower() == request.host.lower()
    return request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")


def form_token(session: str) -> str:
    """A token that belongs to the session, different each time so that compression tells nothing about it."""
    secret = _secret(session)
    pad = secrets.token_bytes(len(secret))
    mixed = bytes(a ^ b for a, b in zip(pad, secret, strict=True))
    return base64.urlsafe_b64encode(pad + mixed).decode()


def token_fits(session: str, token: str) -> bool:
    """True when `token` was made by `form_token` for this session."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        return False
    half = len(raw) // 2
    if len(raw) != 2 * half:
        return False
    plain = bytes(a ^ b for a, b in zip(raw[:half], raw[half:], strict=True))
    return hmac.compare_digest(plain, _secret(session))


def _secret(session: str) -> bytes:
    return hmac.new(session.encode(), b"homeostat form", hashlib.sha256).digest()
