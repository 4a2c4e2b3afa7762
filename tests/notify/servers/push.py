"""A push service, and the browser at its other end: it takes only what RFC 8030, 8291 and 8292 allow, and opens it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


@dataclass
class Browser:
    """Made its keys, and says with which key of the hub's it subscribed."""

    server_key: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def raw(self) -> bytes:
        form = serialization.PublicFormat.UncompressedPoint
        return self.key.public_key().public_bytes(serialization.Encoding.X962, form)

    def subscription(self, endpoint: str) -> dict[str, Any]:
        return {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": b64(self.raw), "auth": b64(self.auth)}}

    def opened(self, body: bytes) -> bytes:
        """By RFC 8188 and 8291, step by step, with nothing but HMAC."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs_raw, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs_raw)
        shared = self.key.exchange(ec.ECDH(), theirs)
        ikm = _mac(_mac(self.auth, shared), b"WebPush: info\0" + self.raw + theirs_raw + b"\x01")
        prk = _mac(salt, ikm)
        content = _mac(prk, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = _mac(prk, b"Content-Encoding: nonce\0\x01")[:12]
        text = AESGCM(content).decrypt(nonce, sealed, None)
        assert text.rstrip(b"\0").endswith(b"\x02")
        return text.rstrip(b"\0")[:-1]


class PushService:
    """`answers` are statuses to give instead, in order; `largest` is what a body may have."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.largest = 4_096
        self.url = ""
        self.asked = 0

    def subscribe(self, name: str, server_key: str) -> dict[str, Any]:
        self.browsers[name] = Browser(server_key)
        return self.browsers[name].subscription(f"{self.url}/push/{name}")

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        body = await request.read()
        if self.answers:
            status, headers = self.answers.pop(0)
            return web.Response(status=status, headers=headers)
        browser = self.browsers.get(request.match_info["name"])
        if browser is None:
            return web.Response(status=410)
        if len(body) > self.largest:
            return web.Response(status=413)
        if "TTL" not in request.headers or request.headers.get("Content-Encoding") != "aes128gcm":
            return web.Response(status=400)
        if not self._signed(request, browser):
            return web.Response(status=403)
        browser.got.append(json.loads(browser.opened(body)))
        browser.headers.append(dict(request.headers))
        return web.Response(status=201, headers={"Location": f"{self.url}/message/{len(browser.got)}"})

    def _signed(self, request: web.Request, browser: Browser) -> bool:
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        if scheme != "vapid" or parts["k"] != browser.server_key:
            return False
        head, claims, signature = parts["t"].split(".")
        told, raw = json.loads(unb64(claims)), unb64(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        return bool(told["aud"] == self.url and told["sub"].startswith("mailto:") and told["exp"] > 0)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    service, app = PushService(), web.Application()
    app.router.add_post("/push/{name}", service.take)
    async with TestServer(app) as server:
        service.url = str(server.make_url("")).rstrip("/")
        yield service
