"""Typed facts on the bus; what has happened, never what should."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.model.entry import EntryStatus
from hub.model.journal import JournalEntry
from hub.model.people import HOUSEHOLD
from hub.model.reading import Reading, Refusal, State
from hub.model.things import Device, Entity


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """An entity's newest reading or availability moved; never sent for late readings."""

    entity: Entity
    old: State | None
    new: State


@dataclass(frozen=True, slots=True)
class ReadingsRecorded(Event):
    """Readings of one entity were committed, new or corrected, in order of time."""

    entity: Entity
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class ReadingsRemoved(Event):
    entity: Entity
    taken_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class ReadingsRejected(Event):
    """Samples of a config entry were refused; the owner sees why."""

    entry: str
    person: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class JournalChanged(Event):
    """`old` is None for a new entry; `new.deleted` for a removed one."""

    old: JournalEntry | None
    new: JournalEntry


@dataclass(frozen=True, slots=True)
class Happened(Event):
    """Neither a reading nor an entry: a timer that ended, a button on a notice, an event that an automation told."""

    event_type: str
    """In snake case, with a point after a domain: `timer.finished`."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Whatever JSON can hold."""
    person: str = HOUSEHOLD
    """Whom it is about; who may not see all of them is not told."""
    context: Any = None
    """What led to it, where an automation did."""


@dataclass(frozen=True, slots=True)
class TriggersChanged(Event):
    """Automations wait for other things from outside than before: who listens for them asks `awaited` anew."""


@dataclass(frozen=True, slots=True)
class NoticesChanged(Event):
    """What somebody is told has changed; `to` as in `Notice`. It holds no text."""

    to: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class DeviceFound(Event):
    device: Device


@dataclass(frozen=True, slots=True)
class EntitiesChanged(Event):
    """Entities were described, changed, or removed (`gone`)."""

    entities: tuple[Entity, ...]
    gone: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleChanged(Event):
    """People, accounts, grants or the household changed; ask again."""


@dataclass(frozen=True, slots=True)
class AccessChanged(Event):
    """Who may do what is another than a moment ago; streams ask again at once. It tells nothing of whom."""


@dataclass(frozen=True, slots=True)
class EntryChanged(Event):
    status: EntryStatus


@dataclass(frozen=True, slots=True)
class ActionCalled(Event):
    action: str
    account: str
    person: str
    outcome: str
    """`done`, `refused` or `failed`."""


@dataclass(frozen=True, slots=True)
class Problem(Event):
    """Something the owner should know, in plain words, and what to do; `resolved` takes it back."""

    key: str
    message: str
    remedy: str = ""
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Lagged(Event):
    """A listener was too slow and lost its `lost` oldest events; it reads states anew."""

    lost: int
