"""A hub in a process of its own, for tests that kill it: `python -m tests.notify.child FOLDER SECONDS HOW`.

It opens at SECONDS after noon, writes a line for each pigeon that flew (`anna`) or is about to (`off @nina`), then
`ready`, and stays until it is killed. HOW: `begins` an escalation, `goes` on for a while, or `hangs`: its pigeons leave
and never come, and it is never ready.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from hub.api import Context, Delivery, Outbound
from hub.clock import VirtualClock
from tests.notify.conftest import ANNA, NOON, carers, open_loft
from tests.notify.pigeon import Pigeons

STEP, MINUTES = 60, 40


class Lines(Pigeons):
    def __init__(self, *, hanging: bool) -> None:
        super().__init__()
        self._hanging = hanging

    async def send(self, ctx: Context, going: Outbound) -> Delivery:
        if self._hanging:
            _say(f"off {going.notice.to}")
            await asyncio.Event().wait()
        done = await super().send(ctx, going)
        _say(going.notice.to)
        return done


async def main(folder: Path, seconds: int, how: str) -> None:
    clock = VirtualClock(NOON + timedelta(seconds=seconds))
    async with open_loft(folder, Lines(hanging=how == "hangs"), clock) as loft:
        if how == "begins":
            await carers(loft)
            await loft.send("Mia is low", to="anna", actor=ANNA, person="mia", escalate={"after": 600, "repeat": 1})
            await loft.passes(300)
        elif how == "goes":
            for _ in range(MINUTES):
                await loft.passes(STEP)
        else:
            await clock.advance(600)
            await asyncio.Event().wait()
        _say("ready")
        await asyncio.Event().wait()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
