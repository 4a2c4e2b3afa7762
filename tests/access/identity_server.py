"""A small identity server that answers as OpenID Connect says, and lies where a test asks it to."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET, REDIRECT = "homeostat", "a secret: with/signs %", "http://hub.lan/sign-in/openid/done"
Claims = dict[str, Any]
Change = Callable[[Claims], Any]


@dataclass
class Server:
    """Change what it says by its fields; each token is made when the code is redeemed."""

    url: str
    now: Callable[[], float]
    keys: list[Any] = field(default_factory=lambda: [RSAKey.generate_key(2048, {"kid": "one"})])
    published: list[Claims] | None = None
    """Instead of the public half of `keys`."""
    claims: Claims = field(default_factory=dict)
    """Put over those of a good token; None takes one away."""
    header: Claims = field(default_factory=dict)
    forge: Callable[[Claims], str] | None = None
    """Makes the whole ID token out of the claims."""
    metadata: Claims = field(default_factory=dict)
    about: Claims = field(default_factory=dict)
    """What the userinfo endpoint says."""
    down: int = 0
    """A status that every request is answered with."""
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, Claims] = field(default_factory=dict)

    def browse(self, address: str, *, issuer: bool = True) -> dict[str, str]:
        """What a browser that was sent to `address` brings back."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return {"state": asked["state"], "code": code, **({"iss": self.url} if issuer else {})}

    async def discovery(self, request: web.Request) -> web.StreamResponse:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "authorization_response_iss_parameter_supported": True,
        }
        return self._answer("discovery", {**told, **self.metadata})

    async def jwks(self, request: web.Request) -> web.StreamResponse:
        published = self.published
        if published is None:
            published = [{**one.as_dict(private=False), "use": "sig"} for one in self.keys]
        return self._answer("keys", {"keys": published})

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        pair = base64.b64encode(b"homeostat:a+secret%3A+with%2Fsigns+%25").decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            return web.json_response({"error": "invalid_client"}, status=401)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or asked["code_challenge"] != challenge.rstrip(b"=").decode()
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return self._answer("token", {"access_token": "opaque", "token_type": "Bearer", "id_token": self.made(asked)})

    async def userinfo(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == "Bearer opaque"
        return self._answer("userinfo", {"sub": "u-1", **self.about})

    def made(self, asked: Claims) -> str:
        now = int(self.now())
        good = {
            "iss": self.url, "sub": "u-1", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"],
            "preferred_username": "ben", "at_hash": half("opaque"),
        }  # fmt: skip
        claims = {key: value for key, value in {**good, **self.claims}.items() if value is not None}
        return self.forge(claims) if self.forge is not None else signed(claims, self.keys[0], **self.header)

    def _answer(self, what: str, body: Claims) -> web.StreamResponse:
        self.asked.append(what)
        if self.down in (301, 302, 307):
            return web.Response(status=self.down, headers={"Location": f"{self.url}/elsewhere"})
        return web.json_response(body, status=self.down or 200)


def half(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def signed(claims: Claims, key: Any, **header: Any) -> str:
    import json

    algorithm = header.pop("alg", "ES256" if isinstance(key, ECKey) else "RS256")
    whole = {"alg": algorithm, "typ": "JWT", "kid": key.kid, **header}
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    kept = {name: value for name, value in whole.items() if value is not None}
    return jws.serialize_compact(kept, json.dumps(claims), key, registry=registry)


@asynccontextmanager
async def serving(now: Callable[[], float]) -> AsyncIterator[Server]:
    """On a free port of the loopback."""
    server = Server("", now)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", server.discovery)
    app.router.add_get("/keys", server.jwks)
    app.router.add_post("/token", server.token)
    app.router.add_get("/userinfo", server.userinfo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
