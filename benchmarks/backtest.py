"""An automation tried on ninety days of a household: how long that takes, and how pages are answered meanwhile.

python -m benchmarks.backtest [--quick] [--json] [--profile]
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, percentile, tell
from hub.automation.replay.order import Order, Variant
from hub.automation.replay.process import work
from hub.automation.replay.trial import Trial
from hub.clock import RealClock
from hub.model import Entity, JournalEntry
from hub.recorder import Recorder, to_us
from hub.recorder.facts import Row

START = datetime(2026, 8, 1, tzinfo=UTC)
GLUCOSE, HEART, STEPS, GUEST, MODE = 1, 2, 3, 4, 5
ENTITIES = (
    Entity("sensor.anna_blood_glucose", GLUCOSE, "cgm", "blood_glucose/", "anna", "Blood glucose",
           metric="blood_glucose", unit="mg/dL"),
    Entity("sensor.anna_heart_rate", HEART, "watch", "heart_rate/", "anna", "Heart rate", metric="heart_rate",
           unit="{beats}/min"),
    Entity("sensor.anna_steps", STEPS, "watch", "steps/", "anna", "Steps", metric="steps", unit="{steps}"),
    Entity("input_boolean.guests", GUEST, "helpers", "guests", "household", "Guests", "input_boolean"),
    Entity("input_select.mode", MODE, "helpers", "mode", "household", "Mode", "input_select"),
)  # fmt: skip
BODY: Mapping[str, Any] = {
    "alias": "High glucose",
    "triggers": [
        {"trigger": "numeric_state", "entity_id": "sensor.anna_blood_glucose", "above": 180, "for": "00:10"},
        {"trigger": "numeric_state", "entity_id": "sensor.anna_heart_rate", "above": 118},
        {"trigger": "template", "value_template": "{{ states('sensor.anna_steps') | float(0) > 60 }}"},
        {"trigger": "time", "at": "21:30"},
    ],
    "conditions": [{"condition": "state", "entity_id": "input_boolean.guests", "state": "off"}],
    "actions": [
        {"action": "notify.anna", "data": {"message": "{{ states('sensor.anna_blood_glucose') }} mg/dL"}},
        {"delay": "00:05"},
    ],
}
PAGES_PER_SECOND = 50


def rows(days: int, chance: random.Random) -> list[Row]:
    """Glucose every five minutes, heart rate each minute, steps every five minutes; some of it late."""
    found: list[Row] = []
    glucose = 120.0
    begin = to_us(START)
    for minute in range(days * 1_440):
        taken = begin + minute * 60_000_000
        # A watch brings the night in the morning.
        late = 3 * 3_600_000_000 if minute % 1_440 < 120 else 800_000
        found.append((HEART, taken, float(round(chance.gauss(72, 16))), None, taken + late, 0))
        if minute % 5 == 0:
            glucose = min(320.0, max(50.0, glucose + chance.uniform(-22, 22) + (140 - glucose) * 0.05))
            found.append((GLUCOSE, taken + 1, round(glucose, 1), None, taken + 2_000_000, 0))
            found.append((STEPS, taken + 2, float(chance.randrange(0, 80)), None, taken + 5_000_000, 0))
        if minute % 240 == 0:
            found.append((GUEST, taken + 3, None, chance.choice(("on", "off", "off", "off")), taken + 3, 0))
            found.append((MODE, taken + 4, None, chance.choice(("home", "away", "night")), taken + 4, 0))
    return found


def entries(days: int, count: int, chance: random.Random) -> list[JournalEntry]:
    found = []
    for number in range(count):
        at = START + timedelta(minutes=chance.randrange(days * 1_440))
        made = at + timedelta(minutes=chance.randrange(60))
        found.append(
            JournalEntry(str(uuid.UUID(int=number)), "meal", "anna", "anna", at, None, {"carbs": 30}, "", "", "", 1,
                         False, made, made)
        )  # fmt: skip
    return found


async def fill(url: str, days: int, count: int) -> int:
    chance = random.Random(11)
    recorder = await Recorder.open(url, clock=RealClock())
    try:
        series = await recorder.allocate_series(len(ENTITIES))
        assert series == [one.series for one in ENTITIES]
        made = rows(days, chance)
        for at in range(0, len(made), 10_000):
            await recorder.write(made[at : at + 10_000])
        await recorder.journal_save_many(entries(days, count, chance), by="anna")
    finally:
        await recorder.close()
    return len(made)


def order(url: str, days: int, *thresholds: int) -> Order:
    variants = [
        Variant(str(one), {**BODY, "triggers": [{**BODY["triggers"][0], "above": one}, *BODY["triggers"][1:]]},
                {"threshold": one})
        for one in thresholds
    ]  # fmt: skip
    facts = {one.id: {"friendly_name": one.name, "unit_of_measurement": one.unit} for one in ENTITIES}
    return Order(
        url, "home", "Europe/Berlin", (52.5, 13.4), START, START + timedelta(days=days), variants, ENTITIES, facts,
        kinds={"anna": ["meal"]},
    )  # fmt: skip


async def measured(url: str, days: int) -> list[Figure]:
    began, processor = time.perf_counter(), _processor()
    result = await work(order(url, days, 180))
    took, used = time.perf_counter() - began, _processor() - processor
    one = result["variants"][0]
    note = f"{result['readings']:,} readings, {result['entries']:,} entries; {one['ran']:,} runs"
    began = time.perf_counter()
    await work(order(url, days, *range(150, 230, 10)))
    eight = time.perf_counter() - began
    return [
        Figure("backtest", f"backtest of {days} days of one household", took, "s", 10.0, note=note),
        Figure("backtest processor", "the same, processor time of its process", used, "s"),
        Figure("backtest what-if", "the same with eight thresholds side by side", eight, "s"),
    ]


def _processor() -> float:
    """Seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def beside(url: str, days: int) -> list[Figure]:
    """How long the loop of the hub's process waits while a backtest goes on: what a page would wait."""
    waits: list[float] = []
    task = asyncio.ensure_future(work(order(url, days, 180)))
    while not task.done():
        due = time.perf_counter() + 1 / PAGES_PER_SECOND
        await asyncio.sleep(1 / PAGES_PER_SECOND)
        waits.append((time.perf_counter() - due) * 1_000)
    await task
    return [Figure("backtest wait", "wait of the hub's loop during a backtest, p99", percentile(waits, 99), "ms", 50)]


def main() -> None:
    quick = "--quick" in sys.argv
    days, count = (10, 200) if quick else (90, 2_000)
    with tempfile.TemporaryDirectory(prefix="homeostat-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'homeostat.db'}"
        asyncio.run(fill(url, days, count))
        if "--profile" in sys.argv:
            profile = cProfile.Profile()
            profile.runcall(lambda: asyncio.run(Trial(order(url, days, 180)).run()))
            pstats.Stats(profile).sort_stats("tottime").print_stats(32)
            return
        figures = asyncio.run(measured(url, days))
        figures += asyncio.run(beside(url, days))
        tell(figures)


if __name__ == "__main__":
    main()
