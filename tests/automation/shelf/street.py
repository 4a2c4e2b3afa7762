"""A server that answers as GitHub, gists, the forum and worse neighbours do."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

NIGHT = """\
# A light for the night.
blueprint:
  name: Night light
  description: >-
    Lets a lamp glow when somebody walks at night. **No glare.**
  domain: automation
  input:
    motion:
      name: Motion sensor
      selector: {entity: {filter: [{domain: binary_sensor, device_class: motion}]}}
    lamp:
      name: Lamp
      selector: {target: {entity: {domain: light}}}
    glow:
      name: How bright
      default: 10
      selector: {number: {min: 1, max: 100, unit_of_measurement: "%"}}
triggers:
  - {trigger: state, entity_id: !input motion, to: "on"}
actions:
  - {action: light.turn_on, target: !input lamp, data: {brightness_pct: !input glow}}
"""
HOSTS = ("raw.githubusercontent.com", "api.github.com", "community.home-assistant.io", "example.org")


@dataclass
class Street:
    base: str
    asked: list[str] = field(default_factory=list)
    text: str = NIGHT

    @property
    def moved(self) -> dict[str, str]:
        return {host: f"{self.base}/{host}" for host in HOSTS}

    @property
    def door(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.base.rpartition(":")[2])


def topic(text: str) -> dict[str, object]:
    """A topic of the forum: its posts are HTML, with code in it."""
    cooked = (
        '<p>My first blueprint!</p><pre><code class="lang-auto">hello: world\n</code></pre>'
        f'<pre><code class="lang-yaml">{html.escape(text)}</code></pre><p>Enjoy</p>'
    )
    return {"slug": "night-light", "post_stream": {"posts": [{"username": "anna", "cooked": cooked}]}}


def gist(text: str) -> dict[str, object]:
    files = {"README.md": {"content": "# Read me"}, "night light.yaml": {"content": text}}
    return {"owner": {"login": "ben"}, "files": files}


@asynccontextmanager
async def street() -> AsyncIterator[Street]:
    made = Street("")

    async def answer(request: web.Request) -> web.StreamResponse:
        made.asked.append(request.path)
        host, _, path = request.path.removeprefix("/").partition("/")
        if host == "api.github.com":
            return web.json_response(gist(made.text))
        if host == "community.home-assistant.io":
            return web.json_response(topic(made.text))
        if path.endswith("page.yaml"):
            return web.Response(text="<!DOCTYPE html><html><body>Sign in</body></html>", content_type="text/html")
        if path.endswith("gone.yaml"):
            return web.Response(status=404)
        if path.endswith("away.yaml"):
            return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
        if path.endswith("house.yaml"):
            return web.Response(status=302, headers={"Location": "https://127.0.0.1:9/secret.yaml"})
        if path.endswith("round.yaml"):
            return web.Response(status=301, headers={"Location": "https://example.org/round.yaml"})
        if path.endswith("moved.yaml"):
            return web.Response(status=301, headers={"Location": "/night.yaml"})
        if path.endswith("huge.yaml"):
            return web.Response(body=b"#" * 3_000_000)
        if path.endswith("picture.yaml"):
            return web.Response(body=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        if path.endswith("slow.yaml"):
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b"#\n")
                await asyncio.sleep(0.1)
            return response
        return web.Response(text=made.text, content_type="text/plain")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()
