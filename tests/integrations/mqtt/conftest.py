"""A real hub at a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.daemon import Hub
from hub.model import ConfigEntry, EntryState, State
from integrations.mqtt.session import sessions
from tests.integrations.mqtt.client import Client, until
from tests.support.house import house
from tests.support.mosquitto import Mosquitto

Home = Callable[..., AbstractAsyncContextManager[Hub]]


@pytest.fixture
def at_home(tmp_path: Path) -> Home:
    """`at_home(**options)` is a hub with an MQTT entry of these options, running when the block begins."""

    @asynccontextmanager
    async def begin(*, connected: bool = True, folder: str = "house", **options: Any) -> AsyncIterator[Hub]:
        entry = ConfigEntry("mqtt", "mqtt", "MQTT", options=options)
        async with house(tmp_path / folder, entries=(entry,)) as hub:
            if connected:
                await until(lambda: is_connected(hub), what="MQTT does not run")
            yield hub

    return begin


@pytest.fixture
async def device(mosquitto: Mosquitto) -> AsyncIterator[Client]:
    """A device at the broker that lets everyone in."""
    async with Client(mosquitto.port) as client:
        yield client


def log(hub: Hub) -> str:
    """What the entry's page shows as its log."""
    return "\n".join(text for _, _, text in hub.rooms.supervisor.log_lines("mqtt"))


def is_connected(hub: Hub) -> bool:
    """At the broker, as the household that it is now: a session that is older than the set-up begins anew."""
    return any(
        session.is_connected
        for ctx, session in sessions.items()
        if ctx.entry.id == "mqtt" and ctx.data_dir.parent == hub.settings.data_dir / "entries"
    )


def entry_state(hub: Hub) -> EntryState:
    return hub.rooms.supervisor.status("mqtt").state


async def announce(client: Client, topic: str, **config: Any) -> None:
    """Publish a discovery message, retained, under `homeassistant/<topic>/config`."""
    await client.publish(f"homeassistant/{topic}/config", orjson.dumps(config), retain=True)


async def there(hub: Hub, entity_id: str) -> None:
    await until(lambda: entity_id in hub.rooms.entities.all, what=f"there is no {entity_id}")


async def state(hub: Hub, entity_id: str, value: Any) -> State:
    """The state of an entity once it has that value."""

    def reached() -> State | None:
        found = hub.rooms.states.get(entity_id)
        return found if found is not None and found.value == value else None

    found = await until(reached, what=f"{entity_id} is {hub.rooms.states.get(entity_id)}, not {value!r}")
    assert isinstance(found, State)
    return found


async def values(hub: Hub, entity_id: str) -> list[Any]:
    """All that is recorded of an entity, oldest first."""
    series = hub.rooms.entities.get(entity_id).series
    stored = await hub.rooms.recorder.readings([series], 0, 2**62, limit=200_000)
    return [one.value for one in stored]


def problems(hub: Hub) -> str:
    return "\n".join(message for _, message, _ in hub.rooms.problems.values())
