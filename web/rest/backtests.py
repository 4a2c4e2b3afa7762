"""Automations tried on the past: begun here, looked at until they are done."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from hub.view import BacktestWish
from web.rest.endpoint import Call, Endpoint, as_json
from web.rest.fields import EARLIEST, LATEST, Body, Name, Query, instant, whole
from web.rest.problem import Problem

if TYPE_CHECKING:
    from hub.view import BacktestJob

AT = "/hub/v1/backtests"
_ONE = f"{AT}/{{id}}"


def _when(given: Any) -> date:
    """A day of the household, or an instant. Raises ValueError saying what is wrong with it."""
    if isinstance(given, str) and len(given) == len("2026-05-01"):
        try:
            return date.fromisoformat(given) if given[:4] != "0000" else date.min
        except ValueError:
            raise ValueError(f"{given!r} is no day; write it as 2026-05-01") from None
    return instant(given)


_WHEN = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}], "examples": ["2026-05-01"]}
When = Annotated[datetime | date, BeforeValidator(_when), WithJsonSchema(_WHEN)]


class BacktestActionShape(TypedDict):
    at: str
    action: str
    data: dict[str, Any]


class BacktestRunShape(TypedDict):
    at: str
    ended: str | None
    outcome: str
    """`done`, `stopped`, `failed`, `condition`, `busy`, `loop` ..."""
    ran: bool
    why: str
    failed: str
    """Path of the condition that was not met."""
    trigger: dict[str, Any]
    actions: list[BacktestActionShape]
    errors: list[dict[str, str]]
    words: list[str]
    """The actions in words."""


class RunShape(TypedDict):
    time: str
    ended: str | None
    trigger: dict[str, Any]
    outcome: str
    why: str
    actions: list[BacktestActionShape]
    words: list[str]
    """The actions in words."""
    errors: list[dict[str, str]]


class BacktestVariantShape(TypedDict):
    key: str
    inputs: dict[str, Any]
    """What makes it another than its neighbours."""
    start: str
    end: str
    ran: int
    refused: int
    """Triggers that led to no run."""
    outcomes: dict[str, int]
    reasons: list[dict[str, Any]]
    actions: dict[str, int]
    days: dict[str, list[int]]
    """Local day -> runs, triggers without one."""
    hours: list[list[int]]
    """The same by the hour of the day."""
    marks: list[float]
    """Seconds since 1970 of the runs."""
    levels: list[list[Any]]
    """Entities and the numbers that their readings are held against."""
    problems: list[str]
    runs: list[BacktestRunShape]
    left_out: int


class BacktestResultShape(TypedDict):
    runs: list[RunShape]
    """Of the first variant; triggers that led to none are told among its own."""
    start: str
    end: str
    time_zone: str
    entities: list[str]
    readings: int
    entries: int
    notes: list[str]
    variants: list[BacktestVariantShape]


class BacktestShape(TypedDict):
    id: str
    state: str
    """`running`, `done`, `failed` or `cancelled`."""
    name: str
    automation: str | None
    start: datetime
    end: datetime
    share: float | None
    words: str
    asked_at: datetime
    ended_at: datetime | None
    error: str | None
    hidden: int
    """Entities left out because not both may see them: who asks, and the automation's account."""
    result: BacktestResultShape | None


class BacktestList(TypedDict):
    backtests: list[BacktestShape]


class NewBacktest(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, populate_by_name=True)

    automation: Annotated[Name | None, Field(description="Key of one that is kept.")] = None
    text: Annotated[str | None, Field(max_length=200_000, description="YAML of an automation or a blueprint.")] = None
    body: Annotated[dict[str, Any] | None, Field(description="An automation as an object.")] = None
    inputs: Annotated[dict[str, Any], Field(default_factory=dict, description="Inputs of the blueprint.")]
    what_if: Annotated[
        dict[str, list[Any]],
        Field(default_factory=dict, description="Input -> values; at most 8 combinations are tried side by side."),
    ]
    start: Annotated[When | None, Field(alias="from", description="Left out: 30 days ago.")] = None
    end: Annotated[When | None, Field(alias="to", description="Left out: now. A day counts to its end.")] = None
    as_received: Annotated[
        bool, Field(description="Imported history counts from when it came, not from when it was taken.")
    ] = False


class BacktestQuery(Query):
    wait: Annotated[int, Field(ge=0, le=60, description="Seconds to wait until it is done."), whole] = 0


def backtest_shape(call: Call, one: BacktestJob, *, result: bool = True) -> BacktestShape:
    found: Any = call.view.told_backtest(one.result) if result and one.result else None
    return {
        "id": one.id, "state": one.state, "name": one.name, "automation": one.key or None, "start": one.start,
        "end": one.end, "share": one.share, "words": one.words, "asked_at": one.asked_at, "ended_at": one.ended_at,
        "error": one.error or None, "hidden": one.hidden, "result": found,
    }  # fmt: skip


async def list_backtests(call: Call) -> BacktestList:
    return {"backtests": [backtest_shape(call, one, result=False) for one in call.view.backtests()]}


async def start_backtest(call: Call) -> web.StreamResponse:
    asked: NewBacktest = call.body
    if sum(one is not None for one in (asked.automation, asked.text, asked.body)) != 1:
        raise Problem(409, "cannot_work", "Give one of `automation`, `text` and `body`.", where="body")
    zone = ZoneInfo(call.view.household().time_zone)
    start, end = _instant(asked.start, zone), _instant(asked.end, zone, days=1)
    job = await call.view.start_backtest(
        BacktestWish(
            asked.automation or "", asked.text or "", asked.body, asked.inputs, asked.what_if, start, end,
            asked.as_received,
        )
    )  # fmt: skip
    response = as_json(backtest_shape(call, job), 202)
    response.headers[hdrs.LOCATION] = f"{AT}/{job.id}"
    return response


def _instant(at: date | None, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """A day is its beginning by the household's clock, so many days on."""
    if at is None or isinstance(at, datetime):
        return at
    at = min(max(at, EARLIEST.date()), LATEST.date())
    return datetime.combine(at + timedelta(days=days), time(0), zone)


async def read_backtest(call: Call) -> BacktestShape:
    query: BacktestQuery = call.query
    one = call.view.backtest(call.path["id"])
    if query.wait:
        with suppress(TimeoutError):
            await asyncio.wait_for(one.ended.wait(), query.wait)
        one = call.view.backtest(one.id)
    return backtest_shape(call, one)


async def cancel_backtest(call: Call) -> BacktestShape:
    return backtest_shape(call, call.view.cancel_backtest(call.path["id"]), result=False)


ENDPOINTS = (
    Endpoint("GET", AT, "One's own backtests of the last hour, the newest first", "automations", list_backtests,
             BacktestList),
    Endpoint(
        "POST", AT, "Try an automation on the past", "automations", start_backtest, BacktestShape, body=NewBacktest,
        status=202, description="Give one of `automation`, `text` and `body`. Nothing is done; `Location` says where "
        "to look for the result. Another of the same account that goes on is cancelled.",
    ),
    Endpoint("GET", _ONE, "How far a backtest is, and what it found", "automations", read_backtest, BacktestShape,
             query=BacktestQuery),
    Endpoint("DELETE", _ONE, "Stop a backtest, or forget its result", "automations", cancel_backtest, BacktestShape),
)  # fmt: skip
