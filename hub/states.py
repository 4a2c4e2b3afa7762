"""The newest reading of each entity; only a newer `taken_at` moves a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.model import State, Value


class States:
    """In memory; filled from history at start, then by intake alone."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}
        self._versions: dict[str, int] = {}
        self._said: set[str] = set()
        """Entities whose source says by itself whether it is there."""
        self.version = 0
        """Grows with every change, for caches."""

    def get(self, entity_id: str) -> State | None:
        return self._states.get(entity_id)

    def version_of(self, entity_id: str) -> int:
        """The `version` at which this entity last changed; 0 when it has no state."""
        return self._versions.get(entity_id, 0)

    def all(self) -> Mapping[str, State]:
        return self._states

    def fill(self, states: Iterable[State]) -> None:
        for state in states:
            self._set(state)

    def apply(
        self,
        entity_id: str,
        value: Value | None,
        taken_at: datetime,
        received_at: datetime,
        attributes: Mapping[str, Any] | None = None,
    ) -> tuple[State | None, State] | None:
        """Old and new state when it moved; None for a reading older than the state, or equal to it in all.

        A reading shows that its source is there, unless the source itself says otherwise.
        """
        old = self._states.get(entity_id)
        available = old is None or old.available or entity_id not in self._said
        if old is not None and old.taken_at is not None:
            if taken_at < old.taken_at:
                return None
            if (
                taken_at == old.taken_at
                and old.value == value
                and old.available == available
                and attributes in (None, old.attributes)
            ):
                return None
        kept = attributes if attributes is not None else (old.attributes if old is not None else {})
        new = State(entity_id, value, taken_at, received_at, available, kept)
        self._set(new)
        return old, new

    def describe(
        self, entity_id: str, taken_at: datetime, attributes: Mapping[str, Any]
    ) -> tuple[State | None, State] | None:
        """Attributes of the reading that is the state already; old and new state when they differ."""
        old = self._states.get(entity_id)
        if old is None or old.taken_at != taken_at or old.attributes == attributes:
            return None
        new = replace(old, attributes=attributes)
        self._set(new)
        return old, new

    def set_available(self, entity_id: str, available: bool) -> tuple[State | None, State] | None:
        """What the source says of itself; stands until it says otherwise or is gone. Old and new state if changed."""
        self._said.add(entity_id)
        old = self._states.get(entity_id)
        if available is (old is None or old.available):
            return None
        new = replace(old, available=available) if old is not None else State(entity_id, None, available=available)
        self._set(new)
        return old, new

    def unsay(self, entity_ids: Iterable[str]) -> None:
        """The source that says whether these are there is gone: from now on a reading shows that they are."""
        self._said.difference_update(entity_ids)

    def replace(self, state: State) -> State | None:
        """Set a state whatever its time (after a correction or removal); returns the old one."""
        old = self._states.get(state.entity_id)
        self._set(state)
        return old

    def forget(self, entity_id: str) -> None:
        self._said.discard(entity_id)
        if self._states.pop(entity_id, None) is not None:
            self.version += 1
            self._versions.pop(entity_id, None)

    def _set(self, state: State) -> None:
        self.version += 1
        self._states[state.entity_id] = state
        self._versions[state.entity_id] = self.version
