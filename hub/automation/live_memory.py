"""What the live house remembers, as one account may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from hub.automation.learner import Learner
from hub.clock import Clock
from hub.insight import Baseline, Day, Habit, Period, first_day, usual_range, value_of
from hub.insight.local import instant
from hub.intake.instants import LATE_AFTER_US
from hub.model import HOUSEHOLD, Aggregation, Flag, JournalEntry, Reading
from hub.recorder import Recorder, StoredReading, from_us, to_us
from hub.registry import Entities, People, Vocabulary

_PAGE = 1_000


class LiveMemory:
    """A `Memory` over the recorder.

    `sees(person, subject)` is the account's right to view, with the subjects of `hub.access`: metric keys, entity ids
    and `journal:<kind>`. `quiet(person, at)` is the quiet hours' word (`rooms.notify.quiet`), `home(person)` presence.
    Set `unwatched_since` to when the hub was last running before its automations are added at a start, and back to
    None when they are: what came due meanwhile is made up for. One `learner` may serve all accounts.
    """

    def __init__(
        self,
        recorder: Recorder,
        entities: Entities,
        people: People,
        vocabulary: Vocabulary,
        clock: Clock,
        sees: Callable[[str, str | None], bool],
        *,
        quiet: Callable[[str | None, datetime], bool | None] = lambda person, at: None,
        home: Callable[[str], bool | None] = lambda person: None,
        learner: Learner | None = None,
    ) -> None:
        self._recorder, self._entities, self._people, self._vocabulary = recorder, entities, people, vocabulary
        self._clock, self._sees, self._quiet, self._home = clock, sees, quiet, home
        self._learner = learner or Learner()
        self.unwatched_since: datetime | None = None

    def time_zone(self, person: str | None) -> str:
        return self._people.time_zone(person or HOUSEHOLD)

    async def entries(self, kind: str, person: str | None, since: datetime, until: datetime) -> Sequence[JournalEntry]:
        subject = f"journal:{kind}"
        persons = [person] if person is not None else [HOUSEHOLD, *self._people.all]
        seen = [one for one in persons if self._sees(one, subject)]
        found: list[JournalEntry] = []
        after: tuple[int, str] | None = None
        while seen:
            page = await self._recorder.journal_find(
                seen, kinds=[kind], start_us=to_us(since), end_us=to_us(until), limit=_PAGE, after=after,
                descending=False,
            )  # fmt: skip
            found += page
            if len(page) < _PAGE:
                break
            after = (to_us(page[-1].start), page[-1].id)
        return found

    def sources(self, person: str, metric: str) -> Sequence[str]:
        if not self._sees(person, metric):
            return ()
        return [one.id for one in self._entities.sources(person, metric)]

    async def readings(self, entity_id: str, since: datetime, until: datetime) -> Sequence[Reading]:
        entity = self._entities.all.get(entity_id)
        if entity is None or not self._sees(entity.person, entity.metric or entity.id):
            return ()
        found: list[StoredReading] = []
        after: tuple[int, int] | None = None
        while True:
            page = await self._recorder.readings(
                [entity.series], to_us(since), to_us(until), limit=20 * _PAGE, after=after
            )
            found += page
            if len(page) < 20 * _PAGE:
                break
            after = (page[-1].taken_us, page[-1].series)
        return [_reading(entity_id, one) for one in found]

    async def habit(self, person: str, kind: str) -> Habit:
        zone, now = self.time_zone(person), self._clock.now()
        entries = await self.entries(kind, person, self._learner.since(now, zone), now)
        known = self._learner.known(entries, person, kind, zone, now)
        if known is not None:
            return known
        # Some ten milliseconds of arithmetic, for which the loop does not wait.
        return await asyncio.to_thread(self._learner.learn, entries, person, kind, zone, now)

    async def baseline(self, person: str, metric: str, period: Period) -> Baseline | None:
        found = self._vocabulary.metrics.get(metric)
        series = [self._entities.all[one].series for one in self.sources(person, metric)]
        if found is None or not series or found.aggregation is Aggregation.STATES:
            return None
        name, now = self.time_zone(person), self._clock.now()
        zone = ZoneInfo(name)
        today = now.astimezone(zone).date()
        since = instant(first_day(period, today), time(0), zone)
        stored = await self._recorder.merged_statistics(
            series, found.merge_interval, "day", to_us(since), to_us(now) + 1, time_zone=name
        )
        days = []
        for one in stored:
            value = value_of(one, found.aggregation)
            if one.count and value is not None:
                # The middle of a day is on its date, however its ends are.
                middle = from_us((one.start_us + one.end_us) // 2).astimezone(zone).date()
                days.append(Day(middle, value, one.count))
        return usual_range(days, person, found, period, name, today)

    def quiet(self, person: str | None) -> bool | None:
        return self._quiet(person, self._clock.now())

    def home(self, person: str) -> bool | None:
        return self._home(person)


def _reading(entity_id: str, one: StoredReading) -> Reading:
    late = one.received_us - one.taken_us > LATE_AFTER_US
    return Reading(entity_id, from_us(one.taken_us), from_us(one.received_us), one.value, Flag(one.flags), late)
