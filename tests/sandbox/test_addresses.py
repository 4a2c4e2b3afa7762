"""Addresses that lead into the house, in every spelling, against a listener that counts."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from hub.supervisor.outgoing import Guard, Refused, guarded_connector, public, typed

NOTHING: frozenset[tuple[str, int]] = frozenset()
INSIDE = (
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "192.168.1.1", "192.168.255.255", "169.254.169.254", "169.254.170.2", "169.254.0.1", "0.0.0.0",
    "0.0.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "100.100.100.200",
)  # fmt: skip
SIX = (
    "::1", "::", "fe80::1", "febf::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fec0::1", "ff02::1", "ff05::2",
    "2001:db8::1", "100::1", "2001::1", "2001:10::1", "5f00::1",
)  # fmt: skip


def spellings(text: str) -> Iterator[str]:
    """One IPv4 address as clients and libraries take it."""
    address = ipaddress.IPv4Address(text)
    number, (a, b, c, d) = int(address), address.packed
    six = (f"::ffff:{text}", f"::{text}", f"64:ff9b::{text}", f"2002:{a:02x}{b:02x}:{c:02x}{d:02x}::1")
    yield from (text, str(number), hex(number), f"0{number:o}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}")
    yield from (
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{(c << 8) | d}",
        f"{a}.{(b << 16) | (c << 8) | d}",
        f"{text}.",
    )
    yield from (f"[{one}]" for one in six)
    yield text.replace(".", "\N{IDEOGRAPHIC FULL STOP}")
    yield "".join(chr(0xFEE0 + ord(one)) if one.isdigit() else one for one in text)


HOSTS = [
    *(spelt for one in INSIDE for spelt in spellings(one)),
    *(f"[{one}]" for one in SIX),
    *("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]"),
]
"""None of these is on the open internet."""


class Counting:
    """A listener, and every packet's beginning towards it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0
        self.moved = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.decode().split("\r\n")[0])
        to = f"HTTP/1.1 302 Found\r\nLocation: {self.moved}\r\n" if self.moved else "HTTP/1.1 200 OK\r\n"
        writer.write(f"{to}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def counting(host: str = "0.0.0.0") -> AsyncIterator[Counting]:  # every address of the machine is listened at
    there = Counting()
    server = await asyncio.start_server(there.answer, host, 0)
    there.port = server.sockets[0].getsockname()[1]
    async with server:
        yield there


@asynccontextmanager
async def session(*allowed: tuple[str, int]) -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(connector=guarded_connector(Guard(frozenset(allowed))), timeout=timeout) as one:
        yield one


async def test_300_spellings_of_addresses_in_the_house_send_nothing() -> None:
    assert len(set(HOSTS)) >= 300
    async with counting() as there, session() as asking:
        for host in HOSTS:
            with pytest.raises((aiohttp.ClientError, ValueError)):
                await asking.get(f"http://{host}:{there.port}/")
        assert there.asked == []
        # The same listener hears what the owner typed, or the silence would say nothing.
        async with session(("127.0.0.1", there.port)) as typed_in, typed_in.get(f"http://127.0.0.1:{there.port}/"):
            pass
        assert there.asked == ["GET / HTTP/1.1"]


async def test_without_the_guard_the_listener_hears_of_them() -> None:
    async with counting() as there, aiohttp.ClientSession() as asking:
        heard = [host for host in ("127.0.0.1", "localhost", "0x7f000001") if await _reached(asking, host, there.port)]
        assert len(heard) == len(there.asked) >= 2


async def _reached(asking: aiohttp.ClientSession, host: str, port: int) -> bool:
    try:
        async with asking.get(f"http://{host}:{port}/"):
            return True
    except aiohttp.ClientError:
        return False


async def test_a_redirect_into_the_house_is_looked_at_anew() -> None:
    async with counting() as outside, counting() as inside, session(("127.0.0.1", outside.port)) as asking:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f000001", "169.254.169.254"):
            outside.moved = f"http://{host}:{inside.port}/"
            with pytest.raises(aiohttp.ClientError):
                await asking.get(f"http://127.0.0.1:{outside.port}/")
        assert inside.asked == []
        assert len(outside.asked) == 5


async def test_a_name_that_moves_into_the_house_between_two_requests_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    real, answers = loop.getaddrinfo, ["8.8.8.8", "127.0.0.1", "10.0.0.1"]

    async def moving(host: Any, port: Any, **more: Any) -> Any:
        return await real(answers.pop(0) if host == "moving.example" else host, port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", moving)
    guard = Guard(NOTHING)
    assert await guard.addresses("moving.example", 80) == [(socket.AF_INET, "8.8.8.8")]
    for _ in range(2):
        with pytest.raises(Refused):
            await guard.addresses("moving.example", 80)


async def test_a_name_with_one_address_in_the_house_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    async def both(host: Any, port: Any, **_: Any) -> Any:
        return [(socket.AF_INET, 1, 6, "", (one, port)) for one in ("8.8.8.8", "192.168.1.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(Refused, match=r"both\.example:443 .*192\.168\.1\.1.*options"):
        await Guard(NOTHING).addresses("both.example", 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_the_open_internet_is_not_refused(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"url": "http://192.168.1.5:8080/x"}, {("192.168.1.5", 8080)}),
        ({"url": "https://Scale.local/"}, {("scale.local", 443)}),
        ({"host": "192.168.1.5", "port": 1883}, {("192.168.1.5", 1883)}),
        ({"broker_host": "nas", "broker_port": "1884"}, {("nas", 1884)}),
        ({"address": "[fd00::5]:80"}, {("fd00::5", 80)}),
        ({"devices": [{"url": "http://10.0.0.7/"}]}, {("10.0.0.7", 80)}),
        ({"note": "see 192.168.1.5", "name": "127.0.0.1"}, set()),
        ({"url": "http://[broken/"}, set()),
    ],
)
def test_only_what_the_owner_typed_as_an_address_is_allowed(
    options: dict[str, Any], expected: set[tuple[str, int]]
) -> None:
    assert typed(options) == expected


def test_allowed_is_exactly_that_host_and_port() -> None:
    guard = Guard(typed({"url": "http://192.168.1.5:8080/"}))
    asked = SimpleNamespace(right=guard.asked_for("192.168.1.5", 8080), other=guard.asked_for("192.168.1.5", 22))
    assert (asked.right, asked.other, guard.asked_for("192.168.1.6", 8080)) == (True, False, False)
