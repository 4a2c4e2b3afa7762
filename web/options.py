"""How the pages are served, as far as an owner can choose."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from hub.model import Limits


@dataclass(slots=True)
class WebOptions:
    """What stands under the first line may change while the pages are served."""

    development: bool = False
    """Reload templates and static files when they change, and show `/settings/components`."""
    demo: bool = False
    """Say on every page that the people shown are made up."""
    metrics_open: bool = False
    """`/metrics` needs no token."""
    limits: Limits = field(default_factory=Limits)

    hosts: frozenset[str] = frozenset()
    """Names, beyond the house's own, under which the hub may be reached (`hub.example.org`)."""
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    """Whose word on the client is believed."""
    https_port: int | None = None
    """Where plain HTTP from other machines is sent; None: it is answered."""
    tls_port: int | None = None
    """Where HTTPS is spoken by the hub itself."""
    hsts: bool = False
