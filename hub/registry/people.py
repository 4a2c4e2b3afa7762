"""The household and its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.model import HOUSEHOLD, Household, PeopleChanged, Person
from hub.registry.births import check_birth
from hub.registry.names import free, slug
from hub.registry.store import RegistryStore
from hub.registry.zones import check_zone


class People:
    def __init__(self, store: RegistryStore, bus: Bus, clock: Clock) -> None:
        self._store, self._bus, self._clock = store, bus, clock
        self._household = Household("home", "Home")
        self._people: dict[str, Person] = {}

    async def load(self) -> None:
        self._household = await self._store.load_household() or self._household
        self._people = {person.slug: person for person in await self._store.load_people()}

    @property
    def household(self) -> Household:
        return self._household

    @property
    def all(self) -> Mapping[str, Person]:
        return self._people

    def get(self, person: str) -> Person:
        """Raises NotFound, naming those there are only to callers that may see them."""
        try:
            return self._people[person]
        except KeyError:
            raise NotFound(f"there is no person {person!r}") from None

    def known(self, person: str) -> bool:
        return person == HOUSEHOLD or person in self._people

    def time_zone(self, person: str) -> str:
        """IANA name of the person's zone, else the household's."""
        found = self._people.get(person)
        return (found.time_zone if found is not None else None) or self._household.time_zone

    def local(self, person: str, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.time_zone(person)))

    async def save_household(self, household: Household) -> None:
        check_zone(household.time_zone)
        await self._store.save_household(household)
        self._household = household
        self._changed()

    async def add(self, name: str, **fields: Any) -> Person:
        """A new person; the slug is made from the name (`Anna` -> `anna`)."""
        if not name.strip():
            raise Conflict("a person needs a name")
        check_birth(fields.get("birth_date"), self._clock.now())
        if fields.get("time_zone"):
            check_zone(fields["time_zone"])
        taken = {*self._people, HOUSEHOLD, "everyone", "unknown"}
        fields.setdefault("colour", len(self._people) % 8)
        person = Person(free(slug(name, "person"), taken), name.strip(), **fields)
        await self._store.save_person(person)
        self._people[person.slug] = person
        self._changed()
        return person

    async def adopt(self, person: Person) -> None:
        """Keep a person of another hub, as they were there."""
        await self._store.save_person(person)
        self._people[person.slug] = person
        self._changed()

    async def change(self, person: str, **fields: Any) -> Person:
        check_birth(fields.get("birth_date"), self._clock.now())
        if fields.get("time_zone"):
            check_zone(fields["time_zone"])
        changed = replace(self.get(person), **fields)
        await self._store.save_person(changed)
        self._people[person] = changed
        self._changed()
        return changed

    async def remove(self, person: str) -> None:
        self.get(person)
        await self._store.remove_person(person)
        del self._people[person]
        self._changed()

    def _changed(self) -> None:
        self._bus.publish(PeopleChanged(self._clock.now()))
