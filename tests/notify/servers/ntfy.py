"""An ntfy server: JSON publishing, subscribing by a stream of lines, access tokens, limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

PRIVATE, TOKEN = "homeostat-private", "tk_right"


class Ntfy:
    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []
        self.refusing: list[tuple[int, dict[str, str]]] = []
        self.url = ""
        self._lines: dict[str, list[dict[str, Any]]] = {}
        self._news = asyncio.Condition()
        self.listening = 0

    async def publish(self, request: web.Request) -> web.Response:
        if self.refusing:
            status, headers = self.refusing.pop(0)
            return web.json_response({"error": "limit"}, status=status, headers=headers)
        body = await request.json()
        if body["topic"] == PRIVATE and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"code": 40301, "http": 403, "error": "forbidden"}, status=403)
        self.published.append(body)
        return web.json_response({"id": f"m{len(self.published)}", "event": "message", "topic": body["topic"]})

    async def press(self, message: dict[str, Any], button: int = 0) -> None:
        """What the phone does when a button is pressed."""
        action = message["actions"][button]
        async with aiohttp.ClientSession() as phone, phone.post(action["url"], data=action["body"]) as answer:
            assert answer.status == 200

    async def plain(self, request: web.Request) -> web.Response:
        await self.say(request.match_info["topic"], await request.text())
        return web.json_response({"id": "x", "event": "message"})

    async def say(self, topic: str, message: str) -> None:
        known = self._lines.setdefault(topic, [])
        known.append({"id": f"l{len(known)}", "event": "message", "topic": topic, "message": message})
        async with self._news:
            self._news.notify_all()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        topic = request.match_info["topic"]
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        await response.write(json.dumps({"event": "open", "topic": topic}).encode() + b"\n")
        sent = 0
        self.listening += 1
        try:
            while True:
                for line in self._lines.get(topic, [])[sent:]:
                    sent += 1
                    await response.write(json.dumps(line).encode() + b"\n")
                async with self._news:
                    await self._news.wait()
        finally:
            self.listening -= 1

    async def health(self, request: web.Request) -> web.Response:
        return web.json_response({"healthy": True})


@asynccontextmanager
async def ntfy() -> AsyncIterator[Ntfy]:
    service, app = Ntfy(), web.Application()
    app.router.add_post("/", service.publish)
    app.router.add_get("/v1/health", service.health)
    app.router.add_get("/{topic}/json", service.stream)
    app.router.add_post("/{topic}", service.plain)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    service.url = str(server.make_url("")).rstrip("/")
    try:
        yield service
    finally:
        await server.close()
