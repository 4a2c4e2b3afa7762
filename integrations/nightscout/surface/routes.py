"""Which address means what; both `/api/...` and `/ns/<person>/api/...`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

from hub.api import BadReading, Conflict, Forbidden, NotFound, Route, RouteAuth, StorageUnavailable
from integrations.nightscout.query import BadQuery
from integrations.nightscout.surface import answers, auth, bundle, glance, lookup, site, v1, v3
from integrations.nightscout.surface.call import MAX_BODY, Call, Unreadable, make
from integrations.nightscout.surface.server import current

Answer = Callable[[Call], Awaitable[web.StreamResponse]]
Table = tuple[tuple[str, str, Answer], ...]

_COLLECTION = "(?P<collection>entries|treatments|devicestatus|profiles?|activity|food)"
_ONE = rf"{_COLLECTION}/(?P<name>[^/]+)"
_PATTERN = "(?:/(?P<prefix>[^/]*))?(?:/(?P<regex>.*))?"
V1: Table = (
    ("GET", r"status", site.status),
    ("GET", r"verifyauth", site.verifyauth),
    ("GET", r"experiments/test", site.experiments),
    ("GET", r"adminnotifies", site.empty),
    ("GET", r"notifications/ack", site.acknowledge),
    ("GET", r"times/echo" + _PATTERN, lookup.times_echo),
    ("GET", r"times" + _PATTERN, lookup.times),
    ("GET", r"slice/(?P<collection>[a-z]+)/(?P<field>\w+)(?:/(?P<type>\w*))?" + _PATTERN, lookup.times),
    ("GET", r"echo/(?P<collection>[a-z]+)(?:/(?P<type>[^/]*))?(?:/(?P<spec>[^/]*))?", lookup.echo),
    ("GET", r"count/(?P<collection>[a-z]+)/where", lookup.count),
    ("GET", _COLLECTION, v1.read),
    ("GET", _ONE, v1.read_one),
    ("POST", _COLLECTION, v1.write),
    ("POST", r"(?P<collection>entries)/(?P<name>preview)", v1.write),
    ("PUT", _COLLECTION, v1.replace_one),
    ("DELETE", _COLLECTION, v1.remove),
    ("DELETE", _ONE, v1.remove),
)
V2: Table = (
    ("GET", r"authorization/request/(?P<token>[^/]+)", site.authorize),
    ("POST", r"notifications/loop", site.loop_notice),
    ("GET", r"properties(?:/(?P<names>[^/]*))?", glance.properties),
    ("GET", r"ddata/at(?:/(?P<at>[^/]*))?", bundle.ddata),
    ("GET", r"summary", bundle.summary),
    *V1,
)
_DOCUMENTS = "(?P<collection>[a-zA-Z]+)"
_DOCUMENT = rf"{_DOCUMENTS}/(?P<identifier>[^/]+)"
V3: Table = (
    ("GET", r"version", v3.version),
    ("GET", r"status", v3.status),
    ("GET", r"lastModified", v3.last_modified),
    ("GET", rf"{_DOCUMENTS}/history(?:/(?P<since>[^/]+))?", v3.history),
    ("GET", _DOCUMENTS, v3.find),
    ("POST", _DOCUMENTS, v3.create),
    ("GET", _DOCUMENT, v3.read),
    ("PUT", _DOCUMENT, v3.update),
    ("PATCH", _DOCUMENT, v3.patch),
    ("DELETE", _DOCUMENT, v3.remove),
)
TABLES = {"v1": V1, "v2": V2, "v3": V3}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_AUTH = RouteAuth(auth.read, auth.refuse)


def routes() -> list[Route]:
    """All routes of the surface."""
    made = [Route("GET", "/api/versions", versions, public=True)]
    for prefix in ("", "/ns/{person}"):
        made += [Route(method, prefix + "/pebble", _handler(None), auth=_AUTH) for method in ("GET", "HEAD", "OPTIONS")]
        for version in TABLES:
            made += [
                Route(method, f"{prefix}/api/{version}/{{path:.*}}", _handler(version), auth=_AUTH, max_body=MAX_BODY)
                for method in _METHODS
            ]
    return made


async def versions(request: web.Request, _: Any) -> web.StreamResponse:
    """Which APIs there are."""
    numbers = (("1.0.0", "v1"), ("2.0.0", "v2"), (answers.API3_VERSION, "v3"))
    return answers.json(request, [{"version": number, "url": f"/api/{name}"} for number, name in numbers])


def _handler(version: str | None) -> Callable[[web.Request, Any], Awaitable[web.StreamResponse]]:
    compiled = [(method, re.compile(path), answer) for method, path, answer in TABLES.get(version or "", ())]

    async def handle(request: web.Request, view: Any) -> web.StreamResponse:
        server = current()
        if server is None:
            raise web.HTTPServiceUnavailable(text="The Nightscout server is switched off.")
        auth.welcome(request)
        call = make(request, view, server, request.match_info.get("path", ""))
        try:
            if version is None:
                return await site.pebble(call)
            return await _answer(call, compiled, plain_errors=version != "v3")
        except web.HTTPException:
            raise
        except (v3.Refused, BadQuery, BadReading, Forbidden, NotFound, Conflict, StorageUnavailable) as error:
            return _sorry(call, error, is_v3=version == "v3")

    return handle


async def _answer(
    call: Call, table: list[tuple[str, re.Pattern[str], Answer]], *, plain_errors: bool
) -> web.StreamResponse:
    known = False
    method = "GET" if call.request.method == hdrs.METH_HEAD else call.request.method
    for wanted, path, answer in table:
        found = path.fullmatch(call.path)
        if found is None:
            continue
        known = True
        if wanted == method:
            call.words = {name: text or "" for name, text in found.groupdict().items()}
            return await answer(call)
    if known:
        return answers.json(call.request, answers.status(405, "Method not allowed"), status=405)
    message = "Not found" if plain_errors else "Bad operation or collection"
    return answers.json(call.request, answers.status(404, message), status=404)


def _sorry(call: Call, error: Exception, *, is_v3: bool) -> web.StreamResponse:
    """The protocol's word for a failure, with ours beside it."""
    headers: dict[str, str] = {}
    if isinstance(error, v3.Refused):
        told: dict[str, Any] = {"status": error.status}
        if error.message:
            told["message"] = error.message
        return answers.json(call.request, told, status=error.status)
    if isinstance(error, Forbidden):
        code, title = (403, str(error)) if is_v3 else (401, "Unauthorized")
    elif isinstance(error, NotFound):
        code, title = 404, "Not found"
    elif isinstance(error, Conflict):
        code, title = 409, "Conflict"
    elif isinstance(error, StorageUnavailable):
        code, title = 503, "The hub can keep nothing right now"
        headers["Retry-After"] = "60"
    else:
        code, title = 400, str(error) if is_v3 else "Bad request"
    answer = answers.json(call.request, answers.status(code, title, str(error)), status=code, headers=headers)
    if isinstance(error, Unreadable):
        answer.force_close()
    return answer
