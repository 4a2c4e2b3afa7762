"""Automations as people write them: both spellings, every kind, and what can't be."""

from datetime import time, timedelta
from typing import Any

import pytest

from hub.automation.flaws import AutomationInvalid
from hub.automation.schema import actions, conditions, triggers
from hub.automation.schema.automation import Automation, automation
from hub.automation.source import read

OLD = """
alias: Night light
trigger:
  - platform: state
    entity_id: binary_sensor.hall, binary_sensor.stairs
    to: on
    for: "00:05"
condition: "{{ states('sun.sun') == 'below_horizon' }}"
action:
  - service: light.turn_on
    entity_id: light.hall
    data_template: {brightness: "{{ 20 }}"}
  - delay: {minutes: "{{ 2 }}"}
  - condition: state
    entity_id: light.hall
    state: on
"""
NEW = """
alias: Night light
triggers:
  - - trigger: state
      entity_id: [binary_sensor.hall, binary_sensor.stairs]
      to: ["on"]
      for: {minutes: 5}
conditions:
  - condition: template
    value_template: "{{ states('sun.sun') == 'below_horizon' }}"
actions:
  - action: light.turn_on
    entity_id: [light.hall]
    data_template: {brightness: "{{ 20 }}"}
  - delay: {minutes: "{{ 2 }}"}
  - condition: state
    entity_id: light.hall
    state: "on"
"""


def made(text: str) -> Automation:
    source = read(text)
    return automation(source.value, source.lines)


def flaws(text: str) -> list[str]:
    with pytest.raises(AutomationInvalid) as caught:
        made(text)
    return [str(one) for one in caught.value.flaws]


def with_trigger(trigger: str) -> str:
    return f"triggers: [{trigger}]\nactions: [{{delay: 1}}]"


def with_action(action: str) -> str:
    return f"triggers: []\nactions: [{action}]"


def test_the_old_spelling_is_the_new_one() -> None:
    assert made(OLD) == made(NEW)


def test_what_yaml_takes_for_truths_and_numbers_is_what_was_written() -> None:
    [one] = made(with_trigger("{trigger: state, entity_id: switch.a, to: on, from: off}")).triggers
    assert isinstance(one, triggers.StateTrigger)
    assert (one.to, one.from_) == (["on"], ["off"])
    [at] = made(with_trigger("{trigger: time, at: 07:30:00}")).triggers
    assert isinstance(at, triggers.TimeTrigger)
    assert at.at == [time(7, 30)]


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("90", timedelta(seconds=90)),
        ("'90'", timedelta(seconds=90)),
        ("'01:30'", timedelta(minutes=90)),
        ("01:00:05", timedelta(seconds=3605)),
        ("{hours: 1, milliseconds: 500}", timedelta(seconds=3600.5)),
        ("'{{ wait }}'", "{{ wait }}"),
        ("{seconds: '{{ wait }}'}", {"seconds": "{{ wait }}"}),
    ],
)
def test_a_span_of_time_has_four_forms(written: str, span: Any) -> None:
    [one] = made(with_action(f"{{delay: {written}}}")).actions
    assert isinstance(one, actions.DelayAction)
    assert one.delay == span


TRIGGERS = {
    "state": "entity_id: sensor.a, not_to: [unknown, unavailable], attribute: x",
    "numeric_state": "entity_id: sensor.a, above: 5, below: input_number.most, for: 10",
    "time": "at: ['07:00', input_datetime.alarm, {entity_id: sensor.alarm, offset: '-00:10:00'}], weekday: [mon, tue]",
    "time_pattern": "minutes: '/5', seconds: 0",
    "event": "event_type: [timer.finished, zha_event], event_data: {entity_id: timer.a}",
    "template": 'value_template: \'{{ is_state("a.b", "on") }}\', for: {minutes: 1}',
    "homeassistant": "event: start",
    "sun": "event: sunset, offset: '-01:00:00'",
    "zone": "entity_id: person.anna, zone: zone.home, event: leave",
    "geo_location": "source: fires, zone: zone.home, event: enter",
    "mqtt": "topic: home/door, payload: open, qos: 1",
    "webhook": "webhook_id: abc, allowed_methods: [POST], local_only: false",
    "tag": "tag_id: [a, b]",
    "calendar": "entity_id: calendar.anna, event: end, offset: '00:15'",
    "conversation": "command: [good night]",
    "persistent_notification": "update_type: [added], notification_id: a",
    "device": "device_id: aaaa, domain: mqtt, discovery_id: x, type: button_short_press, subtype: button_1",
    "journal": "entry: feeding, person: emil, event: missing, for: {hours: 4}",
    "reading": "entity_id: sensor.anna_blood_glucose, rising_by: 30, within: '00:15', hysteresis: 5",
    "missing_data": "entity_id: sensor.anna_blood_glucose, for: '00:20'",
    "prediction": "person: anna, entry: meal, offset: '-00:15', label: lunch",
    "statistic": "person: anna, metric: resting_heart_rate, period: day, direction: above",
    "light.turned_on": "target: {entity_id: light.a}, options: {behavior: first}",
}


def test_every_kind_of_trigger_is_understood() -> None:
    assert set(triggers.KINDS) == set(TRIGGERS) - {"light.turned_on"}
    for kind, keys in TRIGGERS.items():
        [one] = made(with_trigger(f"{{trigger: {kind}, {keys}, id: a, alias: b, enabled: '{{{{ true }}}}'}}")).triggers
        assert one.trigger == kind


CONDITIONS = {
    "and": "conditions: ['{{ true }}', {or: [{not: ['{{ false }}']}]}]",
    "or": "conditions: []",
    "not": "conditions: [{condition: trigger, id: a}]",
    "state": "entity_id: [a.b, c.d], state: ['on', 'off'], match: any, for: 10",
    "numeric_state": "entity_id: a.b, below: 5, value_template: '{{ state.state }}'",
    "template": "value_template: '{{ true }}'",
    "time": "after: '22:00', before: input_datetime.up, weekday: sat",
    "trigger": "id: [a, b]",
    "sun": "after: sunset, after_offset: '-00:30:00'",
    "zone": "entity_id: person.anna, zone: zone.home",
    "device": "device_id: aaaa, domain: light, type: is_on, entity_id: light.a",
    "quiet_hours": "person: anna",
    "presence": "person: [anna, ben], home: false",
    "journal": "entry: meal, within: {hours: 3}, person: anna, present: false",
    "baseline": "person: anna, metric: resting_heart_rate, direction: above",
    "light.is_on": "target: {entity_id: light.a}",
}


def test_every_kind_of_condition_is_understood() -> None:
    assert set(conditions.KINDS) == set(CONDITIONS) - {"light.is_on"}
    for kind, keys in CONDITIONS.items():
        [one] = made(f"triggers: []\nactions: []\nconditions: [{{condition: {kind}, {keys}, alias: x}}]").conditions
        assert one.condition == kind


ACTIONS = {
    "action": "{action: light.turn_on, target: {area_id: hall}, data: {a: 1}, response_variable: r, metadata: {}}",
    "delay": "{delay: 5, continue_on_error: true}",
    "wait_template": "{wait_template: '{{ true }}', timeout: 5, continue_on_timeout: false}",
    "wait_for_trigger": "{wait_for_trigger: [{trigger: event, event_type: a}], timeout: {minutes: 1}}",
    "condition": "{or: ['{{ true }}'], alias: either}",
    "event": "{event: hello, event_data: {a: '{{ 1 }}'}}",
    "device": "{device_id: aaaa, domain: mobile_app, type: notify, message: hi}",
    "scene": "{scene: scene.evening}",
    "repeat": "{repeat: {while: ['{{ repeat.index < 3 }}'], sequence: {delay: 1}}}",
    "choose": "{choose: {conditions: '{{ true }}', sequence: [{stop: enough}]}, default: [{delay: 1}]}",
    "if": "{if: '{{ true }}', then: {delay: 1}, else: [{delay: 2}]}",
    "variables": "{variables: {a: 1, b: '{{ a }}'}}",
    "stop": "{stop: done, response_variable: r}",
    "parallel": "{parallel: [{sequence: [{delay: 1}]}, {delay: 2}]}",
    "sequence": "{sequence: [{delay: 1}]}",
    "set_conversation_response": "{set_conversation_response: '{{ 1 }}'}",
}


def test_every_kind_of_action_is_understood() -> None:
    assert set(actions.KINDS) == set(ACTIONS)
    for kind, written in ACTIONS.items():
        [one] = made(with_action(written)).actions
        assert one.kind == kind


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("alias: x", "line 2, the whole: triggers is missing."),
        (with_trigger("{trigger: stat, entity_id: a.b}"), "there is no trigger 'stat'; did you mean 'state'?"),
        (with_trigger("{platform: state, trigger: state}"), "`platform` is the old word for `trigger`"),
        (with_trigger("{trigger: state, entity_id: A B}"), "is no entity id; it looks like `sensor.anna_weight`"),
        (
            with_trigger("{trigger: state, entity_id: a.b, atribute: x}"),
            "no key 'atribute' here. Did you mean 'attribute'?",
        ),
        (with_trigger("{trigger: numeric_state, entity_id: a.b}"), "give `above`, `below` or both"),
        (with_trigger("{trigger: numeric_state, entity_id: a.b, above: 9, below: 3}"), "never be above 9 and below 3"),
        (with_trigger("{trigger: time, at: '25:00'}"), "'25:00' is no time of day"),
        (with_trigger("{trigger: time_pattern, minutes: 60}"), "minutes go up to 59"),
        (with_trigger("{trigger: template, value_template: '{{ a | nothing_such }}'}"), "nothing_such"),
        (with_trigger("{trigger: state, entity_id: a.b, to: x, not_to: y}"), "`to` and `not_to` exclude each other"),
        (with_action("{delay: five}"), "'five' is no span of time"),
        (with_action("{delay: -5}"), "can't be negative"),
        (with_action("{alias: nothing}"), "it says nothing to do"),
        (with_action("{action: turn on the light}"), "is no action; it looks like `light.turn_on`"),
        (with_action("{action: light.turn_on, target: {room: hall}}"), "'room' is no target"),
        (
            with_action("{repeat: {count: 3, until: [], sequence: []}}"),
            "exactly one of count, for_each",
        ),
        (with_action("{wait_template: '{{ 1'}"), "line 1 of the template"),
        (
            "triggers: []\nactions: []\nmode: quick",
            "'quick' is not one of 'single', 'restart'",
        ),
        ("triggers: []\ntrigger: []\nactions: []", "`trigger` is the old word for `triggers`"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(text: str, flaw: str) -> None:
    told = flaws(text if text.startswith(("alias", "trig")) else f"\n{text}")
    assert any(flaw.removeprefix("line 2, ") in one for one in told), told


def test_a_flaw_deep_inside_is_found_by_line_and_key() -> None:
    text = """
alias: x
trigger: []
action:
  - service: light.turn_on
  - choose:
      - conditions: [{condition: state, entity_id: light.a}]
        sequence:
          - delay: 5x
          - condition: numeric_state
            entity_id: sensor.a
            over: 5
"""
    assert [one[:90] for one in flaws(text)] == [
        "line 7, action[1].choose[0].conditions[0]: state is missing.",
        "line 9, action[1].choose[0].sequence[0].delay: '5x' is no span of time; write 90, '00:01:3",
        "line 12, action[1].choose[0].sequence[1].over: there is no key 'over' here. Did you mean '",
    ]


def test_a_bomb_of_aliases_and_endless_nesting_are_refused() -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    for one, other in zip("abcdefg", "bcdefgh", strict=True):
        bomb += f"{other}: &{other} [{','.join([f'*{one}'] * 10)}]\n"
    assert "too large or nested too deeply" in flaws(bomb)[0]
    assert "too large or nested too deeply" in flaws("a: " + "[" * 80 + "]" * 80)[0]
    assert "!secret is not understood here" in flaws("a: !secret x")[0]
    assert "line 2" in flaws("a: [1\nb: ]]")[0]


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("alias: x\nid: a\x00b", "line 2, the whole: the character U+0000 can't stand in a text like this."),
        ("alias: x\ntriggers:\n\t- trigger: state", "line 3, the whole: this is not YAML"),
        (
            "alias: !!python/object/apply:os.system [ls]",
            "line 1, alias: !!python/object/apply:os.system is not understood",
        ),
        ("a: !!binary aGk=", "line 1, a: !!binary is not understood here."),
        ("a: !include x.yaml", "line 1, a: !include is not understood here."),
        ("a: !thing {b: 1}", "line 1, a: !thing is not understood here."),
        ("a: !input {b: 1}", "line 1, a: `!input` names one input. Write it like `entity_id: !input sensor`."),
        ("a: !input", "`!input` names one input."),
        ("a: &a\n  <<: *a\n", "this is too large or nested too deeply. It is merged into itself."),
        ("a: &a\n  <<: [*a, *a, *a]\n", "this is too large or nested too deeply. It is merged into itself."),
        ('a: "\\ud800"', "line 1, a: half a character"),
        ('"\\ud800": 1', "half a character"),
        ("a: 2026-13-45", "line 1, a: '2026-13-45' is not understood: month must be in 1..12. Quote it."),
        ("a: {{ x }}", 'line 1, a: a key must be a word. Quote a template: "{{ ... }}".'),
    ],
)
def test_what_is_no_text_of_an_automation_is_told_by_line(text: str, flaw: str) -> None:
    assert flaw in flaws(text)[0]


def test_numbers_that_nobody_can_keep_stay_the_text_that_was_written() -> None:
    value = read("a: 0x" + "f" * 5_000 + "\nb: .nan\nc: -.inf\ne: 5\nf: 1.5").value
    assert value["a"].startswith("0xfff")
    assert {key: one for key, one in value.items() if key != "a"} == {
        "b": ".nan", "c": "-.inf", "e": 5, "f": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    "trigger",
    [
        "{trigger: time, at: []}",
        "{trigger: time, at: }",
        "{trigger: event, event_type: []}",
        "{trigger: state, entity_id: []}",
        "{trigger: state, entity_id: light.a, enabled: 1}",
        "{trigger: webhook, webhook_id: x, allowed_methods: [get, Post], local_only: 'no'}",
    ],
)
def test_what_a_blueprint_leaves_empty_or_writes_its_own_way_is_understood(trigger: str) -> None:
    [one] = made(with_trigger(trigger)).triggers
    assert one.enabled


def test_an_action_may_be_for_all_and_what_is_no_entity_is_named() -> None:
    [one] = made(with_action("{action: light.turn_off, entity_id: all}")).actions
    assert isinstance(one, actions.CallAction)
    assert one.entity_id == ["all"]
    made(with_action("{action: light.turn_off, target: {entity_id: [light.a, '{{ x }}'], area_id: hall}}"))
    assert "'hall lamp' is no entity id" in flaws(with_action("{action: a.b, target: {entity_id: hall lamp}}"))[0]
    assert "an entity id goes here" in flaws(with_trigger("{trigger: state, entity_id: }"))[0]
