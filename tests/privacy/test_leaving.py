"""What leaves the house is listed; a no stops it at once, and what waits to be erased leaves no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.api import Context, Integration, Sample
from hub.backup.targets.book import Book, Spec
from hub.daemon import Hub
from hub.errors import Forbidden, NotFound
from hub.model import Actor, ConfigEntry, EntryState, Role
from hub.view import View
from tests.integrations.mqtt.client import Client, until
from tests.support.house import PASSWORD, Plugin, house
from tests.support.mosquitto import Mosquitto

PAGE = ConfigEntry("page", "page", "Page")


@asynccontextmanager
async def home(folder: Path, broker: Mosquitto) -> AsyncIterator[Hub]:
    entry = ConfigEntry("mqtt", "mqtt", "Our broker", options={"url": broker.url})
    async with house(folder, entries=(entry,)) as hub:
        await until(lambda: hub.rooms.supervisor.status("mqtt").state is EntryState.RUNNING)
        yield hub


async def record(hub: Hub, person: str, value: float, entry: ConfigEntry = PAGE) -> Any:
    sample = Sample(metric="heart_rate", value=value, taken_at=datetime.now(UTC) - timedelta(seconds=1))
    return await hub.rooms.intake.accept(entry, [sample], person)


def topic(person: str) -> str:
    return f"homeostat/home/{person}/{person}_heart_rate"


def retained(client: Client, person: str) -> list[str]:
    return sorted(one.topic for one in client.newest.values() if person in one.topic and one.payload)


async def listening(client: Client, *persons: str) -> None:
    await client.subscribe("#")
    for person in persons:
        await until(lambda person=person: topic(person) in retained(client, person), what=f"nothing of {person}")


async def test_retained_topics_go_when_the_grace_begins_and_come_back_when_it_is_cancelled(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with Client(mosquitto.port) as client, home(tmp_path / "home", mosquitto) as hub:
        await record(hub, "ben", 61.0)
        await record(hub, "mia", 71.0)
        await listening(client, "ben", "mia")
        before = retained(client, "ben")
        assert len(before) == 2, "a state and its announcement"
        view = hub.views.system()
        asked = await view.erase(await view.preview_erasure(person="ben"))
        await until(lambda: not retained(client, "ben"), what="ben's topics stay")
        said = len(client.messages)
        await record(hub, "ben", 62.0)
        await record(hub, "mia", 72.0)
        await until(lambda: b"72" in client.newest[topic("mia")].payload)
        assert not [one for one in client.messages[said:] if "ben" in one.topic and one.payload]
        assert (await hub.rooms.recorder._database.fetch("SELECT count(*) FROM readings"))[0][0] == 4, "not kept"
    async with Client(mosquitto.port) as late, home(tmp_path / "home", mosquitto) as hub:
        await listening(late, "mia")
        await asyncio.sleep(0.5)
        assert not retained(late, "ben"), "they came back with a restart"
        await hub.views.system().cancel_erasure(asked.id)
        await until(lambda: retained(late, "ben") == before, what=f"{retained(late, 'ben')} is not {before}")
        assert b"62" in late.newest[topic("ben")].payload


async def test_a_no_for_one_person_stops_it_within_a_second_and_a_yes_brings_it_back(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with Client(mosquitto.port) as client, home(tmp_path / "home", mosquitto) as hub:
        await record(hub, "ben", 61.0)
        await record(hub, "mia", 71.0)
        await listening(client, "ben", "mia")
        view = hub.views.system()
        (leaving,) = [one for one in (await view.flows()).leaving if one.entry.id == "mqtt"]
        assert leaving.hosts == (f"127.0.0.1:{mosquitto.port}",)
        assert leaving.whole.how == "configured"
        assert {one.person for one in leaving.persons} == {"anna", "ben", "mia", "household"}
        began = time.monotonic()
        await view.consent("mqtt", "out", "ben", agreed=False)
        await until(lambda: not retained(client, "ben"), what="ben's topics stay")
        assert time.monotonic() - began < 1.0
        said = len(client.messages)
        await record(hub, "ben", 62.0)
        await record(hub, "mia", 72.0)
        await until(lambda: b"72" in client.newest[topic("mia")].payload)
        assert not [one for one in client.messages[said:] if "ben" in one.topic and one.payload]
    async with Client(mosquitto.port) as late, home(tmp_path / "home", mosquitto) as hub:
        await listening(late, "mia")
        await asyncio.sleep(0.3)
        assert not retained(late, "ben"), "the no was forgotten"
        found = await hub.views.system().consent("mqtt", "out", "ben", agreed=True)
        assert (found.how, found.agreed) == ("given", True)
        await until(lambda: topic("ben") in retained(late, "ben"))


async def test_a_no_to_all_of_it_stops_the_entry_and_holds_over_a_restart(tmp_path: Path, mosquitto: Mosquitto) -> None:
    async with Client(mosquitto.port) as client, home(tmp_path / "home", mosquitto) as hub:
        await record(hub, "mia", 71.0)
        await listening(client, "mia")
        began = time.monotonic()
        await hub.views.system().consent("mqtt", "out", "", agreed=False)
        assert hub.rooms.supervisor.status("mqtt").state is EntryState.MISCONFIGURED
        assert time.monotonic() - began < 1.0
        assert "withdrew the consent" in hub.rooms.supervisor.status("mqtt").problem
        said = len(client.messages)
        await record(hub, "mia", 72.0)
        await asyncio.sleep(0.3)
        assert not [one for one in client.messages[said:] if "mia" in one.topic]
    entry = ConfigEntry("mqtt", "mqtt", "Our broker", options={"url": mosquitto.url})
    async with house(tmp_path / "home", entries=(entry,)) as hub:
        assert hub.rooms.supervisor.status("mqtt").state is EntryState.MISCONFIGURED
        await hub.views.system().consent("mqtt", "out", "", agreed=True)
        await until(lambda: hub.rooms.supervisor.status("mqtt").state is EntryState.RUNNING)


class Options(BaseModel):
    address: str = ""


async def _poll(ctx: Context) -> list[Sample]:
    return [Sample(metric="heart_rate", value=60.0 + ctx.clock.monotonic() % 7)]


RING = Integration("ring", "Ring", config=Options, poll=_poll, every=timedelta(seconds=1))


async def test_a_source_brings_nothing_of_who_said_no_and_each_says_it_for_herself(tmp_path: Path) -> None:
    async with house(tmp_path / "home", plugins=[("ring", Plugin(RING))]) as hub:
        owner = View(hub.rooms, Actor("anna"))
        made = await owner.add_entry("ring", {}, person="ben")
        await until(lambda: hub.rooms.states.get("sensor.ben_heart_rate"))
        await owner.add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        await owner.add_account("carl", PASSWORD, role=Role.ADULT, person="mia")
        ben, carl = View(hub.rooms, Actor("ben")), View(hub.rooms, Actor("carl"))
        (coming,) = (await ben.flows()).coming
        assert [(one.person, one.by, one.how) for one in coming.persons] == [("ben", "anna", "configured")]
        assert not (await carl.flows()).coming
        with pytest.raises(Forbidden):
            await carl.consent(made.id, "in", "ben", agreed=False)
        with pytest.raises(Forbidden):
            await ben.consent(made.id, "out", "", agreed=False)
        with pytest.raises(NotFound):
            await owner.consent(made.id, "in", "mia", agreed=False)
        await ben.consent(made.id, "in", "ben", agreed=False)
        assert owner.entry_status(made.id).state is EntryState.MISCONFIGURED
        receipt = await record(hub, "ben", 66.0, made)
        assert receipt.accepted == 0
        assert "consent" in receipt.rejected[0].reason
        assert (await record(hub, "mia", 66.0, made)).accepted == 1
        await ben.consent(made.id, "in", "ben", agreed=True)
        await until(lambda: owner.entry_status(made.id).state is EntryState.RUNNING)
        lines = [one.line for one in await hub.rooms.recorder.audit_tail()]
        assert {"consent.give", "consent.withdraw"} <= {one.action for one in lines}


async def test_backup_targets_beyond_the_machine_are_listed_for_the_owner_alone(tmp_path: Path) -> None:
    async with house(tmp_path / "home") as hub:
        book = Book(hub.rooms.data_dir)
        book.put(Spec("attic", "webdav", "The attic", url="https://attic.example/dav/"))
        book.put(Spec("disk", "folder", "A disk", folder="/media/disk"))
        await hub.views.system().add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        found = (await View(hub.rooms, Actor("anna")).flows()).services
        assert [(one.name, one.where, one.last) for one in found] == [("The attic", "https://attic.example/dav/", None)]
        assert not (await View(hub.rooms, Actor("ben")).flows()).services


async def test_every_integration_that_reaches_out_says_so_in_its_manifest(tmp_path: Path) -> None:
    """A shipped integration that opens connections and declares none would leave the list short."""
    root = Path(__file__).parents[2] / "integrations"
    async with house(tmp_path / "home") as hub:
        told = set(hub.rooms.sharing._outgoing)
    for folder in sorted(one for one in root.iterdir() if (one / "manifest.toml").exists()):
        code = "".join(path.read_text() for path in folder.rglob("*.py"))
        if any(sign in code for sign in ("ctx.http", "asyncio.open_connection", "paho", "aiohttp.ClientSession")):
            assert hub.loaded.outgoing.get(folder.name), f"{folder.name} reaches out and does not say where"
    assert {"mqtt", "open_meteo", "nightscout", "http_json"} <= told
