"""The page's addresses: one web application behind the sockets that the network settings ask for."""

from __future__ import annotations

import importlib
import os
import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from hub.clock import Clock
from hub.daemon.home import is_home
from hub.daemon.settings import Settings
from hub.errors import ConfigInvalid
from hub.model import Arrival, NetworkSettings, plain_address
from hub.plugin import Route
from hub.view import Views

KEEP_ALIVE = 75.0
"""Seconds without a request after which a connection is closed; proxies keep theirs for 60."""
LONGEST_LINE = 8_190
MOST_HEADERS = 100
BACKLOG = 512
ANY4, ANY6 = "0.0.0.0", "::"  # the owner asked for it


class Endpoint(NamedTuple):
    """Where something listens."""

    host: str
    port: int
    tls: bool
    must: bool = True
    """False for IPv6, which not every machine has."""


class Serving:
    """`open`, then `use` as often as settings change, then `cleanup`."""

    def __init__(self, settings: Settings, views: Views, routes: Iterable[Route], clock: Clock) -> None:
        web = importlib.import_module("aiohttp.web")
        self._options = importlib.import_module("web.options").WebOptions(
            development=settings.development,
            demo=settings.demo,
            metrics_open=settings.metrics_open,
            limits=settings.limits,
        )
        self._app = importlib.import_module("web.app").build_app(views, routes, clock=clock, options=self._options)
        self._runner = web.AppRunner(
            self._app,
            access_log=None,
            shutdown_timeout=2.0,
            keepalive_timeout=KEEP_ALIVE,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            max_headers=MOST_HEADERS,
        )
        self._gate: Any = None
        self._open: dict[Endpoint, socket.socket] = {}
        self._in_force: tuple[NetworkSettings, ...] = ()
        self._ports: dict[Endpoint, int] = {}

    async def open(self, settings: NetworkSettings, tls: ssl.SSLContext | None) -> None:
        """Begin to answer. Raises ConfigInvalid when an address can't be opened."""
        await self._runner.setup()
        limits = importlib.import_module("web.limits")
        gate = importlib.import_module("web.gate")
        self._gate = gate.Gate(self._runner.server, self._options.limits, self._welcome, self._is_proxy)
        self._app[limits.COUNTS].gate = self._gate
        try:
            await self.use(settings, None, tls)
        except BaseException:
            await self.cleanup()
            raise

    async def use(self, now: NetworkSettings, kept: NetworkSettings | None, tls: ssl.SSLContext | None) -> None:
        """Serve `now`, and beside it what was `kept` from before. Raises ConfigInvalid; then all stays as it was."""
        both = (now,) if kept is None else (now, kept)
        wanted = _covered({one for each in both for one in endpoints(each)})
        clash = {
            one.port for one in wanted if one.port and any(o.port == one.port and o.tls != one.tls for o in wanted)
        }
        if clash:
            raise ConfigInvalid(
                f"port {min(clash)} would have to speak HTTP and HTTPS until this is confirmed.",
                hint="Choose a port that is not in use, or change it in two steps.",
            )
        known = {(one.host, one.port, one.tls) for one in wanted}
        stale = [one for one in self._open if (one.host, one.port, one.tls) not in known]
        fresh = [one for one in wanted if not any(one[:3] == there[:3] for there in self._open)]
        # A port is let go of first only where the wider or narrower one would not fit beside it.
        in_the_way = [one for one in stale if any(one.port == other.port for other in fresh)]
        for one in in_the_way:
            await self._leave(one)
        opened: list[Endpoint] = []
        try:
            for one in sorted(fresh, key=lambda each: not each.must):
                opened += [one] if self._listen(one, tls) else []
        except ConfigInvalid:
            for one in opened:
                await self._leave(one)
            for one in in_the_way:
                with suppress(ConfigInvalid):
                    self._listen(one, tls)
            raise
        self._in_force = both
        self._set_options(now, kept)
        for one in stale:
            if one in self._open:
                await self._leave(one)

    async def cleanup(self) -> None:
        """Stop answering; harmless when repeated."""
        if self._gate is not None:
            await self._gate.close()
            self._open.clear()
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where plain HTTP is spoken."""
        return next((self._ports[one] for one in self._open if not one.tls), 0)

    @property
    def tls_port(self) -> int:
        """0: nowhere."""
        return next((self._ports[one] for one in self._open if one.tls), 0)

    @property
    def app(self) -> Any:
        """The web application."""
        return self._app

    @property
    def connections(self) -> int:
        return len(self._gate) if self._gate is not None else 0

    def serves(self, settings: NetworkSettings, arrival: Arrival) -> bool:
        """True when a request that arrived like this would be answered under these settings alone."""
        ours = plain_address(arrival.address)
        port = settings.tls_port if arrival.tls else settings.port
        if (arrival.tls and settings.tls == "off") or (port and arrival.port != port):
            return False
        peer = plain_address(arrival.peer)
        local = peer is not None and peer.is_loopback
        if settings.redirect and not arrival.secure and not local:
            return False
        known = importlib.import_module("web.security").known_host
        host = f"[{arrival.host}]" if ":" in arrival.host else arrival.host
        return (
            ours is not None
            and _fits(settings, arrival.peer, ours.is_loopback, str(ours))
            and known(host, settings.hosts)
        )

    def _set_options(self, now: NetworkSettings, kept: NetworkSettings | None) -> None:
        options = self._options
        options.hosts = frozenset(now.hosts) | frozenset(kept.hosts if kept is not None else ())
        options.proxies = now.nets
        # Until it is confirmed, the old way must stay open.
        sure = kept is None and now.tls != "off"
        options.https_port = (self.tls_port or now.tls_port) if sure and now.redirect else None
        options.tls_port = (self.tls_port or now.tls_port) if now.tls != "off" else None
        options.hsts = kept is None and now.hsts

    def _welcome(self, peer: str, address: str, port: int) -> bool:
        ours = plain_address(address)
        return ours is not None and any(
            _fits(one, peer, ours.is_loopback, str(ours)) and (not one.port or port in (one.port, one.tls_port))
            for one in self._in_force
        )

    def _is_proxy(self, peer: str) -> bool:
        found = plain_address(peer)
        return found is not None and any(found in one for one in self._options.proxies if one.version == found.version)

    def _listen(self, endpoint: Endpoint, tls: ssl.SSLContext | None) -> bool:
        """False where IPv6 is not there. Raises ConfigInvalid."""
        family = socket.AF_INET6 if ":" in endpoint.host else socket.AF_INET
        # A free one that was found before stays the one, on whichever address.
        found = (port for one, port in self._ports.items() if not one.port and one.tls == endpoint.tls)
        port = endpoint.port or next(found, 0)
        sock: socket.socket | None = None
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((endpoint.host, port))
            sock.listen(BACKLOG)
        except OSError as error:
            if sock is not None:
                sock.close()
            if not endpoint.must:
                return False
            reason = (os.strerror(error.errno) if error.errno else str(error)).lower()
            hint = "Stop the other program, or choose another with --port, or `port` under `web` in hub.yaml."
            raise ConfigInvalid(f"port {port} on {endpoint.host} can't be opened: {reason}.", hint=hint) from None
        self._ports[endpoint] = sock.getsockname()[1]
        self._gate.listen(sock, tls if endpoint.tls else None)
        self._open[endpoint] = sock
        return True

    async def _leave(self, endpoint: Endpoint) -> None:
        await self._gate.leave(self._open.pop(endpoint))


def endpoints(settings: NetworkSettings) -> list[Endpoint]:
    """What the settings ask to listen on."""
    ports = [(settings.port, False), *([(settings.tls_port, True)] if settings.tls != "off" else [])]
    if settings.listen in ("home", "all"):
        hosts = [(ANY4, True), (ANY6, False)]
    else:
        hosts = [("127.0.0.1" if settings.listen == "machine" else settings.listen, True)]
    return [Endpoint(host, port, tls, must) for port, tls in ports for host, must in hosts]


def _covered(wanted: Iterable[Endpoint]) -> list[Endpoint]:
    """Without those that a wider one takes along."""
    found = {(one.host, one.port, one.tls): one for one in wanted}
    return [
        one
        for one in found.values()
        if one.host in (ANY4, ANY6) or (ANY6 if ":" in one.host else ANY4, one.port, one.tls) not in found
    ]


def _fits(settings: NetworkSettings, peer: str, to_loopback: bool, ours: str) -> bool:
    """Whether a connection belongs to what the settings open, however wide the socket is."""
    match settings.listen:
        case "machine":
            return to_loopback
        case "home":
            return to_loopback or is_home(peer)
        case "all" | "0.0.0.0" | "::":
            return True
        case address:
            return str(plain_address(address)) == ours
