"""A metric's local days from readings at hand, as the recorder works them out from its database."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise

from hub.insight.baseline import Day
from hub.model import Aggregation, Metric, Reading
from hub.recorder import StoredStatistic, to_us
from hub.recorder.days import day_stretch
from hub.recorder.partial import Partial, Point, Rule, Stretch, compose, fold
from hub.recorder.statistics import statistic


def value_of(one: StoredStatistic, how: Aggregation) -> float | None:
    """The one number that stands for a day; None where it has none."""
    told: Mapping[Aggregation, object] = {
        Aggregation.MEAN: one.mean,
        Aggregation.TIME_WEIGHTED: one.time_weighted_mean if one.time_weighted_mean is not None else one.mean,
        Aggregation.SUM: one.sum,
        Aggregation.LAST: one.last,
        Aggregation.MIN: one.min,
        Aggregation.MAX: one.max,
    }
    value = told.get(how)
    return float(value) if isinstance(value, int | float) else None


def days(
    sources: Sequence[Sequence[Reading]], metric: Metric, time_zone: str, first: date, last: date, now: datetime
) -> list[Day]:
    """Those from `first` to `last` that have a value. `sources`: by priority, each by `taken_at`, numbers alone.

    In each interval of `metric.merge_interval` (UTC-aligned) the first source that has a reading speaks.
    """
    numbers = range(first.toordinal(), last.toordinal() + 1)
    stretches = [day_stretch(number, time_zone) for number in numbers]
    rule, until = Rule(metric.kind, round(metric.hold * 1_000_000)), to_us(now)
    points = [[_point(one) for one in own] for own in sources if own]
    if not points or not stretches:
        return []
    if len(points) == 1:
        place = bisect_left(points[0], (stretches[0][0],))
        made = fold(points[0][place:], points[0][place - 1] if place else None, stretches, rule, until)
    else:
        cells = list(_cells(points, round(metric.merge_interval * 1_000_000), stretches, rule, until))
        earlier = [one for one in cells if one[0] < stretches[0][0]]
        before = earlier[-1][2].last if earlier else None
        made = compose(cells[len(earlier) :], before, stretches, rule, until)
    found = []
    for number, stretch in zip(numbers, stretches, strict=True):
        partial = made[stretch[0]]
        value = value_of(statistic(None, *stretch, partial, metric.kind, {}), metric.aggregation)
        if partial.count and value is not None:
            found.append(Day(date.fromordinal(number), value, partial.count))
    return found


def _point(one: Reading) -> Point:
    return to_us(one.taken_at), float(one.value), int(one.flags)


def _cells(
    points: Sequence[Sequence[Point]], interval: int, stretches: Sequence[Stretch], rule: Rule, now: int
) -> Iterator[tuple[int, int, Partial]]:
    """The parts of intervals in which somebody speaks, from the first reading on; none reaches over midnight."""
    low = min(own[0][0] for own in points) // interval * interval
    midnights = {start for start, _ in stretches} | {stretches[-1][1]}
    opened = {point[0] // interval * interval for own in points for point in own if low <= point[0]}
    for begin in sorted(opened):
        end = begin + interval
        own = next(own for own in points if _within(own, begin, end)[1])
        edges = [begin, *sorted(one for one in midnights if begin < one < end), end]
        for since, until in pairwise(edges):
            place, count = _within(own, since, until)
            if count and since < stretches[-1][1]:
                before = own[place - 1] if place else None
                yield since, until, fold(own[place : place + count], before, [(since, until)], rule, now)[since]


def _within(own: Sequence[Point], begin: int, end: int) -> tuple[int, int]:
    """Place of the first one, and how many there are."""
    first = bisect_left(own, (begin,))
    return first, bisect_left(own, (end,), first) - first
