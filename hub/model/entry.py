"""A configured instance of an integration and how it is doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class ConfigEntry:
    id: str
    """`<domain>` or `<domain>_<n>`; stable, appears in logs and addresses."""
    domain: str
    title: str
    person: str = ""
    """A slug, `household`, or empty where each device says."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """As typed by the owner; validated by the integration's `Config` model when the entry starts."""
    disabled: bool = False
    declared_in: str = ""
    """`hub.yaml:12` when it comes from the file and can't be changed on the page."""
    problem: str = ""
    """Why it can't be started as it is declared; such an entry is shown and never run."""


class EntryState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    RETRYING = "retrying"
    NEEDS_OWNER = "needs_owner"
    """The source refuses the credentials."""
    MISCONFIGURED = "misconfigured"
    STOPPED_BY_WATCHDOG = "stopped_by_watchdog"
    DISABLED = "disabled"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class EntryStatus:
    entry: str
    state: EntryState
    since: datetime
    problem: str = ""
    """The last error in plain words; empty when all is well."""
    remedy: str = ""
    """What the owner can do about it."""
    next_try: datetime | None = None
    last_success: datetime | None = None
    samples: int = 0
    errors: int = 0
    rejected: int = 0
    cpu_seconds: float = 0.0
    progress: float | None = None
    """0 to 1 while an import runs."""
    progress_text: str = ""
