"""A week off-line: 30 MB in one body, into a hub of its own process, whose memory is watched."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from tests.integrations.phone.conftest import Phone
from tests.support import process
from tests.support.process import free_port
from tests.support.thorough import thorough

SECRET = "a-secret-for-the-test"
MEGABYTE = 1 << 20
START = datetime(2026, 1, 1, tzinfo=UTC)
HUB = [str(Path(sys.executable).with_name("homeostat"))]


@contextmanager
def hub(folder: Path) -> Iterator[tuple[str, int]]:
    """A hub with Anna's phone: address of its entry and process id."""
    config = ["--config", str(folder)]
    (folder / "hub.yaml").write_text(
        f"integrations:\n  - domain: phone\n    person: anna\n    options:\n      secret: {SECRET}\n"
    )
    subprocess.run(
        [*HUB, "setup", *config, "--household", "Home", "--timezone", "UTC", "--owner", "Anna", "--password-stdin"],
        input=b"correct horse battery\n",
        check=True,
        capture_output=True,
    )
    port = free_port()
    running = process.start([*HUB, "run", *config, "--port", str(port)], folder / "log", port)
    try:
        yield f"http://127.0.0.1:{port}/webhook/phone", running.pid
    finally:
        process.stop(running)


def resident(pid: int, field: str = "VmRSS") -> float:
    """Megabytes."""
    found = re.search(rf"^{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


async def ready(session: aiohttp.ClientSession, address: str) -> None:
    """Return when the entry answers; the page does so a little sooner."""
    for _ in range(200):
        async with session.get(address) as response:
            if response.status == 200:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the phone's entry did not start")


async def minutes(megabytes: float, points: list[int], first: int = 0) -> AsyncIterator[bytes]:
    """A body of Health Auto Export of about so many megabytes, made as it is sent; counts its points."""
    yield b'{"data": {"metrics": [{"name": "heart_rate", "units": "count/min", "data": ['
    sent, number = 0, first
    while sent < megabytes * MEGABYTE:
        lines = []
        for n in range(number, number + 500):
            at = START + timedelta(seconds=20 * n)
            point = {
                "date": f"{at:%Y-%m-%d %H:%M:%S} +0000",
                "Min": 60,
                "Avg": 60 + n % 40,
                "Max": 60,
                "source": "Watch",
            }
            lines.append(json.dumps(point))
        number += 500
        chunk = (("," if sent else "") + ",".join(lines)).encode()
        sent += len(chunk)
        yield chunk
    points.append(number - first)
    yield b"]}]}}"


@thorough
async def test_thirty_megabytes_are_taken_in_constant_memory(tmp_path: Path) -> None:
    with hub(tmp_path) as (address, pid):
        headers = {"api-key": SECRET}
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(600)) as session:
            await ready(session, address)
            points: list[int] = []
            async with session.post(address, data=minutes(2, points)) as response:
                assert response.status == 200, await response.text()
            before = resident(pid)
            async with session.post(address, data=minutes(30, points, first=points[0])) as response:
                answer = await response.json()
                assert (response.status, answer["rejected"]) == (200, [])
            assert answer["accepted"] == points[1] > 280_000
            # As Python objects the body would take ten times its length.
            assert resident(pid, "VmHWM") - before < 60
            async with session.post(address, data=minutes(3, points, first=points[0])) as response:
                again = await response.json()
            assert (again["accepted"], again["unchanged"]) == (0, points[2])


async def test_the_page_shows_how_far_a_large_body_is(phone: Phone) -> None:
    points: list[int] = []
    parts = [part async for part in minutes(3, points)]
    seen: list[tuple[float | None, str]] = []

    async def slowly() -> AsyncIterator[bytes]:
        for number, part in enumerate(parts):
            yield part
            if number == len(parts) // 2:
                for _ in range(200):
                    status = phone.view.entry_status("phone")
                    if status.progress is not None:
                        seen.append((status.progress, status.progress_text))
                        break
                    await asyncio.sleep(0.01)

    length = {"Content-Length": str(sum(map(len, parts)))}
    status, _ = await phone.post(slowly(), headers=length)
    assert status == 200
    assert len(seen) == 1
    assert 0.2 < (seen[0][0] or 0) < 0.7
    assert "of 3 MB" in seen[0][1]
    assert phone.view.entry_status("phone").progress is None
