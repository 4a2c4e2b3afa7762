"""Accepting samples: plan, check, commit, then state, then news; nothing is acknowledged before the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import BadReading
from hub.intake.figures import Figures
from hub.intake.plan import INCREMENT, Plan, flag
from hub.model import (
    ConfigEntry,
    EntitiesChanged,
    Entity,
    Flag,
    Reading,
    ReadingsRecorded,
    ReadingsRejected,
    Receipt,
    Refusal,
    Sample,
    State,
    StateChanged,
    Value,
)
from hub.recorder import Outcome, Row, StoredReading
from hub.registry import Entities, People, Vocabulary
from hub.states import States

AHEAD = timedelta(minutes=10)
"""How far a source's clock may run ahead of ours before its readings are refused."""
LATE_AFTER_US = 900_000_000
"""A reading received longer than this after it was taken is late, also when it is the newest."""
LARGEST_COMMIT = 1_000
"""Rows committed at a time, so that one flood does not delay its neighbours."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class IntakeStore(Protocol):
    async def write(self, rows: Sequence[Row]) -> list[Outcome]: ...
    async def newest(self, series: Iterable[int] | None = None) -> dict[int, StoredReading]: ...


class Intake:
    def __init__(
        self,
        store: IntakeStore,
        states: States,
        bus: Bus,
        clock: Clock,
        entities: Entities,
        people: People,
        vocabulary: Vocabulary,
    ) -> None:
        self._store, self._states, self._bus, self._clock = store, states, bus, clock
        self._entities, self._people, self._vocabulary = entities, people, vocabulary
        self._plans: dict[str, Plan] = {}
        self._found: dict[tuple[str, str, str, str], Plan] = {}
        self._entities_version = -1
        self._making = asyncio.Lock()
        self.figures = Figures()
        self.clock_unsure = False
        """Set while the machine's clock is known not to be set; readings get a mark."""

    async def accept(self, entry: ConfigEntry, samples: Sequence[Sample], person: str | None = None) -> Receipt:
        """Keep samples of a config entry for `person` (default: the entry's); returns after the commit.

        Raises StorageUnavailable: then the whole rest of the batch was not kept; a repeat keeps it without doubling.
        """
        owner = entry.person if person is None else person
        accepted = unchanged = 0
        refusals: list[Refusal] = []
        for start in range(0, len(samples), LARGEST_COMMIT):
            part = samples[start : start + LARGEST_COMMIT]
            kept, same = await self._accept_part(entry, owner, part, start, refusals)
            accepted += kept
            unchanged += same
        if refusals:
            self.figures.rejected += len(refusals)
            self._bus.publish(ReadingsRejected(self._clock.now(), entry.id, owner, tuple(refusals[:100])))
        return Receipt(accepted, unchanged, tuple(refusals))

    async def _accept_part(
        self, entry: ConfigEntry, owner: str, samples: Sequence[Sample], offset: int, refusals: list[Refusal]
    ) -> tuple[int, int]:
        now = self._clock.now()
        received_us = (now - EPOCH) // _MICROSECOND
        latest_us = received_us + AHEAD // _MICROSECOND
        base = int(Flag.CLOCK_UNSURE) if self.clock_unsure else 0
        rows: list[Row] = []
        plans: list[Plan] = []
        chosen: list[Sample] = []
        for index, sample in enumerate(samples, offset):
            try:
                plan = self._plan(entry, owner, sample) or await self._make(entry, owner, sample)
                if sample.taken_at is None:
                    taken_us = received_us
                else:
                    taken_us = _microseconds(sample.taken_at)
                    if taken_us > latest_us:
                        raise BadReading(_ahead(sample.taken_at, now))
                if sample.value is None:
                    self._unknown(plan.entity, sample, now)
                    continue
                value = plan.value(sample.value, sample.unit)
            except BadReading as error:
                refusals.append(Refusal(index, str(error)))
                continue
            flags = base | plan.oddities(value, taken_us)
            if sample.increment:
                flags |= INCREMENT
            if plan.last_us is None or taken_us >= plan.last_us:
                plan.last_us, plan.last_value = taken_us, value
            if plan.entity.record:
                if plan.numeric:
                    rows.append((plan.series, taken_us, value, None, received_us, flags))  # type: ignore[arg-type]
                else:
                    rows.append((plan.series, taken_us, None, str(value), received_us, flags))
                plans.append(plan)
                chosen.append(sample)
            else:
                self._move(plan.entity, value, sample.taken_at or now, now, sample)
        if not rows:
            return 0, 0
        started = self._clock.monotonic()
        try:
            outcomes = await self._store.write(rows)
        except BaseException:
            self._plans.clear()
            self._found.clear()
            raise
        self.figures.committed(self._clock.monotonic() - started)
        return self._tell(rows, plans, chosen, outcomes, now, received_us)

    def _tell(
        self,
        rows: list[Row],
        plans: list[Plan],
        samples: list[Sample],
        outcomes: list[Outcome],
        now: datetime,
        received_us: int,
    ) -> tuple[int, int]:
        """States first, then the bus; both only for what is new or corrected."""
        kept = [
            (plan.series, row[1], plan, row, sample)
            for row, plan, sample, outcome in zip(rows, plans, samples, outcomes, strict=True)
            if outcome is Outcome.NEW or outcome is Outcome.CORRECTED
        ]
        self.figures.accepted += len(kept)
        self.figures.unchanged += len(rows) - len(kept)
        kept.sort(key=itemgetter(0, 1))
        listened = self._bus.wanted(ReadingsRecorded)
        for _, group in groupby(kept, key=itemgetter(0)):
            members = list(group)
            entity = members[-1][2].entity
            state = self._states.get(entity.id)
            newest_us = _microseconds(state.taken_at) if state is not None and state.taken_at is not None else None
            _, last_us, _, row, sample = members[-1]
            if newest_us is None or last_us >= newest_us:
                value = row[2] if row[3] is None else row[3]
                assert value is not None
                self._move(entity, value, _instant(last_us), now, sample)
            if listened:
                readings = tuple(
                    Reading(
                        entity.id,
                        _instant(taken_us),
                        now,
                        row[2] if row[3] is None else row[3],  # type: ignore[arg-type]
                        flag(row[5]),
                        _late(taken_us, received_us, newest_us),
                    )
                    for _, taken_us, _, row, _ in members
                )
                self._bus.publish(ReadingsRecorded(now, entity, readings))
        return len(kept), len(rows) - len(kept)

    def _move(self, entity: Entity, value: Value, taken_at: datetime, now: datetime, sample: Sample) -> None:
        moved = self._states.apply(entity.id, value, taken_at, now, sample.attributes)
        if moved is not None:
            self._bus.publish(StateChanged(now, entity, *moved))

    def _unknown(self, entity: Entity, sample: Sample, now: datetime) -> None:
        """The source says that it has no value now: the state is unknown, history is untouched."""
        moved = self._states.apply(entity.id, None, sample.taken_at or now, now, sample.attributes)
        if moved is not None:
            self._bus.publish(StateChanged(now, entity, *moved))

    def check(self, entity: Entity, value: object, unit: str | None = None) -> Value:
        """The canonical value of a correction. Raises BadReading with a reason."""
        return Plan(entity, self._entities.metric_of(entity)).value(value, unit)

    def check_new(self, sample: Sample) -> None:
        """Whether a sample of a metric would be kept. Raises BadReading with the reason."""
        metric = self._vocabulary.metrics.get(sample.metric)
        if metric is None:
            raise BadReading(self._vocabulary.unknown_metric(sample.metric))
        now = self._clock.now()
        if sample.taken_at is not None and _microseconds(sample.taken_at) > _microseconds(now + AHEAD):
            raise BadReading(_ahead(sample.taken_at, now))
        nobody = Entity("", 0, "", "", "", metric.name, metric=metric.key, unit=metric.unit, kind=metric.kind)
        Plan(nobody, metric).value(sample.value, sample.unit)

    async def refresh(self, entity: Entity) -> None:
        """Read a state from history anew, after a correction or removal, and tell."""
        self.forget_plans()
        stored = (await self._store.newest([entity.series])).get(entity.series)
        old = self._states.get(entity.id)
        base = old if old is not None else State(entity.id, None)
        new = replace(
            base,
            value=stored.value if stored is not None else None,
            taken_at=_instant(stored.taken_us) if stored is not None else None,
            received_at=_instant(stored.received_us) if stored is not None else None,
        )
        if new != old:
            self._states.replace(new)
            self._bus.publish(StateChanged(self._clock.now(), entity, old, new))

    def set_available(self, entities: Iterable[Entity], available: bool) -> None:
        now = self._clock.now()
        for entity in entities:
            moved = self._states.set_available(entity.id, available)
            if moved is not None:
                self._bus.publish(StateChanged(now, entity, *moved))

    def forget_plans(self, event: EntitiesChanged | None = None) -> None:
        """After readings or entities changed behind our back, neighbours are looked up anew."""
        self._plans.clear()
        self._found.clear()

    def _plan(self, entry: ConfigEntry, owner: str, sample: Sample) -> Plan | None:
        if self._entities_version != self._entities.version:
            self.forget_plans()
            self._entities_version = self._entities.version
        return self._found.get((entry.id, owner, sample.metric or "\0" + sample.entity, sample.source))

    async def _make(self, entry: ConfigEntry, owner: str, sample: Sample) -> Plan:
        """The plan of a series met for the first time; its entity is kept before the sample is."""
        async with self._making:
            if bool(sample.metric) == bool(sample.entity):
                raise BadReading("a sample names either a metric or a described entity, and not both")
            if sample.metric:
                metric = self._vocabulary.metrics.get(sample.metric)
                if metric is None:
                    raise BadReading(self._vocabulary.unknown_metric(sample.metric))
                if not owner or not self._people.known(owner):
                    raise BadReading(f"{sample.metric}: nobody has said whose it is; set the person of {entry.title!r}")
                entity = await self._entities.measure(entry, owner, metric, sample.source)
            else:
                described = self._entities.described(entry.id, sample.entity)
                if described is None:
                    raise BadReading(f"entity {sample.entity!r} was not described before its first sample")
                entity = described
            plan = self._plans.get(entity.id)
            if plan is None:
                plan = Plan(entity, self._entities.metric_of(entity))
                state = self._states.get(entity.id)
                if state is not None and state.taken_at is not None:
                    plan.last_us, plan.last_value = _microseconds(state.taken_at), state.value
                self._plans[entity.id] = plan
            self._entities_version = self._entities.version
            self._found[(entry.id, owner, sample.metric or "\0" + sample.entity, sample.source)] = plan
            return plan


def _microseconds(at: datetime) -> int:
    """Microseconds since 1970; raises BadReading for a naive instant."""
    if at.tzinfo is None:
        raise BadReading(f"{at.isoformat()} has no time zone; write an offset or Z")
    return (at - EPOCH) // _MICROSECOND


def _instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def _late(taken_us: int, received_us: int, newest_us: int | None) -> bool:
    return received_us - taken_us > LATE_AFTER_US or (newest_us is not None and taken_us < newest_us)


def _ahead(taken_at: datetime, now: datetime) -> str:
    return (
        f"taken_at {taken_at.isoformat()} lies in the future (it is {now.isoformat(timespec='seconds')} here); "
        "check the source's clock and time zone"
    )
