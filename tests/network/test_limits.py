"""What a stranger or a broken program can take of the hub: little, and the household's page goes on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from pathlib import Path

import aiohttp
import pytest

from hub.model import Limits
from tests.network.conftest import Home, home
from web.limits import Rates


async def raw(
    port: int, sent: bytes = b"", host: str = "127.0.0.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(host, port)
    if sent:
        writer.write(sent)
        await writer.drain()
    return reader, writer


async def ended(reader: asyncio.StreamReader, within: float) -> bytes:
    """All that still comes until the hub hangs up. Raises TimeoutError when it doesn't."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), within)
    return b""


HURRIED = Limits(header_seconds=1.5, body_bytes_per_second=1_000.0, stalled_seconds=2.0)


async def test_headers_that_come_slowly_or_never_are_cut_off(tmp_path: Path) -> None:
    async with home(tmp_path / "data", limits=HURRIED) as one:
        silent, first = await raw(one.port)
        dripping, second = await raw(one.port, b"GET /sign-in HTTP/1.1\r\nHost: hub.local\r\n")

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                for count in range(100):
                    second.write(f"X-Slow-{count}: a\r\n".encode())
                    await second.drain()
                    await asyncio.sleep(0.1)

        began = time.monotonic()
        dripped = asyncio.create_task(drip())
        said = await ended(dripping, 8)
        assert await ended(silent, 8) == b""
        assert time.monotonic() - began < 6
        assert said.startswith(b"HTTP/1.1 408 ")
        await dripped
        first.close()
        second.close()
        # Between two requests a browser may take its time.
        reader, writer = await raw(one.port, b"GET /healthz HTTP/1.1\r\nHost: hub.local\r\n\r\n")
        assert b" 200 OK" in await asyncio.wait_for(reader.readuntil(b'"}'), 5)
        await asyncio.sleep(3)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: hub.local\r\n\r\n")
        assert b" 200 OK" in await asyncio.wait_for(reader.readuntil(b'"}'), 5)
        writer.close()


async def test_a_body_that_drips_is_cut_off_and_a_steady_one_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.connection.WINDOW", 1.0)
    async with home(tmp_path / "data", limits=HURRIED) as one:
        head = (
            "POST /hub/v1/readings HTTP/1.1\r\nHost: hub.local\r\nContent-Type: application/json\r\n"
            f"Origin: http://hub.local\r\nCookie: homeostat_session={one.session}\r\nContent-Length: %d\r\n\r\n"
        )
        dripping, writer = await raw(one.port, (head % 100_000).encode())

        async def drip(each: bytes, times: int, to: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                for _ in range(times):
                    to.write(each)
                    await to.drain()
                    await asyncio.sleep(0.1)

        dripped = asyncio.create_task(drip(b" ", 80, writer))
        began = time.monotonic()
        await ended(dripping, 8)
        assert time.monotonic() - began < 5
        await dripped
        writer.close()

        body = b'{"readings": []}' + b" " * 6_000
        steady, writer = await raw(one.port, (head % len(body)).encode())
        sending = asyncio.create_task(drip(b"", 0, writer))
        for start in range(0, len(body), 200):
            writer.write(body[start : start + 200])
            await writer.drain()
            await asyncio.sleep(0.1)
        assert (await asyncio.wait_for(steady.readline(), 5)).startswith(b"HTTP/1.1 2")
        await sending
        writer.close()


async def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(tmp_path: Path) -> None:
    async with home(tmp_path / "data", limits=HURRIED) as one:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.connect(("127.0.0.1", one.port))
        asked = b"GET /hub/v1/openapi.json HTTP/1.1\r\nHost: hub.local\r\n\r\n"
        sock.sendall(asked * 30)
        serving = one.hub.network.serving
        assert serving is not None
        for _ in range(60):
            await asyncio.sleep(0.1)
            if serving.connections == 0:
                break
        assert serving.connections == 0
        sock.close()


async def test_headers_have_a_size(tmp_path: Path) -> None:
    async with home(tmp_path / "data") as one:
        for more in (b"X-Big: " + b"a" * 9_000, b"\r\n".join(b"X-%d: a" % n for n in range(200))):
            reader, writer = await raw(one.port, b"GET /healthz HTTP/1.1\r\nHost: hub.local\r\n" + more + b"\r\n\r\n")
            assert (await asyncio.wait_for(reader.readline(), 5)).endswith(b" 400 Bad Request\r\n")
            writer.close()
        line = b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: hub.local\r\n\r\n"
        reader, writer = await raw(one.port, line)
        assert b" 400 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()


@pytest.mark.parametrize("host", [b"", b"Host: hub.local\r\nHost: evil.example\r\n"])
async def test_a_request_names_exactly_one_host(tmp_path: Path, host: bytes) -> None:
    async with home(tmp_path / "data") as one:
        reader, writer = await raw(one.port, b"GET /sign-in HTTP/1.1\r\n" + host + b"\r\n")
        assert (await asyncio.wait_for(reader.readline(), 5)).endswith(b" 400 Bad Request\r\n")
        writer.close()


async def test_one_address_holds_no_more_connections_than_its_share(tmp_path: Path) -> None:
    async with home(tmp_path / "data", limits=Limits(connections_per_address=10)) as one:
        opened = [await raw(one.port) for _ in range(40)]
        await asyncio.sleep(0.2)
        serving = one.hub.network.serving
        assert serving is not None
        assert serving.connections <= 10
        assert await one.answers(one.url), "the newest comes in, the oldest that did nothing goes"
        for _, writer in opened:
            writer.close()


async def test_a_flood_of_two_thousand_connections_leaves_the_signed_in_page_alone(tmp_path: Path) -> None:
    async with home(tmp_path / "data") as one:
        cookies = {"homeostat_session": one.session}
        async with aiohttp.ClientSession(one.url, cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as page:
            live = await page.get("/hub/v1/live")
            assert live.status == 200
            # From twenty addresses of this machine, a hundred each, and then they say nothing or half of something.
            flood: list[asyncio.StreamWriter] = []
            slowest = 0.0
            for batch in range(20):
                opened = await asyncio.gather(
                    *(
                        asyncio.open_connection("127.0.0.1", one.port, local_addr=(f"127.0.1.{batch + 1}", 0))
                        for _ in range(100)
                    )
                )
                for _, writer in opened:
                    writer.write(b"GET / HTTP/1.1\r\nHost: hub.local\r\nX-")
                    flood.append(writer)
                began = time.monotonic()
                async with page.get("/journal") as answer:
                    assert answer.status == 200
                    await answer.read()
                slowest = max(slowest, time.monotonic() - began)
            assert len(flood) == 2_000
            # A browser that comes only now gets in, too.
            fresh_began = time.monotonic()
            assert await one.answers(one.url)
            fresh = time.monotonic() - fresh_began
            serving = one.hub.network.serving
            assert serving is not None
            assert serving.connections <= 1_000
            await live.content.readline()
            assert not live.closed, "the page's stream goes on"
            live.close()
            for writer in flood:
                writer.transport.abort()
        print(f"slowest page {slowest * 1000:.0f} ms, a new browser {fresh * 1000:.0f} ms")
        assert slowest < 2
        assert fresh < 2


def test_requests_beyond_the_allowance_wait_and_then_go_on() -> None:
    rates = Rates(2.0)
    assert [rates.wait("a", 0.0) for _ in range(20)] == [0.0] * 20
    assert 0 < rates.wait("a", 0.0) <= 0.5
    assert rates.wait("b", 0.0) == 0.0, "others are not held up"
    assert rates.wait("a", 0.51) == 0.0
    assert rates.wait("a", 0.51) > 0


async def test_too_many_requests_of_a_stranger_are_told_when_to_come_again_and_the_household_is_not_held_up(
    tmp_path: Path,
) -> None:
    limits = Limits(stranger_requests_per_second=2.0, requests_per_second=30.0, streams_per_account=2)
    async with home(tmp_path / "data", limits=limits) as one:
        async with aiohttp.ClientSession(one.url) as stranger:
            statuses = []
            for _ in range(30):
                async with stranger.get("/sign-in") as answer:
                    statuses.append(answer.status)
                    if answer.status == 429:
                        assert 1 <= int(answer.headers["Retry-After"]) <= 2
        assert statuses[:19] == [200] * 19
        assert statuses.count(429) >= 5
        assert (await one.ask("GET", f"{one.url}/hub/v1/states"))[0] == 200, "same address, but signed in"
        await _streams(one)


async def _streams(one: Home) -> None:
    cookies = {"homeostat_session": one.session}
    async with aiohttp.ClientSession(one.url, cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as page:
        first = await page.get("/hub/v1/live")
        second = await page.ws_connect("/hub/v1/ws", origin=one.url)
        for path in ("/hub/v1/live", "/hub/v1/ws", "/live/values"):
            async with page.get(path) as answer:
                assert answer.status == 429, path
                assert "Retry-After" in answer.headers
        first.close()
        for _ in range(50):
            await asyncio.sleep(0.1)
            again = await page.get("/hub/v1/live")
            again.close()
            if again.status == 200:
                break
        else:
            raise AssertionError("one that is closed makes room")
        await second.close()
        # A message larger than the socket takes ends it.
        third = await page.ws_connect("/hub/v1/ws", origin=one.url)
        await third.send_str("x" * 70_000)
        ending = await asyncio.wait_for(third.receive(), 5)
        assert ending.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert third.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        await third.close()
