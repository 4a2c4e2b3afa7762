"""How the hub is reached: what an owner may choose, what waits for a confirmation, and how a request arrived."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from hub.errors import ConfigInvalid

MACHINE, HOME, ALL = "machine", "home", "all"
LISTEN = (MACHINE, HOME, ALL)
OFF, OWN = "off", "own"
TLS = (OFF, HOME, OWN)
"""No TLS, a certificate of the home's own authority, or files that the owner brought."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Net = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
MOST = 50
"""Hosts or proxies that can be listed."""


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    listen: str = MACHINE
    """One of LISTEN, or an address of this machine."""
    port: int = 8480
    """Of plain HTTP; 0: any free one, for tests."""
    hosts: tuple[str, ...] = ()
    """Names beyond the house's own, lower case, in ASCII."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks (10.0.0.0/24) whose word on the client is believed."""
    tls: str = OFF
    tls_port: int = 8443
    redirect: bool = False
    """Plain HTTP from other machines is sent to HTTPS."""
    hsts: bool = False
    """Browsers are told to use nothing but HTTPS."""

    @property
    def nets(self) -> tuple[Net, ...]:
        return tuple(ipaddress.ip_network(one, strict=False) for one in self.proxies)


NAMES = tuple(one.name for one in fields(NetworkSettings))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stranger or a broken program can take of the hub; `web.limits` of hub.yaml."""

    connections: int = 1_000
    """Open at once; beyond them the oldest that nobody signed in on makes room."""
    connections_per_address: int = 300
    """An IPv6 network of /64 counts as one address; trusted proxies are not counted."""
    header_seconds: float = 20.0
    """Until a request's headers are here."""
    body_bytes_per_second: float = 240.0
    """Slower bodies are cut off, looked at over twenty seconds."""
    stalled_seconds: float = 120.0
    """Until a client that takes nothing of its answer is cut off."""
    stranger_requests_per_second: float = 50.0
    """Of an address, where nobody signed in; ten seconds' worth may come at once."""
    requests_per_second: float = 100.0
    """Of a token or a browser's session; ten seconds' worth may come at once."""
    streams_per_account: int = 250
    """Live streams and WebSockets open at once."""


@dataclass(frozen=True, slots=True)
class PendingNetwork:
    """Settings in force beside the ones before, until somebody confirms them from where they lead."""

    settings: NetworkSettings
    until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request reached this machine, proxies left aside."""

    peer: str
    address: str
    """Of ours, that it came to."""
    port: int
    tls: bool
    host: str
    """Name or address that it asked for, without a port."""
    secure: bool = False
    """HTTPS all the way from the browser, as far as a trusted proxy is believed."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What there is to know of a certificate in use, for people."""

    kind: str
    """`home` or `own`."""
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str
    """SHA-256, as browsers write it."""
    authority_fingerprint: str = ""
    """Of the home's authority; empty for files of the owner's."""
    doubts: tuple[str, ...] = ()
    """What is wrong with it though it is served."""


@dataclass(frozen=True, slots=True)
class NetworkState:
    """All that a page shows of the network."""

    settings: NetworkSettings
    declared: Mapping[str, str] = field(default_factory=dict)
    """Names of settings that stand elsewhere -> where (`hub.yaml`, `the command line`)."""
    pending: PendingNetwork | None = None
    addresses: tuple[str, ...] = ()
    """`http://192.168.1.20:8480`, the best first."""
    pending_addresses: tuple[str, ...] = ()
    certificate: CertificateFacts | None = None
    authority: str = ""
    """Fingerprint of the home's authority, where one was made."""
    own_there: bool = False
    """The owner brought files that can be served."""
    foreign: Mapping[str, int] = field(default_factory=dict)
    """Address that is no trusted proxy -> requests with a proxy's headers it sent."""


def changed(base: NetworkSettings, given: Mapping[str, Any]) -> NetworkSettings:
    """`base` with what was given, checked. Raises ConfigInvalid that names the setting and how to mend it."""
    clean: dict[str, Any] = {}
    for name, value in given.items():
        if name not in NAMES:
            raise ConfigInvalid(
                "there is no such network setting.", key=name[:80], hint=f"There are: {', '.join(NAMES)}."
            )
        clean[name] = _CHECKS[name](value, name)
    made = replace(base, **clean)
    if made.tls != OFF and made.port == made.tls_port and made.port:
        raise ConfigInvalid(
            f"HTTP and HTTPS can't share port {made.port}.", key="tls_port", hint="Give them different ports."
        )
    if made.redirect and made.tls == OFF:
        raise ConfigInvalid("there is no HTTPS to go to.", key="redirect", hint="Turn TLS on first.")
    if made.hsts and not made.redirect and not made.proxies:
        raise ConfigInvalid(
            "browsers would be told to use HTTPS only, which needs it to be there.",
            key="hsts",
            hint="Turn TLS and `redirect` on first, or list the proxy that speaks HTTPS.",
        )
    return made


def host_name(text: str) -> str:
    """A host's name in lower-case ASCII, without the dot at its end. Raises ValueError."""
    name = text.strip().lower().rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            raise ValueError("this is not a name that a computer can have") from None
    if not _NAME.fullmatch(name):
        raise ValueError("a host is a bare name such as hub.example.org, without https:// and port")
    return name


def network(text: str) -> str:
    """An address or a network as it is written. Raises ValueError."""
    try:
        found = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError("a proxy is named by its address (172.18.0.2) or its network (172.18.0.0/16)") from None
    if found.prefixlen == 0:
        raise ValueError("to believe everybody is to believe nobody; list the proxy's own address")
    return str(found.network_address) if found.prefixlen == found.max_prefixlen else str(found)


def plain_address(text: str) -> Address | None:
    """Without a zone, and IPv4 where IPv6 only wraps it; None for what is no address."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def address_group(text: str) -> str:
    """What counts as one address: an IPv4 address, or the IPv6 network that one household has to itself."""
    found = plain_address(text)
    if found is None or found.version == 4:
        return str(found or text)
    return f"{found.exploded[:19]}::/64"


def _listen(value: Any, name: str) -> str:
    text = str(value).strip().lower()
    if text in LISTEN:
        return text
    if plain_address(text) is None:
        raise ConfigInvalid(
            f"{text[:60]!r} can't be listened on.",
            key=name,
            hint=f"Use {', '.join(LISTEN)}, or an address of this machine.",
        )
    return text


def _port(value: Any, name: str) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,5}", str(value).strip()) or int(value) > 65_535:
        raise ConfigInvalid(f"{str(value)[:40]!r} is not a port.", key=name, hint="Ports go from 1 to 65535.")
    return int(value)


def _listed(value: Any, name: str, read: Any) -> tuple[str, ...]:
    items: Sequence[Any] = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    found: dict[str, None] = {}
    for one in [str(each) for each in items if str(each).strip()]:
        try:
            found[read(one)] = None
        except ValueError as error:
            raise ConfigInvalid(f"{one[:80]!r}: {error}.", key=name) from None
    if len(found) > MOST:
        raise ConfigInvalid(f"at most {MOST} can be listed.", key=name)
    return tuple(found)


def _hosts(value: Any, name: str) -> tuple[str, ...]:
    return _listed(value, name, host_name)


def _proxies(value: Any, name: str) -> tuple[str, ...]:
    return _listed(value, name, network)


def _tls(value: Any, name: str) -> str:
    text = {True: HOME, False: OFF}.get(value, str(value)) if isinstance(value, bool) else str(value).strip().lower()
    if text not in TLS:
        raise ConfigInvalid(f"{text[:40]!r} is not known.", key=name, hint=f"Use one of: {', '.join(TLS)}.")
    return text


def _switch(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise ConfigInvalid(f"{str(value)[:40]!r} is neither true nor false.", key=name)


_CHECKS: Mapping[str, Any] = {
    "listen": _listen,
    "port": _port,
    "hosts": _hosts,
    "proxies": _proxies,
    "tls": _tls,
    "tls_port": _port,
    "redirect": _switch,
    "hsts": _switch,
}
