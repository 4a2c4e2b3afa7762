"""Things that happened over a time: meal, sleep, feeding ..., each of a kind with a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from hub.model.metric import Family


@dataclass(frozen=True, slots=True)
class JournalKind:
    """What the data of an entry looks like; `model` validates it and makes its form."""

    key: str
    name: str
    model: type[BaseModel]
    family: Family
    icon: str = ""
    lasts: bool = False
    """True when it has an end (sleep, workout), False for an instant (note, medication)."""
    max_hours: float = 24.0
    summary: str = ""
    """A format string over the model's fields for one line, e.g. `{carbs:g} g carbohydrate`."""


@dataclass(frozen=True, slots=True)
class JournalDraft:
    """An entry before it is kept; the same (`source`, `external_id`) replaces, never doubles."""

    kind: str
    start: datetime
    end: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    source: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    id: str
    """UUID."""
    kind: str
    person: str
    author: str
    """Account name, or `entry:<config entry>`."""
    start: datetime
    end: datetime | None
    data: Mapping[str, Any]
    note: str
    source: str
    external_id: str
    revision: int
    """1 for the first; every change, deletion and undo adds one."""
    deleted: bool
    created_at: datetime
    updated_at: datetime
