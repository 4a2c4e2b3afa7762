"""Upkeep goes on whatever fails, and says what the owner should know."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.errors import StorageUnavailable
from hub.recorder import Recorder
from tests.integrations.mqtt.client import until
from tests.support.house import house
from tests.support.thorough import thorough

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = 86_400


@pytest.mark.parametrize(
    "failure", [StorageUnavailable("the disk is full"), pytest.param(ZeroDivisionError("61.7373"), marks=thorough)]
)
async def test_a_day_that_fails_is_told_in_the_log_and_the_next_day_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        tried: list[int] = []

        async def purge(*_: Any) -> int:
            tried.append(1)
            if len(tried) == 1:
                raise failure
            return 0

        monkeypatch.setattr(hub.rooms.recorder, "purge", purge)
        await clock.advance(DAY + 1)
        # Its rules are read from the database, which keeps real time.
        await until(lambda: "_daily" in caplog.text)
        assert len(tried) == 1
        await clock.advance(DAY)
        await until(lambda: len(tried) == 2)


async def test_trouble_with_storage_is_said_said_anew_when_it_is_another_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(START)
    async with house(tmp_path, clock=clock) as hub:
        sound = hub.rooms.recorder.health

        async def said(message: str) -> str:
            health = replace(sound, ok=not message, message=message, remedy="Do something.")
            monkeypatch.setattr(Recorder, "health", property(lambda _: health))
            await clock.advance(16)
            return hub.rooms.problems.get("storage", (None, "", ""))[1]

        assert await said("The disk is full.") == "The disk is full."
        assert await said("The database is locked.") == "The database is locked."
        assert await said("") == ""
