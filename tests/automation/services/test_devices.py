"""Actions by Home Assistant's names become commands of devices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hub.daemon import Hub
from hub.errors import BadReading, Forbidden, NotFound, NotReady
from hub.model import Actor, Role
from tests.automation.services.rooms import Things, call, furnished, run
from tests.support.house import PASSWORD

House = tuple[Hub, Things]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with furnished(tmp_path / "data") as (hub, things):
        yield hub, things


CASES: list[tuple[str, dict[str, Any], list[tuple[str, str, dict[str, Any]]]]] = [
    ("light.turn_on", {"entity_id": "light.lamp", "brightness_pct": "40"},
     [("lamp", "turn_on", {"brightness_pct": 40.0})]),
    ("light.turn_on", {"entity_id": ["light.lamp"], "color_name": "Tomato", "transition": 2},
     [("lamp", "turn_on", {"transition": 2.0, "rgb_color": [255, 99, 71]})]),
    ("light.turn_on", {"entity_id": "light.desk", "rgb_color": [255, 0, 0]},
     [("desk", "turn_on", {"hs_color": [0, 100]})]),
    ("light.turn_on", {"entity_id": "light.desk", "color_temp": 400},
     [("desk", "turn_on", {"color_temp_kelvin": 2500})]),
    ("light.turn_on", {"entity_id": "light.lamp", "brightness": 0}, [("lamp", "turn_off", {})]),
    ("light.turn_on", {"entity_id": "light.lamp", "brightness_step_pct": 20},
     [("lamp", "turn_on", {"brightness": 51})]),
    ("light.toggle", {"entity_id": "light.lamp"}, [("lamp", "turn_on", {})]),
    ("switch.toggle", {"entity_id": "switch.strip, switch.slow"}, [("strip", "turn_on", {}), ("slow", "turn_on", {})]),
    ("cover.open_cover", {"entity_id": "cover.blind"}, [("blind", "open", {})]),
    ("cover.toggle", {"entity_id": "cover.blind"}, [("blind", "open", {})]),
    ("cover.set_cover_position", {"entity_id": "cover.blind", "position": "30"},
     [("blind", "set_position", {"position": 30})]),
    ("lock.unlock", {"entity_id": "lock.door", "code": 1234}, [("door", "unlock", {"code": "1234"})]),
    ("climate.set_temperature", {"entity_id": "climate.heater", "temperature": 21, "hvac_mode": "heat"},
     [("heater", "set_hvac_mode", {"hvac_mode": "heat"}), ("heater", "set_temperature", {"temperature": 21.0})]),
    ("fan.turn_on", {"entity_id": "fan.fan", "preset_mode": "eco"},
     [("fan", "turn_on", {}), ("fan", "set_preset_mode", {"preset_mode": "eco"})]),
    ("fan.increase_speed", {"entity_id": "fan.fan", "percentage_step": 30},
     [("fan", "set_percentage", {"percentage": 30})]),
    ("number.set_value", {"entity_id": "number.level", "value": "7.5"}, [("level", "set_value", {"value": 7.5})]),
    ("select.select_next", {"entity_id": "select.scent"}, [("scent", "select_option", {"option": "pine"})]),
    ("select.select_previous", {"entity_id": "select.scent", "cycle": False},
     [("scent", "select_option", {"option": "rose"})]),
    ("select.select_last", {"entity_id": "select.scent"}, [("scent", "select_option", {"option": "mint"})]),
    ("button.press", {"entity_id": "button.bell"}, [("bell", "press", {})]),
    ("homeassistant.turn_on", {"entity_id": ["light.lamp", "switch.strip"]},
     [("lamp", "turn_on", {}), ("strip", "turn_on", {})]),
]  # fmt: skip


async def test_each_action_tells_the_device_what_home_assistant_would(home: House) -> None:
    hub, things = home
    wrong = []
    for name, data, told in CASES:
        things.told.clear()
        await call(hub, name, **data)
        if things.told != told:
            wrong.append(f"{name} {data}: {things.told}, not {told}")
        await call(hub, "light.turn_off", entity_id="all")
        await call(hub, "select.select_first", entity_id="select.scent")
        await call(hub, "cover.close_cover", entity_id="cover.blind")
        await call(hub, "switch.turn_off", entity_id="all")
    assert not wrong, "\n".join(wrong)


async def test_an_area_means_what_stands_in_it_and_nothing_that_configures_a_device(home: House) -> None:
    hub, things = home
    await call(hub, "switch.turn_on", area_id="kitchen")
    assert things.names() == ["strip.turn_on"]
    things.told.clear()
    await call(hub, "homeassistant.turn_off", area_id=["kitchen", "study"])
    assert sorted(things.names()) == [
        "desk.turn_off", "fan.turn_off", "heater.set_hvac_mode", "lamp.turn_off", "slow.turn_off", "strip.turn_off",
    ]  # fmt: skip
    things.told.clear()
    await call(hub, "light.turn_on", device_id="play:study")
    assert things.names() == ["desk.turn_on"]


async def test_what_is_not_there_is_left_out_with_a_word_and_the_rest_is_done(home: House) -> None:
    hub, things = home
    answer = await call(hub, "light.turn_on", entity_id=["light.lmap", "switch.strip", "light.lamp"], area_id="kitchn")
    assert things.names() == ["lamp.turn_on"]
    assert answer["warnings"] == [
        "there is no light.lmap, so it is left out; did you mean light.lamp?",
        "switch.strip is no light, so it is left out",
        "there is no area 'kitchn'; did you mean 'kitchen'?",
    ]


async def test_the_trace_of_a_run_has_what_was_left_out(home: House) -> None:
    hub, _ = home
    trace = await run(hub, "actions:\n  - action: light.turn_on\n    target: {entity_id: light.lmap}\n")
    assert trace.steps[-1].result["warnings"] == ["there is no light.lmap, so it is left out; did you mean light.lamp?"]


async def test_a_wrong_value_names_the_field_and_what_cannot_be_done_says_what_can(home: House) -> None:
    hub, things = home
    with pytest.raises(BadReading, match=r"brightness_pct.*100"):
        await call(hub, "light.turn_on", entity_id="light.lamp", brightness_pct=140)
    with pytest.raises(BadReading, match="brightness and brightness_pct do not go together"):
        await call(hub, "light.turn_on", entity_id="light.lamp", brightness=1, brightness_pct=1)
    with pytest.raises(BadReading, match="does not say for what"):
        await call(hub, "light.turn_on", brightness=1)
    with pytest.raises(BadReading, match="'lily' is none of its options: rose, pine, mint"):
        await call(hub, "select.select_option", entity_id="select.scent", option="lily")
    with pytest.raises(NotReady, match=r"cover.blind can't do cover.open_cover_tilt; what it can be told: close, open"):
        await call(hub, "cover.open_cover_tilt", entity_id="cover.blind")
    with pytest.raises(BadReading, match="brigthness"):
        await call(hub, "light.turn_on", entity_id="light.lamp", brigthness=1)
    with pytest.raises(NotFound, match="history is kept as Settings > Retention says"):
        await call(hub, "recorder.purge")
    assert things.told == []


async def test_one_device_that_does_not_answer_keeps_nothing_from_the_others(home: House) -> None:
    hub, things = home
    things.broken = {"strip"}
    with pytest.raises(NotReady, match="strip does not answer"):
        await call(hub, "switch.turn_on", entity_id=["switch.strip", "switch.slow"])
    assert things.names() == ["slow.turn_on"]


async def test_nobody_tells_a_thing_what_they_may_not_by_any_name(home: House) -> None:
    hub, things = home
    await hub.views.system().add_account("mia", PASSWORD, role=Role.ADULT, person="mia")
    mia = Actor("mia", kind="automation")
    with pytest.raises(Forbidden, match="does not restart"):
        await call(hub, "homeassistant.restart")
    # Mia may use the household's things; Ben's are none that she sees.
    answer = await call(hub, "light.turn_on", mia, entity_id=["light.lamp", "light.desk"])
    assert things.names() == ["lamp.turn_on"]
    assert "there is no light.desk" in answer["warnings"][0]
    things.told.clear()
    await call(hub, "homeassistant.turn_off", mia, entity_id="all")
    assert sorted(things.names()) == [
        "child_lock.turn_off", "heater.set_hvac_mode", "lamp.turn_off", "strip.turn_off",
    ]  # fmt: skip
    await hub.views.system().add_account("gus", PASSWORD, role=Role.GUEST)
    things.told.clear()
    await call(hub, "light.turn_on", Actor("gus"), entity_id="all")
    assert things.told == []


async def test_each_command_leaves_one_line_in_the_trail(home: House) -> None:
    hub, _ = home
    await call(hub, "light.turn_on", entity_id=["light.lamp", "light.desk"])
    lines = [one.line for one in await hub.views.system().audit_lines(1_000) if one.line.account == "anna"]
    assert [(one.action, one.person) for one in lines if "." in one.action][:2] == [
        ("entity.command", "ben"), ("entity.command", "household"),
    ]  # fmt: skip
    assert not [one for one in lines if one.action.startswith("light")]
