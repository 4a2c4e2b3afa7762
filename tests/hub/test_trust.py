"""A clock that can't be believed: what is marked, what is let in, what the owner sees, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.daemon import Hub
from hub.intake import Evidence, Machine
from hub.intake.trust import Trust
from hub.model import ConfigEntry, Flag, JournalDraft, Sample, State
from hub.states import States
from tests.support.house import everything, house

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCALE = ConfigEntry("scale", "scale", "Scale", "anna")


async def flags(hub: Hub) -> list[tuple[datetime, Flag]]:
    page = await everything(hub).readings("anna", "weight", START - timedelta(days=900), START + timedelta(days=900))
    return [(one.taken_at, one.flags) for one in page.readings]


async def test_a_machine_that_wakes_up_in_the_past_marks_its_own_times_and_takes_right_ones(tmp_path: Path) -> None:
    async with house(tmp_path, clock=VirtualClock(START)) as hub:
        await hub.rooms.intake.accept(SCALE, [Sample("weight", 70)])
    clock = VirtualClock(START - timedelta(days=400))
    async with house(tmp_path, clock=clock) as hub:
        accept = hub.rooms.intake.accept
        device_time = START + timedelta(hours=2)
        samples = [Sample("weight", 71), Sample("weight", 72, clock.now()), Sample("weight", 73, device_time)]
        assert (await accept(SCALE, samples)).rejected == ()
        drafts = [JournalDraft("note", device_time, data={"text": "by its own clock"})]
        assert (await hub.rooms.journal.accept("anna", drafts, source="phone")).accepted == 1
        absurd = await accept(SCALE, [Sample("weight", 74, START + timedelta(days=9_000))])
        assert "lies in the future" in absurd.rejected[0].reason
        early = START - timedelta(days=400)
        assert await flags(hub) == [(early, Flag.CLOCK_UNSURE), (START, Flag.NONE), (device_time, Flag.NONE)]
        await clock.advance(20)
        _, message, remedy = hub.rooms.problems["clock"]
        assert "shows 27 March 2025" in message
        assert "1 May 2026" in message
        assert "by itself" in remedy

        await clock.step(timedelta(days=400, hours=3))
        await clock.advance(20)
        assert "clock" not in hub.rooms.problems
        await accept(SCALE, [Sample("weight", 75)])
        assert (await flags(hub))[-1] == (clock.now(), Flag.NONE)
        ahead = await accept(SCALE, [Sample("weight", 76, clock.now() + timedelta(minutes=11))])
        assert "lies in the future" in ahead.rejected[0].reason


async def test_a_clock_set_back_while_the_hub_runs_is_noticed_at_the_next_reading(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        for step, expected in ((0, Flag.NONE), (-3, Flag.CLOCK_UNSURE), (4, Flag.NONE), (-0.01, Flag.NONE)):
            await clock.step(timedelta(hours=step))
            await hub.rooms.intake.accept(SCALE, [Sample("weight", 70)])
            assert (clock.now(), expected) in await flags(hub)


def _trust(clock: VirtualClock, evidence: Evidence, *, received: datetime | None = None) -> Trust:
    states = States()
    states.fill([State("sensor.anna_weight", 70.0, START, received)])
    return Trust(states, clock, lambda now: evidence)


@pytest.mark.parametrize(
    ("evidence", "received", "doubt"),
    [
        (Evidence(), None, ""),
        (Evidence(), START - timedelta(days=1), ""),
        (Evidence(), START + timedelta(seconds=30), ""),
        (Evidence(), START + timedelta(hours=1), "received"),
        (Evidence(False, alone=False), START - timedelta(days=1), ""),
        (Evidence(False, alone=True), START - timedelta(days=1), "nobody told it"),
        (Evidence(None, alone=True), START - timedelta(days=1), ""),
        (Evidence(None, installed=START + timedelta(days=3)), None, "installed on 4 May 2026"),
        (Evidence(True, alone=True, installed=START + timedelta(days=3)), START + timedelta(days=3), ""),
    ],
)
async def test_the_evidence_is_weighed(evidence: Evidence, received: datetime | None, doubt: str) -> None:
    found = _trust(VirtualClock(START), evidence, received=received).look()
    assert doubt in found if doubt else found == ""


async def test_a_board_that_was_told_the_time_is_believed_without_a_time_server() -> None:
    clock = VirtualClock(START)
    trust = _trust(clock, Evidence(False, alone=True))
    assert not trust.sure(clock.now())
    await clock.advance(30)
    assert not trust.sure(clock.now())
    await clock.step(timedelta(days=3))
    await clock.advance(2)
    assert trust.sure(clock.now())


def test_a_machine_is_asked_for_what_it_knows(tmp_path: Path) -> None:
    def seen(kernel: bool | None) -> tuple[bool | None, bool]:
        return Machine(tmp_path, lambda: kernel).evidence(START)[:2]

    assert [seen(kernel) for kernel in (None, False, True)] == [(None, False), (False, False), (True, False)]
    (tmp_path / "run/systemd/timesync").mkdir(parents=True)
    assert [seen(kernel) for kernel in (None, False, True)] == [(False, False), (False, False), (True, False)]
    (tmp_path / "sys/firmware/devicetree/base").mkdir(parents=True)
    assert seen(None) == (False, True)
    battery = tmp_path / "sys/class/rtc/rtc0/since_epoch"
    battery.parent.mkdir(parents=True)
    battery.write_text("1234\n")  # it has just begun to count: there is no battery
    assert seen(None) == (False, True)
    battery.write_text(f"{START.timestamp() - 2:.0f}\n")
    assert seen(None) == (False, False)
    (tmp_path / "run/systemd/timesync/synchronized").touch()
    assert seen(False) == (True, False)


def test_this_machine_s_kernel_can_be_asked() -> None:
    found = Machine().evidence(datetime.now(UTC))
    assert found.synchronised in (True, False, None)
    assert found.installed is not None
    assert found.installed <= datetime.now(UTC)
