"""Our own triggers and conditions in a real hub, by its front doors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.automation.trace import Outcome
from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.model import Actor, JournalDraft
from hub.view import IncomingReading
from hub.view.view import View
from tests.support.house import house

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def note(text: str) -> list[dict[str, Any]]:
    return [{"action": "journal.add", "data": {"person": "anna", "kind": "note", "note": text}}]


async def notes(hub: Hub, enough: Callable[[list[str]], bool]) -> list[str]:
    """Once they are enough; those that there are after a while."""
    found: list[str] = []
    for _ in range(200):
        found = sorted(one.note for one in await hub.rooms.journal.find(["anna"], kinds=["note"]))
        if enough(found):
            break
        await asyncio.sleep(0.01)
    return found


async def log(hub: Hub, kind: str, ago: timedelta = timedelta(0), **data: Any) -> None:
    draft = JournalDraft(kind, hub.rooms.clock.now() - ago, data=data)
    await View(hub.rooms, Actor("anna")).add_journal("anna", draft)


async def test_an_entry_and_a_reading_set_off_what_the_account_may_do(tmp_path: Path) -> None:
    async with house(tmp_path, clock=VirtualClock(NOON)) as hub:
        anna = View(hub.rooms, Actor("anna"))
        await anna.add_automation({
            "alias": "Ate", "triggers": [{"trigger": "journal", "entry": "meal", "person": "anna"}],
            "conditions": [{"condition": "journal", "entry": "drink", "within": "01:00", "present": False}],
            "actions": note("{{ trigger.entry.data.name }}"),
        })  # fmt: skip
        await anna.add_automation({
            "alias": "High", "actions": note("high {{ trigger.value }}"),
            "triggers": [{"trigger": "reading", "entity_id": "sensor.anna_blood_glucose", "above": 180}],
        })  # fmt: skip
        await log(hub, "meal", name="soup")
        assert await notes(hub, bool) == ["soup"]
        for value, late in ((100, 0), (210, 5), (190, 0)):
            taken = hub.rooms.clock.now() - late * HOUR
            await anna.record([IncomingReading("anna", "blood_glucose", value, taken)])
        assert await notes(hub, lambda found: len(found) > 1) == ["high 190", "soup"]
        await log(hub, "drink")
        await log(hub, "meal", name="cake")
        assert len(await notes(hub, lambda found: len(found) > 2)) == 2
        refused = next(one for one in await anna.automation_traces("ate") if not one.ran)
        assert (refused.outcome, refused.why) == (Outcome.CONDITION, "the last drink was 0 s ago")


async def test_what_was_missing_while_the_hub_was_down_is_told_once_when_it_is_back(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with house(tmp_path, clock=clock) as hub:
        await View(hub.rooms, Actor("anna")).add_automation({
            "alias": "Hungry", "actions": note("{{ trigger.description }}"),
            "triggers": [{"trigger": "journal", "entry": "meal", "event": "missing", "for": "03:00"}],
        })  # fmt: skip
        await log(hub, "meal")
        await asyncio.sleep(0.3)
        assert await notes(hub, lambda found: False) == []
    for _ in range(2):
        clock = VirtualClock(clock.now() + 5 * HOUR)
        async with house(tmp_path, clock=clock) as hub:
            assert await notes(hub, bool) == ["the last meal was 5 h ago"]
