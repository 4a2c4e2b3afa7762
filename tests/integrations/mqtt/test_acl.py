"""Every device against every other, by every trick, on both of the hub's own brokers: nothing crosses."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from hub.errors import ConfigInvalid
from integrations.mqtt.broker.accounts import Accounts
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home
from tests.integrations.mqtt.test_brokers import _keeps_out, _lets_in, call, own_broker
from tests.support.process import free_port

__all__ = ["own_broker"]
DEVICES = ("scale", "ring", "lamp", "pump")
GREEDY = ("#", "+", "+/#", "+/state", "$SYS/#", "homeassistant/#", "$share/all/#", "/#")


async def test_no_device_reads_or_writes_what_is_anothers(at_home: Home, own_broker: str) -> None:
    async with at_home(port=free_port()) as hub:
        logins = {name: await call(hub, "mqtt.add_device", name=name) for name in DEVICES}
        boss = await call(hub, "mqtt.add_device", name="boss", access="all")
        port = boss["port"]
        await until(lambda: _lets_in(port, "boss", boss["password"]))
        async with AsyncExitStack() as stack:
            watching = await stack.enter_async_context(Client(port, name="boss", password=boss["password"]))
            await watching.subscribe("#")
            clients: dict[str, Client] = {}
            for name in DEVICES:
                # The ids that CVE-2017-7650 and the like were about: wildcards, and the name of another.
                trick = {"scale": "#", "ring": "+", "lamp": "pump", "pump": "boss"}[name]
                client = Client(port, name=name, password=logins[name]["password"], client_id=f"{trick}/{name}")
                clients[name] = await stack.enter_async_context(client)
            for client in clients.values():
                for pattern in (
                    *GREEDY,
                    *(f"{other}/#" for other in DEVICES),
                    *(f"{other}/state" for other in DEVICES),
                ):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(2):
                            await client.subscribe(pattern)
            for name, client in clients.items():
                for other in DEVICES:
                    await client.publish(f"{other}/state", f"{name} as {other}", qos=0, retain=True)
                    await client.publish(f"homeassistant/sensor/{other}/x/config", f"{name} as {other}", qos=0)
                await client.publish("$SYS/broker/version", f"{name} as $SYS", qos=0)
                await client.publish("homeassistant/status", f"{name} as all", qos=0)
            own = {f"{name} as {name}".encode() for name in DEVICES}
            await until(lambda: own <= {one.payload for one in watching.messages if one.topic.endswith("/state")})
            await asyncio.sleep(0.3)
            told = {one.payload for one in watching.messages if b" as " in one.payload}
            assert told == own
            for name, client in clients.items():
                heard = {(one.topic, one.payload) for one in client.messages if b" as " in one.payload}
                assert heard <= {(f"{name}/state", f"{name} as {name}".encode())}, name
                assert not [one for one in client.messages if one.topic.startswith("$SYS")], name


async def test_a_will_and_what_was_retained_stay_within_the_devices_own(at_home: Home, own_broker: str) -> None:
    async with at_home(port=free_port()) as hub:
        sly, good = [await call(hub, "mqtt.add_device", name=name) for name in ("sly", "good")]
        boss = await call(hub, "mqtt.add_device", name="boss", access="all")
        port = boss["port"]
        await until(lambda: _lets_in(port, "boss", boss["password"]))
        async with Client(port, name="boss", password=boss["password"]) as watching:
            await watching.subscribe("#")
            dying = Client(port, name="sly", password=sly["password"])
            dying._paho.will_set("good/state", "stolen by a will", 0, retain=True)
            async with AsyncExitStack() as stack:
                with suppress(PermissionError):  # or it is let in, and the will is forgotten
                    await stack.enter_async_context(dying)
                    await dying.publish("sly/state", "mine", retain=True)
                cut = dying._paho.socket()
                if isinstance(cut, socket.socket):
                    with suppress(OSError):
                        cut.shutdown(socket.SHUT_RDWR)
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.3)
            assert not [one for one in watching.messages if one.payload == b"stolen by a will"]
            # Revoked while connected: from then on nothing it says is heard, and it hears nothing.
            async with Client(port, name="sly", password=sly["password"]) as going:
                await going.subscribe("sly/#")
                await call(hub, "mqtt.remove_device", name="sly")
                await until(lambda: _keeps_out(port, "sly", sly["password"]))
                heard = len(going.messages)
                with suppress(Exception):
                    await asyncio.wait_for(going.publish("sly/state", "after the end", qos=0), 2)
                await watching.publish("sly/state", "for nobody")
                await asyncio.sleep(0.5)
                assert not [one for one in watching.messages if one.payload == b"after the end"]
                assert len(going.messages) == heard
            async with Client(port, name="good", password=good["password"]) as other:
                for pattern in ("sly/#", "sly/state", "#"):
                    with suppress(TimeoutError):
                        async with asyncio.timeout(2):
                            await other.subscribe(pattern)
                await asyncio.sleep(0.3)
                assert not [one for one in other.messages if one.topic.startswith("sly/")]


def test_a_device_is_not_called_as_the_topics_of_everyone(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path, "homeassistant")
    for name in ("homeassistant", "homeostat", "#", "+", "$SYS", "a/b", "", "a:b", "a\nb", " "):
        with pytest.raises(Exception):  # noqa: B017 # Conflict for the hub's own name, else ConfigInvalid
            accounts.add(name)
    for topics in (("homeassistant/sensor/#",), ("$SYS/#",), ("$share/x/y",)):
        with pytest.raises(ConfigInvalid):
            accounts.add("sly", "device", topics)


def test_a_password_file_that_is_damaged_lets_nobody_in(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path, "homeassistant")
    accounts.add("scale")
    file = tmp_path / "accounts.json"
    whole = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    for damaged in (b"", b"{", whole[:-9], b"[]", b'{"logins": [{"name": "scale"}]}', b'{"logins": 7}', b"\xff\xfe"):
        file.write_bytes(damaged)
        again = Accounts(tmp_path, "homeassistant")
        assert set(again.logins) == {"homeostat"}
        assert not again.allows("scale", "scale/x", write=True)
        for password in ("", again.password[:-1], again.password + "x"):
            assert not again.logins["homeostat"].accepts(password)
        assert file.stat().st_mode & 0o077 == 0
