"""A custom integration that tries to get out of its box, and tells of each attempt whether it got through."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel

from hub.api import Context, Integration, hookimpl

from . import files, network, processes, wire


class Config(BaseModel, extra="allow"):
    """What the test lays out as targets."""


async def listen(ctx: Context) -> None:
    given: dict[str, Any] = dict(ctx.entry.options)
    given["data_dir"] = str(ctx.data_dir)
    answers: dict[str, str] = {}
    for probe in (*files.PROBES, *processes.PROBES, *network.PROBES):
        try:
            through = await asyncio.to_thread(probe, given) if probe in network.WAITING else probe(given)
            answers[probe.__name__] = "got through" if through else "held"
        except Exception as error:  # noqa: BLE001  # being refused is what a probe hopes not for
            answers[probe.__name__] = f"held: {type(error).__name__}: {error}"
    for asked in wire.PROBES:
        try:
            through = await asyncio.wait_for(asked(ctx, given), 20)
            answers[asked.__name__] = "got through" if through else "held"
        except Exception as error:  # noqa: BLE001
            answers[asked.__name__] = f"held: {type(error).__name__}: {error}"
    await ctx.save("answers", answers)
    await asyncio.get_running_loop().create_future()


@hookimpl
def register_integrations(register: Any) -> None:
    register(Integration("redteam", "Red team", config=Config, listen=listen))
