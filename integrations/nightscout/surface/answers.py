"""Answers as Nightscout gives them: JSON, separated values, not modified, errors; streamed when they are long."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
from aiohttp import hdrs, web

from integrations.nightscout.found import Page
from integrations.nightscout.kinds import Record
from integrations.nightscout.surface.server import current
from integrations.nightscout.times import from_ms, parse, to_ms

NIGHTSCOUT_VERSION = "15.0.7"
"""The release whose behaviour this surface keeps to; clients switch features by it."""
API3_VERSION = "3.0.3-alpha"
STREAM_AFTER = 5_000
"""Records; longer answers are sent as they are read, without an ETag."""
_COLUMNS = ("dateString", "date", "sgv", "direction", "device")
_SEPARATORS = {"csv": ",", "tsv": "\t", "txt": "\t"}
_TYPES = {"csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain"}
_ALLOWED_HEADERS = "Content-Type, Authorization, Content-Length, X-Requested-With, api-secret"
_OPTIONS = orjson.OPT_NON_STR_KEYS


def status(code: int, message: Any, description: str | None = None) -> Record:
    """Nightscout's small message."""
    made: Record = {"status": code, "message": message}
    return made if description is None else {**made, "description": description}


def nobody() -> Record:
    """What `verifyauth` says of a stranger."""
    return {
        "canRead": False,
        "canWrite": False,
        "isAdmin": False,
        "message": "UNAUTHORIZED",
        "rolefound": "NOTFOUND",
        "permissions": "DEFAULT",
    }


def version(request: web.BaseRequest) -> Record:
    """API v3's account of the server."""
    server = current()
    now = to_ms(server.clock.now()) if server is not None else 0
    return {
        "version": NIGHTSCOUT_VERSION,
        "apiVersion": API3_VERSION,
        "srvDate": now,
        "storage": {"storage": "homeostat", "version": "1"},
    }


def json(
    request: web.BaseRequest, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer, compressed when the client can and it is worth it."""
    made = web.Response(
        body=orjson.dumps(body, option=_OPTIONS),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={**common(request), **(headers or {})},
    )
    return squeezed(made)


def plain_json(body: Any) -> str:
    return orjson.dumps(body, option=_OPTIONS).decode()


def text(request: web.BaseRequest, body: str, content_type: str = "text/plain") -> web.Response:
    return squeezed(web.Response(text=body, content_type=content_type, headers=common(request)))


def squeezed(response: web.Response) -> web.Response:
    if len(response.body or b"") > 1_024:  # type: ignore[arg-type]  # always bytes here
        response.enable_compression()
    return response


def common(request: web.BaseRequest) -> dict[str, str]:
    """Headers of every answer; `Accept-Encoding` tells uploaders that bodies may come compressed."""
    headers: dict[str, str] = {
        hdrs.ACCEPT_ENCODING: "gzip",
        hdrs.VARY: "Accept-Encoding",
        # To be kept by the client's own cache, and asked for again by its ETag.
        hdrs.CACHE_CONTROL: "private, no-cache",
    }
    server = current()
    origin = server.config.cors_origin if server is not None else ""
    if origin:
        headers |= {
            hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin,
            hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "ETag, Last-Modified, Location",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    return headers


def preflight(request: web.BaseRequest) -> web.Response:
    """The answer to a browser that asks before it sends."""
    headers = common(request)
    if hdrs.ACCESS_CONTROL_ALLOW_ORIGIN in headers:
        headers |= {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET,PUT,POST,PATCH,DELETE,OPTIONS",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _ALLOWED_HEADERS,
            hdrs.ACCESS_CONTROL_MAX_AGE: "600",
        }
    return web.Response(status=200, headers=headers)


def separated(records: Sequence[Record], extension: str) -> str:
    """Rows of the five columns, every cell as JSON, no heading."""
    separator = _SEPARATORS[extension]
    return "\r\n".join(
        separator.join(orjson.dumps(one[name]).decode() if one.get(name) is not None else "" for name in _COLUMNS)
        for one in records
    )


def not_modified(
    request: web.BaseRequest, etag: str | None, modified: datetime | None, headers: Mapping[str, str]
) -> web.Response | None:
    """304 when the client has this already; an ETag decides where both are shown."""
    wanted = request.headers.get(hdrs.IF_NONE_MATCH)
    if wanted is not None:
        same = etag is not None and any(_bare(one) == _bare(etag) for one in wanted.split(","))
        return web.Response(status=304, headers=headers) if same or wanted.strip() == "*" else None
    since = parse(request.headers.get(hdrs.IF_MODIFIED_SINCE))
    if since is not None and modified is not None and modified.replace(microsecond=0) <= since:
        return web.Response(status=304, headers=headers)
    return None


def settled(modified: datetime, now: datetime) -> datetime:
    """A Last-Modified that later changes within the same second cannot hide behind."""
    return min(modified, now - timedelta(seconds=1)).replace(microsecond=0)


async def records(
    request: web.Request, pages: AsyncIterator[Page], limit: int | None, extension: str, now: datetime
) -> web.StreamResponse:
    """All that `pages` give, newest first, up to `limit`."""
    gathered: list[Record] = []
    modified: datetime | None = None
    async for page in pages:
        modified = max((one for one in (modified, page.modified) if one is not None), default=None)
        gathered += [one.record for one in page.found]
        if limit is not None and len(gathered) >= limit:
            del gathered[limit:]
            break
        if len(gathered) > STREAM_AFTER and extension not in _SEPARATORS:
            return await _streamed(request, gathered, pages, limit)
    return listed(request, gathered, modified, extension, now)


def listed(
    request: web.Request, gathered: Sequence[Record], modified: datetime | None, extension: str, now: datetime
) -> web.Response:
    """A finished list, with what makes the next request cheap."""
    headers = common(request)
    if modified is not None:
        headers[hdrs.LAST_MODIFIED] = format_datetime(settled(modified, now), usegmt=True)
    if extension in _SEPARATORS:
        body, kind = separated(gathered, extension).encode(), _TYPES[extension]
    else:
        body, kind = orjson.dumps(gathered, option=_OPTIONS), "application/json"
    headers[hdrs.ETAG] = f'W/"{len(body):x}-{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    unchanged = not_modified(request, headers[hdrs.ETAG], modified, headers)
    if unchanged is not None:
        return unchanged
    return squeezed(web.Response(body=body, content_type=kind, charset="utf-8", headers=headers))


async def _streamed(
    request: web.Request, gathered: list[Record], pages: AsyncIterator[Page], limit: int | None
) -> web.StreamResponse:
    response = web.StreamResponse(headers={**common(request), hdrs.CONTENT_TYPE: "application/json; charset=utf-8"})
    response.enable_compression()
    await response.prepare(request)
    await response.write(orjson.dumps(gathered, option=_OPTIONS)[:-1])
    sent = len(gathered)
    async for page in pages:
        some = [one.record for one in page.found]
        if limit is not None:
            some = some[: limit - sent]
        if some:
            await response.write(b"," + orjson.dumps(some, option=_OPTIONS)[1:-1])
        sent += len(some)
        if limit is not None and sent >= limit:
            break
    await response.write(b"]")
    await response.write_eof()
    return response


def http_date(ms: int) -> str:
    """Milliseconds as the date of an HTTP header."""
    return format_datetime(from_ms(ms).replace(microsecond=0), usegmt=True)


def _bare(etag: str) -> str:
    return etag.strip().removeprefix("W/")
