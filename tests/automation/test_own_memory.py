"""What is remembered: the past's memory is what the live one was, and nobody's reaches further than their rights."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.automation.memory import Memory
from hub.automation.past import Change, Past, PastRun, Replay, Told
from hub.automation.past_memory import PastMemory
from hub.automation.past_needs import needs_of
from hub.automation.schema.automation import Automation, automation
from hub.automation.source import read
from hub.automation.world import Directory
from hub.clock import Clock, VirtualClock
from hub.daemon import Hub
from hub.model import Actor, JournalDraft, JournalEntry, Reading, Role
from hub.view import IncomingReading
from hub.view.view import View
from tests.automation.house import START
from tests.automation.own import OwnHouse
from tests.automation.test_own_habits import PULSE, SENSOR
from tests.insight.making import entry
from tests.support.house import house

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def past_of(clock: Clock, *entries: JournalEntry, readings: Sequence[Reading] = ()) -> PastMemory:
    return PastMemory(clock, lambda person: "UTC", entries, readings)


async def ids(memory: Memory, clock: Clock) -> list[tuple[str, int]]:
    found = await memory.entries("meal", "anna", clock.now() - 9 * DAY, clock.now() + DAY)
    return [(one.id, one.revision) for one in found]


# The past


async def test_an_entry_is_known_from_when_it_was_written_in_the_revision_of_then() -> None:
    clock = VirtualClock(START)
    first = entry(START - 5 * HOUR, created=START + HOUR, id="a")
    changed = replace(first, revision=2, updated_at=START + 2 * HOUR)
    gone = replace(first, revision=3, updated_at=START + 3 * HOUR, deleted=True)
    corrected = entry(START - HOUR, created=START + HOUR, id="b", revision=4, updated=START + 9 * HOUR)
    memory = past_of(clock, gone, first, corrected, changed)
    seen = []
    for _ in range(4):
        seen.append(await ids(memory, clock))
        await clock.advance(3_600)
    assert seen == [[], [("a", 1), ("b", 4)], [("a", 2), ("b", 4)], [("b", 4)]]


async def test_a_reading_is_known_from_when_it_was_received() -> None:
    clock = VirtualClock(START)
    late = Reading(SENSOR, START - 3 * HOUR, START + HOUR, 2.0, late=True)
    soon = Reading(SENSOR, START - HOUR, START - HOUR, 1.0)
    memory = past_of(clock, readings=[late, soon])
    assert await memory.readings(SENSOR, START - DAY, START) == [soon]
    await clock.advance(3_600)
    assert await memory.readings(SENSOR, START - DAY, START) == [late, soon]


async def test_a_habit_of_the_past_is_not_learned_from_what_came_later() -> None:
    clock = VirtualClock(START)
    meals = [entry(START - timedelta(days=day), created=START + HOUR, id=f"m{day}") for day in range(1, 20)]
    memory = past_of(clock, *meals)
    assert (await memory.habit("anna", "meal")).times == {}
    await clock.advance(3_600)
    [usual] = (await memory.habit("anna", "meal")).times["all"]
    assert usual.samples == 19


def test_what_an_automation_has_to_remember_is_found_wherever_it_stands() -> None:
    body = {
        "triggers": [{"platform": "missing_data", "entity_id": "sensor.a, sensor.b"}],
        "actions": [
            {"if": [{"condition": "baseline", "person": "anna", "metric": "steps"}], "then": [
                {"wait_for_trigger": [{"trigger": "statistic", "person": "ben", "metric": "steps", "period": "week"}]}
            ]}
        ],
    }  # fmt: skip
    needs = needs_of(body)
    assert set(needs.entities) == {"sensor.a", "sensor.b"}
    assert set(needs.metrics) == {("anna", "steps"), ("ben", "steps")}
    assert needs.metrics["ben", "steps"] > needs.metrics["anna", "steps"] >= 29 * DAY


# Lived live, and tried on the past

OWN = """
triggers:
  - {trigger: journal, entry: meal, id: ate}
  - {trigger: journal, entry: meal, event: missing, for: '05:00', id: hungry}
  - {trigger: reading, entity_id: sensor.anna_metric, above: 70, hysteresis: 5, id: high}
  - {trigger: missing_data, entity_id: sensor.anna_metric, id: silent}
  - {trigger: prediction, person: anna, entry: meal, offset: '-00:20', id: soon}
  - {trigger: statistic, person: anna, metric: pulse, deviations: 1.5, id: odd}
conditions:
  - {condition: or, conditions: [
      {condition: journal, entry: meal, within: '04:00', present: false},
      {condition: baseline, person: anna, metric: pulse}]}
mode: parallel
max: 100
actions: [{action: notify.say, data: {text: '{{ trigger.id }} {{ trigger.description }}'}}]
"""


def automation_of(text: str) -> Automation:
    return automation(read(text).value)


def week(chance: random.Random, start: datetime, days: int) -> list[tuple[datetime, Told]]:
    """What somebody's sensor and journal told, some of it late, changed or removed."""
    found: list[tuple[datetime, Told]] = []
    for day in range(days):
        at = start + day * DAY
        odd = chance.choice([0, 0, 0, 14, -9])
        minute = chance.uniform(0, 15)
        while minute < 1_440:
            taken = at + timedelta(minutes=minute)
            came = taken + (timedelta(hours=chance.uniform(1, 9)) if chance.random() < 0.1 else timedelta(0))
            value = 60.0 + odd + chance.uniform(-6, 12)
            one = Reading(SENSOR, taken, came, round(value, 1), late=came - taken > 15 * MINUTE)
            found.append((came, Told("reading", {"entity_id": SENSOR, "readings": (one,)})))
            minute += 15 if chance.random() < 0.97 else chance.uniform(60, 300)
        for hour in (7, 12, 18.5):
            start_of = at + timedelta(hours=hour + chance.gauss(0, 0.3))
            written = start_of + timedelta(hours=chance.choice([0, 0, 0, 2.5]))
            meal = entry(start_of, created=written, id=f"meal-{day}-{hour}")
            found.append((written, Told("journal", {"old": None, "new": meal})))
            if chance.random() < 0.2:
                again = written + timedelta(hours=chance.uniform(0.1, 6))
                newer = replace(meal, revision=2, updated_at=again, deleted=chance.random() < 0.5)
                found.append((again, Told("journal", {"old": meal, "new": newer})))
    return sorted(found, key=lambda one: one[0])


async def lived(before: list[Change], news: list[Change], end: datetime) -> list[tuple[datetime, str]]:
    """As it was lived: told as it came."""
    home = OwnHouse(START, "Europe/Berlin", metrics=[PULSE], sources={("anna", "pulse"): [SENSOR]})
    for _, what in before:
        assert isinstance(what, Told)
        home.past.tell(what.kind, what.facts)
    home.add(OWN)
    for at, what in news:
        assert isinstance(what, Told)
        await home.until(at)
        home._tell(what.kind, what.facts)
    await home.until(end)
    await home.engine.close()
    return [(at, data["text"]) for at, name, data in home.called if name == "notify.say"]


async def replayed(before: list[Change], news: list[Change], end: datetime) -> list[PastRun]:
    """Tried on the past, whose memory was given everything at once."""
    entries = [what.facts["new"] for _, what in [*before, *news] if isinstance(what, Told) and what.kind == "journal"]
    readings = [
        one for _, what in [*before, *news] if isinstance(what, Told) and what.kind == "reading"
        for one in what.facts["readings"]
    ]  # fmt: skip

    def memory(clock: Clock) -> PastMemory:
        return PastMemory(
            clock, lambda person: "Europe/Berlin", entries, readings, metrics={"pulse": PULSE},
            sources=lambda person, metric: [SENSOR] if (person, metric) == ("anna", "pulse") else (),
        )  # fmt: skip

    past = Past(START, "Europe/Berlin", Directory(), [], memory=memory)
    replay = Replay(past, {"own": automation_of(OWN)})
    await replay.go(news)
    return (await replay.finish(end))["own"].runs


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_days_that_were_lived_give_exactly_the_runs_that_happened_when_tried_on_the_past(seed: int) -> None:
    happened = week(random.Random(seed), START - 21 * DAY, 35)
    before: list[Change] = [one for one in happened if one[0] <= START]
    news: list[Change] = [one for one in happened if one[0] > START]
    end = START + 14 * DAY
    runs = await lived(before, news, end)
    would = [(one.at, one.data["text"]) for run in await replayed(before, news, end) for one in run.actions]
    assert would == runs
    ids_of = {text.partition(" ")[0] for _, text in runs}
    assert ids_of >= {"hungry", "high", "silent", "odd"}
    assert len(runs) > 20


# The live house


async def fill(hub: Hub, until: datetime, days: int) -> None:
    """Steps by watch and phone, a pulse, meals, of the days before."""
    view, chance = View(hub.rooms, Actor("", kind="system")), random.Random(4)
    found = []
    for day in range(1, days + 1):
        at = until - day * DAY
        for metric, source, every in (("steps", "watch", 40), ("steps", "phone", 40), ("heart_rate", "watch", 30)):
            for minute in range(0, 1_440, every):
                if chance.random() < 0.8:
                    value, taken = 60.0 + chance.randrange(40), at + timedelta(minutes=minute)
                    found.append(
                        IncomingReading("anna", metric, value, taken, None, source, increment=metric == "steps")
                    )
        meal = JournalDraft("meal", at + timedelta(hours=12, minutes=day % 4))
        await hub.rooms.journal.add("anna", meal, author="anna")
    receipt = await view.record(found)
    assert not receipt.rejected


async def test_the_live_memory_and_the_pasts_say_the_same_of_what_is_usual(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 11, 4, tzinfo=UTC))
    async with house(tmp_path, clock=clock) as hub:
        await fill(hub, clock.now(), 30)
        live = hub.rooms.automations.world(Actor("anna", kind="automation")).memory
        now, metrics = clock.now(), hub.rooms.vocabulary.metrics
        readings: list[Reading] = []
        for metric in ("steps", "heart_rate"):
            for entity_id in live.sources("anna", metric):
                readings += await live.readings(entity_id, now - 60 * DAY, now + DAY)
        assert len({one.entity_id for one in readings}) == 3
        meals = await live.entries("meal", "anna", now - 60 * DAY, now)
        past = PastMemory(
            clock, lambda person: "Europe/Madrid", meals, readings, metrics=metrics, sources=live.sources
        )  # fmt: skip
        for metric in ("steps", "heart_rate"):
            one, other = await live.baseline("anna", metric, "day"), await past.baseline("anna", metric, "day")
            assert one is not None
            assert other is not None
            assert (one.samples, one.readings) == (other.samples, other.readings)
            assert one.median == pytest.approx(other.median, rel=1e-12)
            assert one.spread == pytest.approx(other.spread, rel=1e-9)
            assert one.samples >= 28
        habit = await live.habit("anna", "meal")
        assert habit == await past.habit("anna", "meal")
        # The clocks went back on the tenth day.
        assert sorted(usual.samples for usual in habit.times["all"]) == [10, 20]


async def test_nobodys_memory_reaches_further_than_their_rights(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 11, 4, tzinfo=UTC))
    async with house(tmp_path, clock=clock) as hub:
        await fill(hub, clock.now(), 10)
        await hub.views.system().add_account("Ben", "another long password", role=Role.ADULT, person="ben")
        now = clock.now()
        anna, ben = (hub.rooms.automations.world(Actor(one, kind="automation")).memory for one in ("anna", "ben"))
        [first, *_] = anna.sources("anna", "steps")
        assert await anna.readings(first, now - DAY, now)
        assert await anna.entries("meal", None, now - 20 * DAY, now)
        assert await anna.baseline("anna", "steps", "day") is not None
        assert (await anna.habit("anna", "meal")).times
        assert list(ben.sources("anna", "steps")) == []
        assert list(await ben.readings(first, now - DAY, now)) == []
        assert list(await ben.entries("meal", None, now - 20 * DAY, now)) == []
        assert await ben.baseline("anna", "steps", "day") is None
        assert (await ben.habit("anna", "meal")).times == {}
