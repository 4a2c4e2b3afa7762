"""Which addresses belong to this machine, and which to the home around it."""

from __future__ import annotations

import ipaddress
import socket
import time
from contextlib import suppress
from pathlib import Path

from hub.model import NetworkSettings, plain_address

_TABLE = Path("/proc/net/if_inet6")
_SOMEWHERE = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Addresses for documentation, to learn which of ours would be used; nothing is sent there."""
SHARED = ipaddress.ip_network("100.64.0.0/10")
"""Of carriers, and of private networks such as Tailscale's."""
LASTS = 60.0
_seen: tuple[float, tuple[ipaddress.IPv6Network, ...]] = (-LASTS, ())


def is_home(peer: str) -> bool:
    """True for this machine, private networks, and the IPv6 networks that this machine is in."""
    found = plain_address(peer)
    if found is None:
        return False
    if found.is_loopback or found.is_link_local or (found.is_private and not found.is_unspecified):
        return True
    if isinstance(found, ipaddress.IPv4Address):
        return found in SHARED
    return any(found in one for one in _networks())


def own_addresses() -> list[str]:
    """The addresses under which others in the network reach this machine, the best first."""
    found = []
    for target, family in _SOMEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((target, 9))
            found.append(str(probe.getsockname()[0]))
    return [one for one in found if (seen := plain_address(one)) is not None and not seen.is_loopback]


def addresses_of(settings: NetworkSettings, free: int) -> list[str]:
    """What to open in a browser, the best first; `free`: the port that was found where any would do."""
    tls = settings.tls != "off"
    port = (settings.tls_port if tls else settings.port) or free
    if settings.listen in ("home", "all", "0.0.0.0", "::"):
        # Behind a proxy the names lead to the proxy, on a port of its own.
        hosts = [*own_addresses(), *(() if settings.proxies else settings.hosts)] or ["127.0.0.1"]
    else:
        hosts = ["127.0.0.1" if settings.listen == "machine" else settings.listen]
    scheme, usual = ("https", 443) if tls else ("http", 80)
    tail = "" if port == usual else f":{port}"
    return [f"{scheme}://{f'[{one}]' if ':' in one else one}{tail}" for one in hosts]


def own_names() -> list[str]:
    """What this machine is called at home."""
    name = socket.gethostname().lower().partition(".")[0]
    usable = name if name.replace("-", "").isalnum() and name.isascii() and name != "localhost" else ""
    return ["localhost", *([usable, f"{usable}.local"] if usable else []), "homeostat.local"]


def _networks() -> tuple[ipaddress.IPv6Network, ...]:
    global _seen
    now = time.monotonic()  # how long a look at the machine is good for, not the house's time
    if now - _seen[0] > LASTS:
        _seen = (now, tuple(_read()))
    return _seen[1]


def _read() -> list[ipaddress.IPv6Network]:
    nets = []
    with suppress(OSError):
        for line in _TABLE.read_text().splitlines():
            digits, _, length, scope, *_ = line.split()
            prefix = int(length, 16)
            # Scope 0 is global; a single address (/128) says nothing about its neighbours.
            if int(scope, 16) == 0 and 48 <= prefix <= 64:
                nets.append(ipaddress.ip_network((int(digits, 16), prefix), strict=False))
    return [one for one in nets if isinstance(one, ipaddress.IPv6Network)]
