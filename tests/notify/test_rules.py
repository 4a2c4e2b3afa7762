"""Quiet hours, the rate limit, and going on until somebody confirms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.clock import VirtualClock
from hub.errors import BadReading, NotReady
from hub.model import NoticeAnswer, NoticeState, Role
from hub.notify import Prefs, Quiet, Span
from tests.notify.conftest import NOON, Loft, carers, open_loft
from tests.notify.pigeon import Pigeons

NIGHT = Quiet((Span("22:00", "07:00"),))
MADRID = ZoneInfo("Europe/Madrid")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-11-18T21:59", None),
        ("2026-11-18T22:00", "2026-11-19T07:00"),
        ("2026-11-19T06:59", "2026-11-19T07:00"),
        ("2026-11-19T07:00", None),
        # The nights of both changes of the clock have an hour less and one more.
        ("2027-03-27T23:00", "2027-03-28T07:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours_hold_over_midnight_and_changes_of_the_clock(at: str, until: str | None) -> None:
    assert NIGHT.until(local(at), "Europe/Madrid") == (local(until) if until else None)


def test_a_span_belongs_to_the_days_on_which_it_begins_and_spans_that_touch_are_one() -> None:
    weekdays, weekend = Span("22:00", "06:30", (0, 1, 2, 3, 6)), Span("23:00", "09:00", (4, 5))
    quiet = Quiet((weekdays, weekend))
    assert quiet.until(local("2026-11-20T22:30"), "Europe/Madrid") is None  # a Friday
    assert quiet.until(local("2026-11-20T23:30"), "Europe/Madrid") == local("2026-11-21T09:00")
    nap = Quiet((Span("13:00", "14:00"), Span("14:00", "15:00")))
    assert nap.until(local("2026-11-20T13:30"), "Europe/Madrid") == local("2026-11-20T15:00")


async def test_wrong_quiet_hours_are_refused_with_what_is_wrong(loft: Loft) -> None:
    for span, words in (
        (Span("25:00", "07:00"), "'25:00' is no time"),
        (Span("07:00", "07:00"), "different times"),
        (Span("07:00", "08:00", ()), "at least one day"),
        (Span("07:00", "08:00", (7,)), "6 is Sunday"),
    ):
        with pytest.raises(BadReading, match=words):
            await loft.room.wishes.change("ben", Prefs(Quiet((span,))))


async def test_in_quiet_hours_notices_wait_until_the_morning(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(NIGHT))
    await loft.until(23)
    assert loft.room.quiet("ben", loft.clock.now()) is True
    sent = await loft.send("The report is ready")
    assert (sent.state, sent.why) == (NoticeState.WAITING, "quiet hours")
    await loft.until(6, 59)
    assert loft.pigeons.flown == []
    await loft.until(7, 0)
    assert loft.pigeons.texts == ["The report is ready"]
    assert loft.room.quiet("ben", loft.clock.now()) is False
    assert loft.room.quiet("mia", loft.clock.now()) is None


async def test_what_is_critical_passes_only_where_it_was_allowed(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(NIGHT))
    await loft.until(3)
    await loft.send("Glucose is very low", urgency="critical")
    await loft.room.wishes.change("ben", Prefs(Quiet(NIGHT.spans, critical_passes=False)))
    held = await loft.send("Glucose is very low", urgency="critical")
    assert (len(loft.pigeons.flown), held.state) == (1, NoticeState.WAITING)


async def test_what_exceeds_the_rate_becomes_one_notice(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(burst=3, per_hour=6))
    for number in range(8):
        await loft.send(f"Door {number}")
    assert loft.pigeons.texts == ["Door 0", "Door 1", "Door 2"]
    # An alarm does not wait behind chatter.
    await loft.send("Smoke!", urgency="critical")
    assert loft.pigeons.texts[-1] == "Smoke!"
    await loft.passes(601)
    more = loft.pigeons.flown[-1]
    assert (len(loft.pigeons.flown), more.title) == (5, "5 more")
    assert more.message == "Door 3\nDoor 4\nDoor 5\nDoor 6\nDoor 7"
    await loft.passes(3_600)
    assert len(loft.pigeons.flown) == 5
    # The pages have all of them, and not the one that stands for them.
    await loft.account("ben", Role.ADULT, "ben")
    assert len(loft.room.notices("ben")) == 9


async def test_in_the_morning_a_heap_comes_as_few(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(NIGHT, burst=2, per_hour=60))
    await loft.until(1)
    for number in range(6):
        await loft.send(f"Door {number}")
    await loft.until(7, 5)
    assert [one.notice.title or one.message for one in loft.pigeons.flown] == ["Door 0", "Door 1", "4 more"]


async def test_what_the_rate_limit_held_waits_for_the_morning_once_it_is_night(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(NIGHT, burst=1, per_hour=1))
    await loft.until(21, 30)
    await loft.send("One")
    await loft.send("Two")
    await loft.until(6, 50)
    assert loft.pigeons.texts == ["One"]
    await loft.until(7, 1)
    assert loft.pigeons.texts == ["One", "Two"]


# -- escalation


async def test_it_goes_on_to_the_next_carer_until_somebody_confirms(loft: Loft) -> None:
    await carers(loft)
    sent = await loft.send("Mia is low", to="anna", person="mia", escalate={"after": "00:10:00", "repeat": 2})
    await loft.passes(590)
    assert [one.notice.to for one in loft.pigeons.flown] == ["anna"]
    await loft.passes(15)
    assert [one.notice.to for one in loft.pigeons.flown] == ["anna", "@nina"]
    await loft.passes(600)
    copy = loft.pigeons.flown[-1].notice
    assert (len(loft.pigeons.flown), copy.to) == (3, "@nina")
    # Nina takes it over: it ends, for Anna too.
    ctx = loft.pigeons.contexts[next(iter(copy.ways.keys() - {"app"}))]
    assert await ctx.answered(NoticeAnswer(copy.id, "CONFIRM"))
    await loft.passes(7_200)
    assert len(loft.pigeons.flown) == 3
    anna = loft.now(sent)
    assert (anna.state, anna.dealt_by) == (NoticeState.CONFIRMED, "@nina")
    assert len(loft.events("mobile_app_notification_action")) == 1


async def test_a_clock_that_nobody_confirms_ends_after_its_rounds(loft: Loft) -> None:
    await carers(loft)
    await loft.send("Mia is low", to="anna", person="mia", escalate={"after": 60, "to": ["nina", "anna"], "repeat": 1})
    for _ in range(20):
        await loft.passes(60)
    assert [one.notice.to for one in loft.pigeons.flown] == ["anna", "@nina", "@nina"]


@pytest.mark.parametrize("state", [NoticeState.SEEN, NoticeState.CLEARED])
async def test_seeing_or_sweeping_away_is_no_confirmation(loft: Loft, state: NoticeState) -> None:
    await carers(loft)
    sent = await loft.send("Mia is low", to="anna", person="mia", escalate={"after": 60})
    assert await loft.room.answers.settle(sent, "", "", "anna", state)
    assert len(loft.events("mobile_app_notification_cleared")) == (state is NoticeState.CLEARED)
    await loft.passes(65)
    assert len(loft.pigeons.flown) == 2
    # It is there to be taken up still, and once all were told it can be swept away.
    assert loft.now(sent).state is NoticeState.SEEN
    assert await loft.room.answers.settle(loft.now(sent), "", "", "anna", NoticeState.CLEARED)
    assert loft.now(sent).state is NoticeState.CLEARED


async def test_where_the_first_can_not_be_reached_at_all_the_next_is_told_at_once(loft: Loft) -> None:
    await carers(loft)
    loft.pigeons.raising = BadReading("the pigeon is dead")
    await loft.send("Mia is low", to="anna", person="mia", escalate={"after": 600})
    loft.pigeons.raising = None
    await loft.passes(1)
    assert loft.pigeons.tries == 2


async def test_an_escalation_goes_on_after_a_restart(tmp_path: Path) -> None:
    pigeons, clock = Pigeons(), VirtualClock(NOON)
    async with open_loft(tmp_path / "hub", pigeons, clock) as loft:
        await carers(loft)
        await loft.send("Mia is low", to="anna", person="mia", escalate={"after": "00:10:00"})
        await loft.passes(300)
    later = VirtualClock(clock.now() + timedelta(seconds=30))
    async with open_loft(tmp_path / "hub", pigeons, later) as loft:
        await loft.passes(260)
        assert [one.notice.to for one in pigeons.flown] == ["anna"]
        await loft.passes(15)
        assert [one.notice.to for one in pigeons.flown] == ["anna", "@nina"]


async def test_what_was_urgent_days_ago_is_not_told_as_if_it_were_now(tmp_path: Path) -> None:
    pigeons, clock = Pigeons(), VirtualClock(NOON)
    async with open_loft(tmp_path / "hub", pigeons, clock) as loft:
        await carers(loft)
        await loft.channel("ben")
        low = await loft.send("Mia is low", to="anna", person="mia", escalate={"after": "00:10:00", "repeat": 5})
        pigeons.raising = NotReady("fog")
        late = await loft.send("Dinner is ready")
        await loft.room.wishes.change("ben", Prefs(NIGHT))
        await loft.until(23)
        held = await loft.send("The report is ready")
    pigeons.raising = None
    async with open_loft(tmp_path / "hub", pigeons, VirtualClock(clock.now() + timedelta(days=3))) as loft:
        await loft.passes(3_600)
        assert pigeons.texts == ["Mia is low"]
        for one in (low, late, held):
            assert loft.now(one).state in (NoticeState.SENT, NoticeState.FAILED)
        assert "more than a day old" in loft.now(held).why


async def test_quiet_that_lasts_for_days_holds_what_came_in_it_for_as_long(loft: Loft) -> None:
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(Quiet((Span("00:00", "23:59"), Span("23:59", "00:00", (2, 3))))))
    await loft.send("Hello")
    for _ in range(3):
        await loft.until(23, 58)
    told = list(loft.pigeons.texts)
    await loft.until(23, 59)
    assert (told, loft.pigeons.texts) == ([], ["Hello"])


async def test_a_carer_who_lost_the_right_is_passed_over(loft: Loft) -> None:
    await carers(loft)
    await loft.send("Mia is low", to="anna", person="mia", escalate={"after": 60})
    await loft.hub.rooms.accounts.withdraw("nina-mia")
    await loft.passes(120)
    assert [one.notice.to for one in loft.pigeons.flown] == ["anna"]
    lines = [one.line for one in await loft.hub.rooms.recorder.audit_tail(limit=5)]
    assert any((one.action, one.outcome) == ("notify.escalate", "refused") for one in lines)


async def test_a_held_answer_needs_no_delivery(loft: Loft) -> None:
    """Confirmed on the page at night, it does not come by pigeon in the morning."""
    await loft.channel("ben")
    await loft.room.wishes.change("ben", Prefs(NIGHT))
    await loft.until(23)
    loft.pigeons.raising = NotReady("x")
    sent = await loft.send("Did you take it?", confirm=True)
    assert await loft.room.answers.settle(sent, "CONFIRM", "", "ben", NoticeState.ANSWERED)
    loft.pigeons.raising = None
    await loft.until(8)
    assert loft.pigeons.flown == []
