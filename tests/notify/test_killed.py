"""A hub that is killed while an escalation waits goes on with it, and tells nobody twice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


async def told(folder: Path, seconds: int, how: str, until: str = "ready") -> list[str]:
    """What a hub that opens that many seconds after noon says until it is killed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.notify.child", str(folder), str(seconds), how),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    lines: list[str] = []
    try:
        while (line := await asyncio.wait_for(child.stdout.readline(), 60)) and line.decode().strip() != until:
            lines.append(line.decode().strip())
        assert line, "it ended by itself"
    finally:
        child.kill()
        await child.wait()
    return lines


async def test_an_escalation_goes_on_after_a_kill_and_nobody_is_told_twice(tmp_path: Path) -> None:
    assert await told(tmp_path / "hub", 0, "begins") == ["anna"]
    # The next in line is told when it is time, although nobody ran the hub for a while; each round comes once.
    assert await told(tmp_path / "hub", 330, "goes") == ["@nina", "@nina"]
    assert await told(tmp_path / "hub", 3_000, "goes") == []


async def test_a_notice_that_was_under_way_at_a_kill_is_sent_after_it(tmp_path: Path) -> None:
    assert await told(tmp_path / "hub", 0, "begins") == ["anna"]
    # The step of the escalation is kept together with the notice for the next: neither is lost, neither doubled.
    assert await told(tmp_path / "hub", 330, "hangs", until="off @nina") == []
    assert await told(tmp_path / "hub", 940, "goes") == ["@nina", "@nina"]
