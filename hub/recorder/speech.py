"""Which of several sources speaks when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from hub.recorder.days import day_of, day_stretch
from hub.recorder.index import HOUR
from hub.recorder.partial import SLOT, Partial, Point, fold
from hub.recorder.survey import Survey, runs

NOBODY, SEVERAL = -1, -2


class Piece(NamedTuple):
    """A stretch in which one source speaks."""

    start: int
    end: int
    series: int
    partial: Partial


class Speech:
    """Sources, the first one first; in each interval the first that has readings in it speaks.

    A piece is an hour or, where sources take turns within it, an interval; a whole day where it can be. All time that
    is in no piece is held by who spoke last.
    """

    def __init__(self, surveys: Sequence[Survey], interval: int, stored: Sequence[bool] | None) -> None:
        self._surveys = surveys
        self._interval = interval
        self._days = stored is not None
        """Days are asked for: pieces end where days do."""
        self._stored = stored or ()
        """Per source: its stored days are of the zone that is asked for."""
        self._zone = surveys[0].time_zone
        self._present: list[dict[int, int]] = []
        """Per source: hour -> the slots of it in which there are readings."""
        self._speaks: dict[int, int] = {}
        """Hour -> place of the source that alone speaks in it, NOBODY or SEVERAL."""

    async def pieces(self, start: int, end: int) -> list[Piece]:
        """Who speaks when, between two instants; in order of time."""
        interval = self._interval
        low, high = start // interval * interval // HOUR, -(-(-(-end // interval) * interval) // HOUR)
        self._present = [await survey.present(low, high) for survey in self._surveys]
        everyone = sorted(set().union(*self._present))
        self._speaks = self._by_hour(everyone, self._cut(everyone))
        first, last = start // HOUR, -(-end // HOUR)
        asked = [hour for hour in everyone if first <= hour < last]
        made, told = await self._whole_days(asked, everyone, end) if self._days else ([], set())
        for place, survey in enumerate(self._surveys):
            whole = [hour for hour in asked if self._speaks[hour] == place and hour not in told]
            for run in runs(whole):
                hours = await survey.hours(run[0], run[-1] + 1)
                made += [Piece(hour * HOUR, hour * HOUR + HOUR, survey.series, partial) for hour, partial in hours]
        for run in runs([hour for hour in asked if self._speaks[hour] == SEVERAL]):
            made += await self._cells(run)
        return sorted(piece for piece in made if piece.start < end)

    def _cut(self, hours: Iterable[int]) -> set[int]:
        """Hours within which a day begins, as far as their readings are there to tell the two apart."""
        if not self._days:
            return set()
        zone = self._zone
        if all(day_stretch(day, zone)[0] % HOUR == 0 for day in self._some_days()):
            return set()
        return {hour for hour in hours if day_of(hour * HOUR, zone) != day_of(hour * HOUR + HOUR - 1, zone)}

    def _some_days(self) -> set[int]:
        hours = sorted(set().union(*self._present))
        return {day_of(hour * HOUR, self._zone) for hour in hours[:: max(1, len(hours) // 400)]}

    def _by_hour(self, everyone: Sequence[int], cut: set[int]) -> dict[int, int]:
        interval, present = self._interval, self._present
        if interval % HOUR == 0:
            speaks: dict[int, int] = {}
            for place in reversed(range(len(present))):
                speaks |= {hour * HOUR // interval: place for hour in present[place]}
            return {
                hour: SEVERAL if hour in cut else place if hour in present[place] else NOBODY
                for hour in everyone
                for place in (speaks[hour * HOUR // interval],)
            }
        found: dict[int, int] = {}
        previous = NOBODY
        for hour in everyone:
            gone = [place for place, own in enumerate(present) if own.get(hour, 0) < 0]
            if gone:
                found[hour] = previous = gone[0]
                continue
            speakers = self._within(hour)
            only = speakers[0] if len(set(speakers)) == 1 else SEVERAL
            found[hour] = only if previous in (NOBODY, only) and hour not in cut else SEVERAL
            previous = speakers[-1]
        return found

    def _within(self, hour: int) -> list[int]:
        """Who speaks in the intervals of an hour that have readings, in order; SEVERAL where slots can't tell."""
        interval, present = self._interval, self._present
        if HOUR % interval == 0 and interval % SLOT == 0:
            width = interval // SLOT
            slots = [own.get(hour, 0) for own in present]
            speakers = []
            for first in range(0, 12, width):
                mask = ((1 << width) - 1) << first
                place = next((place for place, own in enumerate(slots) if own & mask), None)
                if place is not None:
                    speakers.append(place)
            return speakers
        reach = -(-interval // HOUR) - (interval < HOUR and HOUR % interval == 0)
        near = [
            place for place, own in enumerate(present) if any(h in own for h in range(hour - reach, hour + reach + 1))
        ]
        return near if len(near) == 1 else [SEVERAL, SEVERAL]

    async def _whole_days(
        self, asked: Sequence[int], everyone: Sequence[int], end: int
    ) -> tuple[list[Piece], set[int]]:
        """Days in which one source speaks all the time, and spoke before: its own day is the person's day."""
        by_day: dict[int, list[int]] = {}
        for hour in asked:
            by_day.setdefault(day_of(hour * HOUR, self._zone), []).append(hour)
        days: dict[int, list[int]] = {}
        told: set[int] = set()
        previous = everyone.index(asked[0]) - 1 if asked else -1
        for day, hours in by_day.items():
            place = self._alone(day, hours, everyone[previous] if previous >= 0 else None)
            if place is not None and day_stretch(day, self._zone)[1] <= end:
                days.setdefault(place, []).append(day)
                told.update(hours)
            previous += len(hours)
        made = []
        for place, own in days.items():
            for run in runs(own):
                found = await self._surveys[place].days(run[0], run[-1] + 1)
                made += [
                    Piece(*day_stretch(day, self._zone), self._surveys[place].series, partial) for day, partial in found
                ]
        return made, told

    def _alone(self, day: int, hours: Sequence[int], previous: int | None) -> int | None:
        """The place of the source whose day it is, if it is one's alone."""
        start, end = day_stretch(day, self._zone)
        place = next((self._speaks[hour] for hour in hours if self._speaks[hour] != NOBODY), SEVERAL)
        if place < 0 or not self._stored[place] or start % HOUR or end % HOUR or hours[0] * HOUR < start:
            return None
        own = self._present[place]
        if any(self._speaks[hour] != (place if hour in own else NOBODY) for hour in hours):
            return None
        if previous is None:
            return place
        return place if self._speaks[previous] == place else None

    async def _cells(self, hours: Sequence[int]) -> list[Piece]:
        """The pieces of hours that follow one another, from the readings."""
        interval, start, end = self._interval, hours[0] * HOUR, hours[-1] * HOUR + HOUR
        low, high = start // interval * interval, -(-end // interval) * interval
        points = [await survey.points(low, high) for survey in self._surveys]
        befores = [await survey.before(low) for survey in self._surveys]
        taken = [[point[0] for point in own] for own in points]
        edges = {*range(low, high + 1, interval), *range(start, end + 1, HOUR)}
        if self._days:
            days = range(day_of(start, self._zone), day_of(end - 1, self._zone) + 1)
            edges |= {day_stretch(day, self._zone)[0] for day in days}
        ordered = [edge for edge in sorted(edges) if start <= edge <= end]
        made = []
        for begin, until in pairwise(ordered):
            opened = begin // interval * interval
            place = next((p for p, own in enumerate(taken) if _any(own, opened, opened + interval)), None)
            if place is None or not _any(taken[place], begin, until):
                continue
            first, following = bisect_left(taken[place], begin), bisect_left(taken[place], until)
            before: Point | None = points[place][first - 1] if first else befores[place]
            survey = self._surveys[place]
            cell = fold(points[place][first:following], before, [(begin, until)], survey.rule, survey.now)
            made.append(Piece(begin, until, survey.series, cell[begin]))
        return made


def _any(taken: Sequence[int], start: int, end: int) -> bool:
    place = bisect_left(taken, start)
    return place < len(taken) and taken[place] < end
