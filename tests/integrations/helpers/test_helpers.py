"""Switches, numbers, texts, choices, dates, buttons and counters: what they take, refuse and keep."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hub.clock import VirtualClock
from hub.errors import BadReading
from hub.model import Kind
from integrations.helpers.kinds import KINDS
from tests.integrations.helpers.lived import NOON, Lived, until
from tests.support.house import house


@asynccontextmanager
async def lived(folder: Path, clock: VirtualClock | None = None) -> AsyncIterator[Lived]:
    clock = clock or VirtualClock(NOON)
    async with house(folder, clock=clock) as hub:
        yield Lived(hub, clock)


async def test_each_helper_is_called_by_its_domain_and_its_title(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_boolean", "Guests are here")
        await home.add("input_boolean", "Guests are here")
        await home.add("timer", "Frühstück", person="ben")
        assert set(home.hub.rooms.entities.all) == {
            "input_boolean.guests_are_here", "input_boolean.guests_are_here_2", "timer.fruhstuck",
        }  # fmt: skip
        entity = home.hub.rooms.entities.get("timer.fruhstuck")
        assert (entity.name, entity.person, entity.kind, entity.held) == ("Frühstück", "ben", Kind.ENUM, True)


async def test_a_toggle_is_switched_and_every_switching_is_history(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_boolean", "Guests")
        one = "input_boolean.guests"
        assert home.value(one) == "off"
        assert await home.tell(one, "turn_on") == "on"
        assert await home.tell(one, "turn_on") == "on"
        assert await home.tell(one, "toggle") == "off"
        page = await home.history(one)
        # Switched on twice is switched on once.
        assert page == ["off", "on", "off"]


async def test_a_number_stays_between_its_ends(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_number", "High", min=100, max=250, step=0.1, unit_of_measurement="mg/dL", mode="box")
        one = "input_number.high"
        assert home.value(one) == 100.0
        assert await home.tell(one, "set_value", value=180) == 180.0
        for _ in range(3):
            await home.tell(one, "increment")
        assert home.value(one) == 180.3
        assert await home.tell(one, "decrement") == 180.2
        await home.tell(one, "set_value", value=249.95)
        assert await home.tell(one, "increment") == 250.0
        with pytest.raises(BadReading, match=r"High takes 100 to 250; 250.1 lies outside"):
            await home.tell(one, "set_value", value=250.1)
        with pytest.raises(BadReading, match="did you mean 'value'"):
            await home.tell(one, "set_value", valu=200)
        assert home.value(one) == 250.0
        assert home.told(one) == {
            "editable": True, "initial": None, "min": 100.0, "max": 250.0, "step": 0.1, "mode": "box",
        }  # fmt: skip
        assert home.hub.rooms.entities.get(one).unit == "mg/dL"


async def test_a_text_has_its_length_and_pattern(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_text", "Code", min=2, max=5, pattern="[a-z]*")
        one = "input_text.code"
        assert home.value(one) is None
        assert await home.tell(one, "set_value", value="abc") == "abc"
        for value, reason in (("a", "1 characters; 2 to 5"), ("abcdef", "6 characters"), ("ab1", "the pattern")):
            with pytest.raises(BadReading, match=reason):
                await home.tell(one, "set_value", value=value)
        assert home.value(one) == "abc"


async def test_a_choice_goes_round_and_takes_other_options(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_select", "Mode", options=["Home", "Away", "Sleep"])
        one = "input_select.mode"
        assert home.value(one) == "Home"
        assert await home.tell(one, "select_previous", cycle=False) == "Home"
        assert await home.tell(one, "select_previous") == "Sleep"
        assert await home.tell(one, "select_next") == "Home"
        assert await home.tell(one, "select_last") == "Sleep"
        assert await home.tell(one, "select_first") == "Home"
        assert await home.tell(one, "select_option", option="Away") == "Away"
        with pytest.raises(BadReading, match="has no option 'Holiday'; it has: Home, Away, Sleep"):
            await home.tell(one, "select_option", option="Holiday")
        assert await home.tell(one, "set_options", options=["Holiday", "Away"]) == "Away"
        assert await home.tell(one, "set_options", options=["Holiday", "Work"]) == "Holiday"
        assert home.hub.rooms.entities.get(one).options == ("Holiday", "Work")


@pytest.mark.parametrize(
    ("has", "given", "value", "timestamp"),
    [
        ((True, True), {"datetime": "2026-12-24 18:00:00"}, "2026-12-24 18:00:00", 1_798_131_600.0),
        ((True, True), {"datetime": "2026-12-24T17:00:00Z"}, "2026-12-24 18:00:00", 1_798_131_600.0),
        ((True, True), {"timestamp": 1_798_131_600}, "2026-12-24 18:00:00", 1_798_131_600.0),
        ((True, True), {"time": "07:30"}, "2026-11-21 07:30:00", 1_795_242_600.0),
        ((True, False), {"date": "2026-12-24"}, "2026-12-24", 1_798_066_800.0),
        ((False, True), {"time": "07:30:15"}, "07:30:15", 27_015),
    ],
)
async def test_a_date_or_time_is_set_in_every_way_that_it_has(
    tmp_path: Path, has: tuple[bool, bool], given: dict[str, Any], value: str, timestamp: float
) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_datetime", "Wake up", has_date=has[0], has_time=has[1])
        assert await home.tell("input_datetime.wake_up", "set_datetime", **given) == value
        told = home.told("input_datetime.wake_up")
        assert (told["timestamp"], told["has_date"], told["has_time"]) == (timestamp, *has)


async def test_a_date_is_not_asked_for_a_time(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_datetime", "Birthday", has_time=False)
        with pytest.raises(BadReading, match="Birthday has no time of day; give a date"):
            await home.tell("input_datetime.birthday", "set_datetime", time="07:00")
        with pytest.raises(BadReading, match="either date and time"):
            await home.tell("input_datetime.birthday", "set_datetime", date="2026-01-01", timestamp=1)
        with pytest.raises(BadReading, match="did you mean 'date'"):
            await home.tell("input_datetime.birthday", "set_datetime", dat="2026-01-01")


async def test_a_button_remembers_when_it_was_pressed(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("input_button", "Feed")
        assert home.value("input_button.feed") is None
        pressed = await home.tell("input_button.feed", "press")
        assert pressed == home.clock.now().isoformat()
        assert await home.tell("input_button.feed", "press") != pressed


async def test_a_counter_counts_within_its_ends(tmp_path: Path) -> None:
    async with lived(tmp_path) as home:
        await home.add("counter", "Cups", initial=1, step=2, minimum=0, maximum=4)
        one = "counter.cups"
        told = ("increment", "increment", "decrement", "reset", "decrement")
        assert [await home.tell(one, name) for name in told] == [3.0, 4.0, 2.0, 1.0, 0.0]
        assert await home.tell(one, "set_value", value=4) == 4.0
        with pytest.raises(BadReading, match="Cups takes 0 to 4; 5 lies outside"):
            await home.tell(one, "set_value", value=5)


async def test_what_helpers_hold_is_there_after_a_restart_as_it_was_taken(tmp_path: Path) -> None:
    clock = VirtualClock(NOON)
    async with lived(tmp_path, clock) as home:
        await home.add("input_number", "High", max=400)
        await home.add("input_datetime", "Wake up", has_date=False)
        await home.add("input_select", "Mode", options=["Home", "Away"])
        await home.add("counter", "Kept")
        await home.add("counter", "Begun anew", restore=False)
        await home.add("input_boolean", "Always off", initial=False)
        await home.tell("input_number.high", "set_value", value=180)
        taken = clock.now()
        await home.tell("input_datetime.wake_up", "set_datetime", time="06:45")
        await home.tell("input_select.mode", "set_options", options=["Work", "Beach"])
        await home.tell("input_select.mode", "select_option", option="Beach")
        await home.tell("counter.kept", "increment")
        await home.tell("counter.begun_anew", "increment")
        await home.tell("input_boolean.always_off", "turn_on")
    await clock.advance(86_400)
    async with lived(tmp_path, clock) as home:
        await until(lambda: home.value("input_boolean.always_off") == "off")
        await until(lambda: home.value("counter.begun_anew") == 0.0)
        await until(lambda: home.told("input_datetime.wake_up").get("hour") == 6)
        assert (home.value("input_number.high"), home.value("counter.kept")) == (180.0, 1.0)
        assert home.value("input_select.mode") == "Beach"
        state = home.hub.rooms.states.get("input_number.high")
        assert state is not None
        assert state.taken_at == taken
        # What was so before the start is history still.
        assert await home.history("input_boolean.always_off") == ["off", "on", "off"]


@pytest.mark.parametrize(
    ("domain", "options", "reason"),
    [
        ("input_number", {"min": 5, "max": 5}, "largest value must be above"),
        ("input_number", {"initial": 500}, "between 0 and 100"),
        ("input_text", {"pattern": "("}, "no regular expression"),
        ("input_text", {"pattern": "(a+)+"}, "take for ever"),
        ("input_text", {"min": 9, "max": 3}, "longest must not be shorter"),
        ("input_select", {"options": ["a", "a"]}, "stands there twice"),
        ("input_select", {"options": []}, "at least 1"),
        ("input_select", {"options": ["a"], "initial": "b"}, "none of them"),
        ("input_datetime", {"has_date": False, "has_time": False}, "needs a date"),
        ("input_datetime", {"initial": "soon"}, "isoformat"),
        ("counter", {"minimum": 3, "maximum": 1}, "largest must be above"),
        ("counter", {"initial": 9, "maximum": 5}, "must lie between"),
        ("timer", {"duration": "soon"}, "is no duration"),
        ("timer", {"duration": {"hour": 1}}, "hour is no part"),
        ("schedule", {"monday": ["9 to five"]}, "is no block"),
        ("schedule", {"monday": ["22:00 - 06:00"]}, "a block over midnight is two"),
        ("schedule", {"monday": ["08:00 - 10:00", "09:00 - 11:00"]}, "overlap"),
        ("schedule", {"mon": []}, "Extra inputs"),
    ],
)
def test_options_that_can_not_be_are_refused_with_the_reason(domain: str, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        KINDS[domain].config.model_validate(options)
