"""A rogue integration in its box, and the same one without: what gets through."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.supervisor.child.box import filter as calls
from hub.supervisor.child.box import landlock
from tests.support.house import house

HERE = Path(__file__).parent
OPEN = """
import hub.child.tunnel, hub.supervisor.child.box as box
box.close_box = lambda _: None
hub.child.tunnel.lead_through = lambda _: None
"""
"""The mutant: the same child with the box left open."""
LACKING = [
    name
    for name, there in (
        ("Landlock with scopes (kernel 6.12)", landlock.version() >= 6),
        (f"a seccomp filter for {platform.machine()}", calls.available()),
    )
    if not there
]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"this kernel lacks {', '.join(LACKING)}")


@contextmanager
def targets(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the probes reach for, each there and open to the hub's own user."""
    config = tmp_path / "config"
    neighbour = config / "custom_integrations" / "neighbour.py"
    neighbour.write_text("SECRET = 'of the neighbour'\n")
    theirs = tmp_path / "data" / "entries" / "neighbour" / "kept.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    (config / "secrets.yaml").write_text("password: canary\n")
    (tmp_path / "victim").write_text("whole")
    with ExitStack() as stack:
        sibling = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
        stack.callback(sibling.wait)
        stack.callback(sibling.kill)
        service, udp = (stack.enter_context(socket.socket(socket.AF_INET, kind)) for kind in (1, 2))
        service.bind(("127.0.0.1", 0))
        service.listen(20)
        udp.bind(("127.0.0.1", 0))
        console, abstract = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        console.bind(str(tmp_path / "console"))
        abstract.bind(f"\0homeostat-{os.getpid()}")
        datagram = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        datagram.bind(str(tmp_path / "datagram"))
        console.listen(1)
        abstract.listen(1)
        yield {
            "database": str(tmp_path / "data" / "homeostat.db"),
            "secrets": str(config / "secrets.yaml"),
            "neighbour": str(neighbour),
            "neighbour_data": str(theirs),
            "neighbour_entry": "neighbour",
            "victim": str(tmp_path / "victim"),
            "scratch": str(tmp_path),
            "hub": os.getpid(),
            "sibling": sibling.pid,
            "service": service.getsockname()[1],
            "udp": udp.getsockname()[1],
            "console": str(tmp_path / "console"),
            "abstract": f"homeostat-{os.getpid()}",
            "datagram": str(tmp_path / "datagram"),
        }


async def probed(tmp_path: Path) -> dict[str, str]:
    custom = tmp_path / "config" / "custom_integrations"
    shutil.copytree(HERE / "redteam", custom / "redteam", ignore=shutil.ignore_patterns("__pycache__"))
    with targets(tmp_path) as given:
        async with house(tmp_path / "data", serve=True, custom_integrations=custom) as hub:
            await hub.rooms.supervisor.add("redteam", {**given, "port": hub.port}, person="anna")
            end = time.monotonic() + 90
            while (answers := await hub.rooms.recorder.entry_load("redteam", "answers")) is None:
                assert time.monotonic() < end, hub.rooms.supervisor.status("redteam")
                await asyncio.sleep(0.1)
            return dict(answers)


def through(answers: dict[str, str]) -> list[str]:
    return sorted(name for name, answer in answers.items() if answer == "got through")


async def test_nothing_that_a_rogue_integration_tries_gets_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_CANARY", "of the hub")
    answers = await probed(tmp_path)
    assert len(answers) >= 60
    assert through(answers) == []
    assert (tmp_path / "victim").read_text() == "whole"


async def test_without_its_box_most_of_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "sitecustomize.py").write_text(OPEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "open"))
    answers = await probed(tmp_path)
    assert len(through(answers)) >= 40, answers
