"""What HCGateway's app asks of its server: login, refresh, sync, and mirroring of deletions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from hub.api import BadReading, Context, WebhookRequest, WebhookResponse
from integrations.phone import access, hcgateway
from integrations.phone.answers import answer
from integrations.phone.keeper import Keeper, reader_of
from integrations.phone.progress import Progress
from integrations.phone.stream import Part, Walker

PREFIX = "api/v2/"
BATCH = 500
SMALL_BODY = 1 << 20
DAY_US = 86_400_000_000
_NOT_BEFORE = "hcgateway_tokens_since"


async def handle(ctx: Context, request: WebhookRequest, path: str) -> WebhookResponse:
    """Answers as the app's own server does: 201 for a login, 403 for a bad token, `{"success": true}`."""
    route, _, kind = path.removeprefix(PREFIX).partition("/")
    kind = hcgateway.type_of(kind)
    secret = await access.device_secret(ctx)
    if (request.method, route) == ("POST", "login"):
        return await _login(ctx, request, secret)
    if (request.method, route) == ("POST", "refresh"):
        return await _refresh(ctx, request, secret)
    refusal = await _refusal(ctx, request, secret)
    if refusal is not None:
        return refusal
    if (request.method, route) == ("DELETE", "revoke"):
        await ctx.save(_NOT_BEFORE, ctx.clock.now().timestamp())
        return answer(200, {"success": True})
    if route == "sync" and kind and request.method == "POST":
        return await _sync(ctx, request, kind)
    if route == "sync" and kind and request.method == "DELETE":
        return await _delete(ctx, request, kind)
    if route == "fetch" and kind and request.method == "POST":
        return await _fetch(ctx, kind)
    if route in ("push", "delete"):
        return answer(404, {"error": "this server does not write to the phone"})
    return answer(404, {"error": f"there is no {request.method} {path} here"})


async def _login(ctx: Context, request: WebhookRequest, secret: str) -> WebhookResponse:
    given = await _small(request)
    if not isinstance(given.get("username"), str) or not isinstance(given.get("password"), str):
        return answer(400, {"error": "invalid request: username and password are needed"})
    now = ctx.clock.monotonic()
    if access.too_many(request.remote, now):
        return answer(429, {"error": "too many wrong passwords; wait a minute"}, {"Retry-After": "60"})
    if not access.same([given["password"]], secret):
        access.note_wrong(request.remote, now)
        return answer(403, {"error": "invalid password: it is the secret on the phone's page in Homeostat"})
    return _tokens(ctx, secret, 201)


async def _refresh(ctx: Context, request: WebhookRequest, secret: str) -> WebhookResponse:
    given = await _small(request)
    token = given.get("refresh")
    if not isinstance(token, str):
        return answer(400, {"error": "invalid request: refresh is needed"})
    since = float(await ctx.load(_NOT_BEFORE) or 0)
    if not access.valid(secret, "refresh", token, ctx.clock.now(), since):
        return answer(403, {"error": "invalid refresh token; log in again"})
    # The refresh token stays: the app keeps the first it was given.
    return _tokens(ctx, secret, 200, token)


def _tokens(ctx: Context, secret: str, status: int, refresh: str = "") -> WebhookResponse:
    now = ctx.clock.now()
    token, ends = access.issue(secret, "access", now)
    refresh = refresh or access.issue(secret, "refresh", now)[0]
    return answer(status, {"token": token, "refresh": refresh, "expiry": ends.replace(tzinfo=None).isoformat()})


async def _refusal(ctx: Context, request: WebhookRequest, secret: str) -> WebhookResponse | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return answer(400, {"error": "no token provided"})
    since = float(await ctx.load(_NOT_BEFORE) or 0)
    if access.valid(secret, "access", token.strip(), ctx.clock.now(), since):
        return None
    return answer(403, {"error": "invalid token. Use /api/v2/login to reauthenticate."})


async def _sync(ctx: Context, request: WebhookRequest, kind: str) -> WebhookResponse:
    """`data` is a record or a list of them, however many."""
    reader = reader_of(ctx)
    keeper = Keeper(ctx, reader)
    walker, progress = Walker(hcgateway.opens), Progress(ctx, request)
    batch: list[hcgateway.Recorded] = []
    seen = False
    async for pieces in progress.pieces(walker):
        for piece in pieces:
            if not isinstance(piece, Part) or piece.path[0] != "data":
                continue
            seen = True
            batch.append(hcgateway.read(kind, piece.value, reader))
            if len(batch) >= BATCH:
                await _keep(ctx, keeper, kind, batch)
                batch = []
    await _keep(ctx, keeper, kind, batch)
    report = await keeper.finish()
    if not seen:
        return answer(400, {"error": "no data provided"})
    if report.refused and not report.kept:
        return answer(400, {"error": report.reasons[0]["reason"], **report.as_json()})
    return answer(200, {"success": True, **report.as_json()})


async def _keep(ctx: Context, keeper: Keeper, kind: str, batch: list[hcgateway.Recorded]) -> None:
    """Keep what is new or changed; of a changed record, take back what it no longer says."""
    documents = [one.document for one in batch if one.document is not None]
    known = {}
    if documents:
        first, last = min(one.at_us for one in documents), max(one.at_us for one in documents)
        name = hcgateway.collection(kind)
        # A record may have been moved a little in time since.
        found = await ctx.documents_find(name, start_us=first - DAY_US, end_us=last + DAY_US, limit=20 * BATCH)
        known = {one.id: one for one in found}
    changed = []
    for recorded in batch:
        document = recorded.document
        before = known.get(document.id) if document is not None else None
        if before is not None and document is not None:
            if before.body == document.body:
                keeper.report.unchanged += 1
                continue
            await keeper.flush()
            await keeper.take_back(hcgateway.remembered(kind, before, keeper.reader), recorded.finds)
        await keeper.take(recorded.finds)
        if document is not None:
            changed.append(document)
    # First the readings, then the memory of the record: a crash between them only makes the next sync do it again.
    await keeper.finish()
    if changed:
        await ctx.documents_put(hcgateway.collection(kind), changed)


async def _delete(ctx: Context, request: WebhookRequest, kind: str) -> WebhookResponse:
    given = await _small(request)
    ids = given.get("uuid")
    if ids is None:
        return answer(400, {"error": "no uuid provided"})
    reader = reader_of(ctx)
    keeper = Keeper(ctx, reader)
    name = hcgateway.collection(kind)
    removed = 0
    for identity in ids if isinstance(ids, list) else [ids]:
        for document in await ctx.documents_find(name, id=str(identity)):
            await keeper.take_back(hcgateway.remembered(kind, document, reader))
            removed += await ctx.documents_remove(name, [document.id])
    return answer(200, {"success": True, "removed": removed})


async def _fetch(ctx: Context, kind: str) -> WebhookResponse:
    """The newest thousand records as they were sent; of series without their samples."""
    found = await ctx.documents_find(hcgateway.collection(kind), limit=1_000)
    return answer(200, [_fetched(one.id, one.body) for one in found])


def _fetched(identity: str, record: dict[str, Any]) -> dict[str, Any]:
    around = ("metadata", "time", "startTime", "endTime")
    origin = record.get("metadata", {}).get("dataOrigin") if isinstance(record.get("metadata"), dict) else None
    return {
        "_id": identity,
        "id": identity,
        "data": {name: value for name, value in record.items() if name not in around},
        "app": origin,
        "start": record.get("time") or record.get("startTime"),
        "end": record.get("endTime"),
    }


async def _small(request: WebhookRequest) -> dict[str, Any]:
    """A small JSON object. Raises BadReading for anything else."""
    body = await _read(request.body)
    try:
        given = json.loads(body)
    except ValueError:
        raise BadReading("the body is not JSON") from None
    if not isinstance(given, dict):
        raise BadReading("the body is not a JSON object")
    return given


async def _read(body: AsyncIterator[bytes]) -> bytes:
    whole = bytearray()
    async for chunk in body:
        whole += chunk
        if len(whole) > SMALL_BODY:
            raise BadReading("the body is larger than 1 MB")
    return bytes(whole)
