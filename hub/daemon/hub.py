"""One running hub: its rooms started in order, stopped in reverse."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.clock import Clock, RealClock
from hub.daemon import memory, serving
from hub.daemon.building import build
from hub.daemon.custom import find_custom
from hub.daemon.demo import demo_household
from hub.daemon.lock import DataLock
from hub.daemon.network import Network
from hub.daemon.outside import Outside
from hub.daemon.secrets import Secrets
from hub.daemon.settings import Settings
from hub.daemon.sole import Sole
from hub.daemon.upkeep import Upkeep
from hub.loader import Loaded
from hub.model import State
from hub.plugin import DemoSetup
from hub.recorder import Recorder
from hub.view import Rooms, Views

_log = logging.getLogger("hub.daemon")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Hub:
    """`await Hub.start(settings)`; `await hub.stop()` is idempotent and ends everything it started."""

    def __init__(self, settings: Settings, rooms: Rooms, loaded: Loaded, outside: Outside) -> None:
        self.settings, self.rooms, self.views, self.loaded = settings, rooms, Views(rooms), loaded
        self.port = 0
        self.demo: DemoSetup | None = None
        """Who lives in the demo household, when this is one."""
        self._outside = outside
        self.upkeep, self.secrets = Upkeep(rooms), Secrets(rooms)
        self._lock: DataLock | None = None
        self._sole: Sole | None = None
        self._custom: asyncio.Task[None] | None = None
        self._stopped = False

    @classmethod
    async def start(
        cls,
        settings: Settings,
        *,
        clock: Clock | None = None,
        plugins: Iterable[tuple[str, object]] = (),
        serve: bool = True,
        run: bool = True,
        lock: DataLock | None = None,
    ) -> Hub:
        """Open storage, load plugins, `serve` pages, `run` entries; `lock` is let go by `stop`.

        Raises InUse, StorageCorrupt, StorageUnavailable, ConfigInvalid.
        """
        memory.tune()
        lock = lock or DataLock.take(settings.data_dir)
        clock = clock or RealClock()
        sole = Sole(settings.url, settings.data_dir, clock)
        try:
            await sole.take()
            recorder = await Recorder.open(settings.url, clock=clock, backups=settings.data_dir / "backups")
        except BaseException:
            await sole.release()
            lock.release()
            raise
        hub: Hub | None = None
        try:
            outside = Outside()
            rooms, loaded = await build(settings, clock, recorder, plugins, outside)
            hub = cls(settings, rooms, loaded, outside)
            hub._lock, hub._sole = lock, sole
            await sole.take()
            await hub._fill()
            await hub._declare_household()
            await hub.rooms.counting.resume()
            await hub.secrets.start()
            if serve:
                served = serving.Serving(settings, hub.views, hub.loaded.routes, clock)
                await hub.network.serve(served)
                hub.port = served.port
            hub.upkeep.start()
            await hub.rooms.automations.load()
            await hub.rooms.deeds.load()
            if run:
                hub.rooms.automations.start()
                await hub._run()
            else:
                await hub.rooms.supervisor.start(settings.entries, idle=True)
        except BaseException:
            if hub is not None:
                await hub.stop()
            await recorder.close()
            await sole.release()
            lock.release()
            raise
        return hub

    @property
    def network(self) -> Network:
        """The room that holds the addresses open."""
        found = self.rooms.network
        assert isinstance(found, Network)
        return found

    @property
    def app(self) -> Any:
        """The web application that is served. Raises AssertionError when none is."""
        served = self.network.serving
        assert served is not None
        return served.app

    async def stop(self) -> None:
        """Stop in reverse order; nothing acknowledged is lost. Safe to call twice."""
        if self._stopped:
            return
        self._stopped = True
        if self._custom is not None:
            self._custom.cancel()
            await asyncio.gather(self._custom, return_exceptions=True)
        await self.rooms.backtests.stop()
        await self.rooms.automations.stop()
        await self.rooms.deeds.close()
        await self.rooms.actions.settle()
        await self.rooms.notify.stop()
        await self.rooms.supervisor.stop()
        await self.upkeep.stop()
        await self.secrets.stop()
        await self.rooms.backups.jobs.stop()
        await self.rooms.exports.stop()
        await self.rooms.imports.stop()
        await self.network.close()
        await self._outside.close()
        await self.rooms.trail.close()
        await self.rooms.reads.close()
        await self.rooms.recorder.close()
        if self._sole is not None:
            await self._sole.release()
        if self._lock is not None:
            self._lock.release()

    async def _fill(self) -> None:
        """Entities and their newest readings, as they were when the hub stopped."""
        rooms = self.rooms
        await rooms.entities.load()
        await rooms.erasures.load()
        await rooms.retention.load()
        await rooms.sharing.load()
        rooms.backups.clear_away()
        rooms.exports.load()
        rooms.imports.load()
        by_series = {entity.series: entity for entity in rooms.entities.all.values()}
        newest = await rooms.recorder.newest()
        rooms.states.fill(
            State(
                by_series[series].id,
                stored.value,
                EPOCH + timedelta(microseconds=stored.taken_us),
                EPOCH + timedelta(microseconds=stored.received_us),
            )
            for series, stored in newest.items()
            if series in by_series
        )

    async def _declare_household(self) -> None:
        """What the configuration file says of the household stands over what was set on the page."""
        people = self.rooms.people
        household = dataclasses.replace(people.household, **self.settings.household)
        if household != people.household:
            await people.save_household(household)
            await self.rooms.entities.reregister()

    async def _run(self) -> None:
        if self.settings.demo:
            self.demo = await demo_household(self.rooms, anew=self.views.needs_setup())
        looking = self.settings.custom_integrations is not None
        await self.rooms.supervisor.start(self.settings.entries, looking=looking)
        self.rooms.notify.start()
        if self.settings.automatic_entries:
            await self._automatic()
        if self.settings.custom_integrations is not None:
            # One that hangs when it is imported holds nothing up.
            self._finding_custom(self.settings.custom_integrations)

    async def find_custom(self) -> None:
        """Returns when every custom integration has described itself, from a process of its own, or has failed to."""
        if self.settings.custom_integrations is not None:
            await asyncio.shield(self._finding_custom(self.settings.custom_integrations))

    def _finding_custom(self, folder: Path) -> asyncio.Task[None]:
        if self._custom is None:
            self._custom = asyncio.create_task(
                find_custom(folder, self.loaded.catalogue, self.rooms), name="custom integrations"
            )
        return self._custom

    async def _automatic(self) -> None:
        """Entries that come by themselves, made at the first start."""
        present = {entry.domain for entry in self.rooms.supervisor.entries.values()}
        for item in list(self.loaded.catalogue.items.values()):
            if item.automatic and not item.problem and item.domain not in present:
                await self.rooms.supervisor.add(item.domain, {}, title=item.name)
