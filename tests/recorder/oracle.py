"""Statistics by definition, made from scratch each time: slow, and simple enough to believe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hub.model import Flag, Kind, Value
from hub.recorder import to_us

HOUR = 3_600_000_000


@dataclass
class Expected:
    count: int = 0
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    time_weighted_mean: float | None = None
    sum: float | None = None
    last: Value | None = None
    durations: dict[str, float] = field(default_factory=dict)


Readings = Mapping[int, tuple[Value, int]]
"""taken -> value, flags"""


def day_bounds(day: date, zone: str) -> tuple[int, int]:
    """First instants of a day and of the next one."""
    return first_instant(day, zone), first_instant(day + timedelta(days=1), zone)


@cache
def first_instant(day: date, zone: str) -> int:
    """Looked for minute by minute, around the midnight of UTC."""
    at = to_us(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC"))) - 16 * HOUR
    tz = ZoneInfo(zone)
    while True:
        local = (datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(microseconds=at)).astimezone(tz)
        if local.date() >= day:
            return at
        at += HOUR // 4  # every change of clock in these tests is at a quarter of an hour


def expected(readings: Readings, kind: Kind, hold: int, now: int, start: int, end: int) -> Expected:
    """One bucket [start, end)."""
    taken = sorted(readings)
    inside = [one for one in taken if start <= one < end]
    made = Expected(count=len(inside))
    areas, held = 0.0, 0
    for place, one in enumerate(taken):
        until = min(taken[place + 1] if place + 1 < len(taken) else one + hold, one + hold, now, end)
        length = until - max(one, start)
        if length > 0:
            value = readings[one][0]
            if kind is Kind.ENUM:
                made.durations[str(value)] = made.durations.get(str(value), 0) + length / 1e6
            elif kind is not Kind.TEXT:
                areas += float(value) * length
                held += length
    if inside:
        made.last = readings[inside[-1]][0]
    if kind in (Kind.ENUM, Kind.TEXT):
        return made
    values = [float(readings[one][0]) for one in inside]
    if values:
        made.min, made.max, made.mean = min(values), max(values), sum(values) / len(values)
        made.sum = sum(values) if kind is not Kind.COUNTER else sum(counted(readings, one) for one in inside)
    if held:
        made.time_weighted_mean = areas / held
    return made


def counted(readings: Readings, taken: int) -> float:
    """What one reading adds to a counter's sum."""
    value, flags = float(readings[taken][0]), readings[taken][1]
    if flags & Flag.INCREMENT:
        return value
    earlier = [one for one in readings if one < taken]
    if not earlier or readings[max(earlier)][1] & Flag.INCREMENT:
        return 0.0
    before = float(readings[max(earlier)][0])
    return value - before if value >= before else value
