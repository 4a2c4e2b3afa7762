from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.errors import NotFound, StorageUnavailable
from hub.model import ConfigEntry, EntityDescription, Flag, Kind, ReadingsRecorded, Sample, StateChanged
from hub.view import IncomingReading
from tests.support.house import everything, house

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
async def hub(tmp_path: Path, database_url: str, clock: VirtualClock) -> AsyncIterator[Hub]:
    async with house(tmp_path, url=database_url, clock=clock) as running:
        yield running


def _heart(value: object, at: datetime = START, **fields: object) -> IncomingReading:
    return IncomingReading("anna", "heart_rate", value, at, **fields)  # type: ignore[arg-type]  # tests vary the fields


async def test_a_reading_is_kept_becomes_the_state_and_is_told(hub: Hub) -> None:
    view = everything(hub)
    with hub.rooms.bus.subscribe(StateChanged, ReadingsRecorded) as news:
        receipt = await view.record([_heart(61)])
    assert (receipt.accepted, receipt.unchanged, receipt.rejected) == (1, 0, ())
    _, state = view.state("sensor.anna_heart_rate")
    assert state is not None
    assert (state.value, state.taken_at) == (61, START)
    kinds = [type(event) for event in news.drain()]
    assert kinds == [StateChanged, ReadingsRecorded]
    page = await view.readings("anna", "heart_rate", START - timedelta(hours=1), START + timedelta(hours=1))
    assert [(one.value, one.taken_at, one.entity_id) for one in page.readings] == [
        (61, START, "sensor.anna_heart_rate")
    ]


async def test_the_same_reading_twice_changes_nothing_and_is_told_once(hub: Hub) -> None:
    view = everything(hub)
    await view.record([_heart(61)])
    with hub.rooms.bus.subscribe(StateChanged, ReadingsRecorded) as news:
        receipt = await view.record([_heart(61), _heart(61)])
    assert (receipt.accepted, receipt.unchanged) == (0, 2)
    assert news.drain() == []


async def test_a_late_reading_lands_at_its_place_and_leaves_the_state_alone(hub: Hub) -> None:
    view = everything(hub)
    await view.record([_heart(61)])
    with hub.rooms.bus.subscribe(StateChanged, ReadingsRecorded) as news:
        await view.record([_heart(55, START - timedelta(hours=6))])
    (told,) = news.drain()
    assert isinstance(told, ReadingsRecorded)
    assert told.readings[0].late
    _, state = view.state("sensor.anna_heart_rate")
    assert state is not None
    assert state.value == 61
    page = await view.readings("anna", "heart_rate", START - timedelta(days=1), START + timedelta(days=1))
    assert [one.value for one in page.readings] == [55, 61]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (IncomingReading("anna", "hart_rate", 60, START), "did you mean 'heart_rate'"),
        (_heart(-4), "cannot be -4"),
        (_heart(math.nan), "not a measurement"),
        (_heart(math.inf), "not a measurement"),
        (_heart("sixty"), "is text"),
        (_heart(True), "is not a number"),
        (_heart(60, START + timedelta(hours=1)), "lies in the future"),
        (_heart(60, START.replace(tzinfo=None)), "has no time zone"),
        (_heart(60, unit="kg"), "kg"),
        (IncomingReading("nobody", "heart_rate", 60, START), "there is no person 'nobody'"),
        (IncomingReading("", "heart_rate", 60, START), "person is missing"),
        (IncomingReading("anna", "sleep_stage", "snoring", START), "not one of the options"),
    ],
)
async def test_what_cannot_be_true_is_refused_with_a_reason(hub: Hub, item: IncomingReading, reason: str) -> None:
    receipt = await everything(hub).record([_heart(60), item, _heart(62, START + timedelta(seconds=5))])
    assert receipt.accepted == 2
    (refusal,) = receipt.rejected
    assert refusal.index == 1
    assert reason in refusal.reason


async def test_units_are_converted_exactly(hub: Hub) -> None:
    view = everything(hub)
    await view.record([IncomingReading("anna", "blood_glucose", 5.5, START, unit="mmol/L")])
    await view.record([IncomingReading("anna", "weight", 150, START, unit="lb")])
    glucose = view.state("sensor.anna_blood_glucose")[1]
    weight = view.state("sensor.anna_weight")[1]
    assert glucose is not None
    assert glucose.value == pytest.approx(5.5 * 18.01559, rel=1e-12)
    assert weight is not None
    assert weight.value == pytest.approx(68.0388555, rel=1e-9)


async def test_what_is_odd_is_kept_and_marked(hub: Hub) -> None:
    view = everything(hub)
    await view.record(
        [_heart(60), _heart(150, START + timedelta(seconds=30)), _heart(231, START + timedelta(hours=0.1))]
    )
    page = await view.readings("anna", "heart_rate", START, START + timedelta(hours=1))
    flags = [one.flags for one in page.readings]
    assert flags[0] is Flag.NONE
    assert Flag.JUMP in flags[1]
    assert Flag.IMPLAUSIBLE in flags[2] or Flag.JUMP in flags[2]


async def test_two_sources_keep_series_of_their_own_and_are_never_added_up(hub: Hub) -> None:
    view = everything(hub)
    for source, total in (("ring", 4_000), ("watch", 4_200), ("phone", 3_900)):
        await view.record(
            [
                IncomingReading("anna", "steps", 0, START - timedelta(minutes=50), source=source),
                IncomingReading("anna", "steps", total, START - timedelta(minutes=10), source=source),
            ]
        )
    ids = [one.id for one in view.sources("anna", "steps")]
    assert ids == ["sensor.anna_steps", "sensor.anna_steps_watch", "sensor.anna_steps_phone"]
    day = await view.statistics("anna", "steps", "day", START - timedelta(days=1), START + timedelta(days=1))
    assert sum(one.sum or 0 for one in day) == 4_000
    await view.prioritise("anna", "steps", ["sensor.anna_steps_watch"])
    day = await view.statistics("anna", "steps", "day", START - timedelta(days=1), START + timedelta(days=1))
    assert sum(one.sum or 0 for one in day) == 4_200
    page = await view.readings("anna", "steps", START - timedelta(days=1), START + timedelta(days=1))
    assert {one.entity_id for one in page.readings} == {"sensor.anna_steps_watch"}


async def test_a_correction_keeps_the_old_value_and_moves_the_state(hub: Hub) -> None:
    view = everything(hub)
    await view.record([IncomingReading("anna", "weight", 86.1, START)])
    await view.correct_reading("sensor.anna_weight", START, 68.1, reason="digits swapped")
    state = view.state("sensor.anna_weight")[1]
    assert state is not None
    assert state.value == 68.1
    (revision,) = await view.revisions("sensor.anna_weight", START, START + timedelta(seconds=1))
    assert (revision.old, revision.new, revision.reason) == (86.1, 68.1, "digits swapped")


async def test_a_removed_reading_stays_removed_when_its_source_repeats_it_and_comes_back_by_undo(hub: Hub) -> None:
    view = everything(hub)
    await view.record([_heart(60, START - timedelta(minutes=5)), _heart(61)])
    assert await view.remove_readings("sensor.anna_heart_rate", [START]) == 1
    state = view.state("sensor.anna_heart_rate")[1]
    assert state is not None
    assert state.value == 60
    assert (await view.record([_heart(61)])).accepted == 0
    assert await view.restore_readings("sensor.anna_heart_rate", [START]) == 1
    state = view.state("sensor.anna_heart_rate")[1]
    assert state is not None
    assert state.value == 61


async def test_a_hub_that_starts_again_knows_its_states_and_entities(tmp_path: Path, database_url: str) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, url=database_url, clock=clock) as first:
        await everything(first).record([_heart(61)])
    async with house(tmp_path, url=database_url, clock=clock) as second:
        state = everything(second).state("sensor.anna_heart_rate")[1]
        assert state is not None
        assert (state.value, state.taken_at) == (61, START)
        assert (await everything(second).record([_heart(61)])).unchanged == 1


async def test_concurrent_first_samples_make_one_entity(hub: Hub) -> None:
    view = everything(hub)
    await asyncio.gather(*(view.record([_heart(60, START + timedelta(seconds=n))]) for n in range(20)))
    assert [one.id for one in view.entities("anna")] == ["sensor.anna_heart_rate"]


async def test_a_clock_set_back_refuses_nothing_that_was_kept(hub: Hub, clock: VirtualClock) -> None:
    view = everything(hub)
    await view.record([_heart(61)])
    await clock.step(timedelta(days=-2))
    assert (await view.record([_heart(61)])).unchanged == 1
    await clock.step(timedelta(days=2))
    assert (await view.record([_heart(61)])).unchanged == 1
    refused = (await view.record([_heart(61, START + timedelta(minutes=11))])).rejected
    assert refused[0].reason.startswith("taken_at")


async def test_asking_for_a_person_that_is_not_there_says_so(hub: Hub) -> None:
    with pytest.raises(NotFound, match="no person 'zoe'"):
        await everything(hub).readings("zoe", "heart_rate", START, START)


async def test_an_increment_adds_itself_and_a_total_that_starts_over_makes_no_spike(hub: Hub) -> None:
    view = everything(hub)
    hour = START - timedelta(hours=1)
    totals = [(0, 1_000), (10, 1_500), (20, 40), (30, 90)]
    await view.record([IncomingReading("anna", "steps", v, hour + timedelta(minutes=m)) for m, v in totals])
    await view.record(
        [IncomingReading("ben", "steps", v, hour + timedelta(minutes=m), increment=True) for m, v in totals]
    )
    (anna,) = await view.statistics("anna", "steps", "hour", hour, START)
    (ben,) = await view.statistics("ben", "steps", "hour", hour, START)
    assert anna.sum == 500 + 40 + 50
    assert ben.sum == 1_000 + 1_500 + 40 + 90


@pytest.mark.parametrize(
    "item", [_heart(-4), _heart("sixty"), _heart(60, START + timedelta(hours=1)), _heart(60, unit="kg"), _heart(None)]
)
async def test_an_impossible_first_value_leaves_no_entity_behind(hub: Hub, item: IncomingReading) -> None:
    view = everything(hub)
    await view.record([item, IncomingReading("ben", "heart_rate", 70, START)])
    assert [one.id for one in view.entities("anna")] == []
    assert [one.id for one in view.entities("ben")] == ["sensor.ben_heart_rate"]
    assert hub.rooms.states.get("sensor.anna_heart_rate") is None
    assert (await view.record([_heart(60)])).accepted == 1


async def test_a_batch_that_can_not_be_kept_moves_no_state(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ConfigEntry("lamp", "lamp", "Lamp", "anna")
    texts = [EntityDescription("news", "News", kind=Kind.TEXT, record=False), EntityDescription("level", "Level")]
    await hub.rooms.entities.describe(entry, [], texts)

    async def full(rows: object) -> list[object]:
        raise StorageUnavailable("the disk is full")

    samples = [Sample(entity="news", value="2.1 is out"), Sample(entity="level", value=3.0)]
    with monkeypatch.context() as patch:
        patch.setattr(hub.rooms.recorder, "write", full)
        with pytest.raises(StorageUnavailable):
            await hub.rooms.intake.accept(entry, samples)
        assert hub.rooms.states.get("sensor.news") is None
    assert (await hub.rooms.intake.accept(entry, samples)).accepted == 1
    news = hub.rooms.states.get("sensor.news")
    assert news is not None
    assert news.value == "2.1 is out"


async def test_what_a_source_says_last_in_a_batch_is_the_state(hub: Hub) -> None:
    entry = ConfigEntry("lamp", "lamp", "Lamp", "anna")
    await hub.rooms.entities.describe(entry, [], [EntityDescription("level", "Level")])
    for values, last in (([1.0, None], None), ([None, 2.0], 2.0), ([None, 3.0, None], None)):
        await hub.rooms.intake.accept(entry, [Sample(entity="level", value=value) for value in values])
        state = hub.rooms.states.get("sensor.level")
        assert state is not None
        assert state.value == last


async def test_a_source_that_says_it_is_away_stays_away_until_it_says_otherwise_or_is_gone(hub: Hub) -> None:
    entry = ConfigEntry("lamp", "lamp", "Lamp", "anna")
    await hub.rooms.entities.describe(entry, [], [EntityDescription("level", "Level")])
    entity = hub.rooms.entities.get("sensor.level")

    async def there_after_reading(value: float) -> bool:
        at = START + timedelta(seconds=value)
        await hub.rooms.intake.accept(entry, [Sample(entity="level", value=value, taken_at=at)])
        state = hub.rooms.states.get("sensor.level")
        assert state is not None
        return state.available

    assert await there_after_reading(1)
    hub.rooms.intake.set_available([entity], False)
    assert not await there_after_reading(2)
    hub.rooms.intake.set_available([entity], True)
    assert await there_after_reading(3)
    hub.rooms.intake.set_available([entity], False)
    hub.rooms.intake.unsay("lamp")
    assert await there_after_reading(4)


async def test_attributes_come_back_when_a_source_repeats_itself_after_a_start(
    tmp_path: Path, database_url: str, clock: VirtualClock
) -> None:
    entry = ConfigEntry("lamp", "lamp", "Lamp", "anna")
    sample = Sample(entity="level", value=3.0, taken_at=START, attributes={"brightness": 7})
    async with house(tmp_path, url=database_url, clock=clock) as first:
        await first.rooms.entities.describe(entry, [], [EntityDescription("level", "Level")])
        await first.rooms.intake.accept(entry, [sample])
    await clock.advance(60)
    async with house(tmp_path, url=database_url, clock=clock) as second:
        before = second.rooms.states.get("sensor.level")
        with second.rooms.bus.subscribe(StateChanged, ReadingsRecorded) as news:
            receipt = await second.rooms.intake.accept(entry, [sample])
        assert (receipt.accepted, receipt.unchanged) == (0, 1)
        assert [type(event) for event in news.drain()] == [StateChanged]
        state = second.rooms.states.get("sensor.level")
        assert before is not None
        assert state == replace(before, attributes={"brightness": 7})


async def test_history_that_is_brought_in_is_marked_and_costs_live_readings_nothing(hub: Hub) -> None:
    entry = ConfigEntry("watch", "watch", "Watch", "anna")
    old, now = START - timedelta(days=30), START - timedelta(hours=1)
    samples = [Sample("heart_rate", 60, old, imported=True), Sample("heart_rate", 61, now), Sample("heart_rate", 62)]
    with hub.rooms.bus.subscribe(ReadingsRecorded) as news:
        await hub.rooms.intake.accept(entry, samples)
    (told,) = news.drain()
    assert isinstance(told, ReadingsRecorded)
    expected = [(True, True), (True, False), (False, False)]
    assert [(one.late, one.imported) for one in told.readings] == expected
    page = await everything(hub).readings("anna", "heart_rate", old, START + timedelta(seconds=1))
    assert [(one.late, one.imported) for one in page.readings] == expected
    # What was on its way and comes again within an import stays what it was.
    again = await hub.rooms.intake.accept(entry, [replace(samples[1], imported=True)])
    assert again.unchanged == 1
    page = await everything(hub).readings("anna", "heart_rate", old, START + timedelta(seconds=1))
    assert [one.imported for one in page.readings] == [True, False, False]


async def test_readings_recorded_as_history_are_marked_so(hub: Hub) -> None:
    view = everything(hub)
    await view.record([_heart(60, START - timedelta(days=1))], imported=True)
    await view.record([_heart(61)])
    page = await view.readings("anna", "heart_rate", START - timedelta(days=2), START + timedelta(seconds=1))
    assert [one.imported for one in page.readings] == [True, False]
