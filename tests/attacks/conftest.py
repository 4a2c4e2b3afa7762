"""A house with people of every reach, for whoever attacks it from outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from hub.daemon import Hub
from hub.model import Account, Role, Verb
from hub.view import IncomingReading
from tests.support.house import PASSWORD, everything, house, token

SECRET = "canary-of-a-camera"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.text)


@dataclass
class Home:
    """A running hub, its owner's credentials, and those of a guest who may see Ben's steps."""

    hub: Hub
    session: aiohttp.ClientSession
    owner: str = ""
    """The owner's session."""
    token: str = ""
    guest: str = ""
    guests_token: str = ""
    held: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}"

    @property
    def cookies(self) -> dict[str, str]:
        return {"homeostat_session": self.owner}

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        cookie: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """One request; follows no redirect."""
        sent = dict(headers or {})
        if token:
            sent.setdefault("Authorization", f"Bearer {token}")
        if cookie:
            sent.setdefault("Cookie", f"homeostat_session={cookie}")
        async with self.session.request(method, self.url + path, headers=sent, allow_redirects=False, **more) as answer:
            return Answer(answer.status, answer.headers, (await answer.read()).decode(errors="replace"))

    async def form_token(self, path: str, cookie: str = "") -> tuple[str, str]:
        """(token, cookie) of a page's form."""
        answer = await self.ask("GET", path, cookie=cookie, headers={"Accept": "text/html"})
        found = answer.text.partition('name="form_token" value="')[2].partition('"')[0]
        given = answer.headers.get("Set-Cookie", "").partition(";")[0]
        return found, given

    async def raw(self, request: bytes) -> bytes:
        """What comes back for these very bytes, up to 64 kB."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.hub.port)
        found = b""
        try:
            writer.write(request)
            await writer.drain()
            while len(found) < 1 << 16:
                more = await asyncio.wait_for(reader.read(1 << 16), 5)
                if not more:
                    break
                found += more
            return found
        except (TimeoutError, ConnectionError):
            return found
        finally:
            writer.close()

    async def get_raw(self, target: str, *more: str) -> tuple[int, str]:
        """Status and text for a request target that no client would send."""
        lines = [f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{self.hub.port}", "Connection: close", *more, "", ""]
        answer = (await self.raw("\r\n".join(lines).encode("utf-8", "surrogateescape"))).decode(errors="replace")
        first = answer.partition(" ")[2][:3]
        return (int(first) if first.isdigit() else 0), answer


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    folder: Path = tmp_path_factory.mktemp("home")
    async with (
        house(folder / "data", serve=True) as hub,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        accounts, now = hub.rooms.accounts, hub.rooms.clock.now()
        await accounts.add(Account("gus", "Gus", Role.GUEST), PASSWORD)
        view = everything(hub)
        await view.give(view.draft_grant("ben", {Verb.VIEW}, account="gus", subjects=["steps"]))
        await view.record(
            [
                IncomingReading("ben", "steps", 100.0, now - timedelta(minutes=5)),
                IncomingReading("anna", "heart_rate", 61.0, now - timedelta(minutes=5)),
            ]
        )
        await view.add_entry("phone", {"secret": SECRET}, person="anna")
        made = Home(hub, session)
        made.owner = await hub.views.sign_in("anna", PASSWORD)
        made.guest = await hub.views.sign_in("gus", PASSWORD)
        made.token = await token(hub)
        made.guests_token = await token(hub, account="gus")
        yield made
