"""Nightscout, both ways: its API for the clients there are, and a follower of an existing site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from hub.api import Context, EntryAction, Integration, Route, hookimpl
from integrations.nightscout.config import FollowerConfig, ServerConfig


async def _serve(ctx: Context) -> None:
    from integrations.nightscout.surface.server import listen

    await listen(ctx)


async def _poll(ctx: Context) -> None:
    from integrations.nightscout.follow import poll

    await poll(ctx)


async def _import_file(ctx: Context, path: Path, options: Mapping[str, Any]) -> None:
    from integrations.nightscout.dump import import_file

    await import_file(ctx, path, options)


async def _import_history(ctx: Context, given: ImportParameters) -> Mapping[str, Any]:
    from integrations.nightscout.follow import start_import

    return await start_import(ctx, again=given.again, wait=given.wait)


class ImportParameters(BaseModel):
    again: bool = Field(
        False, title="From the newest record again", description="Instead of going on where it stopped."
    )
    wait: bool = Field(False, title="Stay until it is done", description="For the console, which shows how far it is.")


FOLLOWER = Integration(
    domain="nightscout",
    name="Nightscout",
    config=FollowerConfig,
    poll=_poll,
    every=lambda config: timedelta(seconds=config.poll_seconds),
    import_file=_import_file,
    links=(("Compare with this hub", "/nightscout/differences"),),
    actions=(
        EntryAction(
            "nightscout.import",
            "Import the whole history",
            ImportParameters,
            _import_history,
            description="Brings everything the Nightscout has, page by page; it may be stopped and goes on by itself.",
        ),
    ),
    icon="droplet",
    description="Copies an existing Nightscout into this hub, or shows how the two differ.",
    documentation="nightscout.md",
)
SERVER = Integration(
    domain="nightscout_server",
    name="Nightscout server",
    config=ServerConfig,
    listen=_serve,
    icon="droplet",
    description="Lets apps that upload to or read from a Nightscout use this hub instead.",
    documentation="nightscout.md",
    belongs_to="household",
    links=(("Connect an app", "/nightscout/connect"), ("See the apps' tokens", "/settings/tokens")),
    single=True,
    automatic=True,
)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    """The server, which is there by itself, and the follower."""
    register(SERVER)
    register(FOLLOWER)


@hookimpl
def register_routes(register: Callable[[Route], None]) -> None:
    """The HTTP surface, the comparison with a followed site, and the page that connects an app."""
    from integrations.nightscout.surface import connect, differences, routes

    for route in (*routes.routes(), *differences.routes(), *connect.routes()):
        register(route)
