"""The model's dataclasses as JSON text; fields that a newer or older version adds or lacks do no harm."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hub.recorder.packing import Unreadable, unpacked

log = logging.getLogger(__name__)
T = TypeVar("T")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(thing: object) -> str:
    """JSON text of a model dataclass."""
    return _adapter(type(thing)).dump_json(thing).decode()


def load(kind: type[T], body: str | bytes) -> T:
    """The dataclass that `dump` wrote, packed or not; raises pydantic's ValidationError, Unreadable."""
    thing: T = _adapter(kind).validate_json(unpacked(body))
    return thing


def load_all(kind: type[T], bodies: Iterable[tuple[str, str | bytes]]) -> list[T]:
    """The things of (name, body) pairs; one that can't be read is logged and left out, not a reason to stand still."""
    things = []
    for name, body in bodies:
        try:
            things.append(load(kind, body))
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
            log.error("the stored %s %s can't be read (%s); it is left out", kind.__name__, name, fields)
        except Unreadable as error:
            log.error("the stored %s %s can't be read (%s); it is left out", kind.__name__, name, error)
    return things
