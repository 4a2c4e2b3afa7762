"""A9 and S12: ways out of the template's sandbox; over a real broker too."""

from __future__ import annotations

import os
import random
import re
import sys
import time
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.template import TemplateEnvironment, TemplateFailed
from tests.attacks.escapes import PAYLOADS, Canary, mutated
from tests.attacks.opened import opened
from tests.attacks.records import against
from tests.integrations.mqtt.client import Client
from tests.integrations.mqtt.conftest import announce, is_connected, there
from tests.support.mosquitto import Mosquitto

SECONDS = float(os.environ.get("ATTACKS_SECONDS", "3"))
"""Of fuzzing; `script/bench attacks` takes longer."""


@pytest.fixture
def environment() -> TemplateEnvironment:
    from datetime import UTC, datetime

    return TemplateEnvironment(VirtualClock(datetime(2026, 6, 1, tzinfo=UTC)))


def render(environment: TemplateEnvironment, source: str) -> str:
    """What it says, or the reason that it says nothing."""
    variables = {"value": "17", "value_json": {"a": "{0.__class__}", "b": [1, 2]}, "this": Canary()}
    try:
        return environment.compile(source).text(variables)
    except TemplateFailed as error:
        return f"failed: {error}"


GIVEN = re.compile(r"<class '(dict|jinja2\.utils\.(Cycler|Joiner|Namespace))'>")
"""What templates are given by name; that they can be shown leads nowhere."""


def escaped(said: str) -> bool:
    if said.startswith("failed: "):
        return False
    return any(one in GIVEN.sub("", said) for one in Canary.SIGNS)


def test_the_list_is_as_long_as_promised() -> None:
    assert len(PAYLOADS) >= 500


@against("CVE-2024-56326", "CVE-2024-56201", "CVE-2025-27516")
def test_none_of_five_hundred_templates_gets_out(environment: TemplateEnvironment) -> None:
    Canary.touched = 0
    through, slow = [], []
    with opened() as heard:
        for source in PAYLOADS:
            began = time.process_time()
            if escaped(render(environment, source)):
                through.append(source)
            if time.process_time() - began > 1.0:
                slow.append((source[:80], time.process_time() - began))
    assert through == []
    assert Canary.touched == 0
    assert slow == []
    ours = re.compile(r"\.pyc?$|zoneinfo|site-packages|/lib/python")
    # What is imported meanwhile looks through the folders that modules come from.
    looked = {("os.listdir", os.path.abspath(one)) for one in sys.path}
    assert [one for one in heard if not ours.search(one[1]) and one not in looked] == []


def test_without_the_sandbox_many_of_them_would() -> None:
    """The mutant: the same templates in a plain environment."""
    import jinja2

    plain = jinja2.Environment(autoescape=False)
    through = 0
    for source in PAYLOADS:
        if (
            "range(" in source
            or "**" in source
            or "* 10" in source
            or "lipsum(n" in source
            or "0000" in source
            or "open" in source
        ):
            continue  # would eat the machine, or open what nobody closes
        try:
            variables = {"value": "17", "value_json": {"a": "{0.__class__}", "b": [1, 2]}, "this": Canary()}
            through += escaped(plain.from_string(source).render(variables))
        except Exception:  # noqa: BLE001  # one that does not run does not count
            continue
    assert through >= 60, through


def test_a_short_fuzz_gets_nowhere(environment: TemplateEnvironment) -> None:
    seed = int(os.environ.get("ATTACKS_SEED", "7"))
    chance, end, tried = random.Random(seed), time.monotonic() + SECONDS, 0
    Canary.touched = 0
    while time.monotonic() < end:
        source = mutated(chance)
        began = time.process_time()
        said = render(environment, source)
        assert not escaped(said) or any(one in source for one in Canary.SIGNS), (source, said[:300])
        assert Canary.touched == 0, source
        assert time.process_time() - began < 2.0, source
        tried += 1
    assert tried > 100
    print(f"{tried} templates in {SECONDS:g} s")


async def test_a_device_that_brings_its_own_template_gets_nothing_by_it(tmp_path: Path) -> None:
    from hub.model import ConfigEntry
    from tests.integrations.mqtt.client import until
    from tests.support.house import house

    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    try:
        entry = ConfigEntry("mqtt", "mqtt", "MQTT", options={"url": broker.url})
        async with house(tmp_path / "data", entries=(entry,)) as hub, Client(broker.port) as client:
            await until(lambda: is_connected(hub))
            sample = PAYLOADS[::12]
            for number, source in enumerate(sample):
                await announce(
                    client,
                    f"sensor/t{number}",
                    name=f"T{number}",
                    uniq_id=f"t{number}",
                    obj_id=f"t{number}",
                    stat_t=f"t/{number}",
                    val_tpl=source,
                )
            await announce(client, "sensor/last", name="Last", uniq_id="last", obj_id="last", stat_t="t/last")
            await there(hub, "sensor.last")
            for number in range(len(sample)):
                await client.publish(f"t/{number}", "17")
            await client.publish("t/last", "done")
            await until(lambda: hub.rooms.states.get("sensor.last") is not None)
            values = [
                str(one.value) for name in hub.rooms.entities.all if (one := hub.rooms.states.get(name)) is not None
            ]
            assert not [one for one in values if escaped(one)]
    finally:
        broker.stop()
