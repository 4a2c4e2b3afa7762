"""To-do lists and calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.errors import BadReading, Forbidden, NotFound
from hub.model import Actor, Role
from tests.automation.services.rooms import call, until
from tests.support.house import PASSWORD, house

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""A Monday, 08:00 in Madrid."""


async def test_a_list_does_what_home_assistants_does(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as hub:
        assert await call(hub, "todo.create_list", name="Shopping") == {"entity_id": "todo.shopping"}
        with pytest.raises(NotFound, match="there is no person 'bne'"):
            await call(hub, "todo.create_list", name="Other", person="bne")
        seen = hub.rooms.automations.house
        for item in ("Milk", "Bread"):
            await call(hub, "todo.add_item", entity_id="todo.shopping", item=item, due_date="2026-03-04")
        assert (one := seen.get("todo.shopping")) is not None
        assert one.state == "2"
        await call(hub, "todo.update_item", entity_id="todo.shopping", item="milk", status="completed")
        await call(hub, "todo.update_item", entity_id="todo.shopping", item="Bread", rename="Rye bread")
        answer = await call(hub, "todo.get_items", entity_id="todo.shopping")
        assert [(item["summary"], item["status"], item["due"]) for item in answer["todo.shopping"]["items"]] == [
            ("Rye bread", "needs_action", "2026-03-04")
        ]
        both = await call(hub, "todo.get_items", entity_id="todo.shopping", status=["needs_action", "completed"])
        assert [item["summary"] for item in both["todo.shopping"]["items"]] == ["Milk", "Rye bread"]
        with pytest.raises(NotFound, match=r"todo.shopping has no 'Rye beard'; did you mean 'Rye bread'\?"):
            await call(hub, "todo.remove_item", entity_id="todo.shopping", item=["Milk", "Rye beard"])
        await call(hub, "todo.remove_completed_items", entity_id="todo.shopping")
        await hub.views.system().add_account("gus", PASSWORD, role=Role.FAMILY, person="ben")
        with pytest.raises(Forbidden, match="you may not change todo"):
            await call(hub, "todo.add_item", Actor("gus"), entity_id="todo.shopping", item="Sweets")
        assert "todo.shopping" in await call(hub, "todo.get_items", Actor("gus"), entity_id="todo.shopping")
    async with house(tmp_path / "data") as hub:
        assert [one.summary for one in hub.rooms.deeds.lists.get("shopping").items] == ["Rye bread"]


async def test_a_calendar_says_what_goes_on_and_sets_automations_off(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path / "data", clock=clock) as hub:
        rooms = hub.rooms
        await rooms.deeds.calendars.make("Family")
        automations = rooms.automations
        for name, event, offset in (
            ("before", "start", "-00:30:00"),
            ("at", "start", "0"),
            ("after", "end", "00:10:00"),
        ):
            await automations.add(automations.read_yaml(
                f"alias: {name}\ntriggers:\n  - trigger: calendar\n    entity_id: calendar.family\n    event: {event}\n"
                f"    offset: '{offset}'\nactions:\n  - action: logbook.log\n"
                "    data: {name: x, message: '{{ trigger.calendar_event.summary }}'}\n"
            ), "anna", by="test")  # fmt: skip
        await call(hub, "calendar.create_event", entity_id="calendar.family", summary="Dentist",
                   start_date_time="2026-03-02 09:00:00", end_date_time="2026-03-02 09:45")  # fmt: skip
        await hub.views.system().call(
            "calendar.create_event", {"entity_id": "calendar.family", "summary": "Holiday", "in": {"days": 2}}
        )
        seen = automations.house
        assert (one := seen.get("calendar.family")) is not None
        assert (one.state, one.attributes["message"]) == ("off", "Dentist")
        assert one.attributes["start_time"] == "2026-03-02 09:00:00"
        engine = automations.engine("anna").automations

        def runs() -> dict[str, list[str]]:
            return {key: [f"{trace.at:%H:%M}" for trace in one.traces if trace.ran] for key, one in engine.items()}

        for _ in range(90):
            await clock.advance(60)
            if clock.now().minute == 20 and clock.now().hour == 8:
                await until(lambda: (now := seen.get("calendar.family")) is not None and now.state == "on")
        await until(lambda: sum(map(len, runs().values())) == 2)
        for _ in range(60):
            await clock.advance(60)
        await until(lambda: sum(map(len, runs().values())) == 3)
        assert runs() == {"before": ["07:30"], "at": ["08:00"], "after": ["08:55"]}
        assert (one := seen.get("calendar.family")) is not None
        assert (one.state, one.attributes["message"], one.attributes["all_day"]) == ("off", "Holiday", True)
        found = await call(hub, "calendar.get_events", entity_id="calendar.family", duration={"days": 7})
        assert [event["summary"] for event in found["calendar.family"]["events"]] == ["Holiday"]
        assert found["calendar.family"]["events"][0]["start"] == "2026-03-04"
        with pytest.raises(BadReading, match="ends before it begins"):
            await call(hub, "calendar.create_event", entity_id="calendar.family", summary="Odd",
                       start_date_time="2026-03-02 09:00", end_date_time="2026-03-02 08:00")  # fmt: skip
