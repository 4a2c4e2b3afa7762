"""From an automation to a device's topic, over a real broker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from hub.errors import BadReading, Forbidden
from hub.model import HOUSEHOLD, Actor, Role
from tests.automation.services.rooms import call, run
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home, announce, at_home, state, there
from tests.support.house import PASSWORD
from tests.support.mosquitto import Mosquitto

__all__ = ["at_home"]


@pytest.fixture
async def device(mosquitto: Mosquitto) -> AsyncIterator[Client]:
    async with Client(mosquitto.port) as client:
        yield client


LAMP = {
    "name": None, "unique_id": "desk", "schema": "json", "command_topic": "desk/set", "state_topic": "desk/state",
    "brightness": True, "supported_color_modes": ["color_temp", "xy"],
    "device": {"identifiers": ["desk"], "name": "Desk lamp"},
}  # fmt: skip


async def test_an_automation_turns_a_lamp_on_over_the_broker(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await device.subscribe("desk/set")
        await device.subscribe("home/#")
        await announce(device, "light/desk", **LAMP)
        await there(hub, "light.desk_lamp")
        await hub.rooms.entities.assign("mqtt:desk", HOUSEHOLD)
        await device.publish("desk/state", '{"state": "OFF"}')
        await state(hub, "light.desk_lamp", "off")
        trace = await run(hub, """
actions:
  - action: light.turn_on
    target: {entity_id: light.desk_lamp}
    data: {brightness_pct: "{{ 100 / 5 }}", rgb_color: [255, 0, 0], transition: 1}
  - action: mqtt.publish
    data: {topic: home/bell, payload: '{"who": "{{ 40 + 2 }}"}', qos: "1", retain: true}
""")  # fmt: skip
        assert trace.outcome == "done", trace.why
        told = await until(lambda: device.newest.get("desk/set"), what="the lamp was told nothing")
        assert json.loads(told.payload) == {
            "state": "ON", "brightness": 51, "transition": 1.0, "color": {"x": 0.64, "y": 0.33},
        }  # fmt: skip
        bell = await until(lambda: device.newest.get("home/bell"), what="the bell was not rung")
        assert json.loads(bell.payload) in ({"who": "42"}, {"who": 42})


async def test_publishing_is_for_who_manages_the_house(at_home: Home, mosquitto: Mosquitto) -> None:
    async with at_home(url=mosquitto.url) as hub:
        await hub.views.system().add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        # A message can tell any device anything, also what is none of Ben's.
        with pytest.raises(Forbidden):
            await call(hub, "mqtt.publish", Actor("ben"), topic="desk/set", payload="x")
        with pytest.raises(BadReading, match="no \\+ and no #"):
            await call(hub, "mqtt.publish", topic="desk/#", payload="x")
