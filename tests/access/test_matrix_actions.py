"""Every action of the registry and every event of a stream: to whom, about whom."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from hub.errors import Conflict, Forbidden, HubError, NotFound
from hub.model import ActionCalled
from hub.view import IncomingReading
from tests.access.oracle import ACT, HOUSEHOLD, MANAGE, RECORD, UNASSIGNED, VIEW, Caller
from tests.access.street import PEOPLE, Street

LIST = "say what it asks for in ACTIONS of tests/access/test_matrix_actions.py"
SOME = (*PEOPLE, HOUSEHOLD)


def house(caller: Caller, person: str) -> bool:
    return caller.may(MANAGE, HOUSEHOLD)


def metric(person: str) -> str:
    return "temperature_indoor" if person == HOUSEHOLD else "weight"


Needs = tuple[Any, tuple[str, ...], Any]
# Who may (caller, person), about whom it is tried, and the parameters (street, person).
ACTIONS: dict[str, Needs] = {
    "automation.reload": (house, (HOUSEHOLD,), lambda s, p: {}),
    "calendar.create_calendar": (
        lambda c, p: c.may(ACT, p), ("ben", HOUSEHOLD), lambda s, p: {"name": f"Kalender {p}", "person": p},
    ),
    "device.assign": (house, (HOUSEHOLD,), lambda s, p: {"device": s.device[HOUSEHOLD], "person": HOUSEHOLD}),
    "entity.command": (
        lambda c, p: c.may(ACT, p, "its lamp"),
        ("ben", "cleo", HOUSEHOLD, UNASSIGNED),
        lambda s, p: {"entity_id": s.lamp[p], "command": "turn_on"},
    ),
    "entity.count_as": (house, (HOUSEHOLD,), lambda s, p: {"entity_id": s.lamp["ben"], "metric": "weight"}),
    "entry.reload": (house, (HOUSEHOLD,), lambda s, p: {"entry": "none"}),
    "journal.add": (
        lambda c, p: c.may(RECORD, p, "journal:note"), SOME, lambda s, p: {"person": p, "kind": "note", "note": "x"},
    ),
    "logbook.log": (
        lambda c, p: c.may(ACT, p, "its lamp"), ("ben", HOUSEHOLD, UNASSIGNED),
        lambda s, p: {"name": "x", "message": "y", "entity_id": s.lamp[p]},
    ),
    "mqtt.add_device": (house, (HOUSEHOLD,), lambda s, p: {"name": "matrix"}),
    "mqtt.list_devices": (house, (HOUSEHOLD,), lambda s, p: {}),
    "mqtt.publish": (house, (HOUSEHOLD,), lambda s, p: {"topic": "kanari", "payload": "x"}),
    "mqtt.remove_device": (house, (HOUSEHOLD,), lambda s, p: {"name": "none"}),
    # No Nightscout is followed on this street: everybody is told so.
    "nightscout.import": (lambda c, p: True, (HOUSEHOLD,), lambda s, p: {}),
    "phone.setup": (lambda c, p: c.may(MANAGE, "mia"), (HOUSEHOLD,), lambda s, p: {"base_url": "http://192.168.1.2:8480"}),
    "reading.record": (
        lambda c, p: c.may(RECORD, p, metric(p)),
        (*SOME, UNASSIGNED),
        lambda s, p: {"person": p, "metric": metric(p), "value": 40.5, "taken_at": "2026-01-01T00:00:00Z"},
    ),
    "scene.reload": (house, (HOUSEHOLD,), lambda s, p: {}),
    "script.reload": (house, (HOUSEHOLD,), lambda s, p: {}),
    "system_log.clear": (lambda c, p: c.may(ACT, HOUSEHOLD), (HOUSEHOLD,), lambda s, p: {}),
    "system_log.write": (lambda c, p: c.may(ACT, HOUSEHOLD), (HOUSEHOLD,), lambda s, p: {"message": "x"}),
    "todo.create_list": (
        lambda c, p: c.may(ACT, p), ("ben", HOUSEHOLD), lambda s, p: {"name": f"Liste {p}", "person": p},
    ),
    "things.blink": (house, (HOUSEHOLD,), lambda s, p: {}),
}  # fmt: skip


async def test_every_action_is_done_for_whom_it_may_be_and_nobody_else(kanari: Street) -> None:
    specs = kanari.hub.rooms.actions.all
    new = sorted(name for name, spec in specs.items() if name not in ACTIONS and not spec.inner)
    assert not new, f"nobody has said who may call {new}: {LIST}"
    wrong = []
    for name, (right, whose, parameters) in ACTIONS.items():
        for caller in kanari.callers:
            view = await kanari.view(caller)
            for person in whose:
                try:
                    await view.call(name, parameters(kanari, person))
                    done = True
                except Forbidden:
                    done = False
                except (HubError, NotFound, Conflict):
                    done = True
                if done != right(caller, person):
                    wrong.append(
                        f"{name} for {person or 'nobody yet'} by {caller.name}: {'done' if done else 'refused'}"
                    )
    assert not wrong, "\n".join(wrong)


# Actions that only call others, here `entity.command`, for whom they may be.
INNER: dict[str, Any] = {
    "switch.turn_on": lambda lamp: {"entity_id": lamp},
    "switch.toggle": lambda lamp: {"entity_id": [lamp]},
    "homeassistant.turn_off": lambda lamp: {"entity_id": lamp},
    "scene.apply": lambda lamp: {"entities": {lamp: "on"}},
    "device.act": lambda lamp: {"device_id": "x", "domain": "switch", "type": "turn_on", "entity_id": lamp},
}


async def test_nobody_tells_a_lamp_by_another_actions_name_what_they_may_not_tell_it(kanari: Street) -> None:
    wrong = []
    for name, parameters in INNER.items():
        for caller in kanari.callers:
            view = await kanari.view(caller)
            for person in ("ben", "cleo", HOUSEHOLD, UNASSIGNED):
                with kanari.hub.rooms.bus.subscribe(ActionCalled, name="matrix") as heard:
                    with suppress(HubError):
                        await view.call(name, parameters(kanari.lamp[person]))
                    told = [one for one in _heard(heard) if one.outcome == "done"]
                if told and not caller.may(ACT, person, "its lamp"):
                    wrong.append(f"{name} of {person or 'nobody yet'} by {caller.name} was done")
                if not told and name == "switch.turn_on" and caller.may(ACT, person, "its lamp"):
                    wrong.append(f"{name} of {person or 'nobody yet'} by {caller.name} was not done")
    assert not wrong, "\n".join(wrong)


def _heard(subscription: Any) -> list[ActionCalled]:
    return [one for one in subscription.drain() if isinstance(one, ActionCalled) and one.action == "entity.command"]


async def test_a_refused_action_names_nobody_whom_the_caller_does_not_know(kanari: Street) -> None:
    view = await kanari.view(kanari.caller("guest"))
    with pytest.raises(Forbidden) as refused:
        await view.call("entity.command", {"entity_id": kanari.lamp["cleo"], "command": "turn_on"})
    assert "for cleo" not in str(refused.value)


async def test_streams_of_every_kind_send_each_caller_what_is_for_them(kanari: Street) -> None:
    """SSE, WebSocket and the pages' stream, held open by all at once while everybody's data changes."""
    heard: dict[tuple[str, str], str] = {}
    listeners = [
        asyncio.create_task(_listen(kanari, caller, kind, heard))
        for caller in kanari.callers
        if caller.live
        for kind in ("sse", "ws", "page")
    ]
    try:
        await asyncio.sleep(1.0)
        for number, person in enumerate(SOME):
            value = 40.5 + number / 1_000
            await kanari.system.record([IncomingReading(person, metric(person), value, kanari.hub.rooms.clock.now())])
        await asyncio.sleep(1.0)
    finally:
        for one in listeners:
            one.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    wrong = []
    for caller in kanari.callers:
        for kind in ("sse", "ws", "page"):
            text = heard.get((caller.name, kind), "")
            for person in SOME:
                entity = f'"{kanari.weight[person]}"'
                if (entity in text) != caller.may(VIEW, person, metric(person)):
                    wrong.append(f"{kind} of {caller.name} about {person}: {'told' if entity in text else 'not told'}")
    assert not wrong, "\n".join(wrong)


async def _listen(street: Street, caller: Caller, kind: str, heard: dict[tuple[str, str], str]) -> None:
    key = (caller.name, kind)
    if kind == "ws":
        headers = {**caller.headers, "Origin": street.url}
        if caller.cookies:
            headers["Cookie"] = f"homeostat_session={caller.cookies['homeostat_session']}"
        async with street.client.ws_connect(f"{street.url}/hub/v1/ws", headers=headers) as socket:
            await socket.send_str(json.dumps({"type": "subscribe", "id": "all"}))
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    heard[key] = heard.get(key, "") + message.data
    path = "/hub/v1/live" if kind == "sse" else "/live/values"
    async with street.client.get(street.url + path, headers=caller.headers, cookies=caller.cookies) as stream:
        async for chunk in stream.content.iter_any():
            heard[key] = heard.get(key, "") + chunk.decode()
