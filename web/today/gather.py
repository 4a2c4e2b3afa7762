"""What a card is made from: one person's states, last day, earlier days and journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.model import HOUSEHOLD, Entity, JournalEntry, Kind, Person, State, Verb
from web.display import Display
from web.today.memory import Days, Memory

if TYPE_CHECKING:
    from hub.view import View

DAY = timedelta(days=1)
CURVES = ("interstitial_glucose", "blood_glucose", "heart_rate")
"""The first of these that a person has is drawn over the day."""
CURVE_NEEDS, CURVE_SPAN = 12, 9 * 3_600
"""Readings a day, and seconds between the first and last, that make a curve rather than a few dots."""


@dataclass(slots=True)
class Gathered:
    """Everything about one person (or the household) that Today's words and pictures look at."""

    slug: str
    person: Person | None
    now: datetime
    display: Display
    rows: list[str] = field(default_factory=list)
    """Metrics that get a row, in order."""
    newest: dict[str, tuple[Entity, State]] = field(default_factory=dict)
    """Metric -> the source that speaks, with its state."""
    states: list[tuple[Entity, State]] = field(default_factory=list)
    journal: list[JournalEntry] = field(default_factory=list)
    """The last two weeks, newest first; only of kinds that Today shows."""
    days: dict[str, list[tuple[date, float]]] = field(default_factory=dict)
    """Metric -> earlier local days with their figure, in the canonical unit."""
    today: dict[str, float] = field(default_factory=dict)
    """Metric -> the figure of today so far."""
    by_now: dict[str, list[float]] = field(default_factory=dict)
    """Counter -> what earlier days had reached by this time of day."""
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Entity id -> the last day's readings: seconds, canonical value."""

    @property
    def zone(self) -> ZoneInfo:
        return self.display.zone

    @property
    def midnight(self) -> datetime:
        return self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def is_small(self) -> bool:
        """True for a child under three: feedings and naps matter more than steps."""
        born = self.person.birth_date if self.person is not None else None
        return born is not None and (self.now.date() - born).days < 3 * 365

    def curve(self, entity_id: str) -> list[tuple[float, float]]:
        """The last day's readings if they make a curve; what is measured in one sitting or one night does not."""
        points = self.series.get(entity_id, [])
        return points if len(points) >= CURVE_NEEDS and points[-1][0] - points[0][0] >= CURVE_SPAN else []

    def entries(self, *kinds: str, since: datetime | None = None) -> list[JournalEntry]:
        """Journal entries of these kinds, newest first."""
        return [one for one in self.journal if one.kind in kinds and (since is None or (one.end or one.start) >= since)]

    def fresh(self, metric: str) -> tuple[Entity, State] | None:
        """The newest state of a metric, if it still says something about now."""
        found = self.newest.get(metric)
        if found is None or self.display.freshness(found[0], found[1].taken_at, self.now) == "stale":
            return None
        return found


SHOWN_KINDS = ("sleep", "meal", "drink", "workout", "medication", "insulin", "feeding", "nappy", "symptom", "mood")


TOLD = ("sleep_duration", "steps", "resting_heart_rate")
"""Metrics that the sentences look at, whether or not they have a row."""


async def gather(
    view: View, slug: str, now: datetime, wanted: Sequence[str], memory: Memory, *, most: int | None = None
) -> Gathered:
    """Collect what one card needs; `wanted` are the metrics that may become rows, of which `most` will."""
    person = next((one for one in view.people() if one.slug == slug), None)
    found = Gathered(slug, person, now, Display(view, slug))
    for entity, state in view.states(slug):
        if state is not None and state.value is not None and state.taken_at is not None:
            found.states.append((entity, state))
    found.newest = _speakers(found)
    found.rows = _chosen(found, wanted, most)
    looked_at = {*found.rows, *(key for key in TOLD if key in found.newest)} if slug != HOUSEHOLD else {*found.rows}
    entities = [found.newest[key][0] for key in looked_at]
    await asyncio.gather(_journal(view, found), *(_series(view, found, entity) for entity in _drawn(found)))
    summed = [one for one in entities if one.kind in (Kind.COUNTER, Kind.DURATION)]
    # A level that is measured all the time is told by its curve; only the seldom ones need their earlier days.
    seldom = [one for one in entities if one.kind is Kind.GAUGE and not found.curve(one.id)]
    await asyncio.gather(
        *(_daily(view, found, entity, memory) for entity in (*summed, *seldom)),
        *(_today(view, found, entity) for entity in summed),
        *(_by_now(view, found, entity, memory) for entity in summed if entity.metric == "steps"),
    )
    return found


def _chosen(found: Gathered, wanted: Sequence[str], most: int | None) -> list[str]:
    """What is fresh goes before what is stale, otherwise in the order wished for."""
    has = [key for key in wanted if key in found.newest]
    if "interstitial_glucose" in has:
        has = [key for key in has if key != "blood_glucose"]
    fresh = [key for key in has if found.fresh(key) is not None]
    kept = {*[*fresh, *(key for key in has if key not in fresh)][:most]}
    return [key for key in has if key in kept]


def _speakers(found: Gathered) -> dict[str, tuple[Entity, State]]:
    """For each metric the source that was heard last; of sources within a quarter of an hour the earlier one wins."""
    speakers: dict[str, tuple[Entity, State]] = {}
    for entity, state in found.states:
        if not entity.metric or state.taken_at is None:
            continue
        known = speakers.get(entity.metric)
        at = known[1].taken_at if known is not None else None
        if at is None or state.taken_at > at + timedelta(minutes=15):
            speakers[entity.metric] = (entity, state)
    return speakers


def _drawn(found: Gathered) -> list[Entity]:
    """Entities whose last day is drawn: the levels among the rows, of the house every sensor, and the curve."""
    keys = {*found.rows, *next(([key] for key in CURVES if key in found.newest), [])}
    pairs = found.states if found.slug == HOUSEHOLD else [found.newest[key] for key in keys]
    return [
        entity
        for entity, state in pairs
        if entity.metric in keys
        and entity.kind is Kind.GAUGE
        and state.taken_at is not None
        and found.now - state.taken_at < DAY
    ]


async def _series(view: View, found: Gathered, entity: Entity) -> None:
    chart = await view.chart(entity.id, found.now - DAY, found.now, points=5_000)
    found.series[entity.id] = [
        (at, value) for at, value in zip(chart.times, chart.values, strict=True) if isinstance(value, int | float)
    ]


async def _daily(view: View, found: Gathered, entity: Entity, memory: Memory) -> None:
    """Four weeks of earlier days; what a day's figure is follows from how the metric is summed up."""
    summed = entity.kind in (Kind.COUNTER, Kind.DURATION)

    async def make() -> Days:
        rows = await view.statistics(found.slug, entity.metric, "day", found.midnight - 28 * DAY, found.midnight)
        figures = [
            (row.start.astimezone(found.zone).date(), row.sum if summed else row.mean) for row in rows if row.count
        ]
        return [(day, figure) for day, figure in figures if figure is not None]

    found.days[entity.metric] = await memory.days(found.slug, entity.metric, "day", found.midnight.date(), make)


async def _today(view: View, found: Gathered, entity: Entity) -> None:
    rows = await view.statistics(found.slug, entity.metric, "day", found.midnight, found.now)
    sums = [row.sum for row in rows if row.sum is not None and row.count]
    if sums:
        found.today[entity.metric] = sum(sums)


async def _by_now(view: View, found: Gathered, entity: Entity, memory: Memory) -> None:
    """How far a counter had come by this time on each of the last two weeks' days."""
    here = found.now.astimezone(found.zone)

    async def reached() -> Days:
        rows = await view.statistics(found.slug, entity.metric, "hour", found.midnight - 14 * DAY, found.midnight)
        by_day: dict[date, float] = {}
        for row in rows:
            start = row.start.astimezone(found.zone)
            share = 1.0 if start.hour < here.hour else here.minute / 60 if start.hour == here.hour else 0.0
            by_day[start.date()] = by_day.get(start.date(), 0.0) + (row.sum or 0.0) * share
        return sorted(by_day.items())

    quarter = f"by {here.hour}:{here.minute // 15}"
    days = await memory.days(found.slug, entity.metric, quarter, found.midnight.date(), reached)
    found.by_now[entity.metric] = [figure for _, figure in days]


async def _journal(view: View, found: Gathered) -> None:
    if not view.scope(Verb.VIEW).touches(found.slug):
        return
    days = 14 if found.is_small else 2
    found.journal, _ = await view.journal(
        [found.slug], SHOWN_KINDS, found.now - days * DAY, found.now + DAY, limit=600 if found.is_small else 120
    )
