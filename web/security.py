"""What every answer carries, which Host and Origin are ours, and the token that forms carry."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from multidict import CIMultiDict

from hub.model import plain_address
from web import sender
from web.keys import OPTIONS

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

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
HSTS_SECONDS = 30 * 86_400
"""How long browsers keep to HTTPS after the last visit; an owner who turns it off waits no longer than this."""
_AUTHORITY = re.compile(
    r"(?:\[(?P<address>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9_](?:[a-z0-9_-]*)(?:\.[a-z0-9_][a-z0-9_-]*)*\.?))(?::\d{1,5})?",
    re.IGNORECASE | re.ASCII,
)
SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""})
FIELD = "form_token"
HEADER = "X-Form-Token"


def harden(headers: CIMultiDict[str], *, hsts: bool = False) -> None:
    """Add the security headers that are not there yet."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    if hsts:
        headers.setdefault("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")


@web.middleware
async def front_door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse strange names and what other sites read with our cookies; send plain HTTP on where the owner says so."""
    options = request.app[OPTIONS]
    if not known_host(request.host, options.hosts):
        raise web.HTTPMisdirectedRequest(
            text=f"This hub does not know itself by the name {request.host[:80]}. If that name is yours, add it under "
            "Settings, Network, or to `hosts` under `web` in config/hub.yaml."
        )
    if options.https_port is not None and not request.secure and not sender.from_here(request):
        return _to_https(request, options.https_port)
    if hdrs.COOKIE in request.headers and request.method in SAFE and _reads_across(request):
        raise web.HTTPForbidden(text="Another site asked for this, so nothing was shown.")
    return await handler(request)


def known_host(host: str, extra: Collection[str]) -> bool:
    """True for addresses, bare names, names that only a home network resolves, and those the owner listed.

    Anything else could be a stranger's domain that was pointed at this hub (DNS rebinding).
    """
    name = host_of(host)
    if not name:
        return False
    if name in extra or "." not in name or name.endswith(HOME_SUFFIXES):
        return True
    return plain_address(name) is not None


def host_of(authority: str) -> str:
    """The name or address of `name:port`, lower case, without brackets and the dot at its end; empty if malformed."""
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return ""
    inside, name = found["address"], found["name"]
    if inside is not None:
        return inside.lower() if plain_address(inside) is not None else ""
    return str(name).rstrip(".").lower()


def same_origin(request: web.BaseRequest) -> bool:
    """True when a browser says that our own page sent this; false when it doesn't say."""
    origins = request.headers.getall(hdrs.ORIGIN, ())
    if origins:
        return len(origins) == 1 and _is_ours(origins[0], request)
    return request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")


def _is_ours(origin: str, request: web.BaseRequest) -> bool:
    scheme, found, authority = origin.lower().partition("://")
    if not found or not host_of(authority):
        return False
    # A proxy may speak HTTPS for us without being listed; that an HTTPS address serves plain pages can't be.
    if scheme != request.scheme and (scheme, request.scheme) != ("https", "http"):
        return False
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return authority.removesuffix(usual) == request.host.lower().removesuffix(usual)


def _reads_across(request: web.BaseRequest) -> bool:
    """True when a page of another site, or of another port of this machine, asks with the browser's cookies."""
    if hdrs.ORIGIN in request.headers:
        return not same_origin(request)
    if request.headers.get("Sec-Fetch-Site") not in ("cross-site", "same-site"):
        return False
    # A link to us is followed; a frame or a script of theirs is not filled.
    followed = request.headers.get("Sec-Fetch-Mode") == "navigate"
    return not followed or request.headers.get("Sec-Fetch-Dest", "document") != "document"


def https_address(request: web.BaseRequest, port: int) -> str:
    """`https://` and the name that was asked for, without a path."""
    name = host_of(request.host)
    return f"https://{f'[{name}]' if ':' in name else name}{'' if port == 443 else f':{port}'}"


def _to_https(request: web.Request, port: int) -> web.Response:
    if request.method not in (hdrs.METH_GET, hdrs.METH_HEAD):
        # Sent on silently, it would go in plain text for ever.
        raise web.HTTPForbidden(text=f"This hub takes that over HTTPS only, on port {port}. Nothing was changed.")
    path = request.raw_path if request.raw_path[:1] == "/" else "/"
    return web.Response(status=308, headers={hdrs.LOCATION: f"{https_address(request, port)}{path}"})


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
