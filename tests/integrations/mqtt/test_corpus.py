"""Discovery messages of real devices give the entities that Home Assistant made of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.daemon import Hub
from tests.integrations.mqtt.client import Client, until
from tests.integrations.mqtt.conftest import Home
from tests.support.mosquitto import Mosquitto

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "discovery.jsonl"


def topics_of_availability(payload: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Topics and the word that says: available; as plain text, whatever their templates want."""
    base = payload.get("~", "")
    single = payload.get("availability_topic", payload.get("avty_t"))
    if single is not None:
        yield single.replace("~", base), payload.get("payload_available", payload.get("pl_avail", "online"))
    for one in payload.get("availability", payload.get("avty", [])):
        yield one.get("topic", one.get("t")).replace("~", base), one.get("payload_available", "online")


def differences(hub: Hub, expected: dict[str, Any]) -> Iterator[str]:
    """What is not as Home Assistant has it."""
    entity = hub.rooms.entities.all.get(expected["entity_id"])
    if entity is None:
        yield "missing"
        return
    found = hub.rooms.states.get(entity.id)
    attributes = dict(entity.attributes)
    shown: Any
    if not entity.enabled:
        shown = None
    elif found is not None and not found.available:
        shown = "unavailable"
    elif found is None or found.value is None:
        shown = "unknown"
    else:
        shown = found.value
    if found is not None and found.available:
        attributes |= found.attributes
    wanted = float(expected["state"]) if isinstance(shown, float) else expected["state"]
    if shown != wanted:
        yield f"state {shown!r} instead of {wanted!r}"
    for key, value in (expected["attributes"] or {}).items():
        if attributes.get(key) != value or key not in attributes:
            yield f"{key} {attributes.get(key)!r} instead of {value!r}"
    if (entity.category or None) != expected["entity_category"]:
        yield f"category {entity.category!r} instead of {expected['entity_category']!r}"
    if entity.enabled is not (expected["disabled_by"] is None):
        yield f"enabled {entity.enabled}"
    device = hub.rooms.entities.devices[entity.device].description.name if entity.device else None
    if device != expected["device"]:
        yield f"device {device!r} instead of {expected['device']!r}"


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of other people's payloads is not beside this checkout")
async def test_every_payload_of_the_corpus_gives_what_home_assistant_made_of_it(
    at_home: Home, mosquitto: Mosquitto, device: Client
) -> None:
    rows = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    expected = [one for row in rows for one in row["home_assistant"]]
    # One entity has no unique id and is in no registry of Home Assistant; here it is an entity like any other.
    without_id = sum(1 for row in rows if row.get("note", "").startswith("no unique_id"))
    async with at_home(url=mosquitto.url) as hub:
        for row in rows:
            await device.publish(row["topic"], json.dumps(row["payload"]), retain=True)
        await until(lambda: len(hub.rooms.entities.all) >= len(expected) + without_id, 20)
        sent = set()
        for topic, word in (one for row in rows for one in topics_of_availability(row["payload"])):
            if (topic, word) not in sent:
                sent.add((topic, word))
                await device.publish(topic, word)
        for sample in (row["state_sample"] for row in rows if "state_sample" in row):
            if (sample["topic"], sample["payload"]) not in sent:
                sent.add((sample["topic"], sample["payload"]))
                await device.publish(sample["topic"], sample["payload"])
        wrong: list[str] = []

        def compare() -> bool:
            wrong[:] = [f"{one['entity_id']}: {what}" for one in expected for what in differences(hub, one)]
            return not wrong

        try:
            await until(compare, 10)
        except AssertionError:
            raise AssertionError("\n".join(wrong)) from None
        await asyncio.sleep(0.5)
        assert compare(), wrong
        assert len(hub.rooms.entities.all) == len(expected) + without_id
