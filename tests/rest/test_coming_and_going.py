"""Streams that come and go by the hundred leave nothing behind."""

import asyncio
import base64
import os
import socket
import struct
import time
from collections import Counter

import pytest

from tests.rest.conftest import House
from web.rest.live import BROADCASTER, Broadcaster


def _held(house: House) -> Counter[str]:
    """Open files, tasks, and listeners on the bus."""
    held = Counter(files=len(os.listdir("/proc/self/fd")))
    held.update(str(one.get_coro()).split()[2] for one in asyncio.all_tasks())
    held.update(f"listener {one.name}" for one in house.hub.rooms.bus.subscriptions)
    return held


def _broadcaster(house: House) -> Broadcaster:
    return house.hub.app[BROADCASTER]  # type: ignore[no-any-return]  # a runner's app is untyped


async def _visit(house: House, path: str, number: int) -> int:
    """Open a stream, and leave in one of several rude or polite ways; the status that was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.hub.port)
    upgrade = ""
    if path.endswith("/ws"):
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = (
            f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        )
    token = house.tokens["owner"]
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{upgrade}\r\n".encode())
    status = 0
    if number % 4:
        status = int((await asyncio.wait_for(reader.readline(), 10)).split()[1])
    if number % 4 == 2:
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()
    return status


@pytest.mark.parametrize(("path", "status"), [("/hub/v1/live?snapshot=true", 200), ("/hub/v1/ws", 101)])
async def test_two_hundred_streams_that_come_and_go_leave_nothing_behind(
    house: House, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    await house.record({"person": "anna", "metric": "weight", "value": 70, "taken_at": "2026-05-01T10:00:00Z"})
    await _visit(house, path, 1)
    await asyncio.sleep(1.5)
    before = _held(house)
    statuses = [await _visit(house, path, number) for number in range(200)]
    # More than one account may hold open at once, were those that left still counted.
    assert set(statuses) == {0, status}
    deadline = time.monotonic() + 10
    while (_broadcaster(house).listeners or _held(house) - before) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    assert _broadcaster(house).listeners == 0
    assert _held(house) - before == Counter()
    assert not [one for one in caplog.records if one.levelname in ("ERROR", "WARNING")]
