"""Template sensors, groups and zones in a hub: what they say, when they look again, and with whose rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.automation.derived import following
from hub.automation.rendering import Renderer
from hub.clock import VirtualClock
from hub.errors import Forbidden
from hub.model import ConfigEntry, EntityDescription, EntryState, Kind, Role, Sample, Verb
from hub.view import IncomingReading
from tests.integrations.helpers.lived import NOON, Lived, until
from tests.support.house import everything, house


@asynccontextmanager
async def lived(folder: Path, clock: VirtualClock | None = None) -> AsyncIterator[Lived]:
    clock = clock or VirtualClock(NOON)
    async with house(folder, clock=clock) as hub:
        yield Lived(hub, clock)


async def set_to(home: Lived, entity_id: str, value: float) -> None:
    await home.tell(entity_id, "set_value", value=value)


async def test_a_template_sensor_follows_what_it_reads_and_keeps_history(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_number", "A")
        await home.add(
            "template",
            "Twice A",
            state="{{ states('input_number.a') | float * 2 }}",
            unit_of_measurement="g",
            state_class="measurement",
            attributes={"once": "{{ states('input_number.a') | float }}", "list": ["{{ 1 + 1 }}"]},
            icon="{{ 'sun' if is_state('input_number.a', '0') else 'moon' }}",
        )
        assert home.value("sensor.twice_a") == 0.0
        assert home.told("sensor.twice_a")["icon"] == "sun"
        await set_to(home, "input_number.a", 21)
        await until(lambda: home.value("sensor.twice_a") == 42.0)
        assert home.told("sensor.twice_a") == {"once": 21.0, "list": [2], "icon": "moon"}
        assert await home.history("sensor.twice_a") == [0.0, 42.0]
        assert home.hub.rooms.entities.get("sensor.twice_a").unit == "g"


async def test_a_template_is_worked_out_only_when_something_that_it_reads_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    text = Renderer.text

    def counted(self: Renderer, source: str, *more: Any) -> str:
        rendered.append(source)
        return text(self, source, *more)

    monkeypatch.setattr(Renderer, "text", counted)
    async with lived(tmp_path) as home:
        for title in ("A", "B", "C"):
            await home.add("input_number", title)
        source = "{% if states('input_number.a') | float > 50 %}{{ states('input_number.b') }}{% else %}low{% endif %}"
        await home.add("template", "Chosen", state=source)
        assert home.value("sensor.chosen") == "low"
        before = rendered.count(source)
        await set_to(home, "input_number.b", 5)
        await set_to(home, "input_number.c", 5)
        await asyncio.sleep(0.05)
        # B is not read as long as A is low.
        assert rendered.count(source) == before
        await set_to(home, "input_number.a", 60)
        await until(lambda: home.value("sensor.chosen") == "5")
        await set_to(home, "input_number.b", 6)
        await until(lambda: home.value("sensor.chosen") == "6")
        assert rendered.count(source) == before + 2


@pytest.mark.parametrize(
    ("state", "value"),
    [("{{ 1 }}", "on"), ("{{ 'yes' }}", "on"), ("{{ False }}", "off"), ("{{ 0 }}", "off"), ("{{ none }}", None)],
)
async def test_a_binary_sensor_is_on_for_what_is_true(tmp_path: Path, state: str, value: str | None) -> None:
    async with lived(tmp_path) as home:
        await home.add("template", "Holds", type="binary_sensor", state=state)
        assert home.value("binary_sensor.holds") == value


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"state": "{{ 1 / (states('input_number.a') | float) }}"},
            "its state can't be worked out: float division by zero",
        ),
        ({"state": "warm", "unit_of_measurement": "°C"}, "says 'warm', which is no number"),
        ({"state": "1", "attributes": {"half": "{{ 1 / 0 }}"}}, "its half can't be worked out"),
        ({"state": "{% for _ in range(99999999) %}x{% endfor %}"}, "its state can't be worked out"),
    ],
)
async def test_a_template_that_fails_is_unavailable_and_says_why(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_number", "A")
        await home.add("template", "Broken", **options)
        await until(lambda: "template:derived" in home.hub.rooms.problems)
        state = home.hub.rooms.states.get("sensor.broken")
        assert state is not None
        assert not state.available
        assert problem in home.told("sensor.broken")["error"]
        assert home.hub.rooms.problems["template:derived"][1].startswith("Broken: ")
        if "input_number.a" in options["state"]:
            await set_to(home, "input_number.a", 4)
            await until(lambda: home.value("sensor.broken") == "0.25")
            assert "error" not in home.told("sensor.broken")
            await until(lambda: "template:derived" not in home.hub.rooms.problems)


async def test_availability_is_a_template_of_its_own(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_boolean", "There")
        await home.add("template", "Value", state="7", availability="{{ is_state('input_boolean.there', 'on') }}")
        state = home.hub.rooms.states.get("sensor.value")
        assert state is not None
        assert not state.available
        await home.tell("input_boolean.there", "turn_on")
        await until(lambda: home.value("sensor.value") == "7")


async def test_a_template_with_triggers_looks_only_then(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_boolean", "Door")
        await home.add("input_number", "A")
        trigger = {"trigger": "state", "entity_id": "input_boolean.door", "to": "on"}
        state = "{{ trigger.to_state.state }} {{ states('input_number.a') }} {{ this.state if this else '' }}"
        made = await home.hub.rooms.supervisor.add(
            "template", {"state": state, "triggers": trigger}, title="Seen", person="household"
        )
        await until(lambda: "sensor.seen" in home.hub.rooms.entities.all)
        await asyncio.sleep(0.05)
        assert home.value("sensor.seen") is None
        await set_to(home, "input_number.a", 3)
        await home.tell("input_boolean.door", "turn_on")
        await until(lambda: home.value("sensor.seen") == "on 3 unknown")
        await set_to(home, "input_number.a", 4)
        await home.tell("input_boolean.door", "turn_off")
        await asyncio.sleep(0.05)
        assert home.value("sensor.seen") == "on 3 unknown"
        assert home.hub.rooms.supervisor.status(made.id).state is EntryState.RUNNING


async def test_a_template_of_the_clock_looks_every_minute(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("template", "Minute", state="{{ now().minute }}")
        assert home.value("sensor.minute") == "0"
        await home.pass_time(60, lambda: home.value("sensor.minute") == "1")


async def test_two_templates_that_read_each_other_do_not_keep_the_hub_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MANY", 20)
    async with lived(tmp_path) as home:
        for one, other in (("Ping", "pong"), ("Pong", "ping")):
            await home.add("template", one, state=f"{{{{ states('sensor.{other}') | float(0) + 1 }}}}")
        await until(
            lambda: any(
                "as if it read itself" in line
                for entry in ("template", "template_2")
                for _, _, line in home.hub.rooms.supervisor.log_lines(entry)
            )
        )
        await asyncio.sleep(0.1)
        reached = home.value("sensor.ping")
        await asyncio.sleep(0.2)
        assert home.value("sensor.ping") == reached


async def test_a_template_that_reads_its_own_state_does_not_run_round(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("template", "Own", state="{{ states('sensor.own') | float(0) + 1 }}")
        await asyncio.sleep(0.1)
        assert home.value("sensor.own") in ("1", "2")


async def test_after_a_restart_nothing_is_said_again(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as home:
        await home.add("input_number", "A", initial=5)
        await home.add("template", "Same", state="{{ states('input_number.a') }}", attributes={"one": "{{ 1 }}"})
        await until(lambda: home.value("sensor.same") == "5")
        before = await home.history("sensor.same")
    await clock.advance(3_600)
    async with lived(tmp_path, clock) as home:
        # States have no attributes after a start until their source says them again.
        await until(lambda: home.told("sensor.same").get("one") == 1)
        assert await home.history("sensor.same") == before


async def test_a_template_sees_what_its_account_sees_and_no_more(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        view = everything(home.hub)
        await view.add_account("ben", "another long password", role=Role.ADULT, person="ben")
        await view.give(view.draft_grant("household", list(Verb), account="ben"))
        beats = {"anna": 61, "ben": 55}
        await view.record([IncomingReading(who, "heart_rate", value, home.clock.now()) for who, value in beats.items()])
        state = "{{ states('sensor.anna_heart_rate') }} {{ states('sensor.ben_heart_rate') }}"
        ben = home.hub.views.of_account("ben")
        await ben.add_entry("template", {"state": state, "account": "anna"}, title="By Ben", person="household")
        await until(lambda: home.value("sensor.by_ben") is not None)
        # Whatever account the options name: it is made with the rights of who made it.
        assert home.value("sensor.by_ben") == "unknown 55"
        anna = home.hub.views.of_account("anna")
        await anna.change_entry("template", options={"state": state})
        await until(lambda: home.value("sensor.by_ben") == "61 55")


async def test_without_its_account_it_stops_and_says_so(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        made = await home.hub.rooms.supervisor.add(
            "template", {"state": "1", "account": "gone"}, title="Orphan", person="household"
        )
        await until(lambda: home.hub.rooms.supervisor.status(made.id).state is EntryState.MISCONFIGURED)
        assert "the account 'gone' is not there any more" in home.hub.rooms.supervisor.status(made.id).problem


async def test_a_group_is_on_with_one_or_with_all(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        for title in ("A", "B"):
            await home.add("input_boolean", title)
        members = ["input_boolean.a", "input_boolean.b"]
        await home.add("group", "Any", entities=members)
        await home.add("group", "All", entities=members, all=True)
        assert (home.value("group.any"), home.value("group.all")) == ("off", "off")
        await home.tell("input_boolean.a", "turn_on")
        await until(lambda: home.value("group.any") == "on")
        assert home.value("group.all") == "off"
        await home.tell("input_boolean.b", "turn_on")
        await until(lambda: home.value("group.all") == "on")
        assert home.told("group.any")["entity_id"] == members
        # Templates take a group for its members.
        expanded = everything(home.hub).render_template("{{ expand('group.any') | map(attribute='entity_id') | list }}")
        assert expanded == str(members)


async def test_a_group_of_numbers_reckons_with_them(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_number", "Kilos", unit_of_measurement="kg", initial=2)
        await home.add("input_number", "Grams", unit_of_measurement="g", max=9_999, initial=500)
        members = ["input_number.kilos", "input_number.grams"]
        await home.add("group", "Sum", type="sensor", entities=members, function="sum")
        await home.add("group", "Largest", type="sensor", entities=members, function="max")
        await home.add("group", "With a stranger", type="sensor", entities=[*members, "sensor.none"], function="mean")
        assert home.value("sensor.sum") == 2.5
        assert home.hub.rooms.entities.get("sensor.sum").unit == "kg"
        assert home.told("sensor.largest")["max_entity_id"] == "input_number.kilos"
        assert home.value("sensor.with_a_stranger") is None
        await set_to(home, "input_number.grams", 4_000)
        await until(lambda: home.value("sensor.largest") == 4.0)
        assert home.told("sensor.largest")["max_entity_id"] == "input_number.grams"


async def test_a_zone_knows_who_is_there_and_a_tracker_says_where_somebody_is(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("zone", "School", latitude=40.42, longitude=-3.70, radius=200)
        assert home.value("zone.school") == 0.0
        assert home.told("zone.school") | {"persons": []} == {
            "latitude": 40.42, "longitude": -3.70, "radius": 200.0, "passive": False, "editable": True, "persons": [],
        }  # fmt: skip
        await _tracked(home, "ben", 40.4205, -3.7002)
        view = everything(home.hub)
        await until(lambda: view.render_template("{{ states('person.ben') }}") == "School")
        await home.clock.advance(2)
        await until(lambda: home.value("zone.school") == 1.0)
        assert home.told("zone.school")["persons"] == ["person.ben"]


async def _tracked(home: Lived, person: str, latitude: float, longitude: float) -> None:
    """A phone that says where it is, and that this is not home."""
    entry = ConfigEntry("phone", "phone", "Phone", person)
    description = EntityDescription("where", "Phone", "device_tracker", kind=Kind.TEXT)
    await home.hub.rooms.entities.describe(entry, [], [description])
    where = {"latitude": latitude, "longitude": longitude, "gps_accuracy": 5, "source_type": "gps"}
    await home.hub.rooms.intake.accept(entry, [Sample(entity="where", value="not_home", attributes=where)])


async def test_only_who_manages_the_house_makes_them(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await everything(home.hub).add_account("mia", "another long password", role=Role.ADULT, person="mia")
        with pytest.raises(Forbidden):
            await home.hub.views.of_account("mia").add_entry("template", {"state": "1"}, title="Mine", person="mia")
