"""The network settings: kept, put in force, and taken back when nobody confirms them from where they lead."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.bus import Bus
from hub.clock import Clock
from hub.daemon.home import addresses_of, own_addresses, own_names
from hub.daemon.serving import Serving
from hub.daemon.settings import Settings
from hub.errors import ConfigInvalid, Conflict
from hub.model import Arrival, NetworkSettings, NetworkState, PendingNetwork, Problem, plain_address
from hub.model.network import NAMES, changed
from hub.recorder import Recorder
from hub.tls import Certificates

_log = logging.getLogger("hub.network")
KEY = "network"
PATIENCE = timedelta(minutes=5)
LOOK_EVERY = 60.0
REMEMBERED = 100
FEW = 3
"""Requests with a proxy's headers after which one is taken to be there."""


class Network:
    """`load` at the start, `serve` when there is something to serve, `close` at the end."""

    def __init__(self, settings: Settings, recorder: Recorder, bus: Bus, clock: Clock) -> None:
        self._declared = dict(settings.declared)
        self._base = base_of(settings)
        self._recorder, self._bus, self._clock = recorder, bus, clock
        self.certificates = Certificates(settings.data_dir / "tls", clock, _named(settings))
        self._saved: dict[str, Any] = {}
        self._wished: dict[str, Any] = {}
        self._now = self._base
        self._pending: PendingNetwork | None = None
        self.serving: Serving | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._turn = asyncio.Lock()
        self._foreign: dict[str, int] = {}
        self._told: dict[str, str] = {}

    async def load(self) -> None:
        """What was confirmed last; what nobody confirmed before the hub ended is forgotten."""
        kept = await self._recorder.get_setting(KEY) or {}
        saved = kept.get("settings", {}) if isinstance(kept, dict) else {}
        self._saved = {name: value for name, value in saved.items() if name in NAMES}
        try:
            self._now = self._with(self._saved)
        except ConfigInvalid as error:
            # Whatever stands in the database, the hub has to be reachable.
            _log.error("the saved network settings can't be used, those of the start hold: %s", error)
            self._now = self._base
        if isinstance(kept, dict) and kept.get("pending"):
            _log.warning("network settings that nobody confirmed were taken back")
            await self._keep()

    async def serve(self, serving: Serving) -> None:
        """Open the addresses. Raises ConfigInvalid when plain HTTP can't be."""
        await serving.open(self._now, self._tls(self._now, anyhow=True))
        self.serving = serving
        self._say_problems()
        self._tasks.append(asyncio.create_task(self._watch(), name="network"))

    async def close(self) -> None:
        """Harmless when repeated."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        serving, self.serving = self.serving, None
        if serving is not None:
            await serving.cleanup()

    # What a view asks

    def state(self) -> NetworkState:
        return NetworkState(
            settings=self._now,
            declared=self._declared,
            pending=self._pending,
            addresses=tuple(self._addresses(self._now)),
            pending_addresses=tuple(self._addresses(self._pending.settings)) if self._pending is not None else (),
            certificate=self.certificates.facts,
            authority=self.certificates.authority.fingerprint(),
            own_there=self.certificates.own_there,
            foreign=dict(self._foreign),
        )

    async def change(self, given: Mapping[str, Any], by: str) -> NetworkState:
        """Put settings in force for five minutes, beside the old ones. Raises ConfigInvalid; then nothing changed."""
        async with self._turn:
            for name in given:
                if name in self._declared and changed(self._now, {name: given[name]}) != self._now:
                    raise Conflict(f"`{name}` stands in {self._declared[name]}; change it there")
            wished = changed(self._now, given)
            if wished == self._now:
                if self._pending is not None:
                    self._end_wait()
                    await self._go_back()
                return self.state()
            saved = {**self._saved, **{name: getattr(wished, name) for name in given if name not in self._declared}}
            if self.serving is None:
                # At the console, while nothing is served, nobody can be locked out.
                self._now, self._saved = wished, saved
                await self._keep()
                return self.state()
            try:
                await self.serving.use(wished, self._now, self._tls(wished))
            except ConfigInvalid:
                self._tls(self._pending.settings if self._pending is not None else self._now, anyhow=True)
                raise
            self._end_wait()
            self._pending = PendingNetwork(wished, self._clock.now() + PATIENCE, by)
            self._wished = saved
            await self._keep()
            self._tasks.append(asyncio.create_task(self._wait(self._pending), name="network:confirm"))
            self._say_problems()
            _log.warning("network settings changed by %s; they are taken back unless confirmed", by)
            return self.state()

    async def confirm(self, arrival: Arrival | None) -> NetworkState:
        """Keep what waits; `arrival` None: said at the console. Raises Conflict with where to say it."""
        async with self._turn:
            pending = self._pending
            if pending is None:
                raise Conflict("no network settings wait to be confirmed; they may have been taken back meanwhile")
            assert self.serving is not None
            if arrival is not None and not self.proves(arrival):
                where = ", ".join(self._addresses(pending.settings)) or "the new address"
                raise Conflict(f"this came over the old address, which proves nothing; confirm at {where}")
            before, self._now, self._pending = self._now, pending.settings, None
            self._saved, saved = self._wished, self._saved
            try:
                await self._keep()
            except BaseException:
                self._now, self._pending, self._saved = before, pending, saved
                raise
            self._end_wait()
            await self.serving.use(self._now, None, self._tls(self._now, anyhow=True))
            self._say_problems()
            return self.state()

    def proves(self, arrival: Arrival) -> bool:
        """True when a request that arrived like this shows that what waits can be reached."""
        if self._pending is None or self.serving is None:
            return False
        wished = self._pending.settings
        # That HTTPS works is shown by HTTPS only.
        shown = arrival.secure or wished.tls == "off" or self._now.tls != "off"
        return shown and self.serving.serves(wished, arrival)

    async def revert(self) -> NetworkState:
        """Take back what waits. Raises Conflict when nothing does."""
        async with self._turn:
            if self._pending is None:
                raise Conflict("no network settings wait to be confirmed")
            self._end_wait()
            await self._go_back()
            return self.state()

    def foreign_headers(self, peer: str) -> None:
        """A request of `peer`, which is no trusted proxy, carried what only a proxy has a reason to send."""
        if peer not in self._foreign and len(self._foreign) >= REMEMBERED:
            return
        self._foreign[peer] = self._foreign.get(peer, 0) + 1
        found = plain_address(peer)
        if self._foreign[peer] == FEW and found is not None and found.is_private:
            self._tell(
                "proxy",
                f"A proxy seems to be in front of the hub, at {peer}. Its word on who asks is not believed.",
                f"If it is yours, list {peer} under Settings, Network, Proxies. If not, find out what it is.",
            )

    def authority_file(self) -> bytes:
        """The home's authority for phones (DER). Raises ConfigInvalid when there is none."""
        return self.certificates.authority.as_file()

    async def look(self) -> None:
        """Renew certificates and take over changed files."""
        if self.serving is None:
            return
        try:
            settings = self._pending.settings if self._pending is not None else self._now
            if self.certificates.look(settings.hosts, self.names(settings)):
                _log.info("another certificate is served")
        except (ConfigInvalid, OSError) as error:
            self.certificates.problem = f"The certificate could not be renewed: {error}"
        self._say_problems()

    def names(self, settings: NetworkSettings) -> list[str]:
        """All that the home's certificate should be for."""
        return [*own_names(), *settings.hosts, "127.0.0.1", "::1", *own_addresses()]

    # Within

    def _with(self, saved: Mapping[str, Any]) -> NetworkSettings:
        return changed(self._base, {name: value for name, value in saved.items() if name not in self._declared})

    def _tls(self, settings: NetworkSettings, *, anyhow: bool = False) -> ssl.SSLContext | None:
        if settings.tls == "off":
            return None
        open_ = self.certificates.open_anyhow if anyhow else self.certificates.open
        return open_(settings.tls, settings.hosts, self.names(settings))

    def _addresses(self, settings: NetworkSettings) -> list[str]:
        serving = self.serving
        free = 0 if serving is None else serving.tls_port if settings.tls != "off" else serving.port
        return addresses_of(settings, free)

    async def _keep(self) -> None:
        kept: dict[str, Any] = {"settings": _plain(self._saved)}
        if self._pending is not None:
            kept["pending"] = {"until": self._pending.until.isoformat(), "by": self._pending.by}
        await self._recorder.set_setting(KEY, kept)

    async def _wait(self, pending: PendingNetwork) -> None:
        await self._clock.sleep(PATIENCE.total_seconds())
        async with self._turn:
            if self._pending is pending:
                _log.warning("nobody confirmed the network settings; the old ones hold again")
                await self._go_back()

    async def _go_back(self) -> None:
        assert self.serving is not None
        self._pending = None
        await self.serving.use(self._now, None, self._tls(self._now, anyhow=True))
        await self._keep()
        self._say_problems()

    def _end_wait(self) -> None:
        for task in [one for one in self._tasks if one.get_name() == "network:confirm"]:
            if task is not asyncio.current_task():
                task.cancel()
        self._tasks = [one for one in self._tasks if one.get_name() != "network:confirm"]

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  # one failure must not end the watch over certificates
                _log.error("looking after the network failed: %s", type(error).__name__, exc_info=True)

    def _say_problems(self) -> None:
        served = self._pending.settings if self._pending is not None else self._now
        problem = self.certificates.problem if served.tls != "off" else ""
        self._tell("tls", problem, "See Settings, Network." if problem else "")
        for peer in [one for one in self._foreign if any(_in(one, net) for net in served.nets)]:
            del self._foreign[peer]
            self._tell("proxy", "", "")

    def _tell(self, key: str, message: str, remedy: str) -> None:
        if self._told.get(key, "") == message:
            return
        self._told[key] = message
        self._bus.publish(Problem(self._clock.now(), key, message, remedy, resolved=not message))


def base_of(settings: Settings) -> NetworkSettings:
    """What the file, the command line and the defaults say."""
    listen = "machine" if settings.host in ("127.0.0.1", "localhost") else settings.host
    made = NetworkSettings(listen=listen, port=settings.port)
    more = {"tls": settings.tls, "tls_port": settings.tls_port, "hosts": settings.allowed_hosts}
    made = changed(made, {**more, "proxies": settings.trusted_proxies})
    return changed(replace(made), {"redirect": settings.redirect, "hsts": settings.hsts})


def _named(settings: Settings) -> tuple[Path, Path] | None:
    if settings.certificate is None or settings.certificate_key is None:
        return None
    return settings.certificate, settings.certificate_key


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _in(peer: str, net: Any) -> bool:
    found = plain_address(peer)
    with suppress(TypeError):
        return found is not None and found in net
    return False
