"""Who asks: every way in which Nightscout's clients show a secret or a token."""

from __future__ import annotations

import re
from typing import Any

import orjson
from aiohttp import ClientPayloadError, hdrs, web

from hub.api import Credential
from integrations.nightscout.surface import answers
from integrations.nightscout.surface.server import Server, current, soon
from integrations.nightscout.surface.throttle import TooMany
from integrations.nightscout.surface.tickets import looks_like_one

_HEX = re.compile(r"[0-9a-fA-F]+")
_REQUEST = re.compile(r"/authorization/request/([^/]+)$")
_SMALL = 1 << 20
_SHOWN: web.RequestKey[Credential] = web.RequestKey("nightscout_credential")


async def read(request: web.Request) -> Credential | None:
    """The credential shown, after the wait that wrong ones before it earned this address."""
    server = await soon()
    if server is None:
        raise web.HTTPServiceUnavailable(
            text="The Nightscout server is switched off; switch it on under Integrations.",
            headers={"Retry-After": "30"},
        )
    if request.method == hdrs.METH_OPTIONS:
        return None
    credential = await _shown(request, server)
    if credential is None:
        anonymous = server.config.anonymous_token.get_secret_value()
        reading = request.method in (hdrs.METH_GET, hdrs.METH_HEAD)
        return Credential("bearer", anonymous) if anonymous and reading else None
    request[_SHOWN] = credential
    try:
        await server.throttle.wait(request.remote or "", credential)
    except TooMany:
        raise web.HTTPTooManyRequests(
            body=orjson.dumps(answers.status(429, "Too many wrong credentials", "Wait a minute and try again")),
            content_type="application/json",
            headers={"Retry-After": "60"},
        ) from None
    return credential


def refuse(request: web.Request, reason: str) -> web.StreamResponse:
    """The protocol's answer to a missing or wrong credential."""
    server = current()
    if server is not None and reason == "wrong credential" and _SHOWN in request:
        server.throttle.failed(request.remote or "")
    path = request.path
    if request.method == hdrs.METH_OPTIONS:
        return answers.preflight(request)
    if path.rstrip("/").removesuffix(".json").endswith("/verifyauth"):
        return answers.json(request, answers.status(200, answers.nobody()))
    if path.endswith("/api/v3/version"):
        return answers.json(request, {"status": 200, "result": answers.version(request)})
    if "/api/v3/" in path:
        return answers.json(request, {"status": 401, "message": "Missing or bad access token or JWT"}, status=401)
    return answers.json(request, answers.status(401, "Unauthorized", "Invalid/Missing"), status=401)


def welcome(request: web.Request) -> None:
    """The credential was right."""
    server = current()
    shown = request.get(_SHOWN)
    if server is not None and shown is not None:
        server.throttle.succeeded(request.remote or "", shown)


def is_anonymous(request: web.Request) -> bool:
    """True when nobody showed anything and the owner lets such readers in."""
    return _SHOWN not in request


async def _shown(request: web.Request, server: Server) -> Credential | None:
    asked = _REQUEST.search(request.path)
    if asked is not None:
        return _of_text(asked[1], server)
    secret = request.headers.get("api-secret", "").strip()
    if secret and secret != "null":
        return of_secret(secret, server)
    scheme, _, bearer = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return _of_text(bearer.strip(), server)
    if "secret" in request.query or "token" in request.query:
        if _may_be_in_address(request, server):
            found = request.query.get("secret")
            return of_secret(found, server) if found else _of_text(request.query["token"], server)
        return None
    return await _in_body(request, server)


def _may_be_in_address(request: web.Request, server: Server) -> bool:
    reading = request.method in (hdrs.METH_GET, hdrs.METH_HEAD)
    return reading or request.secure or server.config.secret_in_address


async def _in_body(request: web.Request, server: Server) -> Credential | None:
    if request.method not in (hdrs.METH_POST, hdrs.METH_PUT) or (request.content_length or _SMALL) >= _SMALL:
        return None
    try:
        body = orjson.loads(await request.read())
    except (orjson.JSONDecodeError, ClientPayloadError, web.RequestPayloadError):
        return None
    first: Any = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return None
    if isinstance(first.get("secret"), str) and first["secret"]:
        return of_secret(first["secret"], server)
    if isinstance(first.get("token"), str) and first["token"]:
        return _of_text(first["token"], server)
    return None


def of_secret(text: str, server: Server) -> Credential | None:
    """`api-secret`: a digest of a token, `token=` and the token, or the token itself."""
    if _HEX.fullmatch(text) and len(text) == 40:
        return Credential("sha1", text.lower())
    if _HEX.fullmatch(text) and len(text) == 128:
        return Credential("sha512", text.lower())
    return _of_text(text.removeprefix("token="), server)


def _of_text(text: str, server: Server) -> Credential | None:
    if looks_like_one(text):
        return server.tickets.read(text, server.clock.now())
    return Credential("bearer", text) if text else None
