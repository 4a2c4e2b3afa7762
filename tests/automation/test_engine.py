"""Automations at work on a virtual clock: triggers, conditions, modes, actions, and why there was no run."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hub.automation.trace import Outcome
from hub.automation.world import Context
from tests.automation.house import START, PlayHouse

SAY = "actions: [{action: notify.say, data: {was: '{{ trigger.platform }}', id: '{{ trigger.id }}'}}]"


def said(house: PlayHouse) -> list[Any]:
    return [data for _, name, data in house.called if name == "notify.say"]


async def test_a_state_trigger_fires_on_the_change_it_names_alone() -> None:
    house = PlayHouse()
    house.set("binary_sensor.door", "off")
    house.add(
        f"triggers: [{{trigger: state, entity_id: binary_sensor.door, from: 'off', to: 'on', id: opened}}]\n{SAY}"
    )
    house.set("binary_sensor.door", "off", battery=50)
    house.set("binary_sensor.door", "unavailable")
    house.set("binary_sensor.door", "on")
    await house.later()
    assert said(house) == []
    house.set("binary_sensor.door", "off")
    house.set("binary_sensor.door", "on")
    house.set("binary_sensor.door", "on", battery=49)
    await house.later()
    assert said(house) == [{"was": "state", "id": "opened"}]


async def test_without_from_and_to_every_change_fires_and_with_an_empty_to_those_of_the_state() -> None:
    house = PlayHouse()
    house.set("sensor.a", 1, x=1)
    house.add(f"triggers: [{{trigger: state, entity_id: sensor.a}}]\nmode: parallel\n{SAY}", "any")
    house.add(f"triggers: [{{trigger: state, entity_id: sensor.a, to: null}}]\nmode: parallel\n{SAY}", "state")
    house.set("sensor.a", 1, x=2)
    await house.later()
    assert (len(house.traces("any")), len(house.traces("state"))) == (1, 0)
    house.set("sensor.a", 2, x=2)
    await house.later()
    assert (len(house.traces("any")), len(house.traces("state"))) == (2, 1)


async def test_for_waits_for_each_entity_on_its_own_and_starts_anew_after_a_change() -> None:
    house = PlayHouse()
    ids = "[light.a, light.b]"
    house.add(
        f"triggers: [{{trigger: state, entity_id: {ids}, to: 'on', for: {{minutes: '{{{{ 5 }}}}'}}}}]\nmode: parallel\n"
        "actions: [{action: notify.say, data: {who: '{{ trigger.entity_id }}', after: '{{ trigger.for.seconds }}'}}]"
    )
    house.set("light.a", "on")
    house.set("light.b", "on")
    await house.later(200)
    house.set("light.a", "off")
    house.set("light.a", "on")
    house.set("light.b", "on", brightness=5)
    await house.later(150)
    assert said(house) == [{"who": "light.b", "after": 300}]
    await house.later(150)
    assert [one["who"] for one in said(house)] == ["light.b", "light.a"]


async def test_a_number_fires_when_it_comes_into_range_not_while_it_stays_there() -> None:
    house = PlayHouse()
    house.set("sensor.glucose", 190)
    house.set("input_number.high", 180)
    house.add(f"triggers: [{{trigger: numeric_state, entity_id: sensor.glucose, above: input_number.high}}]\n{SAY}")
    for value in (200, 170, 181, 190, "unavailable", 185, 180, 180.1):
        house.set("sensor.glucose", value)
        await house.later(1)
    assert len(said(house)) == 3


async def test_a_template_fires_when_it_becomes_true_and_looks_only_at_what_it_reads() -> None:
    house = PlayHouse()
    house.set("sensor.a", 1)
    one = house.add(
        "triggers:\n  - trigger: template\n"
        "    value_template: \"{{ states('sensor.a') | int > 5 and is_state('sun.sun', 'up') }}\"\n" + SAY
    )
    [watcher] = one.watchers
    assert watcher.entities == {"sensor.a"}
    house.set("sensor.a", 7)
    assert watcher.entities == {"sensor.a", "sun.sun"}
    house.set("sun.sun", "up")
    house.set("sensor.a", 8)
    await house.later()
    assert len(said(house)) == 1


async def test_a_template_about_the_clock_is_looked_at_every_minute() -> None:
    house = PlayHouse()
    house.add("triggers: [{trigger: template, value_template: '{{ now().hour >= 9 }}'}]\n" + SAY)
    await house.later(3_599)
    assert said(house) == []
    await house.later(1)
    assert len(said(house)) == 1


async def test_times_fire_by_the_households_clock_and_follow_helpers() -> None:
    house = PlayHouse()
    house.set("input_datetime.alarm", "06:30:00", has_date=False, has_time=True, hour=6, minute=30, second=0)
    house.add(
        "triggers: [{trigger: time, at: ['09:00', {entity_id: input_datetime.alarm, offset: '-00:10'}], "
        "weekday: [mon, tue]}]\nactions: [{action: notify.say, data: {at: \"{{ trigger.now.strftime('%a %H:%M') }}\"}}]"
    )
    await house.later(86_400 * 3)
    assert [one["at"] for one in said(house)] == ["Mon 09:00", "Tue 06:20", "Tue 09:00"]
    house.set("input_datetime.alarm", "07:00:00", has_date=False, has_time=True, hour=7, minute=0, second=0)
    await house.later(86_400 * 4)
    assert [one["at"] for one in said(house)][3:] == ["Mon 06:50"]


async def test_the_sun_sets_automations_off_where_the_household_is() -> None:
    house = PlayHouse()
    house.add(
        "triggers: [{trigger: sun, event: sunset, offset: '-00:30'}, {trigger: sun, event: sunrise}]\n"
        "actions: [{action: notify.say, data: {at: \"{{ now().strftime('%H:%M') }}\", which: '{{ trigger.event }}'}}]"
    )
    await house.later(86_400)
    # Sunset in Berlin on 2 March 2026 at 17:46, sunrise on 3 March at 06:48.
    assert said(house) == [{"at": "17:16", "which": "sunset"}, {"at": "06:48", "which": "sunrise"}]
    nowhere = PlayHouse()
    nowhere.place = None
    assert "no place" in nowhere.add(f"triggers: [{{trigger: sun, event: sunset}}]\n{SAY}").problems[0]
    north = PlayHouse(START + timedelta(days=110))
    north.place = (69.65, 18.96)
    north.add(f"triggers: [{{trigger: sun, event: sunset}}]\n{SAY}")
    await north.later(86_400 * 20)
    assert said(north) == [], "Tromsø's sun does not set in June"


async def test_a_pattern_fires_every_fifth_minute() -> None:
    house = PlayHouse()
    house.add("triggers: [{trigger: time_pattern, minutes: /5}]\n" + SAY)
    await house.later(3_600)
    assert len(said(house)) == 12


async def test_events_and_messages_fire_when_their_data_fit() -> None:
    house = PlayHouse()
    house.add(
        "triggers:\n"
        "  - {trigger: event, event_type: timer.finished, event_data: {entity_id: timer.tea}, id: tea}\n"
        "  - {trigger: mqtt, topic: home/+/door, payload: open, value_template: '{{ value_json.state }}', id: door}\n"
        "  - {trigger: webhook, webhook_id: abc, local_only: true, id: hook}\n"
        "  - {trigger: homeassistant, event: start, id: life}\nmode: queued\n" + SAY
    )
    house.engine.happened("timer.finished", {"entity_id": "timer.eggs"}, Context())
    house.engine.happened("timer.finished", {"entity_id": "timer.tea", "finished_at": "now"}, Context())
    house.engine.signal("mqtt", {"topic": "home/hall/door", "payload": '{"state": "shut"}'})
    house.engine.signal("mqtt", {"topic": "home/hall/door", "payload": '{"state": "open"}'})
    house.engine.signal("mqtt", {"topic": "home/hall/door/x", "payload": '{"state": "open"}'})
    house.engine.signal("webhook", {"webhook_id": "abc", "method": "POST", "local": False})
    house.engine.signal("webhook", {"webhook_id": "abc", "method": "POST", "local": True})
    house.engine.signal("homeassistant", {"event": "start"})
    await house.later()
    assert [one["id"] for one in said(house)] == ["tea", "door", "hook", "life"]


CONDITIONS = [
    ("{condition: state, entity_id: switch.a, state: 'on', for: 60}", False, "switch.a is on for less than 0:01:00"),
    ("{condition: state, entity_id: [switch.a, switch.b], state: 'on'}", False, "switch.b is off, not on"),
    ("{condition: state, entity_id: [switch.a, switch.b], state: 'on', match: any}", True, ""),
    ("{condition: state, entity_id: switch.gone, state: 'on'}", False, "there is no switch.gone"),
    ("{condition: numeric_state, entity_id: sensor.n, above: 5, below: 7}", False, "sensor.n is 5, not above 5"),
    ("{condition: time, after: '22:00', before: '07:00'}", False, "it is 08:00"),
    ("{condition: time, after: '22:00', before: '08:00:01', weekday: mon}", True, ""),
    ("{condition: time, weekday: [sat, sun]}", False, "it is mon, not sat, sun"),
    ("{condition: trigger, id: other}", False, "the trigger is '0', not other"),
    ("{or: ['{{ false }}', {not: [{condition: state, entity_id: switch.b, state: 'on'}]}]}", True, ""),
    ("{and: ['{{ true }}', '{{ 0 }}']}", False, "the template says '0'"),
    ("{condition: template, value_template: '{{ undefined.x }}', alias: x}", None, "'undefined' is undefined"),
    ("{condition: state, entity_id: switch.b, state: 'on', enabled: false}", True, ""),
    ("{condition: sun, after: sunset, before: sunrise}", False, "sunset is at 17:46 and sunrise is at 06:51"),
    ("{condition: sun, after: sunrise, after_offset: '01:00', before: sunset}", True, ""),
]


@pytest.mark.parametrize(("condition", "met", "why"), CONDITIONS)
async def test_a_condition_that_is_not_met_leaves_its_reason(condition: str, met: bool | None, why: str) -> None:
    house = PlayHouse()
    house.set("switch.a", "on")
    house.set("switch.b", "off")
    house.set("sensor.n", 5)
    house.add(f"triggers: [{{trigger: event, event_type: go}}]\nconditions: [{condition}]\n{SAY}")
    house.engine.happened("go", {}, Context())
    await house.later()
    [trace] = house.traces()
    outcome = Outcome.FAILED if met is None else Outcome.DONE if met else Outcome.CONDITION
    assert (trace.outcome, trace.why) == (outcome, why)
    assert trace.ran is (outcome is Outcome.DONE)


@pytest.mark.parametrize(
    ("mode", "outcomes", "calls"),
    [
        ("single", ["busy", "busy", "done"], 1),
        ("restart", ["cancelled", "cancelled", "done"], 1),
        ("queued\nmax: 2", ["busy", "done", "done"], 2),
        ("parallel\nmax: 2", ["busy", "done", "done"], 2),
    ],
)
async def test_what_a_second_trigger_does_is_the_modes_to_say(mode: str, outcomes: list[str], calls: int) -> None:
    house = PlayHouse()
    house.add(
        f"triggers: [{{trigger: event, event_type: go}}]\nmode: {mode}\nactions: [{{delay: 10}}, {{action: a.b}}]"
    )
    for _ in range(3):
        house.engine.happened("go", {}, Context())
        await house.later(1)
    await house.later(60)
    assert sorted(one.outcome.value for one in house.traces()) == outcomes
    assert len(house.called) == calls


async def run(house: PlayHouse, actions: str, **variables: Any) -> None:
    house.add(f"triggers: []\nmode: parallel\nactions:\n{actions}")
    house.engine.trigger("one", variables)
    await house.later()


async def test_choose_if_and_repeat_take_their_ways() -> None:
    house = PlayHouse()
    await run(
        house,
        """
  - variables: {n: 0, names: "{{ ['a', 'b'] }}"}
  - repeat:
      for_each: "{{ names }}"
      sequence:
        - variables: {n: "{{ n + 1 }}"}
        - if: "{{ repeat.item == 'b' and repeat.last }}"
          then: {action: x.then, data: {n: "{{ n }}"}}
          else: {action: x.else, data: {item: "{{ repeat.item }}"}}
  - repeat:
      while: "{{ repeat.index <= 2 }}"
      sequence: [{action: x.while}]
  - repeat:
      until: ["{{ repeat.index == 3 }}"]
      sequence: [{action: x.until}, "{{ false }}", {action: x.never}]
  - repeat: {count: "{{ 2 }}", sequence: {action: x.count, data: {i: "{{ repeat.index }}"}}}
  - choose:
      - conditions: "{{ n > 2 }}"
        sequence: [{action: x.many}]
      - conditions: ["{{ n == 2 }}"]
        sequence: [{action: x.two}]
    default: [{action: x.default}]
  - choose: []
    default: {action: x.default}
""",
    )
    ways = "else then while while until until until count count two default"
    assert [one.removeprefix("x.") for one in house.actions] == ways.split()
    assert [data for _, name, data in house.called if name == "x.then"] == [{"n": 2}]


async def test_a_condition_ends_its_block_and_a_stop_the_run() -> None:
    house = PlayHouse()
    await run(
        house,
        """
  - sequence: ["{{ false }}", {action: x.never}]
  - action: x.after
  - if: ["{{ true }}"]
    then: [{stop: enough}]
  - action: x.never
""",
    )
    assert house.actions == ["x.after"]
    assert (house.traces()[0].outcome, house.traces()[0].why) == (Outcome.STOPPED, "enough")


async def test_what_fails_ends_the_run_unless_it_may_go_on() -> None:
    house = PlayHouse()
    house.broken = {"x.broken"}
    await run(house, "  - {action: x.broken, continue_on_error: true}\n  - {action: x.broken}\n  - {action: x.never}")
    [trace] = house.traces()
    assert (trace.outcome, trace.why) == (Outcome.FAILED, "there is no action 'x.broken'")
    assert [one.error != "" for one in trace.steps] == [True, True]
    assert house.actions == []


async def test_answers_waits_and_parallel_ways() -> None:
    house = PlayHouse()
    house.answers["todo.get_items"] = {"todo.home": {"items": [{"summary": "milk"}]}}
    house.set("switch.a", "off")
    house.add(
        """
triggers: []
actions:
  - action: todo.get_items
    target: {entity_id: todo.home}
    response_variable: list
  - action: notify.say
    data: {first: "{{ list['todo.home']['items'][0].summary }}"}
  - wait_template: "{{ is_state('switch.a', 'on') }}"
    timeout: "00:10:00"
  - action: notify.say
    data: {completed: "{{ wait.completed }}", left: "{{ wait.remaining }}"}
  - wait_for_trigger: [{trigger: event, event_type: button, id: pressed}]
    timeout: 60
  - action: notify.say
    data: {id: "{{ wait.trigger.id }}"}
  - wait_for_trigger: [{trigger: event, event_type: button}]
    timeout: {seconds: 60}
  - action: notify.say
    data: {completed: "{{ wait.completed }}", none: "{{ wait.trigger is none }}"}
  - parallel:
      - sequence: [{delay: 5}, {action: x.late}]
      - action: x.early
  - wait_template: "{{ false }}"
    timeout: 1
    continue_on_timeout: false
  - action: x.never
"""
    )
    house.engine.trigger("one")
    await house.later(120)
    house.set("switch.a", "on")
    await house.later(10)
    house.fire("button", {}, Context())
    await house.later(70)
    assert [data for _, name, data in house.called if name == "notify.say"] == [
        {"first": "milk"},
        {"completed": True, "left": 480.0},
        {"id": "pressed"},
        {"completed": False, "none": True},
    ]
    assert house.actions[-2:] == ["x.early", "x.late"]
    assert (house.traces()[0].outcome, house.traces()[0].why) == (Outcome.STOPPED, "the wait ran out")


async def test_an_automation_that_sets_itself_off_is_stopped_with_a_word() -> None:
    house = PlayHouse()
    for key, state, other in (("ping", "on", "off"), ("pong", "off", "on")):
        house.add(
            f"triggers: [{{trigger: state, entity_id: switch.a, to: '{state}'}}]\n"
            f"actions: [{{action: switch.turn_{other}, target: {{entity_id: switch.a}}}}]",
            key,
        )
    house.set("switch.a", "on")
    await house.later(1)
    assert len(house.called) == 20
    assert house.traces("ping")[-1].outcome is Outcome.LOOP
    assert "set itself off 10 times in a row" in house.traces("ping")[-1].why
    house.set("switch.a", "off")
    house.set("switch.a", "on")
    await house.later(1)
    assert len(house.called) > 20, "a new cause is a new beginning"


async def test_a_loop_without_an_end_and_without_a_wait_is_ended() -> None:
    house = PlayHouse()
    await run(house, "  - repeat: {while: ['{{ true }}'], sequence: [{variables: {a: 1}}]}")
    for _ in range(40):
        await asyncio.sleep(0)
        await house.later()
    [trace] = house.traces()
    assert (trace.outcome, trace.why) == (Outcome.FAILED, "a repeat went on for 10,000 rounds")
    assert trace.left_out > 9_000


async def test_a_disabled_automation_does_nothing_and_one_taken_away_ends() -> None:
    house = PlayHouse()
    house.add("triggers: [{trigger: event, event_type: go}]\nactions: [{delay: 5}, {action: a.b}]")
    house.engine.enable("one", False)
    house.engine.happened("go", {}, Context())
    await house.later(10)
    house.engine.enable("one", True)
    house.engine.happened("go", {}, Context())
    await house.later(1)
    house.engine.remove("one")
    await house.later(10)
    assert house.called == []


async def test_variables_of_triggers_and_automations_reach_the_actions() -> None:
    house = PlayHouse()
    house.add(
        """
trigger_variables: {topic: "button/{{ 1 + 1 }}"}
variables: {twice: "{{ topic }}!", rule: "{{ kind }}"}
triggers:
  - {trigger: event, event_type: "{{ topic }}", variables: {kind: by event}}
actions: [{action: notify.say, data: {told: "{{ twice }} {{ rule }} {{ this.entity_id }}"}}]
"""
    )
    house.engine.happened("button/2", {}, Context())
    await house.later()
    assert said(house) == [{"told": "button/2! by event automation.one"}]
    assert house.engine.automations["one"].last_triggered == house.clock.now() - timedelta(0)


async def test_variables_belong_to_the_run_and_only_what_was_waited_for_to_one_of_several_ways() -> None:
    house = PlayHouse()
    house.answers["weather.ask"] = {"rain": 3}
    await run(
        house,
        """
  - variables: {x: 1}
  - if: "{{ true }}"
    then:
      - variables: {x: "{{ x + 1 }}", new: 5}
  - parallel:
      - {action: weather.ask, response_variable: answer}
      - sequence:
          - wait_template: "{{ true }}"
          - variables: {beside: "{{ wait.completed }}"}
  - repeat:
      count: 2
      sequence: [{variables: {rounds: "{{ repeat.index }}"}}]
  - action: notify.say
    data:
      told: "{{ [x, new, answer.rain, beside, rounds, wait is defined, repeat is defined] }}"
""",
    )
    assert said(house) == [{"told": [2, 5, 3, True, 2, False, False]}]


async def test_a_condition_that_cannot_be_judged_is_not_met_and_the_run_goes_on() -> None:
    house = PlayHouse()
    await run(
        house,
        """
  - if: "{{ states('sensor.none') | float > 5 }}"
    then: {action: x.never}
    else: {action: x.else}
  - choose:
      - conditions: "{{ nothing.x }}"
        sequence: {action: x.never}
      - conditions: {or: ["{{ nothing.x }}", "{{ true }}"]}
        sequence: {action: x.second}
  - repeat: {while: "{{ nothing.x }}", sequence: {action: x.never}}
  - repeat: {until: "{{ nothing.x }}", sequence: {action: x.once}}
  - sequence: ["{{ nothing.x }}", {action: x.never}]
  - action: x.last
""",
    )
    assert house.actions == ["x.else", "x.second", "x.once", "x.last"]
    [trace] = house.traces()
    assert trace.outcome is Outcome.DONE
    assert "float got 'unknown'" in trace.steps[0].error


async def test_what_is_left_for_some_time_may_change_meanwhile_but_not_come_back() -> None:
    house = PlayHouse()
    house.set("sensor.a", "home")
    house.add(f"triggers: [{{trigger: state, entity_id: sensor.a, from: home, for: 10}}]\n{SAY}")
    house.set("sensor.a", "shop")
    await house.later(5)
    house.set("sensor.a", "work")
    await house.later(6)
    assert len(said(house)) == 1
    house.set("sensor.a", "home")
    house.set("sensor.a", "shop")
    await house.later(5)
    house.set("sensor.a", "home")
    await house.later(20)
    assert len(said(house)) == 1


async def test_truths_in_attributes_removed_entities_and_who_did_it_set_automations_off() -> None:
    house = PlayHouse()
    house.set("media.tv", "on", muted=False)
    muted = "{trigger: state, entity_id: media.tv, attribute: muted, to: true, id: muted}"
    gone = "{trigger: state, entity_id: media.tv, from: 'on', to: null, id: gone}"
    anna = "{trigger: event, event_type: pressed, context: {user_id: [anna, ben]}, id: anna}"
    condition = "{condition: state, entity_id: media.tv, attribute: muted, state: true}"
    house.add(f"triggers: [{muted}, {gone}, {anna}]\nmode: queued\n{SAY}")
    house.add(f"triggers: [{{trigger: event, event_type: ask}}]\nconditions: [{condition}]\n{SAY}", "two")
    house.set("media.tv", "on", muted=True)
    await house.later()
    house.engine.happened("ask", {}, Context())
    await house.later()
    house.unset("media.tv")
    for user in ("carl", "anna", None):
        house.engine.happened("pressed", {}, Context(user_id=user))
    await house.later()
    assert [one["id"] for one in said(house)] == ["muted", 0, "gone", "anna"]


async def test_what_fails_beside_others_does_not_end_them() -> None:
    house = PlayHouse()
    house.broken = {"x.broken"}
    await run(
        house, "  - parallel: [{action: x.broken}, {sequence: [{delay: 1}, {action: x.whole}]}]\n  - action: x.never"
    )
    await house.later(2)
    assert house.actions == ["x.whole"]
    assert (house.traces()[0].outcome, house.traces()[0].why) == (Outcome.FAILED, "there is no action 'x.broken'")


async def test_one_that_sets_itself_off_several_times_each_time_is_stopped_before_it_is_everywhere() -> None:
    house = PlayHouse()
    thrice = "actions: [{event: go}, {event: go}, {event: go}]\nmode: parallel\nmax: 1000"
    house.add(f"triggers: [{{trigger: event, event_type: go}}]\n{thrice}")
    house.add("triggers: [{trigger: event, event_type: other}]\nactions: [{action: x.alive}]", "other")
    house.engine.happened("go", {}, Context())
    await house.later(1)
    assert len(house.fired) == 3 * 101
    [*_, last] = house.traces()
    assert (last.outcome, last.why) == (Outcome.LOOP, "it has set itself off 100 times by one cause")
    house.engine.happened("other", {}, Context())
    house.engine.happened("go", {}, Context())
    await house.later(1)
    assert house.actions == ["x.alive"]
    assert len(house.fired) == 2 * 3 * 101, "a new cause is a new beginning"
