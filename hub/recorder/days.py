"""Local days as stretches of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hub.errors import ConfigInvalid
from hub.recorder.instants import from_us, to_us
from hub.recorder.partial import Stretch


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; raises ConfigInvalid."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigInvalid(f"there is no time zone {name!r}; names are like Europe/Berlin", key="time_zone") from error


@lru_cache(maxsize=20_000)
def day_stretch(day: int, time_zone: str) -> Stretch:
    """Start and end of a local day (`date.toordinal`): 23, 24 or 25 hours, or what the zone makes of it."""
    return _midnight(day, time_zone), _midnight(day + 1, time_zone)


def day_of(taken_us: int, time_zone: str) -> int:
    """The local day (`date.toordinal`) of an instant."""
    local = from_us(taken_us).astimezone(zone(time_zone))
    return local.toordinal()


@lru_cache(maxsize=20_000)
def _midnight(day: int, time_zone: str) -> int:
    """The first instant of a local day, also where midnight is skipped or comes twice."""
    tz = zone(time_zone)
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time(), tzinfo=tz).astimezone(UTC)
    # A midnight that is skipped, or comes twice, is off by the change; the day's first instant is found by halving.
    if midnight.astimezone(tz).toordinal() < day:
        low, high = midnight, midnight + timedelta(hours=3)
    elif (midnight - timedelta(microseconds=1)).astimezone(tz).toordinal() >= day:
        low, high = midnight - timedelta(hours=3), midnight
    else:
        return to_us(midnight)
    before, after = to_us(low), to_us(high)
    while after - before > 1:
        middle = (before + after) // 2
        if from_us(middle).astimezone(tz).toordinal() >= day:
            after = middle
        else:
            before = middle
    return after
