"""Killing the hub in the middle loses and doubles nothing."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home, announce, there, values
from tests.support.mosquitto import Mosquitto
from tests.support.process import program
from tests.support.thorough import EVERY_STEP

KILLS = 6 if EVERY_STEP else 2


def start(folder: Path, url: str) -> subprocess.Popen[bytes]:
    command = [program("setpriv"), "--pdeathsig", "KILL", sys.executable, "-m", "tests.integrations.mqtt.hub_process"]
    return subprocess.Popen([*command, str(folder), url], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


async def test_a_hub_killed_in_the_middle_loses_and_doubles_nothing(
    at_home: Home, mosquitto_factory: Any, tmp_path: Path
) -> None:
    broker: Mosquitto = mosquitto_factory()
    chance = random.Random(4)
    async with Client(broker.port) as device:
        async with at_home(url=broker.url) as hub:
            await announce(device, "sensor/w", name="W", uniq_id="w", stat_t="w", unit_of_meas="kg")
            await there(hub, "sensor.w")
            await device.publish("w", "0")
            await until(lambda: hub.rooms.states.get("sensor.w"))
        sent = 1
        for _ in range(KILLS):
            process = start(tmp_path / "house", broker.url)
            began = broker.log.count("New client connected")
            await until(lambda began=began: broker.log.count("New client connected") > began, 20)
            for _ in range(chance.randrange(50, 400)):
                await device.publish("w", str(sent), qos=1)
                sent += 1
                if chance.random() < 0.02:
                    await asyncio.sleep(0.02)
            process.kill()
            await asyncio.to_thread(process.wait, 10)
        async with at_home(url=broker.url) as hub:
            await device.publish("w", str(sent))
            await until(lambda: getattr(hub.rooms.states.get("sensor.w"), "value", None) == float(sent))
            assert await values(hub, "sensor.w") == [float(number) for number in range(sent + 1)]
