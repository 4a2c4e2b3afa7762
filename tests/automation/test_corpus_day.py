"""Other people's blueprints, with the inputs that Home Assistant takes, live a made-up day without an error of ours."""

import json
import logging
import random
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.automation.check import check_blueprint
from hub.automation.engine import Engine
from hub.automation.schema.automation import Automation
from hub.automation.schema.triggers import EventTrigger, MqttTrigger
from hub.automation.trace import Outcome, Trace
from hub.automation.world import Context, DeviceFacts, EntityFacts, PlaceFacts
from tests.automation.house import PlayHouse

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
MANIFEST = CORPUS / "manifest.jsonl"
GIVEN = [json.loads(line) for line in MANIFEST.read_text().splitlines()] if MANIFEST.exists() else []
VALID = [one for one in GIVEN if one["home_assistant"].get("valid_with_inputs")]
MIDNIGHT = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
"""In Berlin."""
STEP = timedelta(minutes=30)
ENTITY = re.compile(
    r"\b((?:binary_sensor|sensor|switch|light|fan|cover|climate|lock|media_player|person|device_tracker|input_\w+|timer|"
    r"counter|schedule|weather|vacuum|todo|calendar|number|select|group|sun|zone|event|automation|script|camera|"
    r"notify|button|scene|ai_task|conversation|remote|update)\.[a-z0-9_]+)\b"
)
CYCLES: Mapping[str, tuple[str, ...]] = {
    "sensor": ("12.5", "41", "unavailable", "63.2", "88", "19", "unknown", "5"),
    "number": ("1", "40", "100"),
    "input_number": ("1", "40", "100"),
    "counter": ("0", "1", "2"),
    "cover": ("open", "closing", "closed", "opening"),
    "climate": ("heat", "off", "cool"),
    "media_player": ("playing", "paused", "idle", "off"),
    "person": ("home", "not_home"),
    "device_tracker": ("home", "not_home"),
    "timer": ("active", "idle", "paused"),
    "input_text": ("", "word", "two words"),
    "input_select": ("first", "second"),
    "select": ("first", "second"),
    "input_datetime": ("2026-03-02 07:30:00",),
    "input_button": ("2026-03-02T05:00:00+00:00", "2026-03-02T12:00:00+00:00"),
    "button": ("2026-03-02T05:00:00+00:00", "2026-03-02T12:00:00+00:00"),
    "scene": ("2026-03-02T05:00:00+00:00",),
    "event": ("2026-03-02T05:00:00+00:00", "2026-03-02T09:00:00+00:00", "2026-03-02T12:00:00+00:00"),
    "sun": ("below_horizon", "above_horizon"),
    "weather": ("sunny", "rainy", "cloudy"),
    "vacuum": ("docked", "cleaning", "returning", "error"),
    "todo": ("0", "2", "1"),
    "zone": ("0", "1"),
}
ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "light": {"brightness": 120, "supported_color_modes": ["brightness"], "color_mode": "brightness"},
    "climate": {"temperature": 20, "current_temperature": 19.5, "hvac_modes": ["heat", "off", "cool"]},
    "cover": {"current_position": 40, "current_tilt_position": 10},
    "sun": {"elevation": 12.5, "azimuth": 180.0, "next_rising": "2026-03-02T05:52:00+00:00",
            "next_setting": "2026-03-02T16:48:00+00:00"},
    "person": {"latitude": 52.5, "longitude": 13.4, "gps_accuracy": 20, "user_id": "u"},
    "device_tracker": {"latitude": 52.5, "longitude": 13.4, "gps_accuracy": 20, "source_type": "gps"},
    "zone": {"latitude": 52.52, "longitude": 13.405, "radius": 100},
    "weather": {"temperature": 7.5, "humidity": 80},
    "media_player": {"volume_level": 0.3, "media_title": "A song", "source": "Radio"},
    "sensor": {"unit_of_measurement": "%", "device_class": "humidity", "state_class": "measurement"},
    "timer": {"duration": "0:05:00", "remaining": "0:02:00"},
    "input_datetime": {"has_date": True, "has_time": True, "timestamp": 1772433000},
    "event": {"event_type": "press", "event_types": ["press"]},
}  # fmt: skip
DEVICE = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


def entities_of(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(ENTITY.findall(value)) | ({value} if re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", value) else set())
    if isinstance(value, Mapping):
        return {one for part in value.values() for one in entities_of(part)}
    return {one for part in value for one in entities_of(part)} if isinstance(value, list) else set()


def happenings(automation: Automation) -> Iterator[tuple[str, Any]]:
    """Events and messages that its triggers wait for, and some that they don't."""
    for one in automation.triggers:
        if isinstance(one, EventTrigger):
            for kind in one.event_type:
                yield "event", (kind, dict(one.event_data or {}))
                yield "event", (kind, {**_told(kind), **(one.event_data or {})})
        elif isinstance(one, MqttTrigger):
            topic = one.topic.replace("+", "one").replace("#", "one")
            for payload in ("ON", '{"action": "single", "battery": 80}', one.payload or "1"):
                yield "mqtt", {"topic": topic, "payload": payload, "qos": 0}


def _told(kind: str) -> dict[str, Any]:
    """What an event of this kind says in a real house."""
    seen = {"entity_id": "light.kitchen", "state": "on", "attributes": {}, "context": {"user_id": None}}
    known: dict[str, dict[str, Any]] = {
        "state_changed": {"entity_id": "light.kitchen", "old_state": {**seen, "state": "off"}, "new_state": seen},
        "call_service": {"domain": "light", "service": "turn_on", "service_data": {"entity_id": ["light.kitchen"]}},
        "zha_event": {
            "device_ieee": "00:11",
            "device_id": DEVICE,
            "command": "on",
            "args": [1],
            "params": {"step_size": 1},
        },
        "telegram_command": {
            "bot": {"id": 1},
            "command": "/x",
            "args": [],
            "user_id": 1,
            "chat_id": 1,
            "from_first": "A",
        },
        "mobile_app_notification_action": {"action": "TAKEN", "device_id": DEVICE},
    }
    return known.get(
        kind, {"entity_id": "light.kitchen", "device_id": DEVICE, "command": "on", "args": [1], "params": {}}
    )


ANSWERS: Mapping[str, Any] = {
    "todo.get_items": {"todo.stub": {"items": [{"summary": "Milk", "uid": "1", "status": "needs_action"}]}},
    "calendar.get_events": {"calendar.stub": {"events": []}},
    "weather.get_forecasts": {"weather.stub": {"forecast": [{"datetime": "2026-03-02", "temperature": 7.5}]}},
    "ai_task.generate_data": {"data": "Three words here"},
}


def furnish(house: PlayHouse, entities: set[str]) -> None:
    house.answers.update(ANSWERS)
    house.directory.devices[DEVICE] = DeviceFacts(DEVICE, "A device", "kitchen", attributes={"model": "M"})
    house.directory.areas["kitchen"] = PlaceFacts("kitchen", "Kitchen")
    for one in sorted(entities | {"sun.sun", "zone.home", "person.anna", "light.kitchen", "binary_sensor.door"}):
        house.directory.entities[one] = EntityFacts(one, DEVICE, "kitchen", integration="mqtt", name=one)
        domain = one.partition(".")[0]
        name = one.partition(".")[2].replace("_", " ")
        house.set(one, CYCLES.get(domain, ("off",))[0], friendly_name=name, **ATTRIBUTES.get(domain, {}))


async def live_a_day(house: PlayHouse, automation: Automation, chance: random.Random) -> None:
    told = list(happenings(automation))
    entities = [one.entity_id for one in house.all()]
    end = MIDNIGHT + timedelta(days=1)
    while house.clock.now() < end:
        for one in chance.sample(entities, min(len(entities), 3)):
            domain = one.partition(".")[0]
            house.set(one, chance.choice(CYCLES.get(domain, ("off", "on", "unavailable"))))
        if told and chance.random() < 0.4:
            kind, facts = chance.choice(told)
            if kind == "event":
                house.fire(facts[0], facts[1], Context())
            else:
                house.engine.signal(kind, facts)
        await house.later(STEP.total_seconds())


def automation_of(given: Mapping[str, Any]) -> Automation:
    found = check_blueprint((CORPUS / given["file"]).read_text("utf-8-sig"), given["home_assistant"]["inputs"])
    assert found.automation is not None, found.flaws
    return found.automation


def ours(traces: list[Trace]) -> list[str]:
    """Failures that no blueprint can be blamed for."""
    said = [one.why for one in traces if one.outcome is Outcome.FAILED]
    said += [step.error for one in traces for step in one.steps if step.error]
    return [one for one in said if re.search(r"the log has the details|Error\b.*Error|not understood here", one)]


@pytest.mark.skipif(not GIVEN, reason="the collection of other people's blueprints is not here")
@pytest.mark.parametrize("given", VALID, ids=lambda one: one["file"].removesuffix(".yaml"))
async def test_a_day_with_a_blueprint_of_somebody_else(given: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    automation = automation_of(given)
    house, traces = PlayHouse(MIDNIGHT), list[Trace]()
    house.engine = Engine(house, ended=traces.append)
    furnish(house, entities_of(given["home_assistant"]["inputs"]) | entities_of(automation.model_dump(mode="json")))
    attached = house.engine.add("one", automation)
    problems = [one for one in attached.problems if "not understood" in one]
    try:
        await live_a_day(house, automation, random.Random(given["file"]))
        if not any(one.ran for one in traces):
            # What sets it off did not happen this day; somebody presses “Run”.
            house.engine.trigger("one")
            await house.later(3_600)
    finally:
        await house.engine.close()
    assert any(one.ran or one.outcome is Outcome.FAILED for one in traces)
    assert not ours(traces)
    assert not problems
    errors = [one.getMessage() for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR]
    assert not errors
