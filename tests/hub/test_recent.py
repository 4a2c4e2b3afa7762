"""The events that the page of events begins with are bounded in number and in weight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.model import Entity, PeopleChanged, Reading, ReadingsRecorded
from hub.view.recent import MOST_EVENTS, MOST_READINGS, Recent

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def recorded(count: int) -> ReadingsRecorded:
    readings = tuple(Reading("sensor.anna_weight", NOW + timedelta(seconds=one), NOW, 70.0) for one in range(count))
    return ReadingsRecorded(NOW, Entity("sensor.anna_weight", 1, "scale", "weight", "anna", "Weight"), readings)


def test_the_newest_are_kept() -> None:
    recent = Recent()
    events = [PeopleChanged(NOW + timedelta(seconds=one)) for one in range(MOST_EVENTS + 5)]
    for event in events:
        recent.append(event)
    assert list(recent) == events[5:]


def test_an_import_does_not_stay_in_memory() -> None:
    recent = Recent()
    for _ in range(100):
        recent.append(recorded(1_000))
    assert len(recent) == MOST_READINGS // 1_000
    huge = recorded(2 * MOST_READINGS)
    recent.append(huge)
    assert list(recent) == [huge]
    recent.append(recorded(1))
    recent.append(recorded(1))
    assert [len(one.readings) for one in recent if isinstance(one, ReadingsRecorded)] == [1, 1]
