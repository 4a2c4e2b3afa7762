"""Days that were lived live, tried on the past: the runs that happened, and no others."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.automation.replay.drafts import variants
from hub.automation.replay.trial import Trial
from hub.automation.trace import Trace
from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Actor, Happened, JournalDraft
from hub.view import IncomingReading
from tests.support.house import everything, house

START = datetime(2026, 3, 27, 9, tzinfo=UTC)
"""Two days before Madrid sets its clocks forward."""
GLUCOSE, HEART = "sensor.anna_blood_glucose", "sensor.anna_heart_rate"
COUNTER = itertools.count()

level = st.sampled_from((90, 120, 150, 180))
hold = st.sampled_from((None, "00:05", "00:20"))
trigger = st.one_of(
    st.builds(lambda above, held: {"trigger": "numeric_state", "entity_id": GLUCOSE, "above": above, "for": held},
              level, hold),
    st.builds(lambda below: {"trigger": "numeric_state", "entity_id": HEART, "below": below}, level),
    st.builds(lambda held: {"trigger": "state", "entity_id": HEART, "for": held}, hold),
    st.just({"trigger": "state", "entity_id": GLUCOSE, "to": "120"}),
    st.builds(lambda above: {"trigger": "template", "value_template": f"{{{{ states('{GLUCOSE}') | float(0) > {above} }}}}"},
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


class Life:
    """A hub whose automations are watched, on a clock that is moved."""

    def __init__(self, hub: Hub, clock: VirtualClock) -> None:
        self.hub, self.clock, self.view = hub, clock, everything(hub)
        self.traces: list[Trace] = []
        self.told: list[tuple[datetime, str]] = []
        self.news = hub.rooms.bus.subscribe(Happened, name="test")
        hub.rooms.automations.listeners.append(self.traces.append)

    async def settle(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0)
            if not any(one.name == "automations" and len(one) for one in self.hub.rooms.bus.subscriptions):
                break
        await self.clock.advance(0)

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
                assert state.taken_at is not None
                if what == "correct":
                    await self.view.correct(entity_id, state.taken_at, float(value), reason="a slip")
                else:
                    await self.view.remove(entity_id, [state.taken_at], reason="not mine")
        await self.settle()


def _run(at: datetime, outcome: str, trigger: Any) -> tuple[datetime, str, str]:
    return at, outcome, str(trigger.get("idx"))


async def compare(life: Life, body: dict[str, Any], steps: list[tuple[int, str, str, float]]) -> int:
    await life.clock.advance(61)
    await life.settle()
    life.traces.clear()
    life.news.drain()
    start = life.clock.now()
    key = f"tried_{next(COUNTER)}"
    kept = await life.view.add_automation({"alias": key, **body}, key=key)
    for one in steps:
        await life.live(one)
    end = life.clock.now()
    await life.view.remove_automation(key)
    await life.settle()
    lived = sorted(_run(one.at, one.outcome.value, one.trigger) for one in life.traces if one.automation == key)
    told = [
        (event.at, str(event.data["value"]))
        for event in life.news.drain()
        if isinstance(event, Happened) and event.event_type == "tried"
    ]
    rooms = life.hub.rooms
    made = variants(body, rooms.automations.shelf, {}, {})
    actor = Actor(kept.account, kind="automation")
    order, _ = rooms.backtests.order(made, [actor], start, end + timedelta(microseconds=1), False)
    result = await Trial(order).run()
    [found] = result["variants"]
    tried = sorted(_run(datetime.fromisoformat(one["at"]), one["outcome"], one["trigger"]) for one in found["runs"])
    # What goes on at the end is cancelled live, and still goes on in the past.
    ended = [(at, "running" if outcome == "cancelled" else outcome, index) for at, outcome, index in lived]
    again = [(at, "running" if outcome == "cancelled" else outcome, index) for at, outcome, index in tried]
    assert again == ended
    would = sorted(
        (datetime.fromisoformat(act["at"]), str(act["data"]["value"]))
        for one in found["runs"]
        for act in one["actions"]
    )
    assert would == sorted(told)
    return len(lived)


@pytest.mark.parametrize("number", [0])
async def test_days_that_were_lived_give_the_runs_that_happened(tmp_path: Path, number: int) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path / "data", clock=clock) as hub:
        life = Life(hub, clock)
        await life.measure("blood_glucose", (3, 100.0))
        await life.measure("heart_rate", (2, 90.0))
        await life.settle()
        loop = asyncio.get_running_loop()
        runs = 0

        @settings(
            max_examples=25, deadline=None, database=None, derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )  # fmt: skip
        @given(automation, st.lists(step, min_size=4, max_size=14))
        def lived(body: dict[str, Any], steps: list[tuple[int, str, str, float]]) -> None:
            nonlocal runs
            runs += asyncio.run_coroutine_threadsafe(compare(life, body, steps), loop).result(60)

        await asyncio.to_thread(lived)
        assert runs > 40
