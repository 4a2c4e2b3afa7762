"""A hub whose network is changed while it runs."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.clock import Clock, VirtualClock
from hub.daemon import Hub
from tests.support.house import PASSWORD, house
from tests.support.process import free_port

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Home:
    """A hub with a page, its owner's session, and a client to look at it from different sides."""

    hub: Hub
    session: str
    folder: Path
    port: int
    others: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this home's authority and nobody else."""
        return ssl.create_default_context(cafile=str(self.hub.network.certificates.authority.certificate))

    async def ask(
        self, method: str, url: str, *, headers: dict[str, str] | None = None, over: Any = None, **more: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers; raises aiohttp's errors where nobody answers. Signed in as the owner."""
        prefix = "__Host-" if url.startswith("https") else ""
        more.setdefault("cookies", {f"{prefix}homeostat_session": self.session})
        cookies = more.pop("cookies")
        wanted = {"Origin": url[: url.index("/", 8)] if "/" in url[8:] else url, **(headers or {})}
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(
            cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=timeout
        ) as client:
            given = {} if over is None else {"ssl": over}
            async with client.request(method, url, headers=wanted, allow_redirects=False, **given, **more) as answer:
                json = "json" in answer.headers.get("Content-Type", "")
                body = await answer.json() if json else await answer.text(errors="replace")
                return answer.status, body, dict(answer.headers)

    async def change(self, url: str = "", over: Any = None, **given: Any) -> tuple[int, Any]:
        status, body, _ = await self.ask("PATCH", f"{url or self.url}/hub/v1/network", json=given, over=over)
        return status, body

    async def post(self, url: str, what: str, over: Any = None) -> tuple[int, Any]:
        status, body, _ = await self.ask("POST", f"{url}/hub/v1/network/{what}", json={}, over=over)
        return status, body

    async def answers(self, url: str, over: Any = None) -> bool:
        try:
            status, _, _ = await self.ask("GET", f"{url}/healthz", over=over)
        except (aiohttp.ClientConnectionError, TimeoutError):
            return False
        return status == 200


@asynccontextmanager
async def home(folder: Path, clock: Clock | None = None, **settings: Any) -> AsyncIterator[Home]:
    async with house(folder, clock=clock, serve=True, **settings) as hub:
        session = await hub.views.sign_in("anna", PASSWORD)
        yield Home(hub, session, folder, hub.port)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
async def moving(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Home]:
    """A home whose clock is moved by the test."""
    async with home(tmp_path / "data", clock) as one:
        yield one


@pytest.fixture
def ports() -> list[int]:
    """Two that nothing listens on."""
    found: list[int] = []
    while len(found) < 2:
        port = free_port()
        found += [port] if port not in found else []
    return found
