"""Readings of 100 discovered MQTT sensors: how many states a second it takes in, and how long one is under way."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from benchmarks.figure import Figure, percentile
from benchmarks.mqtt import devices
from benchmarks.peer.account import onboard
from benchmarks.peer.environment import running
from tests.integrations.mqtt.client import Client
from tests.support.mosquitto import Mosquitto

SENSORS = 100
A_SECOND = 50
PATIENCE = 120.0


async def figures(python: Path, config: Path, quick: bool) -> list[Figure]:
    """QoS 1 from an outside mosquitto, as `benchmarks.mqtt` sends them to the hub."""
    with tempfile.TemporaryDirectory() as name:
        broker = Mosquitto(Path(name))
        broker.start()
        try:
            _entry(config, broker.port)
            with running(python, config) as peer:
                async with aiohttp.ClientSession(peer.url) as session:
                    session.headers["Authorization"] = f"Bearer {await onboard(session, peer.url)}"
                    await _announce(broker)
                    await asyncio.sleep(5)
                    count = 4_000 if quick else 40_000
                    burst = await _sent(session, broker, count, 0)
                    rate = (burst["count"] - 1) / (burst["last"] - burst["first"])
                    steady = await _sent(session, broker, A_SECOND * (5 if quick else 20), A_SECOND)
        finally:
            broker.stop()
    return [
        Figure("mqtt burst", "MQTT readings in a burst, in memory", rate, "1/s", better="more"),
        *(
            Figure(f"mqtt p{part}", f"publish to state, p{part}", percentile(steady["ages"], part), "ms")
            for part in (50, 95, 99)
        ),
    ]


async def _sent(session: aiohttp.ClientSession, broker: Mosquitto, count: int, rate: float) -> dict[str, Any]:
    """What it has seen of so many readings, once it has seen all."""
    await (await session.delete("/api/bench/seen")).read()
    process = devices(broker, count, SENSORS, rate)
    seen: dict[str, Any] = {"count": 0}
    waited = 0.0
    while seen["count"] < count:
        await asyncio.sleep(0.5)
        waited += 0.5
        async with session.get("/api/bench/seen") as answer:
            seen = orjson.loads(await answer.read())
        if waited > PATIENCE + (count / rate if rate else 0):
            raise TimeoutError(f"Home Assistant saw {seen['count']} of {count} readings")
    await asyncio.to_thread(process.wait)
    return seen


async def _announce(broker: Mosquitto) -> None:
    async with Client(broker.port) as announcer:
        for index in range(SENSORS):
            config = {
                "name": f"S{index}",
                "unique_id": f"s{index}",
                "state_topic": f"bench/{index}",
                # The value is the time at which it was sent, so that each is a change and tells its age.
                "value_template": "{{ value_json.at }}",
                "unit_of_measurement": "ms",
                "device": {"identifiers": ["bench"], "name": "Bench"},
            }
            await announcer.publish(f"homeassistant/sensor/s{index}/config", json.dumps(config), retain=True)


def _entry(config: Path, port: int) -> None:
    """The broker, as its own set-up page would leave it in its store."""
    entry = {
        "entry_id": "bench",
        "version": 1,
        "domain": "mqtt",
        "title": "mosquitto",
        "data": {"broker": "127.0.0.1", "port": port, "discovery": True},
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "unique_id": None,
        "disabled_by": None,
    }
    store = {"version": 1, "minor_version": 1, "key": "core.config_entries", "data": {"entries": [entry]}}
    folder = config / ".storage"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "core.config_entries").write_text(json.dumps(store))
