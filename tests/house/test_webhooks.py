"""/webhook/<entry> while the hub starts, when the integration never answers, and with bodies that break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.api import Context, Integration, WebhookRequest, WebhookResponse
from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.daemon.serving import Serving
from hub.supervisor import Supervisor
from hub.supervisor.runner import WEBHOOK_LIMIT
from tests.support.house import Plugin, house

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def listening(folder: Path, webhook: Any, **more: Any) -> AsyncIterator[tuple[Hub, aiohttp.ClientSession, str]]:
    """A served hub with the entry `door` of an integration that does nothing but answer."""
    plugin = Plugin(Integration("door", "Door", webhook=webhook))
    async with (
        house(folder, plugins=[("door", plugin)], serve=True, **more) as hub,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session,
    ):
        await hub.rooms.supervisor.add("door", {}, person="anna")
        yield hub, session, f"http://127.0.0.1:{hub.port}/webhook/door"


async def reads(_: Context, request: WebhookRequest) -> WebhookResponse:
    size = 0
    async for chunk in request.body:
        size += len(chunk)
    return WebhookResponse(200, str(size).encode())


async def test_while_the_hub_starts_a_source_is_asked_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(tmp_path, reads) as (_, session, url), session.post(url, data=b"four") as answer:
        assert (answer.status, await answer.text()) == (200, "4")
    asked: list[tuple[int, str | None]] = []
    begin = Supervisor.start

    async def slowly(self: Supervisor, *arguments: Any, **more: Any) -> None:
        # The page is served already: what comes in now must not be told that there is no such address.
        async with aiohttp.ClientSession() as session:
            for entry in ("door", "never"):
                async with session.post(f"http://127.0.0.1:{port[0]}/webhook/{entry}", data=b"x") as answer:
                    asked.append((answer.status, answer.headers.get("Retry-After")))
        await begin(self, *arguments, **more)

    port: list[int] = []
    begin_to_answer = Serving.open

    async def opened(self: Serving, *arguments: Any) -> None:
        await begin_to_answer(self, *arguments)
        port.append(self.port)

    monkeypatch.setattr(Serving, "open", opened)
    monkeypatch.setattr(Supervisor, "start", slowly)
    plugin = Plugin(Integration("door", "Door", webhook=reads))
    async with house(tmp_path, plugins=[("door", plugin)], serve=True) as hub, aiohttp.ClientSession() as session:
        async with session.post(f"http://127.0.0.1:{hub.port}/webhook/door", data=b"x") as answer:
            assert answer.status == 200
        async with session.post(f"http://127.0.0.1:{hub.port}/webhook/never", data=b"x") as answer:
            assert answer.status == 404
    assert asked == [(503, "5"), (503, "5")]


async def test_an_integration_that_never_answers_is_given_up_and_the_source_comes_again(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    waiting = asyncio.Event()

    async def never(_: Context, __: WebhookRequest) -> WebhookResponse:
        waiting.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with listening(tmp_path, never, clock=clock) as (hub, session, url):
        asking = asyncio.create_task(session.post(url, data=b"x"))
        await asyncio.wait_for(waiting.wait(), 10)
        await clock.advance(WEBHOOK_LIMIT - 1)
        assert not asking.done()
        await clock.advance(2)
        answer = await asyncio.wait_for(asking, 10)
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "send it again" in (await answer.json())["error"]
        assert any("gave no answer" in text for _, _, text in hub.rooms.supervisor.log_lines("door"))


async def test_a_body_that_breaks_off_or_does_not_unpack_is_refused_and_the_next_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(tmp_path, reads) as (hub, session, url):
        async with session.post(url, data=b"plain", headers={"Content-Encoding": "gzip"}) as answer:
            assert answer.status == 400
            assert "Content-Encoding" in (await answer.json())["error"]
        _, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        writer.write(b"POST /webhook/door HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.transport.abort()
        await asyncio.sleep(0.2)
        async with session.post(url, data=b"whole") as answer:
            assert (answer.status, await answer.text()) == (200, "5")
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def test_other_methods_and_entries_without_a_webhook_tell_no_more_than_that(tmp_path: Path) -> None:
    async with listening(tmp_path, reads) as (_, session, url):
        async with session.post(url.replace("door", "nobody"), data=b"x") as answer:
            assert (answer.status, await answer.json()) == (404, {"error": "not found"})
        async with session.patch(url, data=b"x") as answer:
            assert answer.status == 405
