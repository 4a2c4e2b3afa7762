"""Triggers, conditions and actions of devices, as Home Assistant's editor and its blueprints write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.errors import Forbidden, NotFound
from hub.model import HOUSEHOLD, Actor, Role
from tests.automation.services.rooms import call, furnished, run, until
from tests.support.house import PASSWORD

KITCHEN: dict[str, Any] = {"device_id": "play:kitchen"}


async def test_a_device_is_told_what_its_entities_can_do(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (hub, things):
        told = """
actions:
  - {device_id: play:kitchen, domain: light, entity_id: light.lamp, type: turn_on, brightness_pct: 40}
  - {device_id: play:kitchen, domain: light, entity_id: 0123456789abcdef0123456789abcdef, type: toggle}
  - {device_id: play:kitchen, domain: cover, type: set_position, position: 30}
  - {device_id: play:study, domain: lock, type: unlock, entity_id: lock.door}
  - {device_id: play:kitchen, domain: number, type: set_value, value: "{{ 2 + 5 }}", entity_id: number.level}
  - {device_id: play:kitchen, domain: select, type: select_option, option: pine}
  - {device_id: play:kitchen, domain: button, type: press}
"""
        trace = await run(hub, told)
        assert trace.outcome == "done", trace.why
        assert things.names() == [
            "lamp.turn_on", "lamp.turn_off", "blind.set_position", "door.unlock", "level.set_value",
            "scent.select_option", "bell.press",
        ]  # fmt: skip
        assert things.told[0][2] == {"brightness_pct": 40}
        assert things.told[2][2] == {"position": 30}
        assert things.told[4][2] == {"value": 7}
        with pytest.raises(NotFound, match="has no siren here"):
            await call(hub, "device.act", **KITCHEN, domain="siren", type="turn_on")
        with pytest.raises(NotFound, match="is to do 'levitate'"):
            await call(hub, "device.act", **KITCHEN, domain="light", type="levitate")
        await hub.views.system().add_account("mia", PASSWORD, role=Role.ADULT, person="mia")
        with pytest.raises((Forbidden, NotFound)):
            await call(hub, "device.act", Actor("mia"), device_id="play:study", domain="fan", type="turn_on")
        assert len(things.told) == 7


async def test_what_a_devices_entity_becomes_sets_an_automation_off_if_another_is_so(tmp_path: Path) -> None:
    async with furnished(tmp_path) as (hub, _):
        turned = {"trigger": "device", **KITCHEN, "domain": "light", "type": "turned_on", "entity_id": "light.lamp"}
        opened = {"platform": "device", **KITCHEN, "domain": "cover", "type": "opened"}
        above = {"trigger": "device", **KITCHEN, "domain": "number", "type": "value", "above": 5,
                 "entity_id": "number.level"}  # fmt: skip
        remote = {"trigger": "device", **KITCHEN, "domain": "zha", "type": "remote_button", "subtype": "turn_on"}
        any_way = {**turned, "type": "changed_states", "id": "any"}
        locked = {"condition": "device", "device_id": "play:study", "domain": "lock", "type": "is_locked",
                  "entity_id": "lock.door"}  # fmt: skip
        body: dict[str, Any] = {
            "alias": "Device", "mode": "queued", "triggers": [turned, opened, above, any_way], "conditions": [locked],
            "actions": [{"event": "heard"}],
        }  # fmt: skip
        view = hub.views.of_account("anna")
        await view.add_automation(body)
        await view.add_automation({"alias": "Zigbee", "triggers": [remote], "actions": []})
        assert view.automation_problems("zigbee") == ["what devices of zha tell is not heard here; those of MQTT are"]
        await call(hub, "light.turn_on", entity_id="light.lamp")
        await call(hub, "cover.open_cover", entity_id="cover.blind")
        await call(hub, "number.set_value", entity_id="number.level", value=7)
        await call(hub, "number.set_value", entity_id="number.level", value=8)
        await call(hub, "light.turn_off", entity_id="light.lamp")
        await until(lambda: len(hub.rooms.automations.engine("anna").automations["device"].ran) == 5)
        runs = [(one.trigger["id"], one.trigger["entity_id"]) for one in await view.automation_traces("device")]
        assert runs[::-1] == [
            ("0", "light.lamp"), ("any", "light.lamp"), ("1", "cover.blind"), ("2", "number.level"),
            ("any", "light.lamp"),
        ]  # fmt: skip
        await call(hub, "lock.unlock", entity_id="lock.door")
        await call(hub, "light.turn_on", entity_id="light.lamp")
        held = hub.rooms.automations.engine("anna").automations["device"].held
        await until(lambda: len(held) == 2)
        assert "lock.door" in held[0].why
        assert hub.rooms.entities.device("play:kitchen").person == HOUSEHOLD
