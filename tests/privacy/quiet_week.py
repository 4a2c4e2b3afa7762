"""A fresh hub in a network of its own, for a week of its clock; prints what it sent to the outside, as JSON.

Run as `unshare --user --map-root-user --net --mount python -m tests.privacy.quiet_week FOLDER MODE DAYS`; modes:
`fresh`, `demo` (the demo household), `name` and `address` (hubs that phone home and must be caught).
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import aiohttp

from hub.api import Context, Integration, Sample
from hub.clock import VirtualClock
from hub.daemon import Hub, Settings
from hub.view import SetupRequest
from tests.archive.homes import NOW
from tests.support.house import PASSWORD, Plugin

STEP = 300.0
NAMESERVER = "10.99.0.53"
STRANGER = "203.0.113.9"
"""An address of the open internet, as far as routing goes."""
KERNEL = frozenset({130, 131, 132, 133, 134, 135, 136, 143})
"""ICMPv6 by which a kernel looks for its neighbours, whatever programs do."""


def prepare(folder: Path) -> None:
    """A way out that swallows everything, and a name server beyond it."""
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {NAMESERVER}\noptions timeout:1 attempts:1\n")
    for command in (
        "mount --make-rprivate /",
        f"mount --bind {resolver} /etc/resolv.conf",
        "ip link set lo up",
        "ip link add out type veth peer name far",
        "ip address add 10.99.0.2/24 dev out",
        "ip link set far up",
        "ip link set out up",
        "ip neighbour add 10.99.0.1 lladdr 02:00:00:00:00:01 dev out nud permanent",
        f"ip neighbour add {NAMESERVER} lladdr 02:00:00:00:00:01 dev out nud permanent",
        "ip route add default via 10.99.0.1 dev out",
        "ip -6 address add fd99::2/64 dev out nodad",
        "ip -6 neighbour add fd99::1 lladdr 02:00:00:00:00:01 dev out nud permanent",
        "ip -6 route add default via fd99::1 dev out",
    ):
        subprocess.run(command.split(), check=True, capture_output=True)


class Counter(threading.Thread):
    """Every packet that goes out."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: list[str] = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._socket.bind(("out", 0))

    def run(self) -> None:
        while True:
            told = _told(self._socket.recv(65_535))
            if told:
                self.seen.append(told)


def _told(frame: bytes) -> str:
    """Where a frame goes; empty for the kernel's own."""
    kind, body = frame[12:14], frame[14:]
    if kind == b"\x08\x00":
        return f"{socket.inet_ntoa(body[16:20])} protocol {body[9]}"
    if kind == b"\x86\xdd":
        # Listener reports stand behind a hop-by-hop header.
        protocol, inner = (body[40], body[48:]) if body[6] == 0 else (body[6], body[40:])
        if protocol == 58 and inner and inner[0] in KERNEL:
            return ""
        return f"{socket.inet_ntop(socket.AF_INET6, body[24:40])} protocol {protocol}"
    return f"ethertype {kind.hex()}"


async def _phone_home(ctx: Context) -> list[Sample]:
    def call() -> None:
        urllib.request.urlopen(f"http://{STRANGER if mode == 'address' else 'telemetry.example.com'}/", timeout=0.5)

    try:
        await asyncio.to_thread(call)
    except OSError:
        pass
    return []


async def week(folder: Path) -> tuple[int, float]:
    """How many requests were answered on loopback, and how many days the hub's clock went on."""
    clock, answered = VirtualClock(NOW), 0
    spy = Integration("spy", "Spy", poll=_phone_home)
    plugins = [("spy", Plugin(spy))] if mode in ("name", "address") else []
    hub = await Hub.start(Settings(folder / "data", port=0, demo=mode == "demo"), clock=clock, plugins=plugins)
    try:
        if hub.views.needs_setup():
            request = SetupRequest("Anna", PASSWORD, "Home", "Europe/Madrid", people=[{"name": "Ben"}])
            await hub.views.setup(request, code=None)
        if plugins:
            await hub.views.system().add_entry("spy", {}, person="anna")
        began = clock.now()
        async with aiohttp.ClientSession() as session:
            for number in range(int(length * 86_400 / STEP)):
                await clock.advance(STEP)
                # The world outside the virtual clock: threads, child processes, the database.
                await asyncio.sleep(0.002)
                if number % 288 == 0:
                    for path in ("/healthz", "/sign-in", "/hub/v1/openapi.json"):
                        async with session.get(f"http://127.0.0.1:{hub.port}{path}") as answer:
                            answered += answer.status == 200
        return answered, (clock.now() - began).total_seconds() / 86_400
    finally:
        await hub.stop()


if __name__ == "__main__":
    home, mode, length = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    prepare(home)
    counter = Counter()
    counter.start()
    begun = time.monotonic()
    requests, days = asyncio.run(week(home))
    time.sleep(0.5)
    took = round(time.monotonic() - begun, 1)
    print(json.dumps({"sent": counter.seen, "answered": requests, "days": days, "seconds": took}))
