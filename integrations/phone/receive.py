"""The address that phones send to: tells the formats apart, reads them piece by piece, answers after the commit."""

from __future__ import annotations

from hub.api import BadReading, Context, WebhookRequest, WebhookResponse
from integrations.phone import access, gateway
from integrations.phone.answers import answer, reported
from integrations.phone.hc_webhook import HealthConnectWebhook
from integrations.phone.health_auto_export import HealthAutoExport, opens
from integrations.phone.keeper import Keeper, reader_of
from integrations.phone.progress import Progress
from integrations.phone.stream import Walker

WRONG = (
    "the secret is missing or wrong: put it in the header api-key, as Authorization: Bearer, or at the end of the "
    "address; it is shown on this phone's page in Homeostat"
)
UNKNOWN = (
    'this is not a format known here: Health Auto Export sends {"data": {"metrics": [...]}}, HC Webhook '
    '{"timestamp": ..., "steps": [...]}'
)


async def receive(ctx: Context, request: WebhookRequest) -> WebhookResponse:
    """Raises StorageUnavailable, which is answered 503: the app sends again, and nothing is doubled."""
    candidates, path = access.shown(request)
    path = path.removeprefix("hcgateway/")
    try:
        if path.startswith(gateway.PREFIX):
            return await gateway.handle(ctx, request, path)
        now = ctx.clock.monotonic()
        if access.too_many(request.remote, now):
            return answer(429, {"error": "too many wrong secrets; wait a minute"}, {"Retry-After": "60"})
        if not access.same(candidates, await access.device_secret(ctx)):
            access.note_wrong(request.remote, now)
            ctx.log.warning("refused a request from %s: wrong secret", request.remote)
            return answer(401, {"error": WRONG})
        if request.method == "GET":
            return answer(200, {"status": "ok", "message": "This address takes what your phone sends with POST."})
        if request.method != "POST":
            return answer(405, {"error": f"{request.method} is not for this address; send with POST"})
        return await _body(ctx, request)
    except BadReading as error:
        return answer(400, {"error": str(error)})


async def _body(ctx: Context, request: WebhookRequest) -> WebhookResponse:
    reader = reader_of(ctx)
    export, webhook, keeper = HealthAutoExport(reader), HealthConnectWebhook(reader), Keeper(ctx, reader)
    walker = Walker(opens)
    try:
        async for pieces in Progress(ctx, request).pieces(walker):
            for piece in pieces:
                if piece.path[:1] == ("data",):
                    await keeper.take(export.take(piece))
                elif piece.path and not webhook.test:
                    await keeper.take(webhook.take(piece))
    except BadReading as error:
        report = await keeper.finish()
        return answer(400, {"error": f"{error}. Send it again: what was kept is not doubled", **report.as_json()})
    if webhook.test:
        return answer(200, {"test": True, "message": "The connection works. Test values are not kept."})
    if not export.understood and not webhook.understood:
        return answer(400, {"error": UNKNOWN})
    report = await keeper.finish()
    ctx.log.info("received %.1f kB: %d new, %d known", walker.taken / 1e3, report.accepted, report.unchanged)
    if report.refused:
        ctx.log.warning("refused %d items, the first because %s", report.refused, _without_values(report.reasons))
    return reported(report)


def _without_values(reasons: list[dict[str, str]]) -> str:
    """Only which metric or kind it was: logs carry no health values."""
    return reasons[0]["what"].split(" at ")[0] if reasons else "of its form"
