"""A real hub for tests: rooms, storage and, when asked for, its page, with the plugins a test brings along."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hub.api import Integration, hookimpl
from hub.clock import Clock
from hub.daemon import Hub, Settings
from hub.model import Verb
from hub.view import SetupRequest, View

PASSWORD = "correct horse battery"


class Plugin:
    """A plugin that registers the integrations it is given."""

    def __init__(self, *integrations: Integration) -> None:
        self._integrations = integrations

    @hookimpl
    def register_integrations(self, register: Any) -> None:
        for integration in self._integrations:
            register(integration)


@asynccontextmanager
async def house(
    folder: Path,
    *,
    clock: Clock | None = None,
    url: str = "",
    plugins: Iterable[tuple[str, object]] = (),
    serve: bool = False,
    people: Iterable[str] = ("Ben", "Mia"),
    automatic: bool = False,
    **settings: Any,
) -> AsyncIterator[Hub]:
    """A hub set up for Anna (owner) and `people`, stopped at the end; a folder used before is opened again."""
    chosen = Settings(data_dir=folder, database_url=url, port=0, automatic_entries=automatic, **settings)
    hub = await Hub.start(chosen, clock=clock, plugins=plugins, serve=serve)
    try:
        if hub.views.needs_setup():
            await hub.views.setup(
                SetupRequest("Anna", PASSWORD, "Home", "Europe/Madrid", people=[{"name": name} for name in people]),
                code=None,
            )
        await hub.find_custom()
        yield hub
    finally:
        await hub.stop()


async def token(hub: Hub, *verbs: Verb, persons: Iterable[str] | None = None, account: str = "anna") -> str:
    """The text of a fresh token; without verbs it may do everything its account may."""
    _, text = await hub.rooms.accounts.create_token(account, persons=persons, verbs=verbs or tuple(Verb))
    return text


def everything(hub: Hub) -> View:
    """The hub's own view."""
    return hub.views.system()
