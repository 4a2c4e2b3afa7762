"""Conditions of our own, those of devices and those with a purpose; and what they say they saw."""

from datetime import date, timedelta

import pytest

from hub.automation.judging import Verdict
from hub.automation.schema.automation import automation
from hub.automation.source import read
from hub.automation.world import DeviceFacts, EntityFacts, PlaceFacts
from hub.model import Aggregation, Family, Kind, Metric, Reading
from hub.template import TemplateFailed
from tests.automation.house import START
from tests.automation.own import OwnHouse
from tests.insight.making import at, entry

TODAY = date(2026, 3, 2)
PULSE = Metric("resting_pulse", "Resting pulse", "/min", Kind.GAUGE, Family.HEART, Aggregation.MEAN)


async def asked(house: OwnHouse, condition: str, **variables: object) -> Verdict:
    source = read(f"triggers: []\nconditions: [{condition}]\nactions: []")
    return await house.engine.judge.all(automation(source.value).conditions, variables)


async def said(house: OwnHouse, condition: str) -> tuple[bool, str]:
    source = read(f"triggers: []\nconditions: [{condition}]\nactions: []")
    verdict = await house.engine.judge.one(automation(source.value).conditions[0], {})
    return verdict.met, verdict.why


async def test_a_meal_within_some_time_is_found_and_how_long_ago_it_was_is_said() -> None:
    house = OwnHouse(entries=[entry(START - timedelta(hours=2, minutes=10)), entry(START - timedelta(hours=9))])
    journal = "{{condition: journal, entry: meal, person: {}, within: '{}'}}"
    assert await said(house, journal.format("anna", "03:00")) == (True, "the last meal was 2 h 10 min ago")
    assert await said(house, journal.format("anna", "02:00")) == (False, "the last meal was 2 h 10 min ago")
    assert await said(house, journal.format("ben", "02:00")) == (False, "there was no meal in the last 30 days")
    absent = "{condition: journal, entry: meal, within: '02:00', present: false}"
    assert (await asked(house, absent)).met
    await house.log("meal")
    assert await said(house, absent) == (False, "the last meal was 0 s ago")


async def test_why_a_run_did_not_go_on_stands_in_its_trace() -> None:
    house = OwnHouse(entries=[entry(START - timedelta(hours=2, minutes=10))])
    house.add(
        "triggers: [{trigger: state, entity_id: switch.a}]\n"
        "conditions: [{condition: journal, entry: meal, person: anna, within: '03:00', present: false}]\nactions: []"
    )
    house.set("switch.a", "on")
    await house.later()
    assert house.traces()[0].why == "the last meal was 2 h 10 min ago"


async def test_quiet_hours_let_things_through_while_it_is_not_quiet() -> None:
    house = OwnHouse()
    condition, during = "{condition: quiet_hours, person: anna}", "{condition: quiet_hours, during: true}"
    assert await said(house, condition) == (True, "no quiet hours are set for anna")
    assert (await asked(house, during)).met is False
    house.quiet = True
    assert await said(house, condition) == (False, "it is quiet time for anna")
    assert (await asked(house, during)).met
    house.quiet = False
    assert (await asked(house, condition)).met
    assert await said(house, during) == (False, "it is not quiet time")


async def test_presence_asks_those_who_are_named_or_anybody() -> None:
    house = OwnHouse()
    house.set("person.anna", "home")
    house.set("person.ben", "not_home")
    both, anybody = "{condition: presence, person: [anna, ben]}", "{condition: presence}"
    assert await said(house, both) == (False, "ben is away")
    assert await said(house, anybody) == (True, "anna at home")
    assert await said(house, "{condition: presence, home: false}") == (False, "anna is at home")
    house.set("person.anna", "unknown")
    assert await said(house, "{condition: presence, home: false}") == (False, "it is not known where anna is")
    assert await said(house, "{condition: presence, person: anna, home: false}") == (
        False, "it is not known where anna is",
    )  # fmt: skip
    house.at_home["anna"] = False
    assert await said(house, "{condition: presence, home: false}") == (True, "nobody is at home")
    assert await said(house, "{condition: presence, person: ben, home: '{{ 1 == 2 }}'}") == (True, "ben away")


async def test_a_baseline_tells_the_value_and_what_is_usual() -> None:
    sensor, values = "sensor.anna_pulse", [58, 59, 60, 61, 62, 60, 59, 61]
    days = [at(TODAY - timedelta(days=8 - number), 6) for number in range(8)]
    known = [Reading(sensor, day, day, float(value)) for day, value in zip(days, values, strict=True)]
    house = OwnHouse(
        readings=known, metrics=[PULSE], sources={("anna", "resting_pulse"): [sensor]},
    )  # fmt: skip
    above = "{condition: baseline, person: anna, metric: resting_pulse, direction: above}"
    # Nothing today: yesterday's 61 against the seven days before it.
    assert await said(house, above) == (False, "the resting pulse of anna is 61; usual is 57.03 to 62.97")
    await house.read(sensor, 75.0)
    met, why = await said(house, above)
    assert (met, why.startswith("the resting pulse of anna is 75; usual is 57")) == (True, True)
    assert not (await asked(house, above.replace("above", "within"))).met
    assert not (await asked(house, above.replace("above", "below"))).met
    assert (await asked(house, above.replace("above", "either"))).met
    assert (await asked(house, above.replace("above", "above, deviations: 20"))).met is False
    assert "not known yet" in (await said(house, above.replace("anna", "ben")))[1]


def a_room() -> OwnHouse:
    house = OwnHouse()
    house.directory.floors["up"] = PlaceFacts("up", "Upstairs")
    house.directory.areas["bedroom"] = PlaceFacts("bedroom", "Bedroom", floor="up")
    house.directory.devices["lamp"] = DeviceFacts("lamp", "Lamp", "bedroom", frozenset({"night"}))
    for one, device in (
        ("light.bed", "lamp"),
        ("light.desk", ""),
        ("binary_sensor.move", "lamp"),
        ("sensor.t", "lamp"),
    ):
        house.directory.entities[one] = EntityFacts(one, device=device, area="" if device else "bedroom")
    house.set("light.bed", "on", brightness=128)
    house.set("light.desk", "off")
    house.set("binary_sensor.move", "on", device_class="motion")
    house.set("sensor.t", 21.5, device_class="temperature")
    return house


@pytest.mark.parametrize(
    ("name", "target", "options", "met"),
    [
        ("light.is_on", "entity_id: light.bed", "", True),
        ("light.is_off", "entity_id: light.bed", "", False),
        ("light.is_on", "area_id: bedroom", "", True),
        ("light.is_on", "area_id: bedroom", "behavior: all", False),
        ("light.is_on", "floor_id: up", "", True),
        ("light.is_on", "label_id: night", "behavior: all", True),
        ("light.is_on", "entity_id: [light.desk, light.gone]", "", False),
        ("light.is_brightness", "device_id: lamp", "threshold: {type: above, value: {number: 50}}", True),
        ("light.is_brightness", "device_id: lamp", "threshold: {type: above, value: 51}", False),
        ("motion.is_detected", "area_id: bedroom", "", True),
        ("motion.is_not_detected", "area_id: bedroom", "", False),
        ("occupancy.is_detected", "area_id: bedroom", "", False),
        ("temperature.is_value", "area_id: bedroom", "threshold: {type: between, value_min: 20, value_max: 22}", True),
        ("temperature.is_value", "area_id: bedroom", "threshold: {type: outside, value_min: 20, value_max: 22}", False),
        ("light.is_on", "entity_id: light.bed", "for: '00:05'", False),
    ],
)  # fmt: skip
async def test_conditions_with_a_purpose_look_at_their_target(name: str, target: str, options: str, met: bool) -> None:
    condition = f"{{condition: {name}, target: {{{target}}}, options: {{{options}}}}}"
    assert (await asked(a_room(), condition)).met is met


async def test_what_lasts_long_enough_and_what_is_not_available() -> None:
    house = a_room()
    await house.later(300)
    condition = "{condition: light.is_on, target: {entity_id: light.bed}, options: {for: '00:05'}}"
    assert await said(house, condition) == (True, "light.bed is on")
    house.set("light.bed", "unavailable")
    assert (await asked(house, condition.replace("is_on", "is_off"))).met is False


async def test_an_unknown_condition_with_a_purpose_is_an_error() -> None:
    with pytest.raises(TemplateFailed, match=r"light\.is_happy"):
        await asked(a_room(), "{condition: light.is_happy, target: {entity_id: light.bed}}")


@pytest.mark.parametrize(
    ("extra", "met"),
    [
        ("domain: light, entity_id: light.bed, type: is_on", True),
        ("domain: light, entity_id: light.bed, type: is_off", False),
        ("domain: light, type: is_on", True),
        ("domain: light, entity_id: 0123456789abcdef0123456789abcdef, type: is_on", True),
        ("domain: binary_sensor, type: is_motion", True),
        ("domain: binary_sensor, type: is_no_motion", False),
        ("domain: sensor, type: is_temperature, above: 21", True),
        ("domain: sensor, type: is_temperature, above: 21, below: 21.5", False),
        ("domain: cover, type: is_open", False),
        ("domain: light, entity_id: light.bed, type: is_on, for: '00:05'", False),
    ],
)
async def test_conditions_of_devices_are_those_of_home_assistants_editor(extra: str, met: bool) -> None:  # a table
    assert (await asked(a_room(), f"{{condition: device, device_id: lamp, {extra}}}")).met is met


async def test_a_device_that_is_not_there_is_named() -> None:
    met, why = await said(a_room(), "{condition: device, device_id: radio, domain: media_player, type: is_on}")
    assert (met, why) == (False, "the device radio has no media_player here")
