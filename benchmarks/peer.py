"""The same work by Home Assistant 2024.3.3, the newest that runs on Python 3.11, in an environment of its own.

python -m benchmarks.peer [--quick] [--json]

Its recorder is left as it comes: SQLite in WAL mode with synchronous NORMAL and a commit every 5 seconds, so what it
has said yes to is not yet safe from a power cut.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from benchmarks.figure import Figure, percentile, tell
from benchmarks.house import free_port, resident_mb, scratch

VERSION = "2024.3.3"
PACKAGES = (
    f"homeassistant=={VERSION}",
    "SQLAlchemy==2.0.27",
    "fnv-hash-fast==0.5.0",
    "psutil-home-assistant==0.0.1",
    "aiohttp-cors==0.7.0",
    "home-assistant-frontend==20240307.0",
    "janus==1.0.0",
    "Pillow==10.2.0",
    "josepy==1.14.0",
    "securetar==2023.3.0",
)
"""With what its recorder, history and page need, in the versions that it asks for."""
ROWS = 100_000
CLIENTS, A_SECOND = 50, 50
CONFIGURATION = """\
homeassistant:
  name: Bench
  time_zone: Europe/Madrid
http:
  server_host: 127.0.0.1
  server_port: {port}
recorder:
history:
api:
frontend:
bench:
"""
COMPONENT = '''\
"""Sets states as fast as they are taken, and says when all of them were committed."""

import asyncio
import time

from homeassistant.components.http import HomeAssistantView
from homeassistant.components.recorder import get_instance

DOMAIN = "bench"


class Write(HomeAssistantView):
    url = "/api/bench/write"
    name = "api:bench:write"

    async def post(self, request):
        asked = await request.json()
        hass, count, entities = request.app["hass"], asked["count"], asked["entities"]
        recorder = get_instance(hass)
        await recorder.async_block_till_done()
        began = time.perf_counter()
        for number in range(count):
            hass.states.async_set(
                f"sensor.bench_{number % entities}",
                str(round(20 + number * 7 % 1000 / 10 + number * 1e-6, 6)),
                {
                    "unit_of_measurement": "bpm",
                    "state_class": "measurement",
                    "friendly_name": f"Bench {number % entities}",
                },
            )
            if number % 500 == 499:
                # Its queue gives up at 65,000 events.
                while recorder.backlog > 20_000:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0)
        await recorder.async_block_till_done()
        return self.json({"seconds": time.perf_counter() - began})


async def async_setup(hass, config):
    hass.http.register_view(Write())
    return True
'''
MANIFEST = '{"domain": "bench", "name": "Bench", "version": "1.0.0", "dependencies": ["http", "recorder"]}'


def environment() -> Path:
    """Its Python; made once for the machine, in the folder for temporary files."""
    folder = Path(tempfile.gettempdir()) / f"homeostat-peer-{VERSION}-{sys.version_info.major}.{sys.version_info.minor}"
    python, done = folder / "bin" / "python", folder / ".complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Installing Home Assistant {VERSION} (once) ...", file=sys.stderr)
        if uv := shutil.which("uv"):
            make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
            install = [uv, "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode", *PACKAGES]
        else:
            make = [sys.executable, "-m", "venv", str(folder)]
            install = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(make, check=True, stdout=sys.stderr)
        subprocess.run(install, check=True, stdout=sys.stderr)
        done.touch()
    return python


@dataclass(slots=True)
class Peer:
    config: Path
    url: str
    pid: int
    seconds_to_page: float


@contextmanager
def running(python: Path, config: Path) -> Iterator[Peer]:
    port = free_port()
    component = config / "custom_components" / "bench"
    component.mkdir(parents=True, exist_ok=True)
    (component / "__init__.py").write_text(COMPONENT)
    (component / "manifest.json").write_text(MANIFEST)
    (config / "configuration.yaml").write_text(CONFIGURATION.format(port=port))
    command = [str(python), "-m", "homeassistant", "--config", str(config), "--skip-pip", "--log-rotate-days", "1"]
    with (config / "output.log").open("ab") as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=config)
        try:
            url = f"http://127.0.0.1:{port}"
            _page(url, process, began)
            yield Peer(config, url, process.pid, time.perf_counter() - began)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _page(url: str, process: subprocess.Popen[bytes], began: float) -> None:
    import urllib.error
    import urllib.request

    while time.perf_counter() - began < 120:
        if process.poll() is not None:
            raise RuntimeError(f"Home Assistant ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/", timeout=5) as answer:
                if answer.status == 200 and b"<html" in answer.read():
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.01)
    raise RuntimeError("Home Assistant showed no page")


async def _token(session: aiohttp.ClientSession, url: str) -> str:
    """The first owner, by its own onboarding."""
    client = f"{url}/"
    owner = {"client_id": client, "name": "Bench", "username": "bench", "password": "bench-bench", "language": "en"}
    async with session.post(f"{url}/api/onboarding/users", json=owner) as answer:
        code = (await answer.json())["auth_code"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": client}
    async with session.post(f"{url}/auth/token", data=form) as answer:
        token: str = (await answer.json())["access_token"]
        return token


async def main(quick: bool) -> list[Figure]:
    python = environment()
    figures: list[Figure] = []
    with scratch() as folder:
        config = Path(folder)
        # Neither side packs its answers: on a loopback that would only measure zlib.
        plain = {"Accept-Encoding": "identity"}
        async with aiohttp.ClientSession(headers=plain, timeout=aiohttp.ClientTimeout(total=600)) as session:
            with running(python, config) as peer:
                session.headers["Authorization"] = f"Bearer {await _token(session, peer.url)}"
                count = 20_000 if quick else 120_000
                before = _rows(config)
                seconds = await _write(session, peer.url, count, 100)
                figures.append(Figure("batches", "states to disk", count / seconds, "1/s", better="more"))
                await _write(session, peer.url, 1_000, 1_000)
            rows = _rows(config) - before
            size = (config / "home-assistant_v2.db").stat().st_size
            figures.append(Figure("bytes", "bytes a row on disk", size / max(rows, 1), "bytes"))
            _one_long_series(config)
            with running(python, config) as peer:
                figures.append(Figure("first page", "start to first page", peer.seconds_to_page, "s"))
                session.headers["Authorization"] = f"Bearer {await _sign_in(session, peer.url)}"
                await _write(session, peer.url, 1_000, 1_000)
                await asyncio.sleep(2 if quick else 10)
                figures.append(Figure("resident", "resident, idle, 1,000 entities", resident_mb(peer.pid), "MB"))
                figures += await _states(session, peer.url, 2 if quick else 8)
                figures += await _history(session, peer.url)
                figures += await _live(session, peer.url, 5 if quick else 30)
    return figures


async def _sign_in(session: aiohttp.ClientSession, url: str) -> str:
    client = f"{url}/"
    flow = {"client_id": client, "handler": ["homeassistant", None], "redirect_uri": client}
    session.headers.pop("Authorization", None)
    async with session.post(f"{url}/auth/login_flow", json=flow) as answer:
        found = (await answer.json())["flow_id"]
    said = {"client_id": client, "username": "bench", "password": "bench-bench"}
    async with session.post(f"{url}/auth/login_flow/{found}", json=said) as answer:
        code = (await answer.json())["result"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": client}
    async with session.post(f"{url}/auth/token", data=form) as answer:
        token: str = (await answer.json())["access_token"]
        return token


async def _write(session: aiohttp.ClientSession, url: str, count: int, entities: int) -> float:
    body = {"count": count, "entities": entities}
    async with session.post(f"{url}/api/bench/write", json=body) as answer:
        seconds: float = orjson.loads(await answer.read())["seconds"]
        return seconds


def _rows(config: Path) -> int:
    path = config / "home-assistant_v2.db"
    if not path.exists():
        return 0
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT count(*) FROM states").fetchone()[0]
    connection.close()
    return count


def _one_long_series(config: Path) -> None:
    """100,000 states of one sensor, five minutes apart, written into its own tables while it is stopped."""
    with sqlite3.connect(config / "home-assistant_v2.db") as connection:
        name = connection.execute("SELECT metadata_id FROM states_meta WHERE entity_id = 'sensor.bench_0'").fetchone()[
            0
        ]
        kept = connection.execute("SELECT attributes_id FROM states WHERE metadata_id = ? LIMIT 1", (name,)).fetchone()[
            0
        ]
        end = time.time() - 300
        connection.execute("DELETE FROM states WHERE metadata_id = ?", (name,))
        connection.executemany(
            "INSERT INTO states (metadata_id, attributes_id, state, last_updated_ts, origin_idx) VALUES (?,?,?,?,0)",
            ((name, kept, str(60 + step * 7 % 400 / 10), end - 300 * (ROWS - step)) for step in range(ROWS)),
        )
    connection.close()


async def _states(session: aiohttp.ClientSession, url: str, seconds: float) -> list[Figure]:
    async def once() -> None:
        async with session.get(f"{url}/api/states") as answer:
            await answer.read()

    for _ in range(20):
        await once()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        await once()
        done += 1
    return [Figure("states", "GET /api/states", done / (time.perf_counter() - began), "1/s", better="more")]


async def _history(session: aiohttp.ClientSession, url: str) -> list[Figure]:
    start = (datetime.now(UTC) - timedelta(days=365)).isoformat()
    address = f"{url}/api/history/period/{start.replace('+', '%2B')}"
    query = "filter_entity_id=sensor.bench_0&significant_changes_only=0&no_attributes"
    end = datetime.now(UTC).isoformat().replace("+", "%2B")
    taken: dict[str, list[float]] = {"history": [], "history rows": []}
    for key, more in (("history", "&minimal_response"), ("history rows", "")):
        for _ in range(5):
            began = time.perf_counter()
            async with session.get(_raw(f"{address}?{query}{more}&end_time={end}")) as answer:
                body = await answer.read()
            taken[key].append((time.perf_counter() - began) * 1_000)
            rows = body.count(b'"last_changed"')
            assert rows >= ROWS * 0.99, (answer.status, rows, body[:300])
    return [Figure(key, "history of 100,000 rows", percentile(times, 50), "ms") for key, times in taken.items()]


def _raw(address: str) -> Any:
    from yarl import URL

    return URL(address, encoded=True)


async def _live(session: aiohttp.ClientSession, url: str, seconds: float) -> list[Figure]:
    """State set by one client until 50 subscribed WebSockets have it."""
    sent: dict[str, float] = {}
    late: list[float] = []
    token = session.headers["Authorization"].removeprefix("Bearer ")
    ready = asyncio.Event()
    opened = 0

    async def listen() -> None:
        nonlocal opened
        async with session.ws_connect(f"{url}/api/websocket", max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": token})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": "subscribe_events", "event_type": "state_changed"})
            await socket.receive_json()
            opened += 1
            if opened == CLIENTS:
                ready.set()
            async for message in socket:
                now = time.perf_counter()
                events = orjson.loads(message.data)
                for event in events if isinstance(events, list) else [events]:
                    new = event["event"]["data"]["new_state"]
                    if new is not None and new["state"] in sent:
                        late.append((now - sent[new["state"]]) * 1_000)

    listeners = [asyncio.create_task(listen()) for _ in range(CLIENTS)]
    await asyncio.wait_for(ready.wait(), 60)
    posts: set[asyncio.Task[None]] = set()

    async def set_state(value: str) -> None:
        async with session.post(f"{url}/api/states/sensor.live", json={"state": value}) as answer:
            await answer.read()

    began = time.perf_counter()
    for count in range(int(seconds * A_SECOND)):
        await asyncio.sleep(max(0.0, began + count / A_SECOND - time.perf_counter()))
        value = str(60 + count / 1_000)
        sent[value] = time.perf_counter()
        posts.add(asyncio.create_task(set_state(value)))
    await asyncio.gather(*posts)
    await asyncio.sleep(0.5)
    for task in listeners:
        task.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    return [
        Figure(f"live p{part}", f"state to clients, p{part}", percentile(late, part), "ms") for part in (50, 95, 99)
    ]


if __name__ == "__main__":
    tell(asyncio.run(main("--quick" in sys.argv)))
