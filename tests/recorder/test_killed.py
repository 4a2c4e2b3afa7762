"""A hub killed in the middle has lost nothing that it acknowledged."""

import asyncio
import sys
from pathlib import Path

from hub.clock import RealClock
from hub.model import Kind
from hub.recorder import Recorder, StoredReading
from tests.recorder.child import CALLERS, row_of
from tests.recorder.oracle import HOUR, expected

ROOT = Path(__file__).parent.parent.parent


async def killed_after(url: str, first: int, acknowledgements: int) -> set[tuple[int, int]]:
    """What a child had acknowledged when it was killed: (caller, number)."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.recorder.child", url, str(first)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"ready\n"
    lines = [await child.stdout.readline() for _ in range(acknowledgements)]
    child.kill()
    lines += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    # The last line may be cut; then nobody was told.
    pairs = [line.split() for line in lines if line.endswith(b"\n")]
    return {(int(caller), int(number) + more) for caller, number in pairs for more in (0, 1)}


async def test_nothing_acknowledged_is_missing_after_it_was_killed_and_statistics_are_right(database_url: str) -> None:
    acknowledged: set[tuple[int, int]] = set()
    for turn, count in enumerate((1, 200, 37, 900)):
        acknowledged |= await killed_after(database_url, turn * 10_000, count)
    recorder = await Recorder.open(database_url, clock=RealClock())
    stored = {
        (reading.series - 1, reading.taken_us): reading
        for series in range(1, CALLERS + 1)
        for reading in await recorder.readings([series], 0, 1 << 62, limit=1_000_000)
    }
    for caller, number in acknowledged:
        row = row_of(caller, number)
        assert stored[caller, row[1]] == StoredReading(row[0], row[1], row[4], row[2], 0)
    assert len(acknowledged) > 1_138
    for caller in (0, CALLERS - 1):
        own = {taken: (reading.value, 0) for (one, taken), reading in stored.items() if one == caller}
        first, last = min(own), max(own)
        found = await recorder.statistics(caller + 1, "hour", first, last + 1, time_zone="UTC")
        assert sum(hour.count for hour in found) == len(own)
        for hour in found:
            wanted = expected(own, Kind.GAUGE, 60_000_000, 1 << 62, hour.start_us, hour.start_us + HOUR)
            assert (hour.count, hour.min, hour.max) == (wanted.count, wanted.min, wanted.max)
    await recorder.close()
