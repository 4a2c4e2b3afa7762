"""What a backtest is given: the automations, the stretch of time, and the house as far as the account may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from hub.automation.world import Directory, Seen
from hub.model import Entity, Metric, Person
from hub.notify.prefs import Quiet


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which it is tried."""

    key: str
    body: Mapping[str, Any]
    """The automation as written, its blueprint filled in."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What makes it another than its neighbours; empty: it is the only one."""


@dataclass(frozen=True, slots=True)
class Order:
    """Crosses to another process as JSON."""

    url: str
    """Of the database; may hold its password, so it travels by a pipe."""
    household: str
    time_zone: str
    place: tuple[float, float] | None
    start: datetime
    end: datetime
    variants: Sequence[Variant]
    entities: Sequence[Entity] = ()
    """Those that the account may see."""
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Entity id -> attributes as they are now; which they were is not kept."""
    virtual: Sequence[Seen] = ()
    """Entities that no source has, as they are now: zones, people, automations."""
    directory: Directory = field(default_factory=Directory)
    people: Sequence[Person] = ()
    quiet: Mapping[str, Quiet] = field(default_factory=dict)
    """Person, or `household`, -> quiet hours as they are now."""
    metrics: Sequence[Metric] = ()
    sources: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Person -> metric -> entities; of the metrics whose usual range is asked for."""
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Person -> kinds of journal entries that the account may see."""
    as_received: bool = False
    """True: imported history is known only from when it was brought in, even where nothing else was there yet."""


@cache
def adapter() -> TypeAdapter[Order]:
    return TypeAdapter(Order)


def packed(order: Order) -> bytes:
    return adapter().dump_json(order, fallback=str)


def unpacked(text: bytes | str) -> Order:
    return adapter().validate_json(text)
