"""How the pages are served, as far as an owner can choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebOptions:
    hosts: frozenset[str] = frozenset()
    """Names, beyond the house's own, under which the hub may be reached (`hub.example.org`)."""
    trusted_proxies: frozenset[str] = frozenset()
    """Addresses whose `X-Forwarded-Proto` and `X-Forwarded-For` are believed."""
    development: bool = False
    """Reload templates and static files when they change, and show `/settings/components`."""
    demo: bool = False
    """Say on every page that the people shown are made up."""
    metrics_open: bool = False
    """`/metrics` needs no token."""
