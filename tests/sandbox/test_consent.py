"""The owner's agreement to what a custom integration wants."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.daemon import Hub
from hub.errors import Conflict
from hub.model import EntryState
from tests.support.house import everything, house

CODE = """
from datetime import timedelta
from hub.api import Integration, Sample, hookimpl

async def poll(ctx):
    return [Sample("heart_rate", 61, ctx.clock.now())]

@hookimpl
def register_integrations(register):
    register(Integration("ring", "Ring", poll=poll, every=timedelta(seconds=1)))
"""


def written(tmp_path: Path, needs: str, code: str = CODE) -> Path:
    folder = tmp_path / "custom_integrations" / "ring"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(code)
    (folder / "manifest.toml").write_text(f"[needs]\n{needs}\n")
    return folder.parent


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def state(hub: Hub) -> EntryState:
    return hub.rooms.supervisor.status("ring").state


async def test_nothing_is_added_before_the_owner_agrees_to_what_it_wants(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]\nhosts = ["api.example.org:443"]')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        with pytest.raises(Conflict, match=r"heart_rate.*sends to: api\.example\.org:443.*Agree"):
            await everything(hub).add_entry("ring", {}, person="anna")
        assert "ring" not in hub.rooms.supervisor.entries
        await everything(hub).add_entry("ring", {}, person="anna", agree=True)
        await until(lambda: state(hub) is EntryState.RUNNING)
        kept = await hub.rooms.recorder.get_setting("consent:ring")
        assert kept["needs"]["hosts"] == ["api.example.org:443"]
        assert len(kept["sha256"]) == 64


async def test_more_wishes_wait_for_a_new_agreement_and_fewer_go_on(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await everything(hub).add_entry("ring", {}, person="anna", agree=True)
        first = (await hub.rooms.recorder.get_setting("consent:ring"))["sha256"]
    written(tmp_path, 'metrics = ["heart_rate", "weight"]\nbluetooth = true')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await until(lambda: state(hub) is EntryState.MISCONFIGURED)
        status = hub.rooms.supervisor.status("ring")
        assert status.problem == "It wants more than was agreed to: metrics: weight; Bluetooth."
        assert "homeostat entry agree ring" in status.remedy
        assert hub.rooms.states.get("sensor.anna_heart_rate") is None or state(hub) is not EntryState.RUNNING
        await hub.rooms.supervisor.reload("ring")
        assert state(hub) is EntryState.MISCONFIGURED
        await everything(hub).agree_entry("ring")
        await until(lambda: state(hub) is EntryState.RUNNING)
    written(tmp_path, 'metrics = ["heart_rate"]', CODE + "# a line more\n")
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await until(lambda: state(hub) is EntryState.RUNNING)
        kept = await hub.rooms.recorder.get_setting("consent:ring")
        assert kept["sha256"] != first
        assert kept["needs"]["metrics"] == ["heart_rate"]


async def test_an_entry_whose_agreement_is_missing_is_not_started(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await hub.rooms.supervisor.add("ring", {}, person="anna")
        await hub.rooms.recorder.set_setting("consent:ring", None)
        await hub.rooms.supervisor.reload("ring")
        assert "Nobody has agreed" in hub.rooms.supervisor.status("ring").problem


async def test_a_manifest_that_grows_while_the_hub_runs_gives_nothing(tmp_path: Path) -> None:
    asks = CODE.replace('"heart_rate", 61', '"weight", 61')
    folder = written(tmp_path, 'metrics = ["heart_rate"]', asks)
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await hub.rooms.supervisor.add("ring", {}, person="anna")
        written(tmp_path, 'metrics = ["heart_rate", "weight"]', asks)
        await hub.rooms.supervisor.reload("ring")
        await until(lambda: "did not declare 'weight'" in hub.rooms.supervisor.status("ring").problem)
        assert hub.rooms.states.get("sensor.anna_weight") is None
