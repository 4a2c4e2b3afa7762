"""Nightscout, both ways: its API for the clients there are, and a follower of an existing site."""

from __future__ import annotations

from collections.abc import Callable

from hub.api import Context, Integration, Route, hookimpl
from integrations.nightscout.config import ServerConfig


async def _serve(ctx: Context) -> None:
    from integrations.nightscout.surface.server import listen

    await listen(ctx)


SERVER = Integration(
    domain="nightscout_server",
    name="Nightscout server",
    config=ServerConfig,
    listen=_serve,
    icon="droplet",
    description="Lets apps that upload to or read from a Nightscout use this hub instead.",
    documentation="docs/nightscout.md",
    belongs_to="household",
    single=True,
    automatic=True,
)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    """The server, which is there by itself, and the follower."""
    register(SERVER)


@hookimpl
def register_routes(register: Callable[[Route], None]) -> None:
    """The HTTP surface."""
    from integrations.nightscout.surface.routes import routes

    for route in routes():
        register(route)
