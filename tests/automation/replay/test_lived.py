"""Days that were lived live, tried on the past: the runs that happened, and no others."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.automation.engine import Engine
from hub.automation.replay.drafts import variants
from hub.automation.replay.trial import Trial
from hub.automation.schema.automation import automation as automation_of
from hub.automation.trace import Trace
from hub.clock import VirtualClock
from hub.daemon import Hub, Settings
from hub.model import Actor, Happened, JournalChanged, JournalDraft, ReadingsRecorded, StateChanged
from hub.view import IncomingReading, SetupRequest
from tests.support.house import everything
from tests.support.thorough import EVERY_STEP

START = datetime(2026, 3, 27, 9, tzinfo=UTC)
"""Two days before Madrid sets its clocks forward."""
GLUCOSE, HEART = "sensor.anna_blood_glucose", "sensor.anna_heart_rate"
COUNTER = itertools.count()
TRUE = "{{ states('sensor.anna_blood_glucose') | float(0) > %d }}"

level = st.sampled_from((90, 120, 150, 180))
hold = st.sampled_from((None, "00:05", "00:20"))
trigger = st.one_of(
    st.builds(lambda above, held: {"trigger": "numeric_state", "entity_id": GLUCOSE, "above": above, "for": held},
              level, hold),
    st.builds(lambda below: {"trigger": "numeric_state", "entity_id": HEART, "below": below}, level),
    st.builds(lambda held: {"trigger": "state", "entity_id": HEART, "for": held}, hold),
    st.just({"trigger": "state", "entity_id": GLUCOSE, "to": "120"}),
    st.builds(lambda above: {"trigger": "template", "value_template": TRUE % above},
              level),
    st.just({"trigger": "time_pattern", "minutes": "/30"}),
    st.just({"trigger": "time", "at": ["02:30", "12:00"]}),
    st.just({"trigger": "journal", "entry": "meal"}),
    st.just({"trigger": "reading", "entity_id": GLUCOSE, "late": True}),
)  # fmt: skip
condition = st.one_of(
    st.builds(lambda above: {"condition": "numeric_state", "entity_id": GLUCOSE, "above": above}, level),
    st.builds(lambda held: {"condition": "state", "entity_id": HEART, "state": ["90", "120"], "for": held}, hold),
    st.just({"condition": "template", "value_template": f"{{{{ states('{HEART}') | int(0) % 4 == 0 }}}}"}),
)
automation = st.builds(
    lambda triggers, conditions, mode, delay: {
        "triggers": [_given(one) for one in triggers],
        "conditions": [_given(one) for one in conditions],
        "mode": mode,
        "actions": [
            {"event": "tried", "event_data": {"value": f"{{{{ states('{GLUCOSE}') }}}}"}},
            *([{"delay": delay}, {"event": "tried", "event_data": {"value": f"{{{{ states('{HEART}') }}}}"}}]
              if delay else []),
        ],
    },
    st.lists(trigger, min_size=1, max_size=3), st.lists(condition, max_size=1),
    st.sampled_from(("single", "restart", "queued", "parallel")), st.sampled_from(("", "00:10", "01:00")),
)  # fmt: skip
step = st.tuples(
    st.integers(1, 45),
    st.sampled_from(("now", "now", "now", "late", "several", "meal", "correct", "remove")),
    st.sampled_from(("blood_glucose", "heart_rate")),
    st.sampled_from((90, 110, 120, 121, 160, 200)),
)


def _given(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if value is not None}


TRICKY: list[tuple[dict[str, Any], list[tuple[int, str, str, float]]]] = [
    ({"trigger": "state", "entity_id": HEART}, [(1, "now", "heart_rate", 80), (1, "now", "heart_rate", 90),
                                                (1, "remove", "heart_rate", 0), (1, "correct", "heart_rate", 110)]),
    ({"trigger": "reading", "entity_id": GLUCOSE, "late": True}, [(1, "now", "blood_glucose", 90),
                                                                  (1, "correct", "blood_glucose", 90)]),
]  # fmt: skip
"""A reading is back that is corrected later; a correction that corrects nothing."""


class Life:
    """A house with one engine that hears what is told on the bus, on a clock that is moved."""

    def __init__(self, hub: Hub, clock: VirtualClock) -> None:
        self.hub, self.clock, self.view = hub, clock, everything(hub)
        self.traces: list[Trace] = []
        self.told: list[tuple[datetime, str]] = []
        rooms = hub.rooms
        self.actor = Actor("anna", kind="automation")
        self.house = rooms.automations.house
        self.news = rooms.bus.subscribe(StateChanged, ReadingsRecorded, JournalChanged, Happened, name="test")
        self.engine = Engine(rooms.automations.world(self.actor), ended=self.traces.append)

    def hear(self) -> None:
        """As the room of automations does."""
        for event in self.news.drain():
            match event:
                case StateChanged():
                    self.engine.changed(*self.house.moved(event, None))
                case ReadingsRecorded():
                    facts = {"entity_id": event.entity.id, "readings": event.readings}
                    self.engine.signal("reading", facts)
                case JournalChanged():
                    self.engine.signal("journal", {"old": event.old, "new": event.new})
                case Happened(event_type="tried"):
                    self.told.append((event.at, str(event.data["value"])))
                case _:
                    pass

    async def settle(self) -> None:
        self.hear()
        await self.clock.advance(0)
        self.hear()

    async def measure(self, metric: str, *values: tuple[float, float]) -> None:
        """(minutes ago, value)"""
        now = self.clock.now()
        await self.view.record(
            [IncomingReading("anna", metric, float(value), now - timedelta(minutes=ago)) for ago, value in values]
        )

    async def live(self, one: tuple[int, str, str, float]) -> None:
        gap, what, metric, value = one
        await self.clock.advance(gap * 60)
        await self.settle()
        match what:
            case "now":
                await self.measure(metric, (0, value))
            case "late":
                await self.measure(metric, (gap + 27.5, value))
            case "several":
                await self.measure(metric, (gap * 0.9, value), (0.5, value + 1), (1_700, value))
            case "meal":
                draft = JournalDraft("meal", self.clock.now() - timedelta(minutes=gap), data={"carbs": value})
                await self.view.add_journal("anna", draft)
            case _:
                entity_id = f"sensor.anna_{metric}"
                state = self.view.state(entity_id)[1]
                assert state is not None
                if state.taken_at is None:
                    return
                if what == "correct":
                    await self.view.correct_reading(entity_id, state.taken_at, float(value), reason="a slip")
                else:
                    await self.view.remove_readings(entity_id, [state.taken_at], reason="not mine")
        await self.settle()


def _run(at: datetime, outcome: str, trigger: Any) -> tuple[datetime, str, str]:
    return at, outcome, str(trigger.get("idx"))


async def compare(life: Life, body: dict[str, Any], steps: list[tuple[int, str, str, float]]) -> int:
    await life.clock.advance(61)
    await life.settle()
    life.traces.clear()
    life.told.clear()
    start = life.clock.now()
    key = f"tried_{next(COUNTER)}"
    attached = life.engine.add(key, automation_of(body))
    for one in steps:
        await life.live(one)
    end = life.clock.now()
    lived = [_run(one.at, one.outcome.value, one.trigger) for one in (*life.traces, *attached.runs.values())]
    life.engine.remove(key)
    await life.settle()
    rooms = life.hub.rooms
    made = variants(body, rooms.automations.shelf, {}, {})
    order, _ = rooms.backtests.order(made, [life.actor], start, end + timedelta(microseconds=1), False)
    result = await Trial(order).run()
    [found] = result["variants"]
    tried = [_run(datetime.fromisoformat(one["at"]), one["outcome"], one["trigger"]) for one in found["runs"]]
    assert sorted(tried) == sorted(lived)
    would = [
        (datetime.fromisoformat(act["at"]), str(act["data"]["value"]))
        for one in found["runs"]
        for act in one["actions"]
    ]
    assert sorted(would) == sorted(life.told)
    return len(lived)


async def test_days_that_were_lived_give_the_runs_that_happened(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    settings_ = Settings(tmp_path / "data", port=0, automatic_entries=False)
    hub = await Hub.start(settings_, clock=clock, serve=False, run=False)
    try:
        await hub.views.setup(SetupRequest("Anna", "correct horse battery", "Home", "Europe/Madrid"), code=None)
        life = Life(hub, clock)
        await life.measure("blood_glucose", (3, 100.0))
        await life.measure("heart_rate", (2, 90.0))
        await life.settle()
        loop = asyncio.get_running_loop()
        runs = 0
        for trigger_, steps_ in TRICKY:
            await compare(life, {"triggers": [trigger_], "conditions": [], "actions": []}, steps_)

        @settings(
            max_examples=60 if EVERY_STEP else 20, deadline=None, database=None, derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )  # fmt: skip
        @given(automation, st.lists(step, min_size=4, max_size=14))
        def lived(body: dict[str, Any], steps: list[tuple[int, str, str, float]]) -> None:
            nonlocal runs
            runs += asyncio.run_coroutine_threadsafe(compare(life, body, steps), loop).result(60)

        await asyncio.to_thread(lived)
        assert runs > 20
    finally:
        await hub.stop()
