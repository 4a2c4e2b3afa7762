"""The hub's own brokers, and others' with TLS."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hub.daemon import Hub
from hub.errors import ConfigInvalid, Conflict, NotFound
from hub.model import SYSTEM, EntryState
from integrations.mqtt import broker as brokers
from integrations.mqtt.session import sessions
from tests.integrations.mqtt.certificates import Certificates, make
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home, announce, entry_state, is_connected, log, state, there, values
from tests.support.process import free_port


@pytest.fixture(params=["mosquitto", "amqtt"])
def own_broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two, the second by hiding the program."""
    if request.param == "amqtt":
        monkeypatch.setattr(brokers, "program", lambda: None)
    return str(request.param)


async def call(hub: Hub, action: str, **parameters: Any) -> Mapping[str, Any]:
    return await hub.rooms.actions.call(SYSTEM, action, parameters)


async def test_with_no_configuration_the_hub_brings_a_broker_with_passwords(at_home: Home, own_broker: str) -> None:
    async with at_home(port=free_port()) as hub:
        listed = await call(hub, "mqtt.list_devices")
        assert (listed["broker"], listed["devices"], listed["reachable"]) == (own_broker, [], "this machine only")
        with pytest.raises(PermissionError):
            async with Client(listed["port"]):
                pass
        login = await call(hub, "mqtt.add_device", name="scale")
        assert login["qr"] == f"mqtt://scale:{login['password']}@127.0.0.1:{login['port']}"
        await until(lambda: _lets_in(login["port"], "scale", login["password"]))
        with pytest.raises(PermissionError):
            async with Client(login["port"], name="scale", password="wrong"):
                pass
        async with Client(login["port"], name="scale", password=login["password"]) as device:
            await announce(device, "sensor/scale/w", name="W", uniq_id="w", stat_t="scale/w", unit_of_meas="kg")
            await there(hub, "sensor.w")
            await device.publish("scale/w", "70")
            await state(hub, "sensor.w", 70.0)
        with pytest.raises(Conflict):
            await call(hub, "mqtt.add_device", name="scale")
        await call(hub, "mqtt.remove_device", name="scale")
        await until(lambda: _keeps_out(login["port"], "scale", login["password"]))
        with pytest.raises(NotFound):
            await call(hub, "mqtt.remove_device", name="scale")


async def _lets_in(port: int, name: str, password: str) -> bool:
    try:
        async with Client(port, name=name, password=password):
            return True
    except PermissionError:
        return False


async def _keeps_out(port: int, name: str, password: str) -> bool:
    return not await _lets_in(port, name, password)


async def test_automations_hear_messages_of_the_hubs_own_broker(at_home: Home, own_broker: str) -> None:
    async with at_home(port=free_port()) as hub:
        bell: dict[str, Any] = {"trigger": "mqtt", "topic": "bell/+"}
        view = hub.views.of_account("anna")
        await view.add_automation({"alias": "Bell", "triggers": [bell], "actions": [{"event": "rang"}]})
        [ears] = [one.ears for ctx, one in sessions.items() if ctx.data_dir.is_relative_to(hub.settings.data_dir)]
        await until(lambda: ears.settled, what="the broker was not asked")
        await call(hub, "mqtt.publish", topic="bell/door", payload="1")
        ran = hub.rooms.automations.engine("anna").automations["bell"].ran
        await until(lambda: ran, what="it was not heard")
        assert ran[0].trigger["topic"] == "bell/door"


async def test_a_device_cannot_write_or_read_the_topics_of_another(at_home: Home, own_broker: str) -> None:
    async with at_home(port=free_port()) as hub:
        one, other = [await call(hub, "mqtt.add_device", name=name) for name in ("one", "other")]
        boss = await call(hub, "mqtt.add_device", name="boss", access="all")
        await until(lambda: _lets_in(one["port"], "boss", boss["password"]))  # a broker reads its list again by and by
        async with (
            Client(one["port"], name="one", password=one["password"]) as first,
            Client(one["port"], name="other", password=other["password"]) as second,
            Client(one["port"], name="boss", password=boss["password"]) as third,
        ):
            for client in (first, second, third):
                await client.subscribe("other/#")
            await third.subscribe("homeassistant/#")
            await first.publish("other/w", "stolen", qos=0)
            await first.publish("homeassistant/sensor/other/w/config", "{}", qos=0)
            await second.publish("other/w", "mine")
            await until(lambda: second.messages)
            await until(lambda: any(message.topic == "other/w" for message in third.messages))
            await asyncio.sleep(0.2)
            assert [message.payload for message in second.messages] == [b"mine"]
            assert [message.payload for message in third.messages if message.topic == "other/w"] == [b"mine"]
            assert not [message for message in third.messages if message.topic.endswith("/config")]
            assert first.messages == []


async def test_topics_of_a_device_may_not_reach_those_of_everyone(at_home: Home) -> None:
    async with at_home(port=free_port()) as hub:
        for topic in ("#", "+/x", "homeassistant/#", "a/#/b"):
            with pytest.raises(ConfigInvalid):
                await call(hub, "mqtt.add_device", name="sly", topics=[topic])
        with pytest.raises(ConfigInvalid):
            await call(hub, "mqtt.add_device", name="../evil")


async def test_secrets_of_the_broker_are_for_the_hub_alone(at_home: Home, tmp_path: Path) -> None:
    async with at_home(port=free_port()):
        folder = tmp_path / "house" / "entries" / "mqtt" / "broker"
        for name in ("accounts.json", "passwords", "acl", "mosquitto.conf"):
            assert (folder / name).stat().st_mode & 0o077 == 0, name
        assert "127.0.0.1" in (folder / "mosquitto.conf").read_text()


async def test_the_switch_opens_the_broker_to_the_network(at_home: Home, tmp_path: Path) -> None:
    async with at_home(port=free_port(), lan=True) as hub:
        listed = await call(hub, "mqtt.list_devices")
        assert listed["reachable"] == "your network"
        config = tmp_path / "house" / "entries" / "mqtt" / "broker" / "mosquitto.conf"
        assert f"listener {listed['port']} 0.0.0.0" in config.read_text()


async def test_a_mosquitto_that_dies_is_started_again_with_all_it_held(at_home: Home, tmp_path: Path) -> None:
    async with at_home(port=free_port()) as hub:
        login = await call(hub, "mqtt.add_device", name="scale")
        await until(lambda: _lets_in(login["port"], "scale", login["password"]))
        async with Client(login["port"], name="scale", password=login["password"]) as device:
            await announce(device, "sensor/scale/w", name="W", uniq_id="w", stat_t="scale/w", unit_of_meas="kg")
            await there(hub, "sensor.w")
        config = str(tmp_path / "house" / "entries" / "mqtt" / "broker" / "mosquitto.conf")
        os.kill(_pid_of(config), signal.SIGKILL)
        await until(lambda: "started again" in log(hub))
        await until(lambda: "connected to the broker at 127.0.0.1 again" in log(hub), 20)
        async with Client(login["port"], name="scale", password=login["password"]) as device:
            await device.publish("scale/w", "71")
            await state(hub, "sensor.w", 71.0)
    with pytest.raises(ProcessLookupError):
        _pid_of(config)


def _pid_of(config: str) -> int:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if config.encode() in words and b"mosquitto" in words[0]:
                return int(folder.name)
    raise ProcessLookupError(config)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make(tmp_path / "certificates")


def _listener(files: Certificates) -> list[str]:
    return [
        f"cafile {files.ca}", f"certfile {files.server}", f"keyfile {files.server_key}", "require_certificate true",
    ]  # fmt: skip


async def test_an_outside_broker_with_tls_and_a_client_certificate(
    at_home: Home, mosquitto_factory: Any, certificates: Certificates
) -> None:
    broker = mosquitto_factory(listener=_listener(certificates))
    url = f"mqtts://localhost:{broker.port}"
    mine = {"ca": str(certificates.ca), "certificate": str(certificates.client), "key": str(certificates.client_key)}
    async with at_home(url=url, **mine) as hub:
        context = ssl.create_default_context(cafile=str(certificates.ca))
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = False
        context.load_cert_chain(certificates.client, certificates.client_key)
        async with Client(broker.port, tls=context) as device:
            await announce(device, "sensor/w", name="W", uniq_id="w", stat_t="w", unit_of_meas="kg")
            await there(hub, "sensor.w")
            for weight in range(100):
                await device.publish("w", str(weight), qos=0)
            await device.publish("w", "100")
            await state(hub, "sensor.w", 100.0)
            assert len(await values(hub, "sensor.w")) == 101
    async with at_home(folder="other", url=url, connected=False) as hub:
        await until(lambda: entry_state(hub) is EntryState.RETRYING)
        assert "not trusted" in hub.rooms.supervisor.status("mqtt").problem
    async with at_home(folder="third", url=url, insecure=True, connected=False) as hub:
        await until(lambda: entry_state(hub) is EntryState.RETRYING)
        assert not is_connected(hub)


async def test_a_broker_that_speaks_only_the_older_version(at_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """amqtt speaks 3.1.1; the hub finds that out."""
    from integrations.mqtt.broker.inside import InsideBroker

    monkeypatch.setattr(brokers, "program", lambda: None)
    monkeypatch.setattr(InsideBroker, "version", 5)
    async with at_home(port=free_port()) as hub:
        assert is_connected(hub)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "http://broker"}, "mqtt://host"),
        ({"url": "mqtt://"}, "no host"),
        ({"url": "mqtt://me:secret@broker"}, "`username` and `password`"),
        ({"url": "mqtt://broker:99999"}, "port"),
        ({"username": "me"}, "`url`"),
        ({"url": "mqtt://broker", "ca": "x"}, "mqtts://"),
        ({"url": "mqtts://broker", "certificate": "x"}, "go together"),
        ({"prefix": "a/#"}, "wildcard"),
        ({"urll": "x"}, "urll"),
    ],
)
async def test_options_that_cannot_work_are_explained(at_home: Home, options: dict[str, Any], said: str) -> None:
    async with at_home(connected=False, **options) as hub:
        await until(lambda: entry_state(hub) is EntryState.MISCONFIGURED)
        assert said in hub.rooms.supervisor.status("mqtt").problem
