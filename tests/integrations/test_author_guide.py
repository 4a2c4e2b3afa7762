"""The integration author's guide: every piece of its code is run, and what it says of hooks and limits is so."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from hub.api import CliCommand, EntryState, Sample
from hub.cli.common import Session
from hub.daemon import Hub
from hub.daemon.building import command
from hub.loader import load
from hub.plugin import HookSpecs
from hub.supervisor.child import remote
from tests.support.house import everything, house

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "integrations-author-guide.md").read_text()
CODE = dict(re.findall(r"^```\w+ file=(\S+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))
EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
ANSWER = {"time": "2026-11-20T06:30:00Z", "kg": 71.2, "fat": 18.4}


def written(folder: Path, *names: str) -> Path:
    """The folder, with files of the guide in it."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(CODE[name])
    return folder


def module(folder: Path, name: str) -> tuple[str, ModuleType]:
    """A plugin of the guide, imported."""
    spec = importlib.util.spec_from_file_location(name, written(folder, f"{name}.py") / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return name, made


class Scale:
    """A scale in the network."""

    def __init__(self) -> None:
        self.asked = 0
        self.token = "right"

    async def last(self, request: web.Request) -> web.Response:
        self.asked += 1
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        return web.json_response(ANSWER)


@asynccontextmanager
async def scale() -> AsyncIterator[tuple[Scale, str]]:
    device = Scale()
    app = web.Application()
    app.router.add_get("/last", device.last)
    async with TestServer(app) as server:
        yield device, str(server.make_url("")).rstrip("/")


async def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def values(hub: Hub, metric: str, person: str = "anna") -> list[Any]:
    page = await everything(hub).readings(person, metric, EARLY, LATE)
    return [one.value for one in page.readings]


def test_the_smallest_integration_is_about_thirty_lines() -> None:
    lines = [line for line in CODE["bathroom_scale.py"].splitlines() if line.strip()]
    assert len(lines) <= 35


def test_the_guide_imports_nothing_of_the_hub_but_its_api() -> None:
    imported = {
        found for text in CODE.values() for found in re.findall(r"^(?:from|import) (hub[\w.]*)", text, re.MULTILINE)
    }
    assert imported == {"hub.api"}


async def test_the_scale_is_asked_and_its_readings_are_kept(tmp_path: Path) -> None:
    async with scale() as (device, url), house(tmp_path / "hub", plugins=[module(tmp_path, "bathroom_scale")]) as hub:
        await hub.rooms.supervisor.add("bathroom_scale", {"url": url, "token": "right"}, person="anna")
        await until(lambda: hub.rooms.supervisor.status("bathroom_scale").state is EntryState.RUNNING)
        assert await values(hub, "weight") == [71.2]
        assert await values(hub, "body_fat") == [18.4]
        assert device.asked == 1


@pytest.mark.parametrize(
    ("token", "path", "state", "problem"),
    [
        ("wrong", "", EntryState.NEEDS_OWNER, "the scale refuses the token"),
        ("right", "/elsewhere", EntryState.RETRYING, "the scale does not answer"),
    ],
)
async def test_its_failures_are_the_ones_the_guide_names(
    tmp_path: Path, token: str, path: str, state: EntryState, problem: str
) -> None:
    async with scale() as (_, url), house(tmp_path / "hub", plugins=[module(tmp_path, "bathroom_scale")]) as hub:
        await hub.rooms.supervisor.add("bathroom_scale", {"url": url + path, "token": token}, person="anna")
        await until(lambda: hub.rooms.supervisor.status("bathroom_scale").state is state)
        assert problem in hub.rooms.supervisor.status("bathroom_scale").problem


async def test_the_examples_run_as_custom_integrations_in_processes_of_their_own(tmp_path: Path) -> None:
    folder = written(tmp_path / "custom", "bathroom_scale.py", "sleep_mat.py", "night_light.py")
    async with (
        scale() as (_, url),
        house(tmp_path / "hub", serve=True, custom_integrations=folder) as hub,
        aiohttp.ClientSession() as session,
    ):
        supervisor, view = hub.rooms.supervisor, everything(hub)
        await supervisor.add("bathroom_scale", {"url": url, "token": "right"}, person="anna")
        await supervisor.add("sleep_mat", {"key": "soft"}, person="anna")
        await supervisor.add("night_light", {})
        names = ("bathroom_scale", "sleep_mat", "night_light")
        await until(lambda: all(supervisor.status(name).state is EntryState.RUNNING for name in names))

        await until(lambda: hub.rooms.states.get("sensor.anna_weight") is not None)
        assert await values(hub, "weight") == [71.2]

        night = {"from": "2026-11-19T22:00:00Z", "to": "2026-11-20T06:00:00Z", "breaths": 14.2}
        address = f"http://127.0.0.1:{hub.port}/webhook/sleep_mat"
        async with session.post(address, json={**night, "key": "hard"}) as refused:
            assert refused.status == 401
        async with session.post(address, json={**night, "key": "soft"}) as kept:
            assert (kept.status, await kept.json()) == (200, {"kept": True})
        assert await values(hub, "sleep_duration") == [480]
        (entry,), _ = await view.journal(["anna"])
        assert (entry.kind, entry.data["asleep"]) == ("sleep", 480)

        await until(lambda: any(one.key == "light" for one in view.entities()))
        light = next(one for one in view.entities() if one.key == "light")
        await command(hub.rooms, light.id, "turn_on", {})
        await until(lambda: (found := view.state(light.id)[1]) is not None and found.value == "on")


def test_a_plugin_of_ones_own_adds_metrics_and_kinds(tmp_path: Path) -> None:
    loaded = load(extra=[module(tmp_path, "brewing")])
    assert loaded.problems == {}
    assert loaded.vocabulary.metrics["tea_temperature"].unit == "Cel"
    assert loaded.vocabulary.journal_kinds["brew"].name == "Brew"


def test_the_example_test_passes_and_would_fail(tmp_path: Path) -> None:
    folder = written(tmp_path / "own", "bathroom_scale.py", "test_bathroom_scale.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(command, cwd=folder, env=around, capture_output=True, check=False).returncode == 0
    broken = CODE["bathroom_scale.py"].replace('answer["kg"]', 'answer["fat"]')
    (folder / "bathroom_scale.py").write_text(broken)
    assert subprocess.run(command, cwd=folder, env=around, capture_output=True, check=False).returncode == 1


def test_the_manifest_has_the_keys_of_those_that_ship() -> None:
    keys = {*tomllib.loads(CODE["manifest.toml"])}
    shipped = [tomllib.loads(one.read_text()) for one in (ROOT / "integrations").glob("*/manifest.toml")]
    assert len(shipped) >= 5
    assert all({*one} >= keys for one in shipped)


def test_every_hook_is_in_the_table_with_its_arguments() -> None:
    told = set(re.findall(r"^\| `(register_\w+\(\w+\))` \|", GUIDE, re.MULTILINE))
    there = set()
    for name, hook in inspect.getmembers(HookSpecs, inspect.isfunction):
        arguments = [one for one in inspect.signature(hook).parameters if one != "self"]
        there.add(f"{name}({', '.join(arguments)})")
    assert told == there


def test_the_limits_are_those_of_the_child() -> None:
    assert f"answer for {remote.PING_LIMIT:.0f} seconds" in GUIDE
    assert f"more than {remote.MEMORY_LIMIT >> 20} MB" in GUIDE
    assert f"may have {remote.LARGEST_WEBHOOK >> 20} MB" in GUIDE


def test_the_sample_of_the_guide_is_one() -> None:
    (snippet,) = re.findall(r"^```python\n(Sample\(.*?\))\n```$", GUIDE, re.MULTILINE)
    made = eval(snippet, {"Sample": Sample, "at": EARLY})
    assert (made.metric, made.unit, made.increment) == ("weight", "kg", False)


def test_the_command_answers_in_words_and_in_json(tmp_path: Path) -> None:
    given: list[CliCommand] = []
    module(tmp_path, "kettle")[1].register_commands(given.append)
    [steep] = given
    for as_json, expected in ((False, "2 minutes\n"), (True, '{\n  "tea": "green",\n  "minutes": 2\n}\n')):
        done = CliRunner().invoke(steep.build(), ["green"], obj=Session(json=as_json))
        assert (done.exit_code, done.output) == (0, expected)
    wrong = CliRunner().invoke(steep.build(), ["coffee"], obj=Session())
    assert wrong.exit_code == 2
    assert "there are: green, black, mint" in wrong.output
