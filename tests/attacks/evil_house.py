"""A house in which everything that somebody or something may name is named by an attacker."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import BaseModel

from hub.api import Context, Integration, NotReady, Sample
from hub.daemon import Hub
from hub.errors import HubError
from hub.model import ConfigEntry, JournalDraft
from hub.view import IncomingReading
from tests.integrations.mqtt.client import Client, until
from tests.support.house import PASSWORD, Plugin, everything, house
from tests.support.mosquitto import Mosquitto

SENSORS_OF_A_DEVICE = 5
HEADERS = ("User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Referer", "Forwarded")


class Typed(BaseModel):
    what: str = ""


async def poll(ctx: Context) -> list[Sample]:
    raise NotReady(ctx.config.what)


FAILING = Integration("failing", "<svg onload=pwn()>", config=Typed, poll=poll, every=timedelta(hours=1))


@asynccontextmanager
async def evil_house(folder: Path, broker: Mosquitto, payloads: Sequence[str]) -> AsyncIterator[Hub]:
    """Serves; signed in by `PASSWORD` as anna."""
    mqtt = ConfigEntry("mqtt", "mqtt", "MQTT", options={"url": broker.url})
    async with house(folder, serve=True, plugins=[("failing", Plugin(FAILING))], entries=(mqtt,)) as hub:
        await _announce(hub, broker, payloads)
        await _write(hub, payloads)
        yield hub


async def _announce(hub: Hub, broker: Mosquitto, payloads: Sequence[str]) -> None:
    """Every payload as name of a sensor and as its state; as name, maker and model of devices; as a unit."""
    groups = [payloads[at : at + SENSORS_OF_A_DEVICE] for at in range(0, len(payloads), SENSORS_OF_A_DEVICE)]
    async with Client(broker.port) as client:
        for number, group in enumerate(groups):
            device = {
                "identifiers": [f"d{number}"],
                "name": group[0],
                "manufacturer": group[-1],
                "model": group[-2:][0],
            }
            for place, payload in enumerate(group):
                key = f"s{number}_{place}"
                config: dict[str, Any] = {
                    "name": payload, "unique_id": key, "object_id": key, "state_topic": f"evil/{key}", "device": device,
                }  # fmt: skip
                if place == 1:
                    config |= {"unit_of_measurement": payload, "suggested_display_precision": 1}
                await client.publish(f"homeassistant/sensor/{key}/config", orjson.dumps(config), retain=True)
        await until(lambda: len(hub.rooms.entities.devices) >= len(groups), 60, "devices are missing")
        for number in range(0, len(groups), 2):
            await hub.rooms.entities.assign(f"mqtt:d{number}", "anna" if number % 4 else "household")
        for number, group in enumerate(groups):
            for place, payload in enumerate(group):
                value = "17" if place == 1 else payload
                await client.publish(f"evil/s{number}_{place}", value.encode(errors="replace"))


async def _write(hub: Hub, payloads: Sequence[str]) -> None:
    view, now = everything(hub), hub.rooms.clock.now()
    for number, payload in enumerate(payloads):
        data = {"title": payload[:150] or "x", "text": payload}
        draft = JournalDraft(
            "note", now - timedelta(minutes=number), data=data, note=payload, source="x", external_id=payload
        )
        await view.add_journal("anna", draft)
        await hub.rooms.accounts.create_token("anna", label=payload)
    for payload in payloads[::20]:
        try:
            await view.add_entry("failing", {"what": payload}, title=payload, person="anna")
        except HubError:
            continue
    for payload in payloads[::50]:
        await view.record([IncomingReading("anna", "heart_rate", 60.0, now - timedelta(hours=1), source=payload[:60])])
        await hub.rooms.accounts.open_session("anna", payload, "", proved=True)
    for payload in payloads[::25]:
        await asyncio.to_thread(_knock, hub.port, payload)


def _knock(port: int | None, payload: str) -> None:
    """A failed sign-in: its names and headers stand in the trail and the log."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    header = payload.encode("latin-1", "replace").decode("latin-1").translate(dict.fromkeys(range(32)))
    try:
        line.request(
            "POST",
            "/sign-in",
            urlencode({"account": payload, "password": PASSWORD}),
            {"Content-Type": "application/x-www-form-urlencoded", **dict.fromkeys(HEADERS, header)},
        )
        line.getresponse().read()
    finally:
        line.close()


async def rename(hub: Hub, payloads: Sequence[str]) -> None:
    """The names that a house has only few of: household, people, account."""
    view = everything(hub)
    people = view.people()
    await hub.rooms.people.save_household(replace(view.household(), name=payloads[0]))
    for person, payload in zip(people, payloads[1:], strict=False):
        await hub.rooms.people.change(person.slug, name=payload)
