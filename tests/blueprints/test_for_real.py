"""What our blueprints say and do is taken by a real hub, and one of them is at work in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Actor, Grant, Notice, Role, Urgency, Verb
from hub.view import IncomingReading
from tests.blueprints.scenes import SCENES, lived
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
