"""The live house as one account may see it, and in which it may act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hub.access import Access, Scope
from hub.actions import Actions
from hub.automation.at_work.directory import directory_of
from hub.automation.at_work.house import House
from hub.automation.memory import Forgetful, Memory
from hub.automation.world import Context, Directory, Seen, current
from hub.bus import Bus
from hub.clock import Clock
from hub.model import HOUSEHOLD, Actor, Happened, Verb
from hub.registry import Entities, People


class LiveWorld:
    """A `World`; what the actor may not see is not there."""

    def __init__(
        self,
        actor: Actor,
        house: House,
        access: Access,
        actions: Actions,
        bus: Bus,
        clock: Clock,
        people: People,
        entities: Entities,
        memory: Memory | None = None,
    ) -> None:
        self.actor, self.house, self.clock = actor, house, clock
        self.memory: Memory = memory or Forgetful()
        self._access, self._actions, self._bus, self._people, self._entities = access, actions, bus, people, entities
        self._directory: tuple[int, Scope, Directory] | None = None

    @property
    def time_zone(self) -> str:
        return self._people.household.time_zone

    @property
    def place(self) -> tuple[float, float] | None:
        home = self._people.household
        return (home.latitude, home.longitude) if home.latitude is not None and home.longitude is not None else None

    @property
    def directory(self) -> Directory:
        scope, version = self._access.scope(self.actor, Verb.VIEW), self._entities.version
        known = self._directory
        if known is None or known[0] != version or known[1] is not scope:
            known = self._directory = (version, scope, directory_of(self._entities, self.sees, self.may_view))
        return known[2]

    def sees(self, entity_id: str) -> bool:
        return self._access.allowed(self.actor, Verb.VIEW, *self.house.whose(entity_id))

    def may_view(self, person: str, subject: str | None = None) -> bool:
        return self._access.allowed(self.actor, Verb.VIEW, person, subject)

    def get(self, entity_id: str) -> Seen | None:
        seen = self.house.get(entity_id)
        return seen if seen is not None and self.sees(entity_id) else None

    def all(self) -> Iterable[Seen]:
        return self._seen(self.house.all())

    def of_domain(self, domain: str) -> Iterable[Seen]:
        return self._seen(self.house.of_domain(domain))

    def _seen(self, ones: Iterable[Seen]) -> Iterable[Seen]:
        scope = self._access.scope(self.actor, Verb.VIEW)
        if scope.unlimited:
            return list(ones)
        return [one for one in ones if scope.covers(*self.house.whose(one.entity_id))]

    async def call(self, action: str, data: Mapping[str, Any], context: Context) -> Mapping[str, Any] | None:
        """Through the registry of actions, with the actor's rights. Raises HubError."""
        before = current.set(context)
        if action == "mqtt.publish":
            # What comes back on that topic came of it.
            self.house.expect([f"mqtt:{data.get('topic')}"], context)
        try:
            return await self._actions.call(self.actor, action, data)
        finally:
            current.reset(before)

    def fire(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        """Of the household, or of the actor's own person where the household is none of theirs."""
        person = HOUSEHOLD if self._access.allowed(self.actor, Verb.ACT, HOUSEHOLD) else self._own()
        self._bus.publish(Happened(self.clock.now(), event_type, dict(data), person, context))

    def _own(self) -> str:
        scope = self._access.scope(self.actor, Verb.ACT)
        return next((one for one in self._people.all if scope.covers(one)), "")
