"""What the daemon needs to know to start; `hub.config` makes it from files, tests make it directly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.logs import LogSettings
from hub.model import ConfigEntry, Limits
from hub.model.rest_command import RestCommand


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: Path
    database_url: str = field(default="", repr=False)
    """SQLAlchemy's; empty: SQLite in `data_dir`."""
    host: str = "127.0.0.1"
    port: int = 8480
    """0: any free one."""
    entries: tuple[ConfigEntry, ...] = ()
    """Declared in the configuration file."""
    demo: bool = False
    allowed_hosts: tuple[str, ...] = ()
    """Further names under which the page may be opened (behind a proxy)."""
    trusted_proxies: tuple[str, ...] = ()
    tls: str = "off"
    tls_port: int = 8443
    redirect: bool = False
    hsts: bool = False
    certificate: Path | None = None
    certificate_key: Path | None = None
    declared: Mapping[str, str] = field(default_factory=dict)
    """Names of network settings that the page can't change -> where they stand."""
    limits: Limits = field(default_factory=Limits)
    metrics_open: bool = False
    """True: /metrics needs no token."""
    development: bool = False
    automatic_entries: bool = True
    """Make entries of integrations that come by themselves (MQTT)."""
    custom_integrations: Path | None = None
    household: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `Household` that the configuration file decides, at every start."""
    vault_key: Path | None = None
    """File with the key of stored passwords; None: in `data_dir`."""
    openid: Mapping[str, Any] | None = field(default=None, repr=False)
    """Fields of the identity server's `Provider` that the configuration file declares; None: set on the page."""
    rest_commands: Mapping[str, RestCommand] = field(default_factory=dict, repr=False)
    """Requests that automations may send, as the configuration file declares them."""
    config_dir: Path | None = None
    """Where the configuration lies: its automations, scripts and blueprints beside it."""
    log: LogSettings = field(default_factory=LogSettings)

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / 'homeostat.db').absolute()}"
