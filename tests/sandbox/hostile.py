"""Integrations that hurt whoever runs them; each does one thing, two seconds after it has started."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from hub.daemon import Hub
from hub.view import IncomingReading

_FRAME = """
import asyncio, os, threading, time
from hub.api import Integration, hookimpl

async def listen(ctx):
    await asyncio.sleep(2)
    out = getattr(getattr(ctx, "_wire", None), "_writer", None)
{body}
    await asyncio.sleep(3600)

@hookimpl
def register_integrations(register):
    register(Integration("{name}", "{name}", listen=listen))
"""
BODIES = {
    "spins": "while True: pass",
    "blocks": "time.sleep(60)",
    "leaks": "kept = []\nwhile True: kept.append(bytearray(os.urandom(1 << 20) * 4))",
    "forks": "while True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "never_reads": (
        "ctx._wire._reader._transport.pause_reading()\n"
        "for number in range(200_000):\n"
        '    out.write(b\'{"n": %d, "call": "working", "with": []}\\n\' % number)\n'
        "    await out.drain()"
    ),
    "giant_frame": (
        'out.write(b\'{"n": 1, "call": "log", "with": [20, "\')\n'
        "for _ in range(1024):\n"
        "    out.write(b'x' * (1 << 20))\n"
        "    await out.drain()"
    ),
    "half_a_frame": 'out.write(b\'{"n": 1, "ca\')\nctx._wire._send = lambda message: asyncio.sleep(3600)',
    "no_utf8": 'out.write(b\'{"call": "\\xff\\xfe\\x80"}\\n\')',
    "nested": "out.write(b'[' * 1_000_000 + b'\\n')",
    "not_an_object": "out.write(b'17\\n')",
}


def written(folder: Path, *names: str) -> Path:
    """A folder of custom integrations of these kinds."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or BODIES:
        body = "\n".join("    " + line for line in BODIES[name].splitlines())
        (folder / f"{name}.py").write_text(_FRAME.format(name=name, body=body))
    return folder


async def delays(hub: Hub, seconds: float) -> list[float]:
    """How long each of ever more readings took until it was kept, in seconds; one every 20 ms."""
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        due = time.monotonic() + 0.02
        await asyncio.sleep(0.02)
        now = hub.rooms.clock.now()
        await hub.views.system().record([IncomingReading("anna", "heart_rate", 60.0, now)])
        found.append(time.monotonic() - due)
    return found
