"""The demo through a real hub: full at once, live as the clock goes, and never told twice."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub, Settings
from hub.model import EntryState, Flag, JournalEntry, Sample
from integrations.demo import DemoConfig, demo_setup
from integrations.demo.day import generate_day
from integrations.demo.story import Persona, Story
from tests.support.house import house
from tests.support.thorough import thorough

START = datetime(2026, 11, 21, 13, 7, 20, tzinfo=UTC)
ANCHOR = date(2026, 11, 21)
Told = dict[tuple[str, int], float | str]
"""(key of the entity, seconds since 1970) -> value."""
STORY = Story(ANCHOR, ZoneInfo("Europe/Madrid"))


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def pass_time(clock: VirtualClock, seconds: float, step: float = 600.0) -> None:
    """Let virtual time go by, with moments for the database's thread in between."""
    for _ in range(round(seconds / step)):
        await clock.advance(step)
        await asyncio.sleep(0.02)


async def add(hub: Hub, persona: Persona, person: str = "anna", **options: Any) -> str:
    given = {"persona": persona.value, "started": ANCHOR.isoformat(), "days": 4, "live_every": 300, **options}
    return (await hub.rooms.supervisor.add("demo", given, title="Demo", person=person)).id


async def told(hub: Hub) -> Told:
    """Of all that was kept."""
    found: Told = {}
    for entity in hub.rooms.entities.all.values():
        for row in await hub.rooms.recorder.readings([entity.series], 0, 1 << 62, limit=100_000):
            found[entity.key, round(row.taken_us / 1e6)] = row.value
    return found


async def holds(hub: Hub, clock: VirtualClock, expected: Told) -> bool:
    """Whether all of it is kept, or is before long."""
    for _ in range(100):
        if expected.items() <= (await told(hub)).items():
            return True
        await clock.advance(6)
        await asyncio.sleep(0.02)
    return False


def due(persona: Persona, days: range, now: datetime) -> Told:
    """What must have arrived by `now` of the given days back from the anchor."""
    expected: Told = {}
    for back in days:
        for arrives, sample in generate_day(STORY, persona, ANCHOR - timedelta(days=back)).samples:
            if arrives <= now.timestamp():
                expected[_key(sample)] = sample.value  # type: ignore[assignment] # the demo has no flags and no nothings
    return expected


def _key(sample: Sample) -> tuple[str, int]:
    assert sample.taken_at is not None
    return sample.entity or f"{sample.metric}/{sample.source}", round(sample.taken_at.timestamp())


async def idle(hub: Hub, clock: VirtualClock, entry: str) -> None:
    """Wait until history is told."""
    for _ in range(2_500):
        await asyncio.sleep(0.02)
        await clock.advance(0.05)
        if (await hub.rooms.recorder.entry_load(entry, "told") or {}).get("from") == {
            "OUTLINE": "2026-11-18",
            "CURVES": "2026-11-18",
        }:
            return
    raise AssertionError("history was not told")


async def test_all_that_has_arrived_is_there_and_nothing_else(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, Persona.ADULT_GLUCOSE)
        await idle(hub, clock, entry)
        assert await told(hub) == due(Persona.ADULT_GLUCOSE, range(4), clock.now())
        assert hub.rooms.supervisor.status(entry).rejected == 0
        series = [one.series for one in hub.rooms.entities.all.values()]
        stored = await hub.rooms.recorder.readings(series, 0, 2**62, limit=1_000_000)
        live = [one for one in stored if not one.flags & Flag.IMPORTED]
        assert all(one.received_us - one.taken_us < 900_000_000 for one in live)
        assert len(live) < len(stored) / 10


@thorough
async def test_a_day_goes_by_live_and_a_restart_leaves_no_seam_and_tells_nothing_twice(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, Persona.ADULT_GLUCOSE)
        await idle(hub, clock, entry)
        before = hub.rooms.intake.figures.accepted
        await pass_time(clock, 20 * 3600)
        now = clock.now()
        await until(lambda: hub.rooms.intake.figures.accepted > before + 400)
        await until(lambda: hub.rooms.states.get("sensor.anna_heart_rate"))
        assert await holds(hub, clock, due(Persona.ADULT_GLUCOSE, range(-1, 4), now - timedelta(minutes=10)))
    # Three hours of silence, then a new process.
    clock = VirtualClock(now + timedelta(hours=3))
    async with house(tmp_path, clock=clock) as hub:
        await idle(hub, clock, entry)
        await pass_time(clock, 1200)
        assert await holds(hub, clock, due(Persona.ADULT_GLUCOSE, range(-1, 4), clock.now() - timedelta(minutes=10)))
        seen = await told(hub)
        all_of_it = due(Persona.ADULT_GLUCOSE, range(-1, 4), clock.now())
        assert seen.items() <= all_of_it.items(), "the restart told something that the first run would not have"
        assert hub.rooms.intake.figures.accepted < 400, "old days were told anew"
        drafts = [
            draft.external_id
            for back in range(-1, 4)
            for arrives, draft in generate_day(STORY, Persona.ADULT_GLUCOSE, ANCHOR - timedelta(days=back)).drafts
            if arrives <= clock.now().timestamp() - 600
        ]
        entries = await hub.rooms.recorder.journal_find(["anna"], limit=1_000)
        assert sorted(drafts) == sorted(one.external_id for one in entries)
        assert {one.revision for one in entries} == {1}, "an entry was changed by being told again"


async def test_a_sleep_is_told_when_it_begins_and_again_when_it_is_over(tmp_path: Path) -> None:
    stretches = [
        draft
        for _, draft in generate_day(STORY, Persona.BABY, ANCHOR).drafts
        if draft.kind == "sleep" and draft.end is None and draft.start.timestamp() > START.timestamp() + 600
    ]
    assert stretches
    begun = stretches[0]
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, Persona.BABY, "mia")
        await idle(hub, clock, entry)
        await pass_time(clock, (begun.start - clock.now()).total_seconds() + 900, 300)

        async def found(revision: int) -> JournalEntry:
            for _ in range(250):
                known = await hub.rooms.journal.by_external("mia", entry, [begun.external_id])
                if begun.external_id in known and known[begun.external_id].revision >= revision:
                    return known[begun.external_id]
                await clock.advance(2)
                await asyncio.sleep(0.02)
            raise AssertionError(f"revision {revision} was never told")

        going_on = await found(1)
        assert (going_on.end, going_on.revision) == (None, 1)
        await pass_time(clock, 5 * 3600)
        over = await found(2)
        assert over.end is not None
        assert (over.id, over.revision) == (going_on.id, 2)


async def test_night_data_of_the_ring_arrives_in_the_morning(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, Persona.ADULT_GLUCOSE)
        await idle(hub, clock, entry)
        ring = hub.rooms.entities.get("sensor.anna_heart_rate_ring").series
        midnight = int(datetime(2026, 11, 21, 23, tzinfo=UTC).timestamp() * 1e6)
        assert not await hub.rooms.recorder.readings([ring], midnight, 1 << 62)
        await pass_time(clock, 8 * 3600)
        assert await holds(hub, clock, due(Persona.ADULT_GLUCOSE, range(-1, 4), clock.now() - timedelta(minutes=10)))
        rows = await hub.rooms.recorder.readings([ring], midnight, 1 << 62)
        assert len(rows) > 50
        assert {(row.received_us - row.taken_us) / 3.6e9 > 0.25 for row in rows} == {True}


async def test_live_readings_come_as_often_as_asked_and_lie_on_the_same_curve(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, Persona.ADULT_GLUCOSE, live_every=15, glucose_every=60)
        await idle(hub, clock, entry)
        await pass_time(clock, 900, 5)
        seen = await told(hub)
        start = clock.now().timestamp() - 600
        hearts = {at: value for (key, at), value in seen.items() if key == "heart_rate/watch" and at > start}
        assert len(hearts) >= 38
        glucose = [at for key, at in seen if key == "blood_glucose/cgm" and at > start]
        assert len(glucose) >= 9
        dense = sorted(hearts)
        steps = [abs(float(hearts[two]) - float(hearts[one])) for one, two in itertools.pairwise(dense)]
        assert max(steps) < 15


async def test_the_house_and_its_rooms_are_devices_of_the_household(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, Persona.HOUSEHOLD, "household")
        await idle(hub, clock, entry)
        co2 = hub.rooms.entities.get("sensor.bedroom_carbon_dioxide")
        assert (co2.person, co2.metric) == ("household", "carbon_dioxide")
        assert {one.description.name for one in hub.rooms.entities.devices.values()} == {
            "Bedroom", "Living room", "Garden"
        }  # fmt: skip
        assert await holds(hub, clock, due(Persona.HOUSEHOLD, range(4), clock.now()))
        before = hub.rooms.intake.figures.accepted
        await pass_time(clock, 3600)
        await until(lambda: hub.rooms.intake.figures.accepted > before + 30)


@pytest.mark.parametrize("persona", [Persona.ADULT, Persona.BABY])
async def test_every_persona_tells_its_days_without_a_refusal(tmp_path: Path, persona: Persona) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        entry = await add(hub, persona, "ben" if persona is Persona.ADULT else "mia")
        await idle(hub, clock, entry)
        assert await told(hub) == due(persona, range(4), clock.now())
        status = hub.rooms.supervisor.status(entry)
        assert (status.state, status.rejected, status.problem) == (EntryState.RUNNING, 0, "")
        journal = await hub.rooms.recorder.journal_find(None, kinds=["sleep"], limit=1_000)
        going_on = [one for one in journal if one.end is None]
        assert all(clock.now() - one.start < timedelta(hours=10) for one in going_on), "an old sleep never ends"


async def test_the_demo_flag_makes_the_household_and_fills_it_within_seconds(tmp_path: Path) -> None:
    hub = await Hub.start(Settings(data_dir=tmp_path, port=0, demo=True, automatic_entries=False), serve=False)
    try:
        assert hub.demo is not None
        assert await hub.rooms.accounts.sign_in(hub.demo.owner.lower(), hub.demo.password)
        wanted = {
            "sensor.anna_heart_rate", "sensor.anna_blood_glucose", "sensor.anna_sleep_score", "sensor.anna_steps",
            "sensor.ben_heart_rate", "sensor.mia_feedings", "sensor.bedroom_carbon_dioxide",
        }  # fmt: skip
        await until(lambda: all(hub.rooms.states.get(one) for one in wanted), 8)
        await until(lambda: _age(hub, "sensor.anna_heart_rate") < timedelta(minutes=6), 8)
        first = hub.rooms.entities.sources("anna", "steps")
        assert {one.source for one in first} == {"watch", "ring", "phone"}
    finally:
        await hub.stop()


def _age(hub: Hub, entity_id: str) -> timedelta:
    state = hub.rooms.states.get(entity_id)
    return datetime.now(UTC) - state.taken_at if state is not None and state.taken_at else timedelta.max


def test_the_setup_has_a_baby_of_five_months_and_an_entry_for_each() -> None:
    setup = demo_setup(ANCHOR)
    (baby,) = (person for person in setup.people if person.slug == "mia")
    assert baby.birth_date is not None
    assert 140 < (ANCHOR - baby.birth_date).days < 170
    assert {entry.person for entry in setup.entries} == {"anna", "ben", "mia", "household"}
    assert len({entry.id for entry in setup.entries}) == 4
    for entry in setup.entries:
        assert DemoConfig.model_validate(dict(entry.options)).started == ANCHOR
