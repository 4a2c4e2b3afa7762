"""The device's secret: where it may stand in a request, and the tokens that HCGateway is given for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from hub.api import Context, WebhookRequest

KEY = "secret"
HEADERS = ("api-key", "x-api-key", "x-secret", "secret")
LIFE = timedelta(hours=12)
REFRESH_LIFE = timedelta(days=400)
_WRONG: dict[str, list[float]] = {}
WRONG_ALLOWED, WRONG_WINDOW = 10, 60.0
"""Wrong secrets from one address in so many seconds, before it is told to wait."""
LONGEST_MEMORY = 1_000


async def device_secret(ctx: Context) -> str:
    """The secret typed by the owner, or one made now and kept."""
    typed = ctx.config.secret.get_secret_value().strip() if ctx.config.secret is not None else ""
    if typed:
        return str(typed)
    kept = await ctx.load(KEY)
    if not isinstance(kept, str):
        kept = secrets.token_urlsafe(18)
        await ctx.save(KEY, kept)
    return kept


def shown(request: WebhookRequest) -> tuple[list[str], str]:
    """Everything in the request that may be the secret, and the path without it."""
    candidates = [request.headers[name] for name in HEADERS if name in request.headers]
    authorization = request.headers.get("authorization", "")
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() in ("bearer", "token") and rest:
        candidates.append(rest.strip())
    elif scheme.lower() == "basic" and rest:
        candidates.append(_password(rest))
    elif authorization and not rest:
        candidates.append(authorization)
    candidates += [request.query[name] for name in ("secret", "token", "key") if name in request.query]
    first, _, remaining = request.path.strip("/").partition("/")
    if first and first not in ("api", "hcgateway"):
        return [*candidates, first], remaining
    return candidates, request.path.strip("/")


def same(candidates: list[str], secret: str) -> bool:
    """True when one of them is the secret; takes the same time for any that is not."""
    wanted = secret.encode()
    found = False
    for one in candidates:
        found |= hmac.compare_digest(one.encode(), wanted)
    return found


def too_many(remote: str, now: float) -> bool:
    """True while an address has shown too many wrong secrets."""
    recent = [at for at in _WRONG.get(remote, ()) if now - at < WRONG_WINDOW]
    if recent:
        _WRONG[remote] = recent
    else:
        _WRONG.pop(remote, None)
    return len(recent) >= WRONG_ALLOWED


def note_wrong(remote: str, now: float) -> None:
    if len(_WRONG) >= LONGEST_MEMORY:
        _WRONG.clear()
    _WRONG.setdefault(remote, []).append(now)


def issue(secret: str, kind: str, now: datetime) -> tuple[str, datetime]:
    """A token (`access` or `refresh`) that proves itself, and when it ends. Changing the secret ends them all."""
    ends = now + (LIFE if kind == "access" else REFRESH_LIFE)
    text = f"{kind}.{int(now.timestamp())}.{int(ends.timestamp())}"
    return f"{text}.{_signed(secret, text)}", ends


def valid(secret: str, kind: str, token: str, now: datetime, not_before: float = 0.0) -> bool:
    """True for an unexpired token of this secret that was issued after `not_before`."""
    text, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signed(secret, text).encode()):
        return False
    named, issued, ends = text.split(".")
    return named == kind and float(issued) >= not_before and now < datetime.fromtimestamp(int(ends), UTC)


def _signed(secret: str, text: str) -> str:
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _password(basic: str) -> str:
    try:
        return base64.b64decode(basic, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
