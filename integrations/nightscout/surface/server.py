"""The running server entry: its options, its tickets, who must wait. Only one runs in a process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hub.api import Clock, Context
from integrations.nightscout.config import ServerConfig
from integrations.nightscout.surface.throttle import Throttle
from integrations.nightscout.surface.tickets import Tickets


@dataclass(slots=True)
class Server:
    config: ServerConfig
    clock: Clock
    tickets: Tickets
    throttle: Throttle


_PATIENCE = 100
_running: list[Server] = []


def current() -> Server | None:
    """None while the entry is switched off or not yet started."""
    return _running[-1] if _running else None


async def soon() -> Server | None:
    """The same, after a moment's patience: requests may arrive while the hub is still starting its entries."""
    for _ in range(_PATIENCE):
        if _running:
            break
        await asyncio.sleep(0.02)
    return current()


async def listen(ctx: Context) -> None:
    """Be there for the routes as long as the entry runs."""
    tickets = await Tickets.load(ctx.load, ctx.save)
    server = Server(ctx.config, ctx.clock, tickets, Throttle(ctx.clock))
    _running.append(server)
    try:
        await asyncio.Event().wait()
    finally:
        _running.remove(server)
