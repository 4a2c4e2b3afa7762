"""Scripts: with fields and an answer, in four modes, with the rights of who calls; and scenes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.automation.flaws import AutomationInvalid
from hub.daemon import Hub
from hub.errors import BadReading, Conflict, Forbidden, HubError, NotFound
from hub.model import Actor, Role
from tests.automation.services.rooms import ANNA, Things, call, furnished, run, until
from tests.support.house import PASSWORD

House = tuple[Hub, Things]
GREET = """
alias: Greet
fields:
  colour: {required: true, selector: {text: }}
variables:
  bright: "{{ 30 + 12 }}"
sequence:
  - action: light.turn_on
    target: {entity_id: light.lamp}
    data: {color_name: "{{ colour }}", brightness_pct: "{{ bright }}"}
  - variables: {answer: {lit: "{{ colour }}", share: "{{ bright }}"}}
  - stop: done
    response_variable: answer
"""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with furnished(tmp_path / "data") as (hub, things):
        yield hub, things


async def add(hub: Hub, text: str, account: str = "anna") -> str:
    scripts = hub.rooms.deeds.scripts
    return (await scripts.add(scripts.read_yaml(text), account, by=account)).key


async def test_a_script_is_an_action_with_fields_and_an_answer(home: House) -> None:
    hub, things = home
    await add(hub, GREET)
    assert await call(hub, "script.greet", colour="red") == {"lit": "red", "share": 42}
    assert things.told == [("lamp", "turn_on", {"brightness_pct": 42.0, "rgb_color": [255, 0, 0]})]
    with pytest.raises(BadReading, match="the script greet needs colour"):
        await call(hub, "script.greet")
    trace = hub.rooms.deeds.scripts.get("greet").traces[-1]
    assert (trace.outcome, [step.path for step in trace.steps]) == (
        "stopped",
        ["sequence/0", "sequence/1", "sequence/2"],
    )
    facts = hub.views.system().action_facts("script.greet")
    assert [(one.name, one.required, one.selector) for one in facts.fields] == [("colour", True, {"text": None})]


async def test_an_automation_uses_a_scripts_answer(home: House) -> None:
    hub, things = home
    await add(hub, GREET)
    trace = await run(hub, """
actions:
  - action: script.greet
    data: {colour: lime}
    response_variable: told
  - action: number.set_value
    target: {entity_id: number.level}
    data: {value: "{{ told.share / 6 }}"}
""")  # fmt: skip
    assert trace.outcome == "done", trace.why
    assert things.told[-1] == ("level", "set_value", {"value": 7.0})


async def test_turn_on_goes_on_at_once_and_turn_off_ends_it(home: House) -> None:
    hub, things = home
    await add(hub, "alias: Long\nsequence:\n  - action: switch.turn_on\n    target: {entity_id: switch.strip}\n"
                   "  - delay: 60\n  - action: switch.turn_off\n    target: {entity_id: switch.strip}\n")  # fmt: skip
    await call(hub, "script.turn_on", entity_id="script.long")
    await until(lambda: things.names() == ["strip.turn_on"])
    house = hub.rooms.automations.house
    seen = house.get("script.long")
    assert seen is not None
    assert (seen.state, seen.attributes["current"]) == ("on", 1)
    assert (await call(hub, "script.long"))["warnings"] == ["the script long is running already"]
    await call(hub, "script.turn_off", entity_id="script.long")
    await until(lambda: (one := house.get("script.long")) is not None and one.state == "off")
    assert things.names() == ["strip.turn_on"]
    assert hub.rooms.deeds.scripts.get("long").traces[-1].outcome == "cancelled"


@pytest.mark.parametrize(("mode", "steps"), [
    ("restart", ["on", "on", "off"]), ("queued", ["on", "off", "on", "off"]), ("parallel", ["on", "on", "off", "off"]),
])  # fmt: skip
async def test_modes(home: House, mode: str, steps: list[str]) -> None:
    hub, things = home
    await add(hub, f"alias: Twice\nmode: {mode}\nsequence:\n"
                   "  - action: switch.turn_on\n    target: {entity_id: switch.strip}\n"
                   "  - delay: {milliseconds: 150}\n"
                   "  - action: switch.turn_off\n    target: {entity_id: switch.strip}\n")  # fmt: skip
    first = asyncio.ensure_future(call(hub, "script.twice"))
    await until(lambda: things.names() == ["strip.turn_on"])
    second = asyncio.ensure_future(call(hub, "script.twice"))
    await asyncio.gather(first, second)
    assert [name.rpartition("_")[2] for name in things.names()] == steps


async def test_a_script_that_calls_itself_is_stopped_with_a_clear_word(home: House) -> None:
    hub, things = home
    await add(hub, "alias: Round\nmode: parallel\nmax: 50\nsequence:\n"
                   "  - action: switch.turn_on\n    target: {entity_id: switch.strip}\n"
                   "  - action: script.round\n")  # fmt: skip
    with pytest.raises(HubError, match="has called itself 10 times in a row"):
        await call(hub, "script.round")
    assert len(things.told) == 10


async def test_a_script_has_the_rights_of_its_caller_and_not_of_its_maker(home: House) -> None:
    hub, things = home
    await hub.views.system().add_account("mia", PASSWORD, role=Role.ADULT, person="mia")
    await add(hub, "alias: Study\nsequence:\n  - action: light.turn_on\n    target: {entity_id: light.desk}\n")
    mia = Actor("mia", kind="automation")
    answer = await call(hub, "script.study", mia)
    assert (answer, things.told) == ({}, [])
    trace = hub.rooms.deeds.scripts.get("study").traces[-1]
    assert "there is no light.desk" in trace.steps[0].result["warnings"][0]
    await call(hub, "script.study", ANNA)
    assert things.names() == ["desk.turn_on"]
    await hub.views.system().add_account("gus", PASSWORD, role=Role.GUEST)
    with pytest.raises(Forbidden):
        await call(hub, "script.study", Actor("gus"))


async def test_scripts_are_kept_and_those_of_files_stand_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "blink.yaml").write_text(
        "blink:\n  alias: Blink\n  sequence:\n    - action: light.toggle\n      target: {entity_id: light.lamp}\n"
        "broken:\n  sequenc: []\n"
    )
    async with furnished(tmp_path / "data", config_dir=folder) as (hub, things):
        await add(hub, GREET)
        await call(hub, "script.blink")
        assert things.names() == ["lamp.turn_on"]
        scripts = hub.rooms.deeds.scripts
        assert [str(one) for one in scripts.get("broken").flaws][-1].endswith("Did you mean 'sequence'?")
        with pytest.raises(Conflict, match=r"stands in the file blink.yaml; change it there"):
            await scripts.change("blink", {"sequence": []}, by="anna")
        with pytest.raises(AutomationInvalid, match=r"line 2, sequence\[0\]: it says nothing to do"):
            await add(hub, "sequence:\n  - acton: light.turn_on\n")
        one = await scripts.change("greet", {"alias": "Hello", "sequence": []}, by="anna", expected_version=1)
        assert one.written.version == 2
        with pytest.raises(Conflict, match="has changed it meanwhile"):
            await scripts.change("greet", {"sequence": []}, by="ben", expected_version=1)
    async with furnished(tmp_path / "data", config_dir=folder) as (hub, _):
        assert hub.rooms.deeds.scripts.get("greet").name == "Hello"
        await hub.rooms.deeds.scripts.remove("greet")
        with pytest.raises(NotFound, match=r"there is no action 'script\.greet'"):
            await call(hub, "script.greet")
        assert hub.rooms.automations.house.get("script.greet") is None


async def test_a_scene_is_brought_about_by_commands_and_only_where_something_differs(home: House) -> None:
    hub, things = home
    scenes = hub.rooms.deeds.scenes
    await scenes.add(scenes.read_yaml(
        "name: Film\nentities:\n  light.lamp: {state: on, brightness: 40}\n  switch.strip: off\n  cover.blind: closed\n"
        "  number.level: 8\n  climate.heater: {state: heat, temperature: 20}\n"
    ), "anna", by="anna")  # fmt: skip
    await call(hub, "scene.turn_on", entity_id="scene.film", transition=3)
    assert sorted((key, name, dict(told)) for key, name, told in things.told) == [
        ("heater", "set_hvac_mode", {"hvac_mode": "heat"}), ("heater", "set_temperature", {"temperature": 20.0}),
        ("lamp", "turn_on", {"brightness": 40, "transition": 3.0}), ("level", "set_value", {"value": 8.0}),
    ]  # fmt: skip
    seen = hub.rooms.automations.house.get("scene.film")
    assert seen is not None
    assert seen.state.startswith("20")


async def test_how_things_were_comes_back(home: House) -> None:
    hub, things = home
    await call(hub, "light.turn_on", entity_id="light.lamp", brightness=77)
    await until(lambda: (one := hub.rooms.automations.house.get("light.lamp")) is not None and one.state == "on")
    trace = await run(hub, """
actions:
  - action: scene.create
    data:
      scene_id: before
      snapshot_entities: [light.lamp, switch.strip, light.nowhere]
  - action: light.turn_off
    target: {entity_id: light.lamp}
  - action: switch.turn_on
    target: {entity_id: switch.strip}
  - delay: {milliseconds: 100}
  - scene: scene.before
  - action: scene.delete
    target: {entity_id: scene.before}
""")  # fmt: skip
    assert trace.outcome == "done", trace.why
    assert "there is no light.nowhere" in trace.steps[0].result["warnings"][0]
    assert sorted(things.told[3:]) == [("lamp", "turn_on", {"brightness": 77}), ("strip", "turn_off", {})]
    assert "before" not in hub.rooms.deeds.scenes.all
