"""Hubs to look at: a lively demo for the whole session, and a small empty house for each test that changes things."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from hub.daemon import Hub, Settings
from hub.model import EntryState, JournalDraft
from hub.view import IncomingReading, SetupRequest, View
from tests.support.browser import listen_for_complaints

PASSWORD = "correct horse battery"


@dataclass
class House:
    """A running hub and a signed-in owner."""

    hub: Hub
    session: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}"

    @property
    def view(self) -> View:
        return self.hub.views.system()

    @property
    def cookies(self) -> dict[str, str]:
        return {"homeostat_session": self.session}

    async def measure(self, person: str, metric: str, *values: tuple[float, float | str], source: str = "") -> None:
        """Record (minutes ago, value) pairs."""
        now = self.hub.rooms.clock.now()
        items = [
            IncomingReading(person, metric, value, now - timedelta(minutes=ago), source=source) for ago, value in values
        ]
        receipt = await self.view.record(items)
        assert not receipt.rejected, receipt.rejected

    async def log(self, person: str, kind: str, minutes_ago: float, lasted: float | None = None, **data: Any) -> str:
        """Write a journal entry; returns its id."""
        start = self.hub.rooms.clock.now() - timedelta(minutes=minutes_ago)
        end = start + timedelta(minutes=lasted) if lasted is not None else None
        entry = await self.view.add_journal(person, JournalDraft(kind, start, end, data))
        return entry.id


@asynccontextmanager
async def running(folder: Path, *, demo: bool = False) -> AsyncIterator[Hub]:
    settings = Settings(data_dir=folder, host="127.0.0.1", port=0, demo=demo, automatic_entries=False, development=demo)
    hub = await Hub.start(settings)
    try:
        yield hub
    finally:
        await hub.stop()


async def history_told(hub: Hub) -> None:
    """Wait until the demo has told five weeks; on a crowded machine the watchdog may have stopped it meanwhile."""
    entities = ("sensor.anna_blood_glucose", "sensor.ben_steps", "sensor.anna_sleep_duration", "sensor.mia_weight")
    long_ago = hub.rooms.clock.now() - timedelta(days=38)
    view = hub.views.system()
    for _ in range(900):
        for entry, status in view.entries():
            if status.state is EntryState.STOPPED_BY_WATCHDOG:
                await view.reload_entry(entry.id)
        if all(one in hub.rooms.entities.all for one in entities):
            pages = [
                await view.entity_readings(one, long_ago, long_ago + timedelta(days=4), limit=1) for one in entities
            ]
            if all(page.readings for page in pages):
                return
        await asyncio.sleep(0.2)
    raise AssertionError("the demo did not tell its history within three minutes")


@pytest.fixture(scope="session")
async def lively(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The demo household, with its history."""
    async with running(tmp_path_factory.mktemp("demo"), demo=True) as hub:
        assert hub.demo is not None
        await history_told(hub)
        yield House(hub, await hub.views.sign_in("anna", hub.demo.password))


@pytest.fixture
async def demo(lively: House) -> House:
    """The demo household, with its history; nothing in it may be changed by a test."""
    hub = lively.hub
    assert hub.demo is not None
    if hub.rooms.accounts.sessions.fresh_until(lively.session) - hub.rooms.clock.now() < timedelta(minutes=5):
        # The tests take longer than an owner's proof of identity holds.
        lively.session = await hub.views.sign_in("anna", hub.demo.password)
    return lively


@pytest.fixture
async def new_hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub that nobody has set up yet."""
    async with running(tmp_path / "data") as hub:
        yield hub


@pytest.fixture
async def house(new_hub: Hub) -> House:
    """An empty house: Anna, who owns it, and Emil, seven months old."""
    born = (datetime.now(UTC) - timedelta(days=215)).date()
    request = SetupRequest(
        "Anna", PASSWORD, "Linden Street", "Europe/Berlin", people=[{"name": "Emil", "birth_date": born}]
    )
    await new_hub.views.setup(request, code=None)
    return House(new_hub, await new_hub.views.sign_in("anna", PASSWORD))


OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(house, "/path", theme="dark", width=390)`; complaints of script or CSP fail the test."""
    contexts: list[BrowserContext] = []
    heard: list[list[str]] = []

    async def open_(
        house: House, path: str, *, theme: str = "light", width: int = 1280, signed_in: bool = True, **more: Any
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme="light" if theme == "light" else "dark",
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(8_000)
        await context.add_cookies([{"name": "homeostat_theme", "value": theme, "url": house.url}])
        if signed_in:
            await context.add_cookies([{"name": "homeostat_session", "value": house.session, "url": house.url}])
        page = await context.new_page()
        heard.append(listen_for_complaints(page))
        answer = await page.goto(house.url + path)
        assert answer is not None
        return page

    yield open_
    for context in contexts:
        await context.close()
    complaints = [line for lines in heard for line in lines]
    assert not complaints, "the page complained:\n" + "\n".join(complaints)


@pytest.fixture
async def client(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    """A program with the owner's cookie that follows no redirect by itself."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(house.url, cookie_jar=jar, cookies=house.cookies) as session:
        yield session
