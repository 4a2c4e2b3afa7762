"""What an automation does is said in words that its owner would use."""

from typing import Any

import pytest

from hub.automation.blueprint import parse
from hub.automation.schema.actions import KINDS as ACTIONS
from hub.automation.schema.automation import automation
from hub.automation.schema.conditions import KINDS as CONDITIONS
from hub.automation.schema.triggers import KINDS as TRIGGERS
from hub.automation.source import read
from hub.automation.words import Line, Names, Thing, Told, tell

NAMES = Names(
    things={
        "sensor.anna_glucose": Thing("Anna’s glucose", "mg/dL"),
        "binary_sensor.hall_motion": Thing("Hall motion", "", "motion"),
        "binary_sensor.door": Thing("Front door", "", "door"),
        "light.bedroom": Thing("Bedroom light"),
        "light.hall": Thing("Hall light"),
        "input_number.limit": Thing("Glucose limit"),
        "input_datetime.wake": Thing("Wake-up time"),
        "device_tracker.anna": Thing("Anna"),
        "zone.home": Thing("home"),
        "calendar.family": Thing("Family calendar"),
    },
    people={"anna": "Anna", "ben": "Ben"},
    places={"bedroom": "Bedroom", "abc": "Wall switch"},
    metrics={"resting_heart_rate": "Resting heart rate"},
    kinds={"meal": "Meal", "feeding": "Feeding"},
    actions={"journal.add": "Write in the journal"},
)
TRIGGER_WORDS: dict[str, list[tuple[str, str]]] = {
    "state": [
        ("entity_id: binary_sensor.hall_motion, to: 'on'", "When Hall motion sees motion"),
        ("entity_id: light.hall, to: 'off', for: '00:05:00'", "When Hall light turns off for 5 minutes"),
        ("entity_id: sensor.mood, from: sad, to: [good, calm]", "When mood changes from sad to good or calm"),
        ("entity_id: light.hall, attribute: brightness", "When brightness of Hall light changes"),
        ("entity_id: light.hall, not_to: [unavailable]", "When Hall light changes to anything but unavailable"),
    ],
    "numeric_state": [
        (
            "entity_id: sensor.anna_glucose, above: 180, for: {minutes: 10}",
            "When Anna’s glucose rises above 180 mg/dL for 10 minutes",
        ),
        ("entity_id: sensor.anna_glucose, below: 70", "When Anna’s glucose falls below 70 mg/dL"),
        (
            "entity_id: sensor.anna_glucose, above: 70, below: 80",
            "When Anna’s glucose comes between 70 and 80 mg/dL",
        ),
        (
            "entity_id: sensor.anna_glucose, above: input_number.limit",
            "When Anna’s glucose rises above Glucose limit",
        ),
    ],
    "time": [
        ("at: '07:30'", "At 07:30"),
        (
            "at: ['07:30', input_datetime.wake], weekday: [sat, sun]",
            "At 07:30 or at the time of Wake-up time at weekends",
        ),
        (
            "at: {entity_id: input_datetime.wake, offset: '-00:30:00'}",
            "30 minutes before the time of Wake-up time",
        ),
    ],
    "time_pattern": [("minutes: '/5'", "Every 5 minutes"), ("hours: 3, minutes: 0", "At hour 3, at minute 0")],
    "event": [("event_type: timer.finished", "When the event timer.finished happens")],
    "template": [
        (
            "value_template: \"{{ is_state('sun.sun', 'up') }}\"",
            "When the template {{ is_state('sun.sun', 'up') }} becomes true",
        )
    ],
    "homeassistant": [("event: start", "When the hub starts")],
    "sun": [
        ("event: sunset, offset: '-01:30:00'", "1 hour 30 minutes before sunset"),
        ("event: sunrise", "At sunrise"),
    ],
    "zone": [("entity_id: device_tracker.anna, zone: zone.home, event: leave", "When Anna leaves home")],
    "geo_location": [("source: storms, zone: zone.home", "When something that storms tells of appears in home")],
    "mqtt": [("topic: bed/weight, payload: 'out'", "When a message comes on the topic bed/weight that says “out”")],
    "webhook": [("webhook_id: x", "When its webhook is called")],
    "tag": [("tag_id: pillbox", "When the tag pillbox is scanned")],
    "calendar": [
        ("entity_id: calendar.family", "When an event in Family calendar begins"),
        ("entity_id: calendar.family, offset: '-00:15'", "15 minutes before an event in Family calendar begins"),
    ],
    "conversation": [("command: good night", "When somebody says “good night”")],
    "persistent_notification": [("update_type: added", "When a note of the hub is added")],
    "device": [("device_id: abc, domain: mqtt, type: action, subtype: 'on'", "When Wall switch says on action")],
    "journal": [
        ("entry: meal, person: anna", "When a meal of Anna is logged"),
        ("entry: feeding, event: missing, for: {hours: 4}", "When no feeding has been logged for 4 hours"),
    ],
    "reading": [
        (
            "entity_id: sensor.anna_glucose, falling_by: 30, within: '00:15'",
            "When Anna’s glucose falls by 30 mg/dL within 15 minutes",
        )
    ],
    "missing_data": [
        ("entity_id: sensor.anna_glucose", "When nothing has come from Anna’s glucose for longer than usual")
    ],
    "prediction": [
        (
            "person: anna, entry: meal, offset: '-00:30', label: lunch",
            "30 minutes before the usual time of Anna’s meal (lunch)",
        )
    ],
    "statistic": [
        (
            "person: anna, metric: resting_heart_rate, direction: above",
            "When Anna’s resting heart rate of the day rises above the usual range",
        )
    ],
}
CONDITION_WORDS: dict[str, list[tuple[str, str]]] = {
    "and": [
        (
            "conditions: [{condition: state, entity_id: light.hall, state: 'on'}, {condition: time, after: '22:00'}]",
            "Hall light is on and it is after 22:00",
        )
    ],
    "or": [
        (
            "conditions: [{condition: state, entity_id: light.hall, state: 'on'}, {condition: time, after: '22:00'}]",
            "Hall light is on or it is after 22:00",
        )
    ],
    "not": [
        (
            "conditions: [{condition: state, entity_id: light.hall, state: 'on'}, {condition: time, after: '22:00'}]",
            "Hall light is not on and it is not after 22:00",
        )
    ],
    "state": [
        ("entity_id: binary_sensor.door, state: 'off'", "Front door is closed"),
        ("entity_id: [light.hall, light.bedroom], state: 'on'", "Hall light and Bedroom light are on"),
        (
            "entity_id: [light.hall, light.bedroom], state: 'on', match: any",
            "Hall light or Bedroom light is on",
        ),
    ],
    "numeric_state": [("entity_id: sensor.anna_glucose, below: 100", "Anna’s glucose is below 100 mg/dL")],
    "template": [("value_template: '{{ true }}'", "the template {{ true }} is true")],
    "time": [
        ("after: '22:00', before: '06:30'", "it is between 22:00 and 06:30"),
        ("weekday: [mon, tue, wed, thu, fri]", "it is a weekday"),
        ("weekday: [mon, sat]", "it is Monday or Saturday"),
    ],
    "trigger": [("id: high", "it was set off by “high”")],
    "sun": [
        ("after: sunset, before: sunrise", "it is night"),
        ("after: sunset, after_offset: '-00:30'", "it is after 30 minutes before sunset"),
    ],
    "zone": [("entity_id: device_tracker.anna, zone: zone.home", "Anna is at home")],
    "device": [("device_id: abc, domain: light, type: is_on", "Wall switch is on")],
    "quiet_hours": [
        ("person: anna", "it is not quiet time for Anna"),
        ("during: true", "it is quiet time"),
    ],
    "presence": [("person: [anna, ben], home: false", "Anna and Ben are away"), ("home: true", "somebody is at home")],
    "journal": [
        ("entry: meal, person: anna, within: {hours: 3}", "a meal of Anna was logged in the last 3 hours"),
        ("entry: meal, within: {hours: 3}, present: false", "no meal was logged in the last 3 hours"),
    ],
    "baseline": [
        (
            "person: anna, metric: resting_heart_rate, direction: above",
            "Anna’s resting heart rate is above the usual range",
        )
    ],
}
ACTION_WORDS: dict[str, list[tuple[str, str]]] = {
    "delay": [("delay: {minutes: 1, seconds: 30}", "Wait 1 minute 30 seconds")],
    "wait_template": [
        (
            "wait_template: '{{ x }}', timeout: 60",
            "Wait until the template {{ x }} is true, 1 minute at most",
        )
    ],
    "wait_for_trigger": [
        (
            "wait_for_trigger: [{trigger: sun, event: sunrise}], timeout: {hours: 2}, continue_on_timeout: false",
            "Wait until sunrise, 2 hours at most, and stop if it is not by then",
        )
    ],
    "condition": [
        ("condition: state, entity_id: light.hall, state: 'on'", "Go on only if Hall light is on"),
    ],
    "event": [("event: bedtime", "Let the event bedtime happen")],
    "device": [("device_id: abc, domain: light, type: turn_on", "Turn on Wall switch")],
    "scene": [("scene: scene.evening", "Set the scene evening")],
    "repeat": [("repeat: {count: 3, sequence: [{delay: 1}]}", "Repeat 3 times")],
    "choose": [
        ("choose: []", "Choose"),
        ("choose: [{conditions: [], sequence: []}]", "Choose"),
        (
            "choose: [{conditions: [{condition: sun, after: sunset, before: sunrise}], sequence: []}]",
            "Look whether it is night",
        ),
    ],
    "if": [("if: '{{ x }}', then: [{delay: 1}]", "Look whether the template {{ x }} is true")],
    "variables": [("variables: {meal_time: 3}", "Remember meal time")],
    "stop": [("stop: no need, error: true", "Stop with an error: no need")],
    "parallel": [("parallel: [{delay: 1}, {delay: 2}]", "Do 2 things at the same time")],
    "sequence": [("sequence: [{delay: 1}]", "Do 1 step")],
    "set_conversation_response": [("set_conversation_response: 'It is {{ x }}'", "Answer “It is …”")],
    "action": [
        ("action: light.turn_on, target: {area_id: bedroom}", "Turn on Bedroom"),
        (
            "action: light.turn_on, target: {entity_id: light.bedroom}, data: {brightness_pct: 30}",
            "Turn on Bedroom light with brightness 30 %",
        ),
        (
            "action: climate.set_temperature, target: {entity_id: climate.bath}, data: {temperature: 21}",
            "Set bath to 21",
        ),
        (
            "action: notify.ben, data: {message: 'Glucose is {{ x }} now'}",
            "Tell Ben “Glucose is … now”",
        ),
        (
            "action: notify.notify, data: {message: Up, data: {actions: [{action: OK}]}}",
            "Tell everybody “Up” with buttons to answer",
        ),
        ("action: persistent_notification.create, data: {message: Hello}", "Show the note “Hello”"),
        ("action: journal.add, data: {kind: meal}", "Log meal"),
        (
            "action: journal.add, data: {kind: meal, person: anna, note: 'High: {{ value }}'}",
            "Log meal for Anna “High: …”",
        ),
        ("action: journal.add", "Write in the journal"),
        ("action: '{{ x }}'", "Call the action that {{ x }} says"),
    ],
}
FORMS = [
    *((f"trigger: {kind}, {text}", "", "", said) for kind, ones in TRIGGER_WORDS.items() for text, said in ones),
    *(("", f"condition: {kind}, {text}", "", said) for kind, ones in CONDITION_WORDS.items() for text, said in ones),
    *(("", "", text, said) for ones in ACTION_WORDS.values() for text, said in ones),
]


def told(text: str) -> Told:
    source = read(text)
    return tell(automation(source.value, source.lines), NAMES)


def every(lines: tuple[Line, ...]) -> list[Line]:
    return [one for line in lines for one in (line, *(x for b in line.branches for x in every(b.lines)))]


@pytest.mark.parametrize(("trigger", "condition", "action", "said"), FORMS, ids=[one[3] for one in FORMS])
def test_each_part_is_said_in_words(trigger: str, condition: str, action: str, said: str) -> None:
    one = told(
        f"triggers: [{{{trigger}}}]\nconditions: [{{{condition}}}]\nactions: [{{{action}}}]".replace("[{}]", "[]")
    )
    lines = one.triggers if trigger else one.conditions if condition else one.actions
    assert lines[0].text.lower() == said.lower()
    assert lines[0].text[0] == lines[0].text[0].upper()


def test_every_kind_that_the_language_has_is_said_in_words_of_its_own() -> None:
    assert set(TRIGGER_WORDS) == set(TRIGGERS)
    assert set(CONDITION_WORDS) == set(CONDITIONS)
    assert set(ACTION_WORDS) == set(ACTIONS)


def test_the_whole_is_one_sentence() -> None:
    one = told(
        """
triggers:
  - {trigger: numeric_state, entity_id: sensor.anna_glucose, above: 180, for: {minutes: 10}}
  - {trigger: time, at: "08:00"}
conditions:
  - {condition: quiet_hours}
  - or: [{condition: state, entity_id: light.hall, state: 'on'}, {condition: presence, person: ben}]
actions:
  - action: notify.ben
    data: {message: High}
  - if: {condition: presence, person: ben}
    then: [{action: light.turn_on, target: {entity_id: light.hall}}]
    else: [{stop: Ben is away}]
"""
    )
    assert one.whole == (
        "When Anna’s glucose rises above 180 mg/dL for 10 minutes or at 08:00, if it is not quiet time and "
        "(Hall light is on or Ben is at home), then tell Ben “High” and if Ben is at home, turn on Hall light, "
        "otherwise stop: Ben is away."
    )


def test_what_is_switched_off_is_said_to_be_and_left_out_of_the_sentence() -> None:
    one = told(
        "triggers: [{trigger: time, at: '08:00', enabled: false}]\nactions: [{delay: 5}, {delay: 6, enabled: false}]"
    )
    assert one.triggers[0].text == "At 08:00 (switched off)"
    assert not one.triggers[0].enabled
    assert one.whole == "Only when somebody runs it, then wait 5 seconds."


def test_lines_have_the_paths_of_a_trace() -> None:
    one = told(
        """
triggers: []
actions:
  - choose:
      - conditions: "{{ a }}"
        sequence: [{if: "{{ b }}", then: [{delay: 1}], else: [{delay: 2}]}]
    default: [{repeat: {count: 2, sequence: [{delay: 1}]}}]
  - parallel: [{delay: 1}, {sequence: [{delay: 2}]}]
"""
    )
    assert {line.path for line in every(one.actions)} == {
        "actions/0",
        "actions/0/choose/0/sequence/0",
        "actions/0/choose/0/sequence/0/then/0",
        "actions/0/choose/0/sequence/0/else/0",
        "actions/0/default/0",
        "actions/0/default/0/repeat/sequence/0",
        "actions/1",
        "actions/1/parallel/0/0",
        "actions/1/parallel/1/0",
        "actions/1/parallel/1/0/sequence/0",
    }
    assert [branch.taken for branch in one.actions[0].branches] == [0, "default"]


def test_what_nobody_knows_goes_by_its_id() -> None:
    one = tell(
        automation(read("triggers: [{trigger: state, entity_id: sensor.front_gate}]\nactions: []").value), Names()
    )
    assert one.whole == "When front gate changes, nothing is done yet."


MOTION: Any = """
blueprint: {name: Motion, domain: automation, input: {motion: {}, lamp: {}}}
triggers: {trigger: state, entity_id: !input motion, to: "on"}
actions: [{action: light.turn_on, target: !input lamp}]
"""


def test_an_automation_made_of_a_blueprint_is_said_with_its_inputs() -> None:
    made = parse(MOTION).fill({"motion": "binary_sensor.hall_motion", "lamp": {"entity_id": "light.hall"}})
    assert tell(automation(made), NAMES).whole == "When Hall motion sees motion, then turn on Hall light."
