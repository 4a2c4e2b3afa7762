"""Fixtures that every room's tests share; the servers behind them are real."""

import gc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, Page

from tests.support.browser import chromium, listen_for_complaints
from tests.support.mosquitto import Mosquitto
from tests.support.postgres import fresh_database, postgres_server
from tests.support.process import free_port as find_free_port
from tests.support.thorough import EVERY_STEP

# The same examples every time, however slow the machine; with EVERY_STEP new ones each time.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile("house", deadline=None, derandomize=not EVERY_STEP, suppress_health_check=_SLOW)
settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked opt_in, unless the command line speaks of it."""
    if "opt_in" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("opt_in")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("opt_in")]


@pytest.fixture(scope="module", autouse=True)
def _settled() -> Iterator[None]:
    """What outlives a module is not looked through again after each of the tests that follow."""
    gc.collect()
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    """Who leaves something open fails by itself, not the test during which the collector happens to find it."""
    yield
    gc.collect()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Call it for a loopback port that nothing listens on."""
    return find_free_port


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the session: postgresql+asyncpg://user:password@127.0.0.1:port/postgres."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of a SQLite file of this test's own that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'homeostat.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return url


class MosquittoFactory(Protocol):
    """Makes brokers, started; takes the fields of `Mosquitto` by name (users, persistence, listener, port)."""

    def __call__(self, **options: object) -> Mosquitto: ...


@pytest.fixture
def mosquitto_factory(tmp_path: Path) -> Iterator[MosquittoFactory]:
    """Makes real brokers on loopback, started, and ends them after the test."""
    brokers: list[Mosquitto] = []

    def make(**options: object) -> Mosquitto:
        broker = Mosquitto(tmp_path / f"mosquitto-{len(brokers)}", **options)  # type: ignore[arg-type] # checked by it
        brokers.append(broker)
        broker.start()
        return broker

    yield make
    for broker in brokers:
        broker.stop()


@pytest.fixture
def mosquitto(mosquitto_factory: MosquittoFactory) -> Mosquitto:
    """A started broker that lets everyone in."""
    return mosquitto_factory()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium for the session."""
    async with chromium() as running:
        yield running


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page in a fresh browser profile; the test fails when it raises a script error or breaks its own CSP."""
    context = await browser.new_context()
    opened = await context.new_page()
    complaints = listen_for_complaints(opened)
    yield opened
    await context.close()
    assert not complaints, "the page complained:\n" + "\n".join(complaints)
