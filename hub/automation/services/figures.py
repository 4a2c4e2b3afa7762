"""`recorder.get_statistics`: what hours, days, weeks and months of an entity come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from hub.automation.calendars import moment
from hub.automation.services.described import Service, choice, entities, text, texts
from hub.automation.services.hands import Hands
from hub.automation.services.own import inner_spec
from hub.errors import BadReading, NotFound
from hub.insight import day_begins
from hub.model import Actor, Kind, Verb
from hub.plugin import ActionSpec
from hub.recorder import StoredStatistic

TYPES = ("change", "max", "mean", "min", "state", "sum")
MOST = 400 * 24
"""Hours that may be asked for; as many days with another period."""
_COUNTED = (Kind.COUNTER, Kind.DURATION)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SERVICES = (
    Service(
        "recorder.get_statistics", "Look at statistics", "Means, extremes and totals of hours, days, weeks or months.",
        (entities("statistic_ids", "Of which entities.", required=True, example="sensor.anna_steps"),
         text("start_time", "From when on.", required=True, example="{{ now() - timedelta(days=7) }}"),
         text("end_time", "Until when; left out: until now."),
         choice("period", "For each what.", "hour", "day", "week", "month", required=True, example="day"),
         texts("types", "Which of mean (weighted by time), min, max, state (the last value), sum and change (both "
               "what was counted in the period); left out: all.", example=["mean", "sum"])),
        response=True,
    ),
)  # fmt: skip


class Statistics(Protocol):
    async def statistics(
        self, series: int, period: Literal["hour", "day"], start_us: int, end_us: int, *, time_zone: str
    ) -> list[StoredStatistic]: ...


def specs(hands: Hands, statistics: Statistics, time_zone: Callable[[], str]) -> list[ActionSpec]:
    async def look(actor: Actor, given: Any) -> Mapping[str, Any]:
        zone = ZoneInfo(time_zone())
        start = _at(given.start_time, zone)
        end = _at(given.end_time, zone) if given.end_time else hands.clock.now()
        wanted = _wanted(given.types)
        period: Literal["hour", "day"] = "hour" if given.period == "hour" else "day"
        if end - start > timedelta(hours=MOST) * (1 if period == "hour" else 24):
            raise BadReading(f"that is over {MOST} {period}s; ask for a shorter time, or a longer period")
        found = {}
        for entity_id in given.statistic_ids:
            entity = hands.entities.all.get(entity_id)
            if entity is None or not hands.access.allowed(actor, Verb.VIEW, *hands.whose(entity_id)):
                raise NotFound(f"there is no entity {entity_id!r} with statistics")
            stored = await statistics.statistics(
                entity.series, period, _us(start), _us(end), time_zone=time_zone()
            )  # fmt: skip
            rows = [_row([one], zone) for one in stored] if given.period in ("hour", "day") else (
                [_row(those, zone) for those in _together(stored, given.period, zone)]
            )  # fmt: skip
            left_out = () if entity.kind in _COUNTED else ("sum", "change")
            found[entity_id] = [
                {name: None if name in left_out else row[name] for name in ("start", "end", *wanted)} for row in rows
            ]
        return {"statistics": found}

    return [inner_spec(SERVICES[0], look)]


def _wanted(types: list[str] | None) -> list[str]:
    for one in types or ():
        if one not in TYPES:
            raise BadReading(f"types: {one!r} is none of {', '.join(TYPES)}")
    return list(types or TYPES)


def _together(days: Iterable[StoredStatistic], period: str, zone: ZoneInfo) -> list[list[StoredStatistic]]:
    """Days by ISO week, or by month."""
    found: dict[tuple[int, int], list[StoredStatistic]] = {}
    for one in days:
        day = _instant(one.start_us).astimezone(zone).date()
        key = day.isocalendar()[:2] if period == "week" else (day.year, day.month)
        found.setdefault(key, []).append(one)
    return list(found.values())


def _row(those: list[StoredStatistic], zone: ZoneInfo) -> dict[str, Any]:
    means = [
        mean for one in those
        if (mean := one.time_weighted_mean if one.time_weighted_mean is not None else one.mean) is not None
    ]  # fmt: skip
    sums = [one.sum for one in those if one.sum is not None]
    total = sum(sums) if sums else None
    return {
        "start": _instant(those[0].start_us).astimezone(zone).isoformat(),
        "end": _instant(those[-1].end_us).astimezone(zone).isoformat(),
        # Each day weighs the same, however often it was measured.
        "mean": sum(means) / len(means) if means else None,
        "min": min((one.min for one in those if one.min is not None), default=None),
        "max": max((one.max for one in those if one.max is not None), default=None),
        "state": those[-1].last,
        "sum": total,
        "change": total,
    }


def _at(told: str, zone: ZoneInfo) -> datetime:
    if len(told.strip()) == 10:
        return day_begins(datetime.fromisoformat(moment(told, zone)), zone)
    return datetime.fromisoformat(moment(told, zone))


def _instant(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
