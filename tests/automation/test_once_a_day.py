"""A daily automation runs once each local day: over changes of the clock, restarts, power cuts, clocks that are set."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.automation.at_work.catching_up import missed
from hub.automation.schema.automation import automation
from hub.automation.trace import Outcome, Trace
from tests.automation.house import PlayHouse
from tests.automation.test_when import ZONES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@cache
def changes(name: str) -> list[datetime]:
    """The instants, to the hour, at which the zone sets its clocks."""
    zone, found = ZoneInfo(name), []
    at, last = datetime(2024, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
    while at < last:
        if at.astimezone(zone).utcoffset() != (at + DAY).astimezone(zone).utcoffset():
            while at.astimezone(zone).utcoffset() == (at + HOUR).astimezone(zone).utcoffset():
                at += HOUR
            found.append(at)
            at += HOUR
        else:
            at += DAY
    return found


class Hub:
    """An engine that is ended and begun anew as the room of automations does it, over what it kept."""

    def __init__(self, start: datetime, zone: str, at: str, policy: str) -> None:
        self.house = PlayHouse(start, zone)
        self.body = automation({
            "alias": "Daily", "missed": policy, "triggers": [{"trigger": "time", "at": at}],
            "actions": [{"action": "switch.turn_on", "target": {"entity_id": "switch.x"}}],
        })  # fmt: skip
        self.alive = start
        self.kept: list[Trace] = []
        self.attached = self.house.engine.add("daily", self.body)

    def write(self) -> None:
        self.alive = self.house.clock.now()
        self.kept = [*self.kept, *(one for one in self.attached.traces if all(one is not had for had in self.kept))]

    async def live(self, seconds: float) -> None:
        await self.house.clock.advance(seconds)

    async def step(self, by: timedelta) -> None:
        await self.house.clock.step(by)
        if by < timedelta(0):
            self.house.engine.set_back()
        await self.live(0)

    async def down(self, length: timedelta, lost: timedelta) -> None:
        """Not running for some time; what is written each minute is as old as `lost`, but runs by the clock are not."""
        self.write()
        self.house.engine.remove("daily")
        alive = self.alive - lost
        await self.live(length.total_seconds())
        done = max((one.at for one in self.kept), default=None)
        self.attached = self.house.engine.add("daily", self.body, done=done)
        told = await missed(self.body, self.house, int(alive.timestamp() * 1e6), done)
        if told is not None:
            self.house.engine.trigger("daily", told, conditions=True)
        await self.live(0)

    def days(self, *outcomes: Outcome) -> list[date]:
        self.write()
        zone = ZoneInfo(self.house.time_zone)
        return sorted(
            one.trigger["now"].astimezone(zone).date() for one in self.kept if one.outcome in outcomes
        )  # fmt: skip


def span(first: datetime, last: datetime, zone: ZoneInfo, at: time) -> list[date]:
    """Local days whose time lay in between; a time in a gap is at its end."""
    found, day = [], first.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        local = datetime.combine(day, at, zone)
        instant = local.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            instant = next(
                one for n in range(1, 200)
                if (one := datetime.combine(day, at, zone).replace(fold=1).astimezone(UTC) + timedelta(minutes=n - 1))
                .astimezone(zone).replace(tzinfo=None) >= datetime.combine(day, at)
            )  # fmt: skip
        if first < instant <= last:
            found.append(day)
        day += timedelta(days=1)
    return found


happening = st.one_of(
    st.tuples(st.just("live"), st.integers(60, 20 * 3600)),
    st.tuples(st.just("down"), st.integers(10, 20 * 3600), st.integers(0, 60)),
)
stepping = st.tuples(st.just("step"), st.integers(-20 * 3600, -1))


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=12, deadline=None, database=None, derandomize=True)
@given(data=st.data())
def test_once_each_day_with_restarts_around_changes_of_the_clock(zone: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(("00:00", "00:30", "01:45", "02:30", "12:00")))
    policy = data.draw(st.sampled_from(("catch_up", "skip")))
    start = data.draw(st.sampled_from(changes(zone))) - timedelta(hours=data.draw(st.integers(20, 60)), minutes=7)
    steps = data.draw(st.lists(happening, min_size=3, max_size=8))

    async def days() -> None:
        hub = Hub(start, zone, at, policy)
        for what, *how in [*steps, ("live", 3 * 86_400)]:
            if what == "live":
                await hub.live(how[0])
            else:
                await hub.down(timedelta(seconds=how[0]), timedelta(seconds=how[1]))
        wanted = span(start, hub.house.clock.now(), ZoneInfo(zone), time.fromisoformat(at))
        if policy == "catch_up":
            assert hub.days(Outcome.DONE) == wanted
        assert hub.days(Outcome.DONE, Outcome.MISSED) == wanted, "each day has a run, or the reason why there is none"
        hub.house.engine.remove("daily")

    asyncio.run(days())


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(st.lists(st.one_of(happening, stepping), min_size=3, max_size=10), st.sampled_from(ZONES))
def test_never_twice_a_day_however_the_clock_is_set_back(steps: list[tuple[str, int]], zone: str) -> None:
    async def days() -> None:
        hub = Hub(datetime(2026, 3, 27, 9, tzinfo=UTC), zone, "02:30", "catch_up")
        for what, *how in steps:
            if what == "live":
                await hub.live(how[0])
            elif what == "down":
                await hub.down(timedelta(seconds=how[0]), timedelta(seconds=how[1]))
            else:
                await hub.step(timedelta(seconds=how[0]))
        await hub.live(3 * 86_400)
        ran = hub.days(Outcome.DONE)
        assert len(ran) == len(set(ran))
        assert ran[-1] - ran[0] == timedelta(days=len(ran) - 1), "and no day is left out"
        hub.house.engine.remove("daily")

    asyncio.run(days())


@pytest.mark.parametrize("policy", ["skip", "catch_up"])
async def test_a_clock_that_jumps_ahead_has_missed_what_lay_in_between(policy: str) -> None:
    """As on a machine without a battery clock, which starts with the time of its last shutdown."""
    hub = Hub(datetime(2026, 3, 2, 7, 0, tzinfo=UTC), "Europe/Berlin", "12:00", policy)
    await hub.step(timedelta(days=3, hours=8))
    await hub.live(60)
    assert hub.days(Outcome.DONE) == ([date(2026, 3, 5)] if policy == "catch_up" else [])
    assert hub.days(Outcome.MISSED) == ([] if policy == "catch_up" else [date(2026, 3, 5)])
    await hub.live(86_400)
    assert hub.days(Outcome.DONE)[-1] == date(2026, 3, 6)
    hub.house.engine.remove("daily")


async def test_a_clock_that_was_years_ahead_does_not_silence_what_is_due_every_day_and_minute() -> None:
    hub = Hub(datetime(2031, 3, 2, 7, 0, tzinfo=UTC), "Europe/Berlin", "12:00", "skip")
    hub.house.add("{triggers: [{trigger: time_pattern, minutes: /10}], actions: [{action: a.b}]}", "often")
    hub.house.add("{triggers: [{trigger: sun, event: sunset}], actions: [{action: c.d}]}", "sunset")
    await hub.live(86_400)
    hub.house.called.clear()
    await hub.step(-timedelta(days=5 * 365))
    await hub.live(86_400)
    actions = [action for _, action, _ in hub.house.called]
    assert (actions.count("a.b"), actions.count("c.d"), actions.count("switch.turn_on")) == (144, 1, 1)
    for key in ("daily", "often", "sunset"):
        hub.house.engine.remove(key)


async def test_what_must_last_some_time_lasts_it_however_the_clock_is_set() -> None:
    house = PlayHouse()
    text = "{triggers: [{trigger: state, entity_id: switch.x, to: 'on', for: '00:05'}], actions: [{action: a.b}]}"
    for by in (timedelta(hours=-2), timedelta(hours=3)):
        house.called.clear()
        house.set("switch.x", "off")
        house.add(text)
        house.set("switch.x", "on")
        await house.later(60)
        await house.clock.step(by)
        await house.later(230)
        assert house.called == []
        await house.later(20)
        assert len(house.called) == 1
    house.engine.remove("one")
