"""An automation tried on the past: the runs that would have been are the runs that were."""

import random
from collections.abc import Iterator
from datetime import timedelta

from hub.automation.past import Backtest, Past, backtest
from hub.automation.schema.automation import automation
from hub.automation.source import read
from hub.automation.trace import Outcome
from hub.automation.world import Directory, Seen
from tests.automation.house import START, PlayHouse

HIGH = """
triggers: [{trigger: numeric_state, entity_id: sensor.glucose, above: 180, for: "00:15"}]
conditions: [{condition: time, after: "07:00", before: "22:00"}]
mode: single
actions:
  - {action: notify.carer, data: {value: "{{ states('sensor.glucose') }}"}}
  - {delay: "01:00"}
"""


def course(minutes: int, seed: int = 7) -> Iterator[tuple[int, float]]:
    """Glucose every five minutes: (minute, mg/dL)."""
    chance, value = random.Random(seed), 120.0
    for minute in range(0, minutes, 5):
        value = min(320, max(50, value + chance.uniform(-22, 22) + (140 - value) * 0.04))
        yield minute, round(value, 1)


def seen(minutes: int) -> list[Seen]:
    states = []
    for minute, value in course(minutes):
        at = START + timedelta(minutes=minute)
        states.append(Seen("sensor.glucose", str(value), {"unit_of_measurement": "mg/dL"}, at, at))
    return states


async def tried(text: str, minutes: int) -> Backtest:
    source = read(text)
    past = Past(START, "Europe/Berlin", Directory(), [])
    return await backtest(automation(source.value), past, seen(minutes), START + timedelta(minutes=minutes))


async def test_what_was_lived_live_gives_the_same_runs_when_tried_on_the_past() -> None:
    house = PlayHouse()
    house.add(HIGH)
    days = 6 * 1_440
    for minute, value in course(days):
        await house.later(minute * 60 - (house.clock.now() - START).total_seconds())
        house.set("sensor.glucose", value, unit_of_measurement="mg/dL")
    await house.later(days * 60 - (house.clock.now() - START).total_seconds())
    lived = [(at, data["value"]) for at, name, data in house.called if name == "notify.carer"]
    found = await tried(HIGH, days)
    would = [(one.at, one.data["value"]) for run in found.runs for one in run.actions]
    assert len(lived) > 3
    assert would == lived
    refused = [run.trace.why for run in found.runs if run.trace.outcome is Outcome.CONDITION]
    assert refused
    assert all(why.startswith("it is ") for why in refused)


async def test_what_if_the_threshold_were_another() -> None:
    few = await tried(HIGH.replace("180", "240"), 3 * 1_440)
    many = await tried(HIGH, 3 * 1_440)
    assert few.fired < many.fired


async def test_a_run_that_is_under_way_at_the_end_is_told() -> None:
    found = await tried("triggers: [{trigger: time, at: '08:30'}]\nactions: [{action: a.b}, {delay: '02:00'}]", 60)
    [run] = found.runs
    assert ([one.action for one in run.actions], run.trace.ran) == (["a.b"], True)


async def test_a_template_that_fails_is_told_as_a_problem() -> None:
    text = "triggers: [{trigger: template, value_template: '{{ nothing.at.all }}'}]\nactions: []"
    found = await tried(text, 60)
    assert found.problems
    assert "nothing" in found.problems[0]
