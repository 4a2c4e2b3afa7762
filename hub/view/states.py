"""Entities and their states, as far as the actor may see them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hub.errors import NotFound
from hub.model import (
    Entity,
    State,
    Verb,
)
from hub.view.base import Base, subject_of


class StatesView(Base):
    def entities(self, person: str | None = None) -> list[Entity]:
        scope = self.scope()
        if scope.unlimited and person is None:
            return list(self._rooms.entities.all.values())
        # Asked once for each person: most entities are of people of whom nothing may be seen.
        touched = {slug: scope.touches(slug) for slug in {one.person for one in self._rooms.entities.all.values()}}
        return [
            one
            for one in self._rooms.entities.all.values()
            if touched[one.person]
            and (person is None or one.person == person)
            and scope.covers(one.person, subject_of(one))
            and self._sees(one)
        ]

    def entity(self, entity_id: str) -> Entity:
        """Raises NotFound also for what the actor may not see."""
        found = self._rooms.entities.all.get(entity_id)
        if found is None or not self._may_entity(found):
            raise NotFound(f"there is no entity {entity_id!r}")
        return found

    def sources(self, person: str, metric: str) -> list[Entity]:
        """A person's entities of a metric, the one that speaks first first."""
        self._require(Verb.VIEW, person, metric)
        return self._sources(person, metric)

    def states(self, person: str | None = None, *, shown: bool = True) -> list[tuple[Entity, State | None]]:
        """`shown` False: only whether there are any is used, which is no look at anybody's data."""
        found = [one for one in self.entities(person) if one.enabled]
        if shown:
            self.saw_states(found)
        return [(one, self._rooms.states.get(one.id)) for one in found]

    def saw_states(self, entities: Sequence[Entity]) -> None:
        """The actor is shown these entities' states, be it from a list made for somebody else."""
        for slug in {one.person for one in entities}:
            own = partial(_subjects, entities, slug)
            self._rooms.reads.saw_all(self.actor, slug, "all states", own)

    def state(self, entity_id: str) -> tuple[Entity, State | None]:
        entity = self.entity(entity_id)
        self._saw(entity.person, subject_of(entity))
        return entity, self._rooms.states.get(entity_id)

    def states_version(self) -> int:
        """Grows with every change of any state or entity, for caches."""
        return self._rooms.states.version + self._rooms.entities.version

    def state_version(self, entity_id: str) -> int:
        return self._rooms.states.version_of(entity_id)


def _subjects(entities: Sequence[Entity], person: str) -> set[str]:
    return {subject_of(one) for one in entities if one.person == person}
