"""Sending to each of somebody's browsers, and what their push services answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from hub.api import AuthFailed, BadReading, Context, Delivery, NoticeState, NotReady, Outbound, Urgency
from integrations.notify_webpush.sealing import ROOM, b64, new_key, point, read_key, seal, vapid

KNOWN = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
BELOW = (".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com")
DAY = 86_400
SMALL = 1_000
"""Bytes of text for a service that finds the usual too much."""
GONE = (404, 410)
_URGENCY = {Urgency.INFO: "normal", Urgency.IMPORTANT: "high", Urgency.CRITICAL: "high"}


async def own_key(ctx: Context) -> ec.EllipticCurvePrivateKey:
    """The hub's; made once, and sealed in the database."""
    pem = await ctx.load("vapid_secret")
    if not pem:
        pem = new_key()
        await ctx.save("vapid_secret", pem)
    return read_key(str(pem))


async def public_key(ctx: Context) -> str:
    return b64(point(await own_key(ctx)))


def allowed(endpoint: str, own: tuple[str, ...]) -> bool:
    """A push service that browsers use, or one of the owner's: whoever adds a browser chooses no other target."""
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").lower()
    if parts.scheme == "https" and parts.port in (None, 443) and (host in KNOWN or host.endswith(BELOW)):
        return True
    return any((parts.scheme, parts.netloc) == (urlsplit(one).scheme, urlsplit(one).netloc) for one in own)


async def send(ctx: Context, going: Outbound) -> Delivery:
    """Sent as soon as one browser's service took it; browsers that are gone are named."""
    key, gone, refused = await own_key(ctx), list[str](), list[str]()
    taken = 0
    later: NotReady | None = None
    for one in going.addresses:
        try:
            taken += await _one(ctx, key, going, one)
        except NotReady as error:
            later = error
        except AuthFailed:
            # It was made for another key: the browser has to say yes anew.
            gone.append(str(one["id"]))
        except BadReading as error:
            refused.append(str(error))
        except LookupError:
            gone.append(str(one["id"]))
    if taken:
        return Delivery(gone=tuple(gone), handle=True)
    if later is not None and not gone:
        raise later
    why = refused[0] if refused else "no browser is there any more; switch it on again under Settings, Notifications"
    return Delivery(NoticeState.FAILED, why, gone=tuple(gone))


async def _one(ctx: Context, key: ec.EllipticCurvePrivateKey, going: Outbound, one: Mapping[str, Any]) -> int:
    endpoint = str(one["endpoint"])
    if not allowed(endpoint, ctx.config.own_services):
        raise BadReading(f"{urlsplit(endpoint).hostname} is no push service that is known; add it to the options")
    notice = going.notice
    left = int((notice.until - ctx.clock.now()).total_seconds()) if notice.until is not None else DAY
    headers = {
        "TTL": str(max(0, left)),
        "Urgency": _URGENCY[notice.urgency],
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": vapid(key, endpoint, ctx.config.contact, ctx.clock.now()),
    }
    if notice.tag:
        headers["Topic"] = b64(hashlib.sha256(notice.tag.encode()).digest())[:32]
    status, wait = await _post(ctx, endpoint, _sealed(going, ROOM, one), headers)
    if status == 413:
        status, wait = await _post(ctx, endpoint, _sealed(going, SMALL, one), headers)
    if status in (200, 201, 202, 204):
        return 1
    if status in GONE:
        raise LookupError
    if status in (401, 403):
        raise AuthFailed("the push service does not take the hub's key")
    if status == 429 or status >= 500:
        raise NotReady(f"the push service asks for patience ({status})", retry_after=wait)
    raise BadReading(f"the push service refused it ({status})")


def _sealed(going: Outbound, room: int, one: Mapping[str, Any]) -> bytes:
    try:
        return seal(payload(going, room), one["keys"]["p256dh"], one["keys"]["auth"])
    except ValueError as error:
        raise BadReading(f"the browser's keys are none: {error}") from None


async def _post(ctx: Context, endpoint: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None]:
    try:
        async with ctx.http.post(endpoint, data=body, headers=headers, allow_redirects=False) as response:
            wait = response.headers.get("Retry-After", "")
            return response.status, float(wait) if wait.isdigit() else None
    except aiohttp.ClientError as error:
        # The address itself is a secret.
        raise NotReady(f"the push service can't be reached ({type(error).__name__})") from None


def payload(going: Outbound, room: int) -> bytes:
    """What the service worker shows; the text is cut where not all of it fits."""
    notice = going.notice
    message = going.message
    told: dict[str, Any] = {
        "title": going.title[:200],
        "message": message,
        "tag": notice.tag or notice.id,
        "token": going.token,
        "at": int(notice.at.timestamp() * 1_000),
        "urgency": notice.urgency.value,
        "stays": notice.sticky or notice.persistent or notice.urgency is Urgency.CRITICAL,
        "uri": notice.uri,
        "actions": [{"action": one.action, "title": one.title} for one in notice.buttons[:2]],
        "buttons": [{"action": one.action, "uri": one.uri, "reply": one.reply} for one in notice.buttons[:2]],
    }
    while len(found := orjson.dumps(told)) > room:
        if not message:
            # Long names of buttons: the page has them all.
            told |= {"actions": [], "buttons": [], "uri": "", "title": going.title[:60]}
            return orjson.dumps(told)
        message = message[: max(0, len(message) - max(8, (len(found) - room) // 3))]
        told["message"] = f"{message}…" if message else ""
    return found
