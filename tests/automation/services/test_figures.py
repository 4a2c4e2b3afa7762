"""`recorder.get_statistics`: what days and weeks come to, for automations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.errors import BadReading, NotFound
from hub.model import Actor, Role
from hub.view import IncomingReading, View
from tests.support.house import everything, house

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
WEIGHT, STEPS = "sensor.anna_weight", "sensor.anna_steps"


async def test_days_weeks_and_months_of_what_one_may_see(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    async with house(tmp_path, clock=clock) as hub:
        view = everything(hub)
        readings = []
        for day in range(1, 31):
            at = datetime(2026, 3, day, 8, tzinfo=UTC)
            readings.append(IncomingReading("anna", "weight", 60.0 + day, at))
            readings += [
                IncomingReading("anna", "steps", 1_000.0, at + timedelta(hours=hour), increment=True) for hour in (0, 5)
            ]
        receipt = await view.record(readings)
        assert receipt.accepted == len(readings)
        owner = Actor("anna")

        async def ask(actor: Actor = owner, **given: object) -> dict[str, list[dict[str, object]]]:
            told = {"statistic_ids": [WEIGHT, STEPS], "start_time": "2026-03-01", "period": "week", **given}
            found = await hub.rooms.actions.call(actor, "recorder.get_statistics", told)
            statistics: dict[str, list[dict[str, object]]] = found["statistics"]
            return statistics

        weeks = await ask(types=["sum", "min", "max", "state"])
        # The first of March 2026 is a Sunday, and Berlin's clocks are set on the 29th.
        assert [one["start"] for one in weeks[STEPS]] == [
            "2026-03-01T00:00:00+01:00", "2026-03-02T00:00:00+01:00", "2026-03-09T00:00:00+01:00",
            "2026-03-16T00:00:00+01:00", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
        ]  # fmt: skip
        assert [one["sum"] for one in weeks[STEPS]] == [2_000, 14_000, 14_000, 14_000, 14_000, 2_000]
        assert weeks[WEIGHT][1] == {
            "start": "2026-03-02T00:00:00+01:00", "end": "2026-03-09T00:00:00+01:00", "sum": None,
            "min": 62.0, "max": 68.0, "state": 68.0,
        }  # fmt: skip
        [month] = (await ask(period="month", types="change"))[STEPS]
        assert month["change"] == 60_000
        days = await ask(period="day", start_time="2026-03-30", end_time="2026-03-31T00:00:00+02:00")
        assert [one["mean"] for one in days[WEIGHT]] == [pytest.approx(90, abs=1)]
        hours = await ask(period="hour", start_time=(NOW - timedelta(hours=30)).isoformat())
        assert [one["sum"] for one in hours[STEPS]] == [1_000, 1_000]

        await hub.views.system().add_account("Ben", "another long password", role=Role.ADULT, person=None)
        with pytest.raises(NotFound, match=r"no entity 'sensor\.anna_weight'"):
            await ask(Actor("ben"))
        with pytest.raises(BadReading, match="'median' is none of change, max"):
            await ask(types=["median"])
        with pytest.raises(BadReading, match="ask for a shorter time"):
            await ask(period="hour", start_time="2001-01-01")
        with pytest.raises(BadReading, match="is no date and time"):
            await ask(start_time="last week")
        assert isinstance(view, View)
