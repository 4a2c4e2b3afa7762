"""A real hub with its Nightscout server, and a small client that speaks to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.daemon import Hub
from hub.model import ConfigEntry, EntryState, Verb
from tests.support import house

NOW_TEXT = "2026-11-21T12:00:00.000Z"


class Site:
    """A hub's Nightscout surface, as one client with one credential sees it."""

    def __init__(self, hub: Hub, session: aiohttp.ClientSession, token: str) -> None:
        self.hub, self.session, self.token = hub, session, token
        self.headers: dict[str, str] = {"api-secret": hashlib.sha1(token.encode()).hexdigest()}

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}"

    def as_(self, token: str) -> Site:
        """The same hub with another credential; empty shows none."""
        other = Site(self.hub, self.session, token)
        if not token:
            other.headers = {}
        return other

    async def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> aiohttp.ClientResponse:
        """The answer, wholly read."""
        response = await self.session.request(
            method, f"{self.base}{path}", headers={**self.headers, **(headers or {})}, **options
        )
        await response.read()
        return response

    async def get(self, path: str, **options: Any) -> Any:
        """The JSON of a GET that must go well."""
        response = await self.call("GET", path, **options)
        assert response.status == 200, (response.status, await response.text())
        return await response.json(content_type=None)

    async def send(self, method: str, path: str, body: Any, **options: Any) -> Any:
        """The JSON answer to JSON that must be taken."""
        response = await self.call(method, path, json=body, **options)
        assert response.status in (200, 201), (response.status, await response.text())
        return await response.json(content_type=None)

    async def post(self, path: str, body: Any, **options: Any) -> Any:
        return await self.send("POST", path, body, **options)


def server_entry(**options: Any) -> ConfigEntry:
    return ConfigEntry("nightscout_server", "nightscout_server", "Nightscout server", "household", options)


MakeSite = Callable[..., AbstractAsyncContextManager[Site]]


@asynccontextmanager
async def running_site(
    folder: Path, *, entries: tuple[ConfigEntry, ...] = (), clock: Any = None, url: str = "", **options: Any
) -> AsyncIterator[Site]:
    """A hub with Anna's all-powerful token; `options` are the server's."""
    async with house.house(
        folder, serve=True, clock=clock, url=url, entries=(server_entry(**options), *entries)
    ) as hub:
        token = await house.token(hub, persons=["anna"])
        async with asyncio.timeout(60):  # until then it answers that it is not there yet
            while hub.rooms.supervisor.status("nightscout_server").state is EntryState.STARTING:
                await asyncio.sleep(0.01)
        async with aiohttp.ClientSession() as session:
            yield Site(hub, session, token)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path) as made:
        yield made


@pytest.fixture
def make_site(tmp_path: Path) -> MakeSite:
    def make(**options: Any) -> AbstractAsyncContextManager[Site]:
        return running_site(tmp_path, **options)

    return make


async def limited(site: Site, *verbs: Verb, persons: list[str] | None = None) -> Site:
    """The same hub with a token of those verbs."""
    return site.as_(await house.token(site.hub, *verbs, persons=persons))
