"""History out: rows, columns, and statistics."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from hub.model import Statistic
from hub.units import convert
from web.rest.endpoint import JSON, Call, Endpoint, as_json
from web.rest.fields import EARLIEST, LATEST, Key, Query, QueryInstant, Unit, whole
from web.rest.problem import Problem
from web.rest.rows import PART, Scale, written
from web.rest.shapes import (
    ReadingsPage,
    SeriesShape,
    Statistics,
    StatisticShape,
)

if TYPE_CHECKING:
    pass

MOST_ROWS = 100_000


class Series(Query):
    person: Annotated[
        Key | None, Field(description="Whose: a slug, or `household`; with `metric`.", examples=["household"])
    ] = None
    metric: Annotated[Key | None, Field(description="A key of /hub/v1/metrics.", examples=["weight"])] = None
    entity_id: Annotated[Key | None, Field(description="One source alone, instead of person and metric.")] = None


class ReadingsQuery(Series):
    start: Annotated[QueryInstant, Field(description="From this instant on.")] = EARLIEST
    end: Annotated[QueryInstant, Field(description="Before this instant.")] = LATEST
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows at most; `cursor` continues."), whole] = 1_000
    cursor: Annotated[Key | None, Field(description="As the page before gave it.")] = None
    order: Literal["oldest_first", "newest_first"] = "oldest_first"
    unit: Annotated[Unit | None, Field(description="Convert values to this unit.")] = None


class StatisticsQuery(Series):
    period: Literal["hour", "day"] = "day"
    start: QueryInstant = EARLIEST
    end: QueryInstant = LATEST
    unit: Annotated[Unit | None, Field(description="Convert values to this unit.")] = None


class SeriesQuery(Query):
    entity_id: Key
    start: Annotated[QueryInstant | None, Field(description="Left out: a day before `end`.")] = None
    end: Annotated[QueryInstant | None, Field(description="Left out: now.")] = None
    points: Annotated[
        int,
        Field(ge=10, le=200_000, description="About how many; more readings become hours or days."),
        whole,
    ] = 1_500


async def list_readings(call: Call) -> web.StreamResponse:
    query: ReadingsQuery = call.query
    person, metric, entity_id = which(query)
    options: dict[str, Any] = {
        "limit": query.limit,
        "cursor": query.cursor,
        "descending": query.order == "newest_first",
    }
    if entity_id:
        unit = call.view.entity(entity_id).unit
        page = await call.view.entity_rows(entity_id, query.start, query.end, **options)
    else:
        unit = call.view.metric(metric).unit
        page = await call.view.reading_rows(person, metric, query.start, query.end, **options)
    scale = _scale(unit, query.unit, metric)
    parts = written(page, query.unit or unit, scale)
    if len(page.stored) <= PART:
        return as_json(b"".join([part async for part in parts]))
    response = web.StreamResponse(headers={"Content-Type": JSON})
    await response.prepare(call.request)
    async for part in parts:
        await response.write(part)
    await response.write_eof()
    return response


def which(query: Series) -> tuple[str, str, str]:
    """(person, metric, ""), or ("", "", entity). Raises Problem 409 unless exactly one of the two is named."""
    whose = query.person is not None or query.metric is not None
    if whose == (query.entity_id is not None) or (whose and (query.person is None or query.metric is None)):
        raise Problem(
            409,
            "incomplete",
            "Name either person and metric, or entity_id alone.",
            where="query",
            hint="For example ?person=anna&metric=heart_rate",
        )
    return query.person or "", query.metric or "", query.entity_id or ""


def _scale(have: str, wanted: str | None, metric: str) -> Scale | None:
    """How to show values in the unit asked for; None when they are in it. Raises UnitError when it does not fit."""
    if wanted is None or wanted == have:
        return None
    convert(1.0, have, wanted, metric=metric)
    return lambda value: convert(value, have, wanted, metric=metric)


async def list_statistics(call: Call) -> Statistics:
    query: StatisticsQuery = call.query
    person, metric, entity_id = which(query)
    if entity_id:
        unit = call.view.entity(entity_id).unit
        found = await call.view.entity_statistics(entity_id, query.period, query.start, query.end)
    else:
        unit = call.view.metric(metric).unit
        found = await call.view.statistics(person, metric, query.period, query.start, query.end)
    scale = _scale(unit, query.unit, metric)
    return {
        "unit": query.unit or unit,
        "period": query.period,
        "statistics": [_statistic_shape(one, scale) for one in found],
    }


async def get_series(call: Call) -> SeriesShape:
    query: SeriesQuery = call.query
    end = query.end or call.view.clock.now()
    start = query.start or end - timedelta(days=1)
    if start >= end:
        call.view.entity(query.entity_id)
        raise Problem(409, "incomplete", "start must be before end.", where="query start")
    chart = await call.view.chart(query.entity_id, start, end, points=query.points)
    return {
        "entity_id": chart.entity_id,
        "unit": chart.unit,
        "resolution": chart.resolution,
        "times": list(chart.times),
        "values": list(chart.values),
        "low": list(chart.low),
        "high": list(chart.high),
    }


def _statistic_shape(one: Statistic, scale: Scale | None) -> StatisticShape:
    def shown(value: float | None) -> float | None:
        return value if scale is None or value is None else scale(value)

    return {
        "start": one.start,
        "end": one.end,
        "count": one.count,
        "min": shown(one.min),
        "max": shown(one.max),
        "mean": shown(one.mean),
        "time_weighted_mean": shown(one.time_weighted_mean),
        "sum": shown(one.sum),
        "last": one.last if isinstance(one.last, str) else shown(one.last),
        "durations": dict(one.durations),
        "entity_id": one.entity_id,
    }


ENDPOINTS = (
    Endpoint(
        "GET",
        "/hub/v1/readings",
        "History, oldest first",
        "readings",
        list_readings,
        ReadingsPage,
        query=ReadingsQuery,
        errors=(409,),
        description=(
            "With person and metric: the merged series, in which one source speaks for each interval and `entity_id` "
            "says which. With entity_id: that source alone."
        ),
    ),
    Endpoint(
        "GET",
        "/hub/v1/series",
        "One entity's history as columns, to draw",
        "readings",
        get_series,
        SeriesShape,
        query=SeriesQuery,
        errors=(409,),
        description="Readings where they are few; hours or days, with lowest and highest, where they are many.",
    ),
    Endpoint(
        "GET",
        "/hub/v1/statistics",
        "Hours or days",
        "readings",
        list_statistics,
        Statistics,
        query=StatisticsQuery,
        errors=(409,),
        description="Exact after late readings, corrections and resets, too. Days are those of the person's zone.",
    ),
)
