"""A real hub without a web server, whose automations can be watched."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from hub.automation.trace import Trace
from hub.daemon.hub import Hub
from hub.daemon.settings import Settings
from hub.model import Actor, Command, EntityDescription, Kind, Role, Sample
from hub.plugin import Context, Integration, hookimpl
from hub.view import IncomingReading, SetupRequest
from hub.view.view import View

PASSWORD = "a kettle under the old pine"


class Lamp:
    """A switch that answers."""

    @hookimpl
    def register_integrations(self, register: Callable[[Integration], None]) -> None:
        register(Integration("lamp", "Lamp", listen=self._listen, act=self._act, belongs_to="household"))

    async def _listen(self, ctx: Context) -> None:
        lamp = EntityDescription(
            "lamp", "Lamp", "switch", kind=Kind.ENUM, options=("on", "off"), commands=("turn_on", "turn_off")
        )
        await ctx.describe([], [lamp])
        await ctx.accept([Sample(entity="lamp", value="off")])
        await asyncio.Event().wait()

    async def _act(self, ctx: Context, command: Command) -> None:
        await ctx.accept([Sample(entity="lamp", value=command.name.removeprefix("turn_"))])


class Home:
    """A hub, by whose doors tests go in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder / "data", folder / "config"
        self.hub: Hub

    async def start(self, **more: Any) -> None:
        settings = Settings(self.folder, automatic_entries=False, config_dir=self.config)
        self.hub = await Hub.start(settings, plugins=[("lamp", Lamp())], serve=False, **more)

    def view(self, account: str = "anna") -> View:
        return View(self.hub.rooms, Actor(account))

    async def measure(self, value: float, person: str = "anna", metric: str = "blood_glucose") -> None:
        """Known to the automations once it returns."""
        reading = IncomingReading(person=person, metric=metric, value=value, taken_at=None)
        receipt = await View(self.hub.rooms, Actor("", kind="system")).record([reading])
        assert receipt.accepted == 1, receipt
        await self.quiet()

    async def quiet(self) -> None:
        """Until every engine is at rest."""
        at_rest = 0
        async with asyncio.timeout(60):
            while at_rest < 3:  # news that is being looked at is in no queue for a moment
                await asyncio.sleep(0.005)
                engines = self.hub.rooms.automations._engines
                busy = any(one.runs or one.waiting for one in engines.every())
                waiting = any(one.name == "automations" and len(one) for one in self.hub.rooms.bus.subscriptions)
                at_rest = 0 if busy or waiting else at_rest + 1

    async def traces(self, key: str, account: str = "anna") -> list[Trace]:
        """Newest first."""
        await self.quiet()
        return await self.view(account).automation_traces(key)

    async def lamp(self) -> None:
        await self.hub.views.system().add_entry("lamp", {}, person="household")
        async with asyncio.timeout(60):
            while "switch.lamp" not in self.hub.rooms.entities.all or self.hub.rooms.states.get("switch.lamp") is None:
                await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
async def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A household that was set up once."""
    made = Home(tmp_path_factory.mktemp("lived_in"))
    made.config.mkdir()
    await made.start()
    try:
        people = [{"name": "Ben"}]
        await made.hub.views.setup(SetupRequest("Anna", PASSWORD, "Home", "Europe/Berlin", people=people), code=None)
        await made.hub.views.system().add_account("Ben", "another long password", role=Role.ADULT, person="ben")
    finally:
        await made.hub.stop()
    return made.folder.parent


@pytest.fixture
async def home(tmp_path: Path, lived_in: Path) -> AsyncIterator[Home]:
    shutil.copytree(lived_in, tmp_path, dirs_exist_ok=True)
    made = Home(tmp_path)
    await made.start()
    try:
        yield made
    finally:
        await made.hub.stop()
