"""One series of a chart as equal-length columns, in the units of whoever's data it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from hub.model import Entity, Kind, Statistic
from hub.units import label
from web.display import MINUTES, Display
from web.drawing.paths import runs, thinned

if TYPE_CHECKING:
    from hub.view import View

Number = float | None
Resolution = Literal["raw", "hour", "day"]
RAW_POINTS = 3_000
"""Readings up to which a window is drawn by readings."""
FINE_POINTS = 20_000
"""The same for a day or two, of which only the telling points are sent."""
FINE = timedelta(days=2)
DRAWN = 1_600
"""Points that a screen can still tell apart."""
HOURS = timedelta(days=10)
"""Windows up to this long are drawn by hours, longer ones by days."""
STAGES = ("awake", "rem", "light", "deep", "asleep", "in_bed")
"""From the top down, as every hypnogram has it; what is out of bed is not drawn."""
SPARSE = frozenset({"weight", "height", "head_circumference", "body_fat", "mood"})
"""Measured so seldom that a year of them is drawn one by one."""


@dataclass(slots=True)
class Column:
    """`times` in seconds since 1970; numbers in the shown unit; None where there is a gap."""

    key: str
    """`anna/heart_rate` for a merged series, an entity id for one source."""
    name: str
    family: str
    unit: str
    kind: str
    """`line`, `bars` or `states`."""
    resolution: Resolution
    decimals: int
    times: list[float] = field(default_factory=list)
    values: list[Number] | list[str] = field(default_factory=list)
    low: list[Number] = field(default_factory=list)
    high: list[Number] = field(default_factory=list)
    late: list[tuple[float, float]] = field(default_factory=list)
    """Stretches whose readings arrived long after they were taken."""
    options: list[str] = field(default_factory=list)
    usual: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


async def column_of(
    view: View, entity: Entity, start: datetime, end: datetime, *, merged: bool, seen: timedelta | None = None
) -> Column:
    """The series of an entity, or with `merged` of the person's metric that it measures. Raises NotFound, Forbidden.

    `seen` is the part of the window that is in sight, where more is asked for to pan into; it decides how fine it is.
    """
    seen = seen or end - start
    display = Display(view, entity.person)
    metric = display.metric(entity)
    kind = "bars" if entity.kind in (Kind.COUNTER, Kind.DURATION) else "line"
    made = Column(
        key=f"{entity.person}/{entity.metric}" if merged else entity.id,
        name=metric.name if metric is not None else entity.name,
        family=metric.family.value if metric is not None else "device",
        unit=label(display.entity_unit(entity)),
        kind="states" if entity.kind in (Kind.ENUM, Kind.TEXT) else kind,
        resolution="raw",
        decimals=display.decimals(entity),
    )
    if display.is_length_of_time(entity):
        made.unit, made.decimals = "h", 1
    if made.kind == "states":
        await _states(view, made, entity, start, end)
        order = STAGES if entity.metric == "sleep_stage" else entity.options
        made.options = [one for one in order if one in made.values]
    elif made.kind == "bars":
        await _bars(view, made, display, entity, start, end, merged=merged, seen=seen)
    elif not await _readings(view, made, display, entity, start, end, merged=merged, seen=seen):
        await _statistics(view, made, display, entity, start, end, merged=merged, seen=seen)
    return made


async def _readings(
    view: View,
    made: Column,
    display: Display,
    entity: Entity,
    start: datetime,
    end: datetime,
    *,
    merged: bool,
    seen: timedelta,
) -> bool:
    """Fill with every reading; False when there are too many, or the window is long."""
    if seen > HOURS and entity.metric not in SPARSE:
        return False
    points = FINE_POINTS if seen <= FINE else round(RAW_POINTS * ((end - start) / seen))
    if merged:
        page = await view.readings(entity.person, entity.metric, start, end, limit=points)
    else:
        page = await view.entity_readings(entity.id, start, end, limit=points)
    if page.cursor is not None:
        return False
    metric = display.metric(entity)
    gap = max(1_800.0, 2.5 * (metric.hold if metric is not None else 3_600.0), _typical(page.readings) * 4)
    numbers = [(one.taken_at.timestamp(), one) for one in page.readings if isinstance(one.value, int | float)]
    for at, reading in numbers:
        if reading.late and not reading.imported:
            if made.late and at - made.late[-1][1] <= gap:
                made.late[-1] = (made.late[-1][0], at)
            else:
                made.late.append((at, at))
    parts = runs([(at, display.number(entity, float(reading.value))) for at, reading in numbers], gap)
    share = DRAWN * ((end - start) / seen) / max(1, len(numbers))
    values: list[Number] = []
    for part in parts:
        if made.times:
            made.times.append((made.times[-1] + part[0][0]) / 2)
            values.append(None)
        for at, value in thinned(part, max(8, round(len(part) * share))):
            made.times.append(at)
            values.append(value)
    made.values = values
    return True


def _typical(readings: Sequence[Any]) -> float:
    """Seconds that usually lie between neighbours."""
    times = [one.taken_at.timestamp() for one in readings]
    steps = sorted(later - earlier for earlier, later in pairwise(times))
    return steps[len(steps) * 3 // 4] if steps else 0.0


async def _statistics(
    view: View,
    made: Column,
    display: Display,
    entity: Entity,
    start: datetime,
    end: datetime,
    *,
    merged: bool,
    seen: timedelta,
) -> None:
    made.resolution = "hour" if seen <= HOURS else "day"
    rows = await rows_of(view, entity, made.resolution, start, end, merged=merged)
    step = 3_600.0 if made.resolution == "hour" else 86_400.0
    values: list[Number] = []
    for row in rows:
        level = row.time_weighted_mean if row.time_weighted_mean is not None else row.mean
        if level is None or not row.count:
            continue
        at = row.start.timestamp() + step / 2
        if made.times and at - made.times[-1] > step * 2.5:
            made.times.append(made.times[-1] + step)
            values.append(None)
            made.low.append(None)
            made.high.append(None)
        made.times.append(at)
        values.append(display.number(entity, level))
        made.low.append(display.number(entity, row.min if row.min is not None else level))
        made.high.append(display.number(entity, row.max if row.max is not None else level))
    made.values = values


async def _bars(
    view: View,
    made: Column,
    display: Display,
    entity: Entity,
    start: datetime,
    end: datetime,
    *,
    merged: bool,
    seen: timedelta,
) -> None:
    short = seen <= timedelta(days=3) and entity.kind is Kind.COUNTER
    made.resolution = "hour" if short else "day"
    rows = await rows_of(view, entity, made.resolution, start, end, merged=merged)
    hours = MINUTES[entity.unit] / 3_600 if display.is_length_of_time(entity) else 0.0
    values: list[Number] = []
    for row in rows:
        if row.sum is None or not row.count:
            continue
        made.times.append((row.start.timestamp() + row.end.timestamp()) / 2)
        values.append(row.sum * hours if hours else display.number(entity, row.sum))
    made.values = values


async def _states(view: View, made: Column, entity: Entity, start: datetime, end: datetime) -> None:
    """The option held at the start, then every change."""
    page = await view.entity_readings(entity.id, start - timedelta(days=1), end, limit=RAW_POINTS)
    made.values = [str(one.value) for one in page.readings]
    made.times = [one.taken_at.timestamp() for one in page.readings]


async def rows_of(
    view: View, entity: Entity, period: Literal["hour", "day"], start: datetime, end: datetime, *, merged: bool
) -> list[Statistic]:
    """Hours or local days of one source or of the person's merged series."""
    if merged:
        return await view.statistics(entity.person, entity.metric, period, start, end)
    return await view.entity_statistics(entity.id, period, start, end)


async def first_instant(view: View, entity: Entity) -> datetime | None:
    """When the oldest reading of an entity was taken."""
    page = await view.entity_readings(entity.id, datetime(1900, 1, 1, tzinfo=UTC), view.clock.now(), limit=1)
    return page.readings[0].taken_at if page.readings else None
