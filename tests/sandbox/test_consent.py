"""The owner's agreement to what a custom integration wants."""

from __future__ import annotations

import asyncio
import importlib.util
import py_compile
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


async def test_more_wishes_wait_for_a_new_agreement(tmp_path: Path) -> None:
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
        kept = await hub.rooms.recorder.get_setting("consent:ring")
        assert kept["sha256"] != first


async def test_other_bytes_of_the_same_wishes_wait_for_a_new_agreement(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await everything(hub).add_entry("ring", {}, person="anna", agree=True)
    written(tmp_path, 'metrics = ["heart_rate"]', CODE + "# a line more\n")
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await until(lambda: state(hub) is EntryState.MISCONFIGURED)
        assert "not those that were agreed to" in hub.rooms.supervisor.status("ring").problem
        await everything(hub).agree_entry("ring")
        await until(lambda: state(hub) is EntryState.RUNNING)
        written(tmp_path, 'metrics = ["heart_rate"]', CODE + "# and one while it runs\n")
        await hub.rooms.supervisor.reload("ring")
        assert state(hub) is EntryState.MISCONFIGURED


async def test_what_the_owner_works_on_may_change_but_not_wish_for_more(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]')
    (folder / "trust.toml").write_text('development = ["ring"]\n')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await everything(hub).add_entry("ring", {}, person="anna", agree=True)
        await until(lambda: state(hub) is EntryState.RUNNING)
        written(tmp_path, 'metrics = ["heart_rate"]', CODE + "# a line more\n")
        await hub.rooms.supervisor.reload("ring")
        await until(lambda: state(hub) is EntryState.RUNNING)
        written(tmp_path, 'metrics = ["heart_rate", "weight"]')
        await hub.rooms.supervisor.reload("ring")
        assert "It wants more" in hub.rooms.supervisor.status("ring").problem


async def test_a_wrong_line_in_the_owners_own_file_is_told_and_trusts_nobody(tmp_path: Path) -> None:
    folder = written(tmp_path, 'metrics = ["heart_rate"]')
    (folder / "trust.toml").write_text('developement = ["ring"]\n')
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        _, problem, remedy = hub.rooms.problems["plugin:trust"]
        assert "did you mean development?" in problem
        assert "trust.toml" in remedy


async def test_bytes_compiled_beforehand_are_not_what_runs(tmp_path: Path) -> None:
    """A package may bring `__pycache__`, which Python prefers to the source and which no hash covers."""
    folder = written(tmp_path, 'metrics = ["heart_rate", "weight"]')
    source = folder / "ring" / "__init__.py"
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        await everything(hub).add_entry("ring", {}, person="anna", agree=True)
        await until(lambda: hub.rooms.states.get("sensor.anna_heart_rate") is not None)
    evil = tmp_path / "evil.py"
    evil.write_text(CODE.replace('"heart_rate", 61', '"weight", 61'))
    where = Path(importlib.util.cache_from_source(str(source)))
    where.parent.mkdir()
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(evil), str(where), str(source), invalidation_mode=unchecked)
    async with house(tmp_path / "data", custom_integrations=folder) as hub:
        before = hub.rooms.supervisor.status("ring").samples
        await until(lambda: hub.rooms.supervisor.status("ring").samples > before + 1)
        assert hub.rooms.states.get("sensor.anna_weight") is None


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
        assert "It wants more than was agreed to: metrics: weight" in hub.rooms.supervisor.status("ring").problem
        assert hub.rooms.states.get("sensor.anna_weight") is None
