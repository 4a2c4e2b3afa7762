"""What our blueprints say and do is taken by a real hub, and one of them is at work in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Actor, Grant, JournalDraft, Notice, Role, Urgency, Verb
from hub.view import IncomingReading
from tests.blueprints.scenes import SCENES, lived
from tests.integrations.helpers.lived import Lived
from tests.support.house import PASSWORD, house

START = datetime(2026, 3, 16, 11, tzinfo=UTC)
SENSOR = "sensor.anna_blood_glucose"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with house(tmp_path / "data", clock=VirtualClock(START)) as hub:
        await hub.views.system().add_account("ben", PASSWORD, role=Role.ADULT, person="ben")
        for person in ("anna", "mia"):
            await hub.rooms.accounts.grant(Grant(f"g-{person}", "ben", person, frozenset({Verb.VIEW})))
        yield hub


async def until(said: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not said():
            await asyncio.sleep(0.01)


async def test_every_notice_and_entry_of_every_fortnight_is_one_that_a_hub_takes(hub: Hub) -> None:
    anna = Actor(account="anna", kind="automation")
    taken = 0
    for name in SCENES:
        for _, action, data in (await lived(name)).called:
            if action.startswith(("notify.", "journal.")):
                await hub.rooms.actions.call(anna, action, dict(data))
                taken += 1
    assert taken > 100
    assert {one.to for one in hub.rooms.notify.shelf.all.values()} == {"anna", "ben"}


async def test_a_low_glucose_is_told_by_a_running_hub_and_again_when_it_is_over(hub: Hub) -> None:
    view, clock = hub.views.system(), hub.rooms.clock
    assert isinstance(clock, VirtualClock)

    async def measured(value: float) -> None:
        receipt = await view.record([IncomingReading("anna", "blood_glucose", value, clock.now())])
        assert not receipt.rejected
        world = hub.rooms.automations.world(Actor(account="anna", kind="automation"))
        await until(lambda: (seen := world.get(SENSOR)) is not None and seen.state == f"{value:g}")

    def notices() -> list[Notice]:
        return list(hub.rooms.notify.shelf.all.values())

    await measured(96)
    use = {"path": "homeostat/glucose_low.yaml", "input": {"sensor": SENSOR, "person": "anna", "tell": ["ben"]}}
    await view.add_automation({"alias": "Low", "use_blueprint": use})
    for value in (82, 66):
        await clock.advance(300)
        await measured(value)
    await until(lambda: len(notices()) == 1)
    (notice,) = notices()
    assert (notice.to, notice.title, notice.message) == ("ben", "Anna: Glucose 66 mg/dL", "It is low.")
    assert (notice.about, notice.urgency) == ("anna", Urgency.CRITICAL)
    await clock.advance(300)
    await measured(88)
    await until(lambda: notices()[0].urgency is Urgency.INFO)
    (notice,) = notices()
    assert notice.title == "Anna: Glucose 88: back"


async def test_a_stock_of_medicine_and_a_wake_up_time_are_kept_in_real_helpers(hub: Hub) -> None:
    view, clock, anna = hub.views.system(), hub.rooms.clock, Actor(account="anna", kind="automation")
    assert isinstance(clock, VirtualClock)
    home = Lived(hub, clock)
    await home.add("input_number", "Tablets", min=0, max=100)
    await home.add("input_datetime", "Wake up", has_date=False)
    await home.tell("input_number.tablets", "set_value", value=15)
    await hub.rooms.actions.call(anna, "calendar.create_calendar", {"name": "Work", "person": "anna"})
    event = {"entity_id": "calendar.work", "summary": "Dentist", "start_date_time": "2026-03-17 07:30:00",
             "end_date_time": "2026-03-17 08:00:00"}  # fmt: skip
    await hub.rooms.actions.call(anna, "calendar.create_event", event)
    for path, given in (
        ("medicine_running_out", {"medicine": "Iron", "stock": "input_number.tablets", "tell": ["anna"]}),
        ("first_appointment", {"calendar": "calendar.work", "wake_up": "input_datetime.wake_up", "evening": "12:30"}),
    ):
        use = {"path": f"homeostat/{path}.yaml", "input": {"person": "anna", **given}}
        await view.add_automation({"alias": path, "use_blueprint": use})
    for left in (14, 13):
        await clock.advance(60)
        await view.add_journal("anna", JournalDraft("medication", clock.now(), None, {"name": "Iron"}))
        await until(lambda left=left: home.value("input_number.tablets") == left)  # type: ignore[misc] # bound now
    # In Madrid it is half past twelve at 11:30.
    await clock.advance_to(START + timedelta(minutes=30))
    await until(lambda: home.value("input_datetime.wake_up") == "06:15:00")
    await until(lambda: len(hub.rooms.notify.shelf.all) == 2)
    assert {one.title for one in hub.rooms.notify.shelf.all.values()} == {
        "Iron is running out", "Up at 06:15 tomorrow",
    }  # fmt: skip
