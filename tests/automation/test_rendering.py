"""Templates over states, devices, areas and places, and what a rendering has looked at."""

from typing import Any

import pytest

from hub.automation.rendering import clocked
from hub.automation.seen_states import Reads
from hub.automation.world import DeviceFacts, EntityFacts, PlaceFacts
from hub.template import TemplateFailed
from tests.automation.house import PlayHouse


@pytest.fixture
def house() -> PlayHouse:
    made = PlayHouse()
    made.set("sensor.hall", 21.456, unit_of_measurement="°C", display_precision=1, friendly_name="Hall")
    made.set("light.a", "on", brightness=120)
    made.set("light.b", "unavailable")
    made.set("group.lights", "on", entity_id=["light.b", "light.a"])
    made.set("zone.home", 0, latitude=52.5163, longitude=13.3777)
    made.set("person.anna", "away", latitude=52.5200, longitude=13.4050)
    made.set("person.ben", "away", latitude=48.1372, longitude=11.5755)
    made.directory.areas = {"hall": PlaceFacts("hall", "Entrance hall", "ground"), "bath": PlaceFacts("bath", "Bath")}
    made.directory.floors = {"ground": PlaceFacts("ground", "Ground floor")}
    made.directory.labels = {"calm": PlaceFacts("calm", "Calm", description="slow lights")}
    attributes = {"manufacturer": "Signify", "model": "Hue"}
    made.directory.devices = {"d1": DeviceFacts("d1", "Lamp", "hall", frozenset({"calm"}), ("e1",), attributes)}
    made.directory.entities = {
        "light.a": EntityFacts("light.a", "d1", integration="mqtt", entry="e1", name="Lamp"),
        "light.b": EntityFacts("light.b", "d1", "bath", frozenset({"calm"}), "mqtt", "e1", hidden=True),
        "sensor.hall": EntityFacts("sensor.hall", area="hall", integration="http_json"),
    }
    made.directory.entries = {"e1": {"title": "Broker", "domain": "mqtt"}}
    return made


RENDERED: list[tuple[str, Any]] = [
    ("{{ states('sensor.hall') }}", 21.456),
    ("{{ states('sensor.hall', rounded=True) }}", 21.5),
    ("{{ states('sensor.hall', with_unit=True) }}", "21.5 °C"),
    ("{{ states('sensor.none') }}", "unknown"),
    ("{{ states.sensor.hall.state | float + 1 }}", 22.456),
    ("{{ states.sensor.hall.name }} {{ states['sensor.hall'].domain }}", "Hall sensor"),
    ("{{ states.sensor.none is none }}", True),
    ("{{ states.light | map(attribute='entity_id') | list }}", ["light.a", "light.b"]),
    ("{{ states | selectattr('state', 'eq', 'on') | map(attribute='entity_id') | list }}", ["group.lights", "light.a"]),
    ("{{ states.light | list | count }}", 2),
    ("{{ state_attr('light.a', 'brightness') }}", 120),
    ("{{ state_attr('light.a', 'colour') is none }}", True),
    ("{{ is_state('light.a', ['on', 'off']) }}", True),
    ("{{ 'light.a' is is_state('on') }}", True),
    ("{{ is_state_attr('light.a', 'brightness', 120) }}", True),
    ("{{ has_value('light.b') or 'light.none' is has_value }}", False),
    ("{{ ['light.a', 'light.b'] | select('has_value') | list }}", ["light.a"]),
    (
        "{{ expand('group.lights', 'sensor.hall') | map(attribute='entity_id') | list }}",
        ["light.a", "light.b", "sensor.hall"],
    ),
    ("{{ expand(states.light) | selectattr('state', 'eq', 'on') | list | length }}", 1),
    ("{{ device_id('light.a') }} {{ device_name('light.a') }}", "d1 Lamp"),
    ("{{ device_attr('d1', 'model') }} {{ is_device_attr('light.a', 'manufacturer', 'Signify') }}", "Hue True"),
    ("{{ device_entities('d1') }}", ["light.a", "light.b"]),
    ("{{ area_id('light.a') }} {{ area_id('light.b') }} {{ 'Entrance hall' | area_id }}", "hall bath hall"),
    ("{{ area_name('sensor.hall') }}", "Entrance hall"),
    ("{{ area_entities('Entrance hall') }}", ["light.a", "sensor.hall"]),
    ("{{ area_devices('hall') }}", ["d1"]),
    ("{{ floor_name('light.a') }} {{ floor_areas('Ground floor') }}", "Ground floor ['hall']"),
    ("{{ floor_entities('ground') }}", ["light.a", "sensor.hall"]),
    ("{{ label_entities('Calm') }} {{ label_devices('calm') }} {{ labels('light.b') }}", "['light.b'] ['d1'] ['calm']"),
    ("{{ integration_entities('mqtt') == integration_entities('Broker') }}", True),
    ("{{ config_entry_id('light.a') }} {{ config_entry_attr('e1', 'title') }}", "e1 Broker"),
    ("{{ states.light | map(attribute='entity_id') | reject('is_hidden_entity') | list }}", ["light.a"]),
    ("{{ distance('person.ben') | round(0) }}", 503),
    ("{{ distance('person.anna', 52.5163, 13.3777) | round(1) }}", 1.9),
    ("{{ closest(states.person).entity_id }}", "person.anna"),
    ("{{ closest(48.0, 11.0, ['person.anna', 'person.ben']).entity_id }}", "person.ben"),
    (
        "{{ merge_response({'todo.a': {'items': [{'s': 1}]}, 'todo.b': {'items': []}}) }}",
        [{"s": 1, "entity_id": "todo.a", "value_key": "items"}],
    ),
    ("{{ version('2026.11.0') > '2026.9.1' }}", True),
    ("{{ version('2026.11.0b5') < '2026.11.0' and version('2026.1.0b5') > '2026.1.0b4' }}", True),
    ("{{ version('2024.1.0b2').major }} {{ ('1.2.3' | version).patch }} {{ version('2024.1b1').beta }}", "2024 3 True"),
    ("{{ states('SENSOR.Hall') }} {{ state_attr('Light.A', 'brightness') }}", "21.456 120"),
    (
        "{{ states(none) }} {{ state_attr([], 'x') }} {{ is_state({}, 'on') }} {{ has_value(nothing) }}",
        "unknown None False False",
    ),
    (
        (
            "{% macro double(x, returns) %}{% do returns({'twice': x * 2}) %}{% endmacro %}"
            "{% set f = double | as_function %}{{ f(4).twice + 1 }} "
            "{{ [1, 2] | map('apply', f) | sum(attribute='twice') }}"
        ),
        "9 6",
    ),
    ("{{ now() is datetime }} {{ now().strftime('%H:%M') }}", "True 08:00"),
    ("{{ states.light.a.last_changed == now() }}", True),
    ("{% set ns = namespace(n=0) %}{% for l in states.light %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}", 2),
]


@pytest.mark.parametrize(("source", "value"), RENDERED)
def test_a_template_says_what_home_assistants_would(house: PlayHouse, source: str, value: Any) -> None:
    assert house.engine.renderer.native(source, {}) == value


@pytest.mark.parametrize(
    ("source", "entities", "domains", "everything"),
    [
        ("{{ states('sensor.hall') }}", {"sensor.hall"}, set(), False),
        ("{{ is_state('light.a', 'on') and states.sensor.hall.state }}", {"light.a", "sensor.hall"}, set(), False),
        ("{{ is_state('light.a', 'off') and states.sensor.hall.state }}", {"light.a"}, set(), False),
        ("{{ states.light | list | count }}", set(), {"light"}, False),
        ("{{ states | list | count }}", set(), set(), True),
        ("{{ 1 + 1 }}", set(), set(), False),
    ],
)
def test_a_rendering_knows_what_it_looked_at(
    house: PlayHouse, source: str, entities: set[str], domains: set[str], everything: bool
) -> None:
    reads = Reads()
    house.engine.renderer.native(source, {}, reads)
    assert (reads.entities, reads.domains, reads.everything) == (entities, domains, everything)


def test_what_looks_at_the_clock_is_known() -> None:
    assert clocked("{{ now().hour > 5 }}")
    assert clocked("{{ as_timestamp(states('sensor.a')) < utcnow() | as_timestamp }}")
    assert not clocked("{{ states('sensor.known') }}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ states.__class__ }}",
        "{{ states.light.__iter__ }}",
        "{{ states.sensor.hall._seen }}",
        "{{ states('sensor.hall').__class__.__mro__ }}",
        "{{ states.light.a.attributes.__class__.__base__.__subclasses__() }}",
        "{{ device_id.__globals__ }}",
        "{{ closest.__closure__ }}",
        "{{ states.light._reader }}",
        "{{ states._reader }}",
        "{{ expand.__self__ }}",
    ],
)
def test_nothing_leads_out_of_the_states(house: PlayHouse, source: str) -> None:
    try:
        told = house.engine.renderer.text(source, {})
    except TemplateFailed:
        return
    assert told == "", told
