"""A person's usual range of a metric, from its days or weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from statistics import fmean, median
from typing import Literal
from zoneinfo import ZoneInfo

from hub.insight.local import instant
from hub.model import Aggregation, Kind, Metric

Period = Literal["day", "week"]
Direction = Literal["above", "below", "either"]
WINDOW: Mapping[Period, int] = {"day": 28, "week": 8}
"""Complete periods that are looked at."""
WINDOWS: Mapping[Period, timedelta] = {"day": timedelta(days=29), "week": timedelta(weeks=10)}
"""How long before today all of that begins, with the period before, which is judged as well."""
FEWEST = 7
_NORMAL = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation (Rousseeuw & Croux 1993)."""
_NORMAL_MEAN = 1.2533
"""The same for the mean absolute deviation, which speaks where over half of the values are alike."""
_NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Day:
    """A local day's value of a metric, in its canonical unit, and from how many readings."""

    day: date
    value: float
    readings: int


@dataclass(frozen=True, slots=True)
class Present:
    """A period's value; of the one that is going on, so far."""

    start: datetime
    end: datetime
    value: float
    readings: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """Median and spread of the last complete periods, in the metric's canonical unit."""

    person: str
    metric: str
    period: Period
    median: float
    spread: float
    """1.4826 times the median absolute deviation: of a normal distribution, its standard deviation.

    Where that is 0, because most values are alike: 1.2533 times the mean one.
    """
    samples: int
    """Periods that it was learned from."""
    readings: float
    """How many a period usually has."""
    grows: bool
    """The value of a period that is going on says nothing about what it will be: a count of steps."""
    aggregation: Aggregation
    present: Present | None = None
    """The period that is going on; None while it has no value."""
    previous: Baseline | None = None
    """As it was in the period before, whose `present` is complete: whether that one was usual."""

    def range(self, deviations: float) -> tuple[float, float]:
        """The usual range: so many spreads below and above the median."""
        return self.median - deviations * self.spread, self.median + deviations * self.spread

    def away(self, value: float) -> float:
        """How many spreads a value lies above the median; below: negative."""
        if self.spread > 0:
            return (value - self.median) / self.spread
        return 0.0 if value == self.median else float("inf") if value > self.median else float("-inf")

    def outside(self, value: float, direction: Direction, deviations: float) -> Literal["above", "below"] | None:
        low, high = self.range(deviations)
        if value > high and direction != "below":
            return "above"
        if value < low and direction != "above":
            return "below"
        return None

    def decided(self, side: Literal["above", "below"]) -> bool:
        """Whether the present value can't come back from there, or stands for nearly all of the period.

        A sum or a maximum that lies above stays there; a mean is told once most of a period's usual readings are in.
        """
        if self.present is None:
            return False
        if self.aggregation in (Aggregation.SUM, Aggregation.MAX) and side == "above":
            return True
        if self.aggregation is Aggregation.MIN and side == "below":
            return True
        if self.aggregation is Aggregation.LAST:
            return True
        return not self.grows and self.present.readings >= _NEARLY * self.readings


def first_day(period: Period, today: date) -> date:
    """Of all that `usual_range` looks at."""
    start = _start(period, today)
    return start - timedelta(days=(WINDOW[period] + 1) * _days(period))


def usual_range(
    days: Iterable[Day], person: str, metric: Metric, period: Period, time_zone: str, today: date
) -> Baseline | None:
    """From the days' values, `today` among them. None where fewer than seven complete periods have one."""
    values = _periods(days, metric.aggregation, period, ZoneInfo(time_zone))
    now = _start(period, today)
    before = now - timedelta(days=_days(period))
    found = _of(values, now, person, metric, period)
    earlier = _of(values, before, person, metric, period)
    return replace(found, previous=earlier) if found is not None else None


def _of(values: Mapping[date, Present], now: date, person: str, metric: Metric, period: Period) -> Baseline | None:
    first = now - timedelta(days=WINDOW[period] * _days(period))
    usual = [one for start, one in values.items() if first <= start < now]
    if len(usual) < FEWEST:
        return None
    middle = median(one.value for one in usual)
    away = [abs(one.value - middle) for one in usual]
    return Baseline(
        person=person,
        metric=metric.key,
        period=period,
        median=middle,
        spread=_NORMAL * median(away) or _NORMAL_MEAN * fmean(away),
        samples=len(usual),
        readings=median(one.readings for one in usual),
        grows=metric.kind is Kind.COUNTER or (period == "week" and metric.aggregation is Aggregation.SUM),
        aggregation=metric.aggregation,
        present=values.get(now),
    )


def _periods(days: Iterable[Day], how: Aggregation, period: Period, zone: ZoneInfo) -> dict[date, Present]:
    within: dict[date, list[Day]] = {}
    for one in sorted(days, key=lambda day: day.day):
        within.setdefault(_start(period, one.day), []).append(one)
    found = {}
    for start, own in within.items():
        end = start + timedelta(days=_days(period))
        found[start] = Present(
            instant(start, time(0), zone),
            instant(end, time(0), zone),
            _together([one.value for one in own], how),
            sum(one.readings for one in own),
        )
    return found


def _together(values: Sequence[float], how: Aggregation) -> float:
    """One number of a period's days; of means, each day counts alike."""
    match how:
        case Aggregation.SUM:
            return sum(values)
        case Aggregation.MIN:
            return min(values)
        case Aggregation.MAX:
            return max(values)
        case Aggregation.LAST:
            return values[-1]
        case _:
            return fmean(values)


def _start(period: Period, day: date) -> date:
    return day if period == "day" else day - timedelta(days=day.weekday())


def _days(period: Period) -> int:
    return 1 if period == "day" else 7
