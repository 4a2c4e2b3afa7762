"""The plan of each series, found by what its source calls it and made at its first sample."""

from __future__ import annotations

import asyncio

from hub.errors import BadReading
from hub.intake.instants import microseconds
from hub.intake.plan import Plan
from hub.model import ConfigEntry, Entity, Metric, Sample
from hub.registry import Entities, People, Vocabulary
from hub.states import States


class Plans:
    """Forgotten whenever entities or readings change behind their back."""

    def __init__(self, states: States, entities: Entities, people: People, vocabulary: Vocabulary) -> None:
        self._states, self._entities, self._people, self._vocabulary = states, entities, people, vocabulary
        self._plans: dict[str, Plan] = {}
        self._found: dict[tuple[str, str, str, str], Plan] = {}
        self._version = -1
        self._making = asyncio.Lock()

    def forget(self) -> None:
        self._plans.clear()
        self._found.clear()

    def find(self, entry: ConfigEntry, owner: str, sample: Sample) -> Plan | None:
        if self._version != self._entities.version:
            self.forget()
            self._version = self._entities.version
        return self._found.get((entry.id, owner, sample.metric or "\0" + sample.entity, sample.source))

    def meet(self, entry: ConfigEntry, owner: str, sample: Sample) -> Plan:
        """What to check for a sample that has no plan yet. Raises BadReading with a reason for the sender."""
        if bool(sample.metric) == bool(sample.entity):
            raise BadReading("a sample names either a metric or a described entity, and not both")
        if sample.metric:
            metric = self.metric(sample.metric)
            if not owner or not self._people.known(owner):
                raise BadReading(f"{sample.metric}: nobody has said whose it is; set the person of {entry.title!r}")
            return blank(metric)
        described = self._entities.described(entry.id, sample.entity)
        if described is None:
            raise BadReading(f"entity {sample.entity!r} was not described before its first sample")
        return self.of(described)

    async def make(self, entry: ConfigEntry, owner: str, sample: Sample) -> Plan:
        """The plan of a sample that passed the checks of `meet`; its entity is kept before the sample is."""
        async with self._making:
            entity = self.meet(entry, owner, sample).entity
            if sample.metric:
                entity = await self._entities.measure(entry, owner, self.metric(sample.metric), sample.source)
            plan = self._plans.get(entity.id)
            if plan is None:
                plan = self.of(entity)
                state = self._states.get(entity.id)
                if state is not None and state.taken_at is not None:
                    plan.last_us, plan.last_value = microseconds(state.taken_at), state.value
                self._plans[entity.id] = plan
            self._version = self._entities.version
            self._found[(entry.id, owner, sample.metric or "\0" + sample.entity, sample.source)] = plan
            return plan

    def metric(self, key: str) -> Metric:
        """Raises BadReading with the name that was probably meant."""
        metric = self._vocabulary.metrics.get(key)
        if metric is None:
            raise BadReading(self._vocabulary.unknown_metric(key))
        return metric

    def entities_of(self, entry: str) -> list[str]:
        """Ids of the entities of a config entry."""
        return [one.id for one in self._entities.all.values() if one.entry == entry]

    def of(self, entity: Entity) -> Plan:
        """What to check for an entity, apart from its neighbours."""
        return Plan(entity, self._entities.metric_of(entity))


def blank(metric: Metric) -> Plan:
    """What to check for a metric that nobody has a reading of yet."""
    return Plan(Entity("", 0, "", "", "", metric.name, metric=metric.key, unit=metric.unit, kind=metric.kind), metric)
