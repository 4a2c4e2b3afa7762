"""Accepting samples: plan, check, commit, then state, then news; nothing is acknowledged before the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import BadReading, PartlyKept, StorageUnavailable
from hub.intake.figures import Figures
from hub.intake.instants import check_ahead, instant, microseconds
from hub.intake.machine import Evidence
from hub.intake.news import Item, News
from hub.intake.plan import CLOCK_UNSURE, IMPORTED, INCREMENT, Plan
from hub.intake.plans import Plans, blank
from hub.intake.trust import SLACK, Trust
from hub.model import (
    ConfigEntry,
    EntitiesChanged,
    Entity,
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

_SLACK_US = SLACK // timedelta(microseconds=1)
LARGEST_COMMIT = 1_000
"""Rows committed at a time, so that one flood does not delay its neighbours."""


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
        evidence: Callable[[datetime], Evidence] = lambda now: Evidence(),
    ) -> None:
        """`evidence`: what is known of the clock."""
        self._store, self._states, self._bus, self._clock = store, states, bus, clock
        self.figures = Figures()
        self.refuses: Callable[[str, str], bool] = lambda entry, person: False
        """Config entry, person: True where nothing of the person is taken in from it any more."""
        self._plans = Plans(states, entities, people, vocabulary)
        self._news = News(states, bus, clock, self.figures)
        self.trust = Trust(states, clock, evidence)

    async def accept(self, entry: ConfigEntry, samples: Sequence[Sample], person: str | None = None) -> Receipt:
        """Keep samples of a config entry for `person` (default: the entry's); returns after the commit.

        Raises StorageUnavailable, or PartlyKept when only the rest of the batch was not kept; a repeat keeps it
        without doubling.
        """
        owner = entry.person if person is None else person
        accepted = unchanged = 0
        refusals: list[Refusal] = []
        for start in range(0, len(samples), LARGEST_COMMIT):
            part = samples[start : start + LARGEST_COMMIT]
            try:
                kept, same = await self._accept_part(entry, owner, part, start, refusals)
            except StorageUnavailable as error:
                if not accepted:
                    raise
                raise PartlyKept(str(error), accepted) from error
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
        received_us = microseconds(now)
        sure = self.trust.sure(now)
        items: list[Item] = []
        rows: list[Row] = []
        try:
            for index, sample in enumerate(samples, offset):
                try:
                    known = self._plans.find(entry, owner, sample)
                    plan = known or self._plans.meet(entry, owner, sample)
                    taken_us, value = self._checked(plan, sample, now, received_us)
                    if self.refuses(entry.id, plan.entity.person):
                        raise BadReading(f"the consent to take {plan.entity.person} from {entry.id} was withdrawn")
                    if known is None:
                        if value is None and sample.metric:
                            continue  # no value of what nobody ever measured
                        plan = await self._plans.make(entry, owner, sample)
                except BadReading as error:
                    refusals.append(Refusal(index, str(error)))
                    continue
                item = _item(plan, sample, taken_us, value, received_us, sure)
                items.append(item)
                if item.recorded:
                    rows.append(item.row)
            started = self._clock.monotonic()
            outcomes = await self._store.write(rows) if rows else []
        except BaseException:
            self._plans.forget()
            raise
        if rows:
            self.figures.committed(self._clock.monotonic() - started)
            if sure:
                self.trust.received(now)
        return self._news.committed(items, outcomes, now)

    def _checked(self, plan: Plan, sample: Sample, now: datetime, received_us: int) -> tuple[int, Value | None]:
        """When it was taken, and its canonical value. Raises BadReading."""
        if sample.taken_at is None:
            taken_us = received_us
        else:
            taken_us = microseconds(sample.taken_at)
            if taken_us > received_us:
                check_ahead(sample.taken_at, now, self.trust.latest(now))
        return taken_us, None if sample.value is None else plan.value(sample.value, sample.unit)

    def check(self, entity: Entity, value: object, unit: str | None = None) -> Value:
        """The canonical value of a correction. Raises BadReading with a reason."""
        return self._plans.of(entity).value(value, unit)

    def check_new(self, sample: Sample) -> None:
        """Whether a sample of a metric would be kept. Raises BadReading with the reason."""
        metric = self._plans.metric(sample.metric)
        if sample.taken_at is not None:
            now = self._clock.now()
            check_ahead(sample.taken_at, now, self.trust.latest(now))
        blank(metric).value(sample.value, sample.unit)

    async def refresh(self, entity: Entity) -> None:
        """Read a state from history anew, after a correction or removal, and tell."""
        self.forget_plans()
        stored = (await self._store.newest([entity.series])).get(entity.series)
        old = self._states.get(entity.id)
        base = old if old is not None else State(entity.id, None)
        new = replace(
            base,
            value=stored.value if stored is not None else None,
            taken_at=instant(stored.taken_us) if stored is not None else None,
            received_at=instant(stored.received_us) if stored is not None else None,
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

    def unsay(self, entry: str) -> None:
        """The entry that said which of its entities are there does not run any more."""
        self._states.unsay(self._plans.entities_of(entry))

    def forget_plans(self, event: EntitiesChanged | None = None) -> None:
        """After readings or entities changed behind our back, neighbours are looked up anew."""
        self._plans.forget()


def _item(plan: Plan, sample: Sample, taken_us: int, value: Value | None, received_us: int, sure: bool) -> Item:
    """The row of a checked sample; its series remembers it as a neighbour of the next."""
    if value is None:
        return Item(plan, (plan.series, taken_us, None, None, received_us, 0), sample, recorded=False)
    flags = plan.oddities(value, taken_us)
    if not sure and abs(taken_us - received_us) < _SLACK_US:
        flags |= CLOCK_UNSURE  # by our clock, or by one that is as wrong
    if sample.increment:
        flags |= INCREMENT
    if sample.imported:
        flags |= IMPORTED
    if plan.last_us is None or taken_us >= plan.last_us:
        plan.last_us, plan.last_value = taken_us, value
    number, text = (value, None) if plan.numeric else (None, str(value))
    row: Row = (plan.series, taken_us, number, text, received_us, flags)  # type: ignore[assignment]  # as its kind
    return Item(plan, row, sample, plan.entity.record)
