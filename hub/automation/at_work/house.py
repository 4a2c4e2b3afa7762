"""Every entity as automations see it, in step with the news that they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.automation.world import UNAVAILABLE, UNKNOWN, Context, Seen
from hub.clock import Clock
from hub.model import HOUSEHOLD, EntitiesChanged, Entity, State, StateChanged, Value
from hub.registry import Entities, People
from hub.states import States

Change = tuple[Seen | None, Seen | None]
ANSWERS = timedelta(seconds=5)
"""How long after a command a device's change counts as its answer, as Home Assistant has it."""
MOST_COMMANDED = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_CONTEXT = Context()


def state_text(value: Value | None, available: bool) -> str:
    """A value as Home Assistant would write it: whole numbers without a point."""
    if not available:
        return UNAVAILABLE
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return value
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def facts_of(entity: Entity, person: str) -> dict[str, Any]:
    """What does not change with the state. `person`: their name; empty for what is the household's."""
    name = f"{person} {entity.name[:1].lower()}{entity.name[1:]}" if person and entity.metric else entity.name
    facts = {
        "friendly_name": name,
        "unit_of_measurement": entity.unit,
        "device_class": entity.device_class,
        "state_class": entity.state_class,
        "icon": entity.icon,
        "options": list(entity.options),
        "person": entity.person,
    }
    return {**entity.attributes, **{key: value for key, value in facts.items() if value}}


def seen_of(
    entity: Entity, state: State | None, facts: Mapping[str, Any], old: Seen | None, at: datetime, context: Context
) -> Seen:
    """The entity after a change at an instant; `last_changed` stays while the text does."""
    text = state_text(state.value, state.available) if state is not None else UNKNOWN
    attributes = {**facts, **state.attributes} if state is not None and state.attributes else facts
    since = old.last_changed if old is not None and old.state == text else at
    return Seen(entity.id, text, attributes, since, at, context)


class House:
    """Of the whole household; whoever looks is asked for rights elsewhere (`LiveWorld`)."""

    def __init__(self, entities: Entities, states: States, people: People, clock: Clock) -> None:
        self._entities, self._states, self._people, self._clock = entities, states, people, clock
        self._seen: dict[str, Seen] = {}
        self._domains: dict[str, dict[str, Seen]] = {}
        self._facts: dict[str, tuple[Entity, Mapping[str, Any]]] = {}
        self._virtual: dict[str, tuple[str, str | None]] = {}
        self._commanded: dict[str, tuple[datetime, Context]] = {}
        self.changed: list[Any] = []
        """Called with the old and the new one when a virtual entity changes."""

    def fill(self) -> list[Change]:
        """Read every entity anew; what has changed since."""
        found: list[Change] = []
        for entity in self._entities.all.values():
            found += self._renew(entity)
        gone = [one for one in self._seen if one not in self._entities.all and one not in self._virtual]
        return [*found, *((self._drop(one), None) for one in gone)]

    def get(self, entity_id: str) -> Seen | None:
        return self._seen.get(entity_id)

    def all(self) -> Iterable[Seen]:
        return self._seen.values()

    def of_domain(self, domain: str) -> Iterable[Seen]:
        return self._domains.get(domain, {}).values()

    def whose(self, entity_id: str) -> tuple[str, str | None]:
        """(person, subject), which is what rights are about."""
        entity = self._entities.all.get(entity_id)
        if entity is not None:
            return entity.person, entity.metric or entity.id
        return self._virtual.get(entity_id, (HOUSEHOLD, None))

    def moved(self, event: StateChanged, context: Context | None) -> Change:
        entity, old = event.entity, self._seen.get(event.entity.id)
        came = context or self._answering(entity.id, event.at)
        new = seen_of(entity, event.new, self._facts_of(entity), old, event.at, came)
        self._keep(new)
        return old, new

    def described(self, event: EntitiesChanged) -> list[Change]:
        found: list[Change] = []
        for entity in event.entities:
            found += self._renew(self._entities.all.get(entity.id, entity))
        return [*found, *((self._drop(one.id), None) for one in event.gone if one.id in self._seen)]

    def expect(self, entity_ids: Iterable[str], context: Context) -> None:
        """A run has told these to do something: what they do next came of it."""
        until = self._clock.now() + ANSWERS
        if len(self._commanded) > MOST_COMMANDED:
            self._commanded.clear()
        for one in entity_ids:
            self._commanded[one] = (until, context)

    def led_to(self, told: str) -> Context:
        """Which run has just told it something, where one has."""
        return self._answering(told, self._clock.now())

    def put(self, seen: Seen, person: str = HOUSEHOLD, subject: str | None = None) -> None:
        """An entity that no source has: the sun, a zone, an automation. `last_changed` and such are set here."""
        old, now = self._seen.get(seen.entity_id), self._clock.now()
        since = old.last_changed if old is not None and old.state == seen.state else now
        if old is not None and (old.state, old.attributes) == (seen.state, seen.attributes):
            return
        self._virtual[seen.entity_id] = (person, subject)
        new = replace(seen, last_changed=since, last_updated=now)
        self._keep(new)
        self._tell(old, new)

    def drop(self, entity_id: str) -> None:
        if self._virtual.pop(entity_id, None) is not None:
            self._tell(self._drop(entity_id), None)

    def _tell(self, old: Seen | None, new: Seen | None) -> None:
        for told in self.changed:
            told(old, new)

    def _renew(self, entity: Entity) -> list[Change]:
        """As the rooms know it now."""
        old, state = self._seen.get(entity.id), self._states.get(entity.id)
        if not entity.enabled:
            return [(self._drop(entity.id), None)] if old is not None else []
        taken = state.taken_at if state is not None and old is None else None
        new = seen_of(entity, state, self._facts_of(entity), old, taken or self._clock.now(), _NO_CONTEXT)
        if old is not None and (old.state, old.attributes) == (new.state, new.attributes):
            return []
        self._keep(new)
        return [(old, new)]

    def _facts_of(self, entity: Entity) -> Mapping[str, Any]:
        known = self._facts.get(entity.id)
        if known is not None and known[0] is entity:
            return known[1]
        person = self._people.all.get(entity.person)
        facts = facts_of(entity, person.name if person is not None else "")
        self._facts[entity.id] = (entity, facts)
        return facts

    def _answering(self, entity_id: str, at: datetime) -> Context:
        known = self._commanded.get(entity_id)
        if known is None:
            return _NO_CONTEXT
        if at > known[0]:
            del self._commanded[entity_id]
            return _NO_CONTEXT
        return known[1]

    def _keep(self, seen: Seen) -> None:
        self._seen[seen.entity_id] = seen
        self._domains.setdefault(seen.domain, {})[seen.entity_id] = seen

    def _drop(self, entity_id: str) -> Seen | None:
        self._facts.pop(entity_id, None)
        self._domains.get(entity_id.partition(".")[0], {}).pop(entity_id, None)
        return self._seen.pop(entity_id, None)
