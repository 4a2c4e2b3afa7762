"""`states` as templates use it: a function, domains as attributes, and something to go through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from hub.automation.world import UNAVAILABLE, UNKNOWN, Context, Seen, World
from hub.template.values import MISSING

_ABSENT = (UNKNOWN, UNAVAILABLE)
_PROBED = ("unsafe_callable", "alters_data", "jinja_pass_arg")
"""What Jinja asks of everything that is called."""


class Reads:
    """What a rendering looked at, so that it need be repeated only when one of these changes."""

    __slots__ = ("domains", "entities", "everything")

    def __init__(self) -> None:
        self.entities: set[str] = set()
        self.domains: set[str] = set()
        self.everything = False

    def concerned(self, entity_id: str) -> bool:
        return self.everything or entity_id in self.entities or entity_id.partition(".")[0] in self.domains


class TemplateState:
    """One entity's state in a template."""

    __slots__ = ("_seen",)

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    @property
    def entity_id(self) -> str:
        return self._seen.entity_id

    @property
    def state(self) -> str:
        return self._seen.state

    @property
    def attributes(self) -> Any:
        return self._seen.attributes

    @property
    def domain(self) -> str:
        return self._seen.domain

    @property
    def object_id(self) -> str:
        return self._seen.object_id

    @property
    def name(self) -> str:
        return self._seen.name

    @property
    def last_changed(self) -> datetime:
        return self._seen.last_changed

    @property
    def last_updated(self) -> datetime:
        return self._seen.last_updated

    last_reported = last_updated

    @property
    def context(self) -> Context:
        return self._seen.context

    @property
    def state_with_unit(self) -> str:
        return with_unit(self._seen)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TemplateState) and self._seen == other._seen

    def __hash__(self) -> int:
        return hash(self._seen.entity_id)

    def __repr__(self) -> str:
        return f"<template TemplateState({self.entity_id}={self.state})>"


def with_unit(seen: Seen) -> str:
    unit = seen.attributes.get("unit_of_measurement")
    return f"{seen.state} {unit}" if unit else seen.state


class Domain:
    """`states.light`: its entities as attributes, or one after the other."""

    def __init__(self, reader: StateReader, domain: str) -> None:
        self._reader, self._domain = reader, domain

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in _PROBED:
            raise AttributeError(name)
        return self._reader.one(f"{self._domain}.{name}")

    __getitem__ = __getattr__

    def __iter__(self) -> Iterator[TemplateState]:
        return self._reader.of_domain(self._domain)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<template DomainStates('{self._domain}')>"


class AllStates:
    """`states`: called with an entity id, a domain by its name, or every state there is."""

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader

    def __call__(self, entity_id: Any, rounded: Any = MISSING, with_unit: bool = False) -> str:
        seen = self._reader.look(str(entity_id))
        if seen is None:
            return UNKNOWN
        text = seen.state
        if rounded is True or (rounded is MISSING and with_unit):
            text = _to_precision(seen)
        if with_unit and (unit := seen.attributes.get("unit_of_measurement")):
            return f"{text} {unit}"
        return text

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in _PROBED:
            raise AttributeError(name)
        return self._reader.one(name) if "." in name else Domain(self._reader, name)

    __getitem__ = __getattr__

    def __iter__(self) -> Iterator[TemplateState]:
        return self._reader.everything()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return "<template AllStates>"


class StateReader:
    """Reads the world for templates; notes in `reads` what was looked at."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._reads = Reads()

    def noting(self, reads: Reads) -> None:
        self._reads = reads

    def look(self, entity_id: Any) -> Seen | None:
        """By its id, whatever its capitals; None for what is none."""
        if not isinstance(entity_id, str):
            return None
        seen = self._world.get(entity_id)
        if seen is None and not entity_id.islower() and (seen := self._world.get(entity_id.lower())) is not None:
            entity_id = seen.entity_id
        self._reads.entities.add(entity_id)
        return seen

    def one(self, entity_id: str) -> TemplateState | None:
        seen = self.look(entity_id)
        return TemplateState(seen) if seen is not None else None

    def of_domain(self, domain: str) -> Iterator[TemplateState]:
        self._reads.domains.add(domain)
        return iter([TemplateState(one) for one in sorted(self._world.of_domain(domain), key=_by_id)])

    def everything(self) -> Iterator[TemplateState]:
        self._reads.everything = True
        return iter([TemplateState(one) for one in sorted(self._world.all(), key=_by_id)])

    def is_state(self, entity_id: str, state: Any) -> bool:
        seen = self.look(entity_id)
        return seen is not None and (seen.state == state or (isinstance(state, list) and seen.state in state))

    def state_attr(self, entity_id: str, name: str) -> Any:
        seen = self.look(entity_id)
        return seen.attributes.get(name) if seen is not None else None

    def is_state_attr(self, entity_id: str, name: str, value: Any) -> bool:
        seen = self.look(entity_id)
        return seen is not None and name in seen.attributes and bool(seen.attributes[name] == value)

    def has_value(self, entity_id: str) -> bool:
        seen = self.look(entity_id)
        return seen is not None and seen.state not in _ABSENT

    def expand(self, *what: Any) -> list[TemplateState]:
        """Entities, ids, lists of either, and groups as their members; each once, by id."""
        found: dict[str, TemplateState] = {}
        waiting: list[Any] = list(what)
        done: set[str] = set()
        while waiting:
            one = waiting.pop()
            if isinstance(one, TemplateState):
                one = one.entity_id
            if not isinstance(one, str):
                if isinstance(one, Iterable):
                    waiting.extend(one)
                continue
            if one in done or (state := self.one(one)) is None:
                continue
            done.add(one)
            members = state.attributes.get("entity_id")
            if isinstance(members, list | tuple) and (state.domain == "group" or state.attributes.get("is_group")):
                waiting.extend(members)
            elif state.domain == "zone" and "persons" in state.attributes:
                waiting.extend(state.attributes["persons"])
            else:
                found[one] = state
        return [found[key] for key in sorted(found)]


def _by_id(seen: Seen) -> str:
    return seen.entity_id


def _to_precision(seen: Seen) -> str:
    precision = seen.attributes.get("display_precision")
    if precision is None:
        return seen.state
    try:
        return f"{float(seen.state):.{int(precision)}f}"
    except (TypeError, ValueError):
        return seen.state
