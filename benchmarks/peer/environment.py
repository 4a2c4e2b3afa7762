"""Home Assistant in an environment of its own, and how to start it."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.house import free_port

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
    "paho-mqtt==1.6.1",
    "numpy==1.26.0",
    "PyTurboJPEG==1.7.1",
    "hassil==1.6.1",
    "home-assistant-intents==2024.3.12",
    "mutagen==1.47.0",
    "ha-av==10.1.1",
    "ha-ffmpeg==3.1.0",
)
"""With what its recorder, history, page and MQTT need, in the versions that it asks for."""
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
from homeassistant.core import callback

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


class Seen(HomeAssistantView):
    """How many states of MQTT sensors changed, when the first and the last did, and how old each was, in ms."""

    url = "/api/bench/seen"
    name = "api:bench:seen"

    def __init__(self, hass):
        self.ages, self.first, self.last = [], 0.0, 0.0
        hass.bus.async_listen("state_changed", self.changed)

    @callback
    def changed(self, event):
        new = event.data["new_state"]
        ours = new is not None and new.entity_id.startswith("sensor.bench_s")
        if ours and new.state not in ("unknown", "unavailable"):
            self.last = time.time()
            self.first = self.first or self.last
            self.ages.append(self.last * 1e3 - float(new.state))

    async def get(self, request):
        return self.json({"count": len(self.ages), "first": self.first, "last": self.last, "ages": self.ages[-2000:]})

    async def delete(self, request):
        self.ages, self.first, self.last = [], 0.0, 0.0
        return self.json({})


async def async_setup(hass, config):
    hass.http.register_view(Write())
    hass.http.register_view(Seen(hass))
    return True
'''
MANIFEST = '{"domain": "bench", "name": "Bench", "version": "1.0.0", "dependencies": ["http", "recorder"]}'


def environment() -> Path:
    """Its Python; made once for the machine, in the folder for temporary files."""
    wanted = hashlib.sha256(repr((PACKAGES, sys.version_info[:2])).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"homeostat-peer-{VERSION}-{wanted}"
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


@dataclass(frozen=True, slots=True)
class Files:
    """What it is given to read; the configuration has a place for the `{port}`."""

    configuration: str = CONFIGURATION
    component: str = COMPONENT
    manifest: str = MANIFEST


@dataclass(slots=True)
class Peer:
    config: Path
    url: str
    pid: int
    seconds_to_page: float


@contextmanager
def running(python: Path, config: Path, files: Files | None = None) -> Iterator[Peer]:
    given = files or Files()
    port = free_port()
    component = config / "custom_components" / "bench"
    component.mkdir(parents=True, exist_ok=True)
    (component / "__init__.py").write_text(given.component)
    (component / "manifest.json").write_text(given.manifest)
    (config / "configuration.yaml").write_text(given.configuration.format(port=port))
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
