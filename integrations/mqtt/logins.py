"""Devices at the hub's own broker: added, listed and removed by the owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from hub.api import ConfigInvalid, Context, EntryAction


class AddDevice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(title="Name", description="A short name: letters, digits, _ . and -")
    access: Literal["device", "gateway", "all"] = Field(
        "device",
        title="What it may do",
        description="Device: its own topics. Gateway: it may announce many devices (Zigbee2MQTT, a Bluetooth gateway). "
        "All: everything, for a Home Assistant.",
    )
    topics: list[str] = Field(
        [],
        title="Topics",
        description="Those it uses, with # and +. Leave it empty for those that begin with its name.",
    )


class RemoveDevice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(title="Name", description="As it was given when the device was added.")


class ListDevices(BaseModel):
    model_config = ConfigDict(extra="forbid")


async def add(ctx: Context, given: AddDevice) -> Mapping[str, Any]:
    """Name, password (shown this once), address, and the text for a QR code."""
    from integrations.mqtt.broker import lan_address

    broker = _broker(ctx)
    password = broker.accounts.add(given.name, given.access, tuple(given.topics))
    await broker.reload()
    host = lan_address() if ctx.config.lan else "127.0.0.1"
    login = broker.accounts.logins[given.name]
    return {
        "name": given.name,
        "password": password,
        "host": host,
        "port": broker.port,
        "topics": list(login.topics) or ["#"],
        "qr": f"mqtt://{quote(given.name)}:{quote(password)}@{host}:{broker.port}",
        "reachable": "your network" if ctx.config.lan else "this machine only",
    }


async def remove(ctx: Context, given: RemoveDevice) -> Mapping[str, Any]:
    broker = _broker(ctx)
    broker.accounts.remove(given.name)
    await broker.reload()
    return {"removed": given.name}


async def show(ctx: Context, given: ListDevices) -> Mapping[str, Any]:
    broker = _broker(ctx)
    logins = [login for login in broker.accounts.logins.values() if login.name != "homeostat"]
    return {
        "broker": broker.kind,
        "port": broker.port,
        "reachable": "your network" if ctx.config.lan else "this machine only",
        "devices": [{"name": one.name, "access": one.access, "topics": list(one.topics)} for one in logins],
    }


def _broker(ctx: Context) -> Any:
    from integrations.mqtt.session import session_of

    broker = session_of(ctx).broker
    if broker is None:
        raise ConfigInvalid("you use a broker of your own; add its devices there")
    return broker


ACTIONS = (
    EntryAction("mqtt.add_device", "Add a device to the hub's broker", AddDevice, add),
    EntryAction("mqtt.remove_device", "Remove a device from the hub's broker", RemoveDevice, remove),
    EntryAction("mqtt.list_devices", "List the devices of the hub's broker", ListDevices, show),
)
