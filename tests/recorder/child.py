"""Writes until it is killed, and prints what was acknowledged. `python -m tests.recorder.child URL FIRST`."""

import asyncio
import sys

from hub.clock import RealClock
from hub.model import Kind
from hub.recorder import Recorder

STEP = 1_000_000
CALLERS = 20
BLOCK = 1_000_000
"""Seconds of one caller's own stretch of time."""


def row_of(caller: int, number: int) -> tuple[int, int, float, None, int, int]:
    taken = (1_500_000_000 + number) * STEP
    return caller + 1, taken, number / 4, None, taken + caller, 0


async def main(url: str, first: int) -> None:
    recorder = await Recorder.open(url, clock=RealClock())
    for series in range(1, CALLERS + 1):
        await recorder.register_series(series, kind=Kind.GAUGE, hold_s=60, time_zone="UTC")

    async def call(caller: int) -> None:
        number = first
        while True:
            await recorder.write([row_of(caller, number), row_of(caller, number + 1)])
            sys.stdout.write(f"{caller} {number}\n")
            sys.stdout.flush()
            number += 2

    print("ready", flush=True)
    await asyncio.gather(*(call(caller) for caller in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
