"""Readings that arrive one by one by MQTT QoS 1 from an outside broker, each through a template to a durable commit.

python benchmarks/mqtt.py [--readings 40000] [--sensors 100] [--rate 50] [--only burst,latency]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from hub.daemon import Hub, Settings
from hub.model import ConfigEntry, StateChanged
from tests.integrations.mqtt.client import Client
from tests.support.mosquitto import Mosquitto

WINDOW = 200
"""Publishes under way at once, as a few busy gateways have together."""


def publish(port: int, readings: int, sensors: int, rate: float) -> None:
    """The devices: a process of its own that writes MQTT 3.1.1 packets by hand, so that it costs little."""
    sock = socket.create_connection(("127.0.0.1", port))
    name = b"devices"
    connect = b"\0\4MQTT\4\2\0\x3c" + struct.pack("!H", len(name)) + name
    sock.sendall(bytes([0x10, len(connect)]) + connect)
    sock.recv(4)
    sent = acknowledged = 0
    rest = b""
    began = time.monotonic()
    while acknowledged < readings:
        while sent < readings and sent - acknowledged < WINDOW:
            if rate and sent / rate > time.monotonic() - began:
                break
            topic = b"bench/%d" % (sent % sensors)
            payload = b'{"value": %.2f, "at": %.3f}' % (20 + sent * 7 % 1000 / 10, time.time_ns() / 1e6)
            body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", sent % 65535 + 1) + payload
            sock.sendall(bytes([0x32, len(body)]) + body)
            sent += 1
        if sent == acknowledged:
            time.sleep(0.001)
            continue
        rest += sock.recv(65536)
        acknowledged += len(rest) // 4
        rest = rest[len(rest) // 4 * 4 :]
    sock.close()


async def started(folder: Path, broker: Mosquitto, sensors: int, **more: str) -> Hub:
    """A hub that knows all sensors; `more` goes into each one's configuration."""
    entry = ConfigEntry("mqtt", "mqtt", "MQTT", options={"url": broker.url, "assign": [{"person": "household"}]})
    hub = await Hub.start(Settings(folder, entries=(entry,), automatic_entries=False), serve=False)
    device = {"identifiers": ["bench"], "name": "Bench"}
    components = {
        f"s{index}": {
            "platform": "sensor", "unique_id": f"s{index}", "name": f"S{index}", "state_topic": f"bench/{index}",
            "value_template": "{{ value_json.value | round(1) }}", "unit_of_measurement": "°C",
            "device_class": "temperature",
        }
        for index in range(sensors)
    }  # fmt: skip
    for one in components.values():
        one |= more
    config = json.dumps({"device": device, "origin": {"name": "bench"}, "components": components})
    async with Client(broker.port) as announcer:
        await announcer.publish("homeassistant/device/bench/config", config, retain=True)
    while len(hub.rooms.entities.all) < sensors:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    return hub


def devices(broker: Mosquitto, readings: int, sensors: int, rate: float) -> subprocess.Popen[bytes]:
    numbers = [str(broker.port), str(readings), str(sensors), str(rate)]
    return subprocess.Popen([sys.executable, __file__, "--publish", *numbers])


async def burst(readings: int, sensors: int) -> dict[str, Any]:
    """As fast as they come."""
    with tempfile.TemporaryDirectory() as name:
        broker = Mosquitto(Path(name) / "broker")
        broker.start()
        hub = await started(Path(name) / "hub", broker, sensors)
        try:
            figures = hub.rooms.intake.figures
            process = devices(broker, readings, sensors, 0)
            while not figures.accepted:
                await asyncio.sleep(0.001)
            began, used, before = time.perf_counter(), time.process_time(), figures.accepted
            while figures.accepted < readings:
                await asyncio.sleep(0.01)
                if time.perf_counter() - began > 120:
                    raise TimeoutError(f"only {figures.accepted} of {readings} arrived")
            seconds, counted = time.perf_counter() - began, readings - before
            await asyncio.to_thread(process.wait)
            return {
                "readings a second": round(counted / seconds),
                "processor time each, us": round((time.process_time() - used) / counted * 1e6),
                "commits": len(figures.commit_seconds),
            }
        finally:
            await hub.stop()
            broker.stop()


async def latency(readings: int, sensors: int, rate: float) -> dict[str, Any]:
    """From a device's publish to the hub's state, at a steady rate."""
    with tempfile.TemporaryDirectory() as name:
        broker = Mosquitto(Path(name) / "broker")
        broker.start()
        hub = await started(Path(name) / "hub", broker, sensors, taken_at_template="{{ value_json.at }}")
        taken: list[float] = []

        async def listen() -> None:
            with hub.rooms.bus.subscribe(StateChanged, limit=100_000, name="bench") as news:
                async for event in news:
                    at = event.new.taken_at if isinstance(event, StateChanged) else None
                    if at is not None:
                        taken.append((time.time_ns() / 1e9 - at.timestamp()) * 1e3)

        listener = asyncio.create_task(listen())
        try:
            process = devices(broker, readings, sensors, rate)
            await asyncio.to_thread(process.wait)
            await asyncio.sleep(0.5)
            taken.sort()
            return {
                "publish to state p50, ms": round(statistics.median(taken), 2),
                "p95": round(taken[int(len(taken) * 0.95)], 2),
                "p99": round(taken[int(len(taken) * 0.99)], 2),
                "readings": len(taken),
            }
        finally:
            listener.cancel()
            await hub.stop()
            broker.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=40_000)
    parser.add_argument("--sensors", type=int, default=100)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--only", default="burst,latency")
    parser.add_argument("--publish", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.publish:
        port, readings, sensors, rate = given.publish
        publish(int(port), int(readings), int(sensors), float(rate))
        return
    if "burst" in given.only:
        print("burst", json.dumps(uvloop.run(burst(given.readings, given.sensors))))
    if "latency" in given.only:
        print("latency", json.dumps(uvloop.run(latency(int(given.rate * 20), given.sensors, given.rate))))


if __name__ == "__main__":
    main()
