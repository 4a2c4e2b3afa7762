"""`/webhook/<entry>`: what phones and services send; the integration checks the secret that it gave out."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator

from aiohttp import web

from hub.api import WebhookRequest
from hub.errors import BadReading, NotFound, NotReady, StorageUnavailable
from web.keys import VIEWS

log = logging.getLogger(__name__)
RETRY = 30.0
"""Seconds after which a source may send again, where nothing better is known."""
LARGEST = 64 << 20
"""Bytes of a decoded body; phones send tens of megabytes after a week off-line."""


def add_routes(app: web.Application) -> None:
    for path in ("/webhook/{entry}", "/webhook/{entry}/{tail:.*}"):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            app.router.add_route(method, path, receive)


async def receive(request: web.Request) -> web.StreamResponse:
    """Hand a request to its entry, the body in chunks as they come."""
    incoming = WebhookRequest(
        method=request.method,
        path=request.match_info.get("tail", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query),
        body=_chunks(request),
        content_length=request.content_length,
        remote=request.remote or "",
    )
    try:
        answer = await request.app[VIEWS].nobody().webhook(request.match_info["entry"], incoming)
    except NotFound:
        # Says no more than an address that never was.
        return web.json_response({"error": "not found"}, status=404)
    except BadReading as error:
        return web.json_response({"error": str(error)}, status=400)
    except (NotReady, StorageUnavailable) as error:
        wait = getattr(error, "retry_after", None) or RETRY
        return web.json_response({"error": str(error)}, status=503, headers={"Retry-After": f"{wait:.0f}"})
    except web.RequestPayloadError:
        request.content.feed_eof()
        told = "the body could not be read to its end; check Content-Length and Content-Encoding"
        return web.json_response({"error": told}, status=400, headers={"Connection": "close"})
    except (ConnectionResetError, web.HTTPException):
        raise
    except Exception as error:  # noqa: BLE001  # whatever it raises, the caller gets an answer
        # What a stranger's exception says may quote the body: the log names its type and place only.
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("webhook of %s failed: %s\n%s", request.match_info["entry"], type(error).__name__, place)
        return web.json_response({"error": "this failed here; what was kept before is safe"}, status=500)
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type, headers=answer.headers
    )


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.content.iter_chunked(64 << 10):
        size += len(chunk)
        if size > LARGEST:
            raise BadReading(f"the body is larger than {LARGEST >> 20} MB; send it in parts")
        yield chunk
