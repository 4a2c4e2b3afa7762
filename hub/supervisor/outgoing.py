"""The guard on outgoing connections: the open internet, and in the house only what the owner typed."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from pydantic import BaseModel, SecretStr

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "mqtt": 1883, "mqtts": 8883, "tcp": 0}
_HOST_KEYS = ("host", "address", "server", "broker", "hostname", "ip")
_EMBEDDED = {
    # network: bits below the IPv4 address that it carries
    ipaddress.IPv6Network("64:ff9b::/96"): 0,
    ipaddress.IPv6Network("64:ff9b:1::/48"): 0,
    ipaddress.IPv6Network("::ffff:0:0/96"): 0,
    ipaddress.IPv6Network("::/96"): 0,
    ipaddress.IPv6Network("2002::/16"): 80,
}
_INSIDE = [ipaddress.IPv6Network(one) for one in ("2001::/23", "fec0::/10", "fc00::/7", "100::/64", "5f00::/16")]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(OSError):
    """An address that no entry's owner asked for."""


def public(text: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, reserved, multicast."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        for network, shift in _EMBEDDED.items():
            if address in network:
                return public(str(ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF)))
        if any(address in network for network in _INSIDE):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def typed(config: Any) -> frozenset[tuple[str, int]]:
    """Every (host, port) that the owner's options name, in addresses or as `host` beside `port`; port 0 means any."""
    return frozenset(_typed(config.model_dump() if isinstance(config, BaseModel) else config))


def _typed(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, Mapping):
        port = next((one for name, one in value.items() if "port" in str(name).lower() and _is_port(one)), 0)
        for name, one in value.items():
            if isinstance(one, str) and "://" not in one and str(name).lower().rpartition("_")[2] in _HOST_KEYS:
                yield from _host(one, int(port))
            else:
                yield from _typed(one)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from _typed(one)
    elif isinstance(value, str) and "://" in value:
        yield from _url(value)
    elif value is not None and not isinstance(value, (str, int, float, bytes, SecretStr)) and "://" in str(value):
        yield from _url(str(value))


def _url(text: str) -> Iterator[tuple[str, int]]:
    try:
        parts = urlsplit(text.strip())
        port = parts.port if parts.port is not None else _PORTS.get(parts.scheme.lower())
    except ValueError:
        return
    if parts.hostname and port is not None:
        yield parts.hostname.rstrip("."), port


def _host(text: str, port: int) -> Iterator[tuple[str, int]]:
    text = text.strip().lower().rstrip(".")
    if not text:
        return
    try:
        ipaddress.ip_address(text)
        yield text, port
        return
    except ValueError:
        pass
    name, colon, own = text.rpartition(":")
    if colon and own.isdigit() and name:
        yield name.strip("[]"), int(own)
    elif "/" not in text and " " not in text:
        yield text, port


def _is_port(value: Any) -> bool:
    return str(value).isdigit() and 0 < int(value) < 65536


class Guard:
    """One entry's way out: what it may connect to, checked on the resolved address and not on the text."""

    def __init__(self, allowed: frozenset[tuple[str, int]]) -> None:
        self._allowed = allowed

    def asked_for(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        return (name, port) in self._allowed or (name, 0) in self._allowed

    async def addresses(self, host: str, port: int, family: int = socket.AF_UNSPEC) -> list[tuple[int, str]]:
        """(family, address) of a host. Raises Refused when one lies in the house and the owner did not type it."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys((one[0], str(one[4][0])) for one in found))
        if not self.asked_for(host, port):
            for _, address in addresses:
                check(address, host, port)
        return [(int(kind), address) for kind, address in addresses]


def check(address: str, host: str, port: int) -> None:
    """Raises Refused."""
    if not public(address):
        raise Refused(
            errno.EACCES,
            f"{host}:{port} is an address in your own network ({address}); nothing is sent there unless you type "
            "exactly this address into the entry's options",
        )


class _Resolver(AbstractResolver):
    def __init__(self, guard: Guard, granted: set[tuple[str, int]]) -> None:
        self._guard, self._granted = guard, granted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._guard.addresses(host, port, family)
        if self._guard.asked_for(host, port):
            self._granted.update((address, port) for _, address in found)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in found
        ]

    async def close(self) -> None: ...


def guarded_connector(guard: Guard, **limits: Any) -> aiohttp.TCPConnector:
    """Checks the very address that is connected to: a redirect or a name that moves changes nothing."""
    granted: set[tuple[str, int]] = set()

    def opened(info: Any) -> socket.socket:
        kind, what, proto, _, place = info
        address, port = str(place[0]), int(place[1])
        if (address, port) not in granted and not guard.asked_for(address, port):
            check(address, address, port)
        made = socket.socket(kind, what, proto)
        made.setblocking(False)
        return made

    # No cache: what a name meant a while ago says nothing of where it leads now.
    return aiohttp.TCPConnector(
        resolver=_Resolver(guard, granted), socket_factory=opened, use_dns_cache=False, **limits
    )
