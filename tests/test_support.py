"""The fixtures themselves: a broken one would let every other test pass for the wrong reason."""

import asyncio
from pathlib import Path

import asyncpg
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.async_api import Page
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.conftest import MosquittoFactory
from tests.support.browser import accessibility_faults
from tests.support.mosquitto import Mosquitto


async def test_each_test_gets_an_empty_database_that_takes_tables(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_here (a INTEGER)"))
    await engine.dispose()


async def test_the_postgres_server_wants_its_password(postgres_database: str) -> None:
    plain = postgres_database.replace("+asyncpg", "")
    right, _, rest = plain.partition("@")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"{right}x@{rest}")


def _connect(broker: Mosquitto, user: str | None = None, password: str | None = None) -> str:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    answers: list[str] = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.append(str(reason))
    client.username_pw_set(user, password)
    client.connect(broker.host, broker.port)
    for _ in range(50):
        if answers:
            break
        client.loop(0.1)
    client.disconnect()
    return answers[0]


def test_a_broker_with_users_refuses_strangers_and_knows_its_own(mosquitto_factory: MosquittoFactory) -> None:
    broker = mosquitto_factory(users={"scale": "s3cret", "ring": "other"})
    assert _connect(broker) == "Not authorized"
    assert _connect(broker, "scale", "other") == "Not authorized"
    assert _connect(broker, "scale", "s3cret") == "Success"
    assert _connect(broker, "ring", "other") == "Success"


def test_a_broker_comes_back_on_the_same_port(mosquitto: Mosquitto) -> None:
    port = mosquitto.port
    mosquitto.stop()
    with pytest.raises(ConnectionRefusedError):
        _connect(mosquitto)
    mosquitto.start()
    assert mosquitto.port == port
    assert _connect(mosquitto) == "Success"


async def test_the_browser_shows_a_page_and_axe_finds_its_fault(page: Page, tmp_path: Path) -> None:
    await page.set_content("<!doctype html><html lang=en><title>T</title><main><img src='data:,'></main>")
    assert any(fault.startswith("image-alt") for fault in await accessibility_faults(page))
    await page.set_content("<!doctype html><html lang=en><title>T</title><main><h1>Hello</h1></main>")
    assert await accessibility_faults(page) == []


async def test_tests_of_one_session_share_one_loop(page: Page) -> None:
    assert await page.evaluate("1 + 1") == 2
    assert asyncio.get_running_loop().is_running()
