"""What streams tell of an event, as JSON made once for everybody who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import orjson

from hub.model import (
    DeviceFound,
    EntitiesChanged,
    EntryChanged,
    Event,
    JournalChanged,
    PeopleChanged,
    Problem,
    ReadingsRecorded,
    ReadingsRejected,
    ReadingsRemoved,
    StateChanged,
)
from web.rest.journal import entry_shape
from web.rest.machinery import device_shape, status_shape
from web.rest.states import state_shape

LATE = timedelta(minutes=15)
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def _state(event: StateChanged) -> Mapping[str, Any]:
    new = event.new
    late = new.taken_at is not None and new.received_at is not None and new.received_at - new.taken_at > LATE
    return {**state_shape(event.entity, new), "late": late}


def _readings(event: ReadingsRecorded) -> Mapping[str, Any]:
    entity, last = event.entity, event.readings[-1]
    return {
        "entity_id": entity.id,
        "person": entity.person,
        "metric": entity.metric,
        "unit": entity.unit,
        "count": len(event.readings),
        "first_taken_at": event.readings[0].taken_at,
        "last_taken_at": last.taken_at,
        "value": last.value,
        "late": any(one.late for one in event.readings),
    }


def _removed(event: ReadingsRemoved) -> Mapping[str, Any]:
    return {"entity_id": event.entity.id, "person": event.entity.person, "taken_at": list(event.taken_at)}


def _rejected(event: ReadingsRejected) -> Mapping[str, Any]:
    return {"entry": event.entry, "person": event.person, "reasons": [one.reason for one in event.refusals[:10]]}


def _journal(event: JournalChanged) -> Mapping[str, Any]:
    old, new = event.old, event.new
    change = "added" if old is None else "removed" if new.deleted else "restored" if old.deleted else "changed"
    return {"change": change, **entry_shape(new)}


def _entities(event: EntitiesChanged) -> Mapping[str, Any]:
    return {"entities": [one.id for one in event.entities], "gone": [one.id for one in event.gone]}


def _entry(event: EntryChanged) -> Mapping[str, Any]:
    return {"entry": event.status.entry, **status_shape(event.status)}


def _problem(event: Problem) -> Mapping[str, Any]:
    return {"key": event.key, "message": event.message, "remedy": event.remedy, "resolved": event.resolved}


KINDS: Mapping[str, tuple[type[Event], Callable[[Any], Mapping[str, Any]]]] = {
    "state": (StateChanged, _state),
    "journal": (JournalChanged, _journal),
    "readings": (ReadingsRecorded, _readings),
    "removed": (ReadingsRemoved, _removed),
    "rejected": (ReadingsRejected, _rejected),
    "device": (DeviceFound, lambda event: device_shape(event.device)),
    "entities": (EntitiesChanged, _entities),
    "people": (PeopleChanged, lambda event: {}),
    "entry": (EntryChanged, _entry),
    "problem": (Problem, _problem),
}
"""Name in a stream -> event on the bus, and what is told of it."""
USUAL = frozenset({"state", "journal"})
"""What is told to who does not say what they want."""
_NAMES = {kind: name for name, (kind, _) in KINDS.items()}


class News:
    """One event on its way to many; each form of it is made when the first client needs it."""

    __slots__ = ("_data", "_frame", "_message", "entity", "event", "id", "kind", "person")

    def __init__(self, id: str, event: Event) -> None:
        self.id = id
        self.event = event
        self.kind = _NAMES[type(event)]
        self.person, self.entity = _about(event)
        self._data: bytes | None = None
        self._frame: bytes | None = None
        self._message: bytes | None = None

    @property
    def data(self) -> bytes:
        if self._data is None:
            self._data = orjson.dumps(KINDS[self.kind][1](self.event), option=_OPTIONS, default=str)
        return self._data

    @property
    def frame(self) -> bytes:
        """For an event stream."""
        if self._frame is None:
            self._frame = b"id: %b\nevent: %b\ndata: %b\n\n" % (self.id.encode(), self.kind.encode(), self.data)
        return self._frame

    @property
    def message(self) -> bytes:
        """For a WebSocket."""
        if self._message is None:
            self._message = b'{"type":"event","event":"%b","id":"%b","data":%b}' % (
                self.kind.encode(),
                self.id.encode(),
                self.data,
            )
        return self._message


def _about(event: Event) -> tuple[str | None, str | None]:
    """Whose it is and which entity's; None where an event has none."""
    match event:
        case StateChanged() | ReadingsRecorded() | ReadingsRemoved():
            return event.entity.person, event.entity.id
        case JournalChanged():
            return event.new.person, None
        case ReadingsRejected():
            return event.person, None
        case DeviceFound():
            return event.device.person, None
        case _:
            return None, None
