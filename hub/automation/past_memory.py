"""What was remembered at an instant of the past: each thing from when it was known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.learner import Learner
from hub.clock import Clock
from hub.insight import Baseline, Day, Habit, Period, days, first_day, usual_range
from hub.model import Aggregation, JournalEntry, Metric, Reading

_Known = tuple[datetime, int, JournalEntry | Reading]
_TAKEN = attrgetter("taken_at")


class PastMemory:
    """A `Memory` of a past world's clock.

    `entries`: every revision; one is known from `updated_at`, the oldest that is given of an entry from `created_at`.
    `readings`: of any entities; each is known from `received_at`. `known`: either of them, from another instant. What
    was known at the start belongs among them, as far back as `past_needs` says; what comes later may be told by `tell`
    instead, when it comes and before the engine is.
    """

    unwatched_since: datetime | None = None

    def __init__(
        self,
        clock: Clock,
        time_zone: Callable[[str | None], str],
        entries: Iterable[JournalEntry] = (),
        readings: Iterable[Reading] = (),
        *,
        known: Iterable[tuple[datetime, JournalEntry | Reading]] = (),
        metrics: Mapping[str, Metric] | None = None,
        sources: Callable[[str, str], Sequence[str]] = lambda person, metric: (),
        quiet: Callable[[str | None, datetime], bool | None] = lambda person, at: None,
        home: Callable[[str], bool | None] = lambda person: None,
        learner: Learner | None = None,
    ) -> None:
        self._clock, self._time_zone, self._metrics, self._sources = clock, time_zone, metrics or {}, sources
        self._quiet, self._home, self._learner = quiet, home, learner or Learner()
        self._entries: dict[str, dict[str, JournalEntry]] = {}
        self._readings: dict[str, list[Reading]] = {}
        self._days: dict[tuple[str, str], _Days] = {}
        self._watching: dict[str, list[_Days]] = {}
        self._order = count()
        self._coming: list[_Known] = []
        first: dict[str, int] = {}
        given = list(entries)
        for one in given:
            first[one.id] = min(first.get(one.id, one.revision), one.revision)
        for one in sorted(given, key=lambda entry: entry.revision):
            at = one.created_at if one.revision == first[one.id] else one.updated_at
            self._coming.append((at, next(self._order), one))
        self._coming += [(one.received_at, next(self._order), one) for one in readings]
        self._coming += [(at, next(self._order), one) for at, one in known]
        heapify(self._coming)

    def tell(self, kind: str, facts: Mapping[str, Any]) -> None:
        """What a past is told as a signal is known from now on."""
        if kind == "journal":
            heappush(self._coming, (self._clock.now(), next(self._order), facts["new"]))
        elif kind == "reading":
            for one in facts["readings"]:
                heappush(self._coming, (self._clock.now(), next(self._order), one))

    def time_zone(self, person: str | None) -> str:
        return self._time_zone(person)

    async def entries(self, kind: str, person: str | None, since: datetime, until: datetime) -> Sequence[JournalEntry]:
        self._learn()
        own = self._entries.get(kind, {}).values()
        found = [one for one in own if since <= one.start < until and person in (None, one.person) and not one.deleted]
        return sorted(found, key=lambda one: (one.start, one.id))

    def sources(self, person: str, metric: str) -> Sequence[str]:
        return self._sources(person, metric)

    async def readings(self, entity_id: str, since: datetime, until: datetime) -> Sequence[Reading]:
        self._learn()
        own = self._readings.get(entity_id, [])
        return own[bisect_left(own, since, key=_TAKEN) : bisect_left(own, until, key=_TAKEN)]

    async def habit(self, person: str, kind: str) -> Habit:
        zone, now = self.time_zone(person), self._clock.now()
        entries = await self.entries(kind, person, self._learner.since(now, zone), now)
        return self._learner.learn(entries, person, kind, zone, now)

    async def baseline(self, person: str, metric: str, period: Period) -> Baseline | None:
        found, sources = self._metrics.get(metric), self.sources(person, metric)
        if found is None or not sources or found.aggregation is Aggregation.STATES:
            return None
        self._learn()
        zone, now = self.time_zone(person), self._clock.now()
        today = now.astimezone(ZoneInfo(zone)).date()
        known = self._days.get((person, metric))
        if known is None:
            known = self._days[person, metric] = _Days(found, zone, sources, self._readings)
            for one in sources:
                self._watching.setdefault(one, []).append(known)
        return usual_range(known.since(first_day(period, today), today, now), person, found, period, zone, today)

    def quiet(self, person: str | None) -> bool | None:
        return self._quiet(person, self._clock.now())

    def home(self, person: str) -> bool | None:
        return self._home(person)

    def _learn(self) -> None:
        """Take in what is known by now."""
        now = self._clock.now()
        while self._coming and self._coming[0][0] <= now:
            one = heappop(self._coming)[2]
            if isinstance(one, JournalEntry):
                self._entries.setdefault(one.kind, {})[one.id] = one
            else:
                self._remember(one)

    def _remember(self, one: Reading) -> None:
        own = self._readings.setdefault(one.entity_id, [])
        place = bisect_left(own, one.taken_at, key=_TAKEN)
        if place < len(own) and own[place].taken_at == one.taken_at:
            own[place] = one
        else:
            own.insert(place, one)
        for days_ in self._watching.get(one.entity_id, ()):
            days_.touched(one.taken_at)


class _Days:
    """The days of a person's metric, each worked out again only where readings came since."""

    def __init__(
        self, metric: Metric, time_zone: str, sources: Collection[str], readings: Mapping[str, Sequence[Reading]]
    ) -> None:
        self._metric, self._time_zone, self._sources, self._readings = metric, time_zone, sources, readings
        self._zone = ZoneInfo(time_zone)
        self._reach = max(1, -(-round(metric.hold) // 86_400))
        self._made: dict[date, Day | None] = {}
        self._open: date | None = None

    def touched(self, taken_at: datetime) -> None:
        """A reading holds on into the days after it."""
        day = taken_at.astimezone(self._zone).date()
        for ahead in range(self._reach + 1):
            self._made.pop(day + timedelta(days=ahead), None)

    def since(self, first: date, today: date, now: datetime) -> list[Day]:
        if self._open is not None:
            self._made.pop(self._open, None)
        self._open = today
        wanted = [first + timedelta(days=number) for number in range((today - first).days + 1)]
        for run in _runs([one for one in wanted if one not in self._made]):
            made = {one.day: one for one in self._work_out(run[0], run[-1], now)}
            self._made |= {day: made.get(day) for day in run}
        return [found for one in wanted if (found := self._made[one]) is not None]

    def _work_out(self, first: date, last: date, now: datetime) -> list[Day]:
        noon = datetime(first.year, first.month, first.day, 12, tzinfo=self._zone)
        since = noon - timedelta(days=self._reach + 2)
        until = noon + timedelta(days=(last - first).days + 2)
        sources = []
        for entity_id in self._sources:
            own = self._readings.get(entity_id, ())
            low, high = bisect_left(own, since, key=_TAKEN), bisect_left(own, until, key=_TAKEN)
            # The one before is what a counter goes on from.
            sources.append([one for one in own[max(0, low - 1) : high] if not isinstance(one.value, str)])
        return days(sources, self._metric, self._time_zone, first, last, now)


def _runs(wanted: Iterable[date]) -> Iterable[list[date]]:
    """Days that follow one another."""
    run: list[date] = []
    for one in wanted:
        if run and (one - run[-1]).days != 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run
