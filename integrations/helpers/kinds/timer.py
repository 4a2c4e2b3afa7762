"""A timer that runs down, over restarts of the hub too, and says when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from hub.api import BadReading, Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Given, Options
from integrations.helpers.spans import span, written

IDLE, ACTIVE, PAUSED = "idle", "active", "paused"
Span = Annotated[timedelta, BeforeValidator(span), WithJsonSchema({"type": "string"})]
_NOTHING = timedelta(0)


class TimerOptions(Options):
    duration: Span = Field(
        timedelta(minutes=5),
        title="Duration",
        description="Hours:minutes:seconds, such as 0:05:00.",
        json_schema_extra={"default": "0:05:00", "examples": ["0:05:00"]},
    )
    restore: bool = Field(
        True,
        title="Goes on over a restart",
        description="Off: it is idle whenever the hub was started.",
    )


class Started(Given):
    duration: Span | None = None


class Changed(Given):
    duration: Span


def _end(held: Held) -> datetime | None:
    end = held.more.get("end")
    return datetime.fromisoformat(end) if end else None


def _left(held: Held) -> timedelta:
    """Of a timer that is not idle."""
    end = _end(held)
    return end - held.ctx.clock.now() if end is not None else span(held.more.get("remaining") or 0)


def _whole(held: Held) -> timedelta:
    """How long this run was meant to be."""
    running = held.more.get("duration")
    return span(running) if running and held.value != IDLE else held.config.duration


def _begin(held: Held) -> Value:
    return held.value if held.value in (ACTIVE, PAUSED) and held.config.restore and held.more.get("duration") else IDLE


async def _tell(held: Held, what: str, **more: Any) -> None:
    await held.ctx.happened(f"timer.{what}", {"entity_id": held.entity_id, **more})


async def _go(held: Held, left: timedelta, whole: timedelta) -> None:
    now = held.ctx.clock.now()
    # Two runs that began at the same moment, one after the other, are two.
    await held.put(ACTIVE, end=(now + left).isoformat(), remaining=written(left), duration=str(whole.total_seconds()))


async def _start(held: Held, given: Started) -> None:
    again = held.value != IDLE
    if given.duration is not None and given.duration <= _NOTHING:
        raise BadReading(f"{held.title} can't run for {written(given.duration)}; give a duration above zero")
    whole = given.duration or _whole(held)
    left = whole if held.value != PAUSED or given.duration is not None else _left(held)
    if whole <= _NOTHING:
        raise BadReading(f"{held.title} has no duration; give one with start, or in its options")
    await _go(held, left, whole)
    await _tell(held, "restarted" if again else "started")


async def _pause(held: Held, _: Any) -> None:
    if held.value != ACTIVE:
        return
    await held.put(PAUSED, end=None, remaining=written(_left(held)))
    await _tell(held, "paused")


async def _cancel(held: Held, _: Any) -> None:
    if held.value == IDLE:
        return
    await held.put(IDLE, end=None, remaining=None, duration=None)
    await _tell(held, "cancelled")


async def _finish(held: Held, _: Any) -> None:
    if held.value == ACTIVE:
        await _over(held, held.ctx.clock.now())


async def _over(held: Held, at: datetime) -> None:
    await held.put(IDLE, end=None, remaining=None, duration=None)
    await _tell(held, "finished", finished_at=at.isoformat())


async def _change(held: Held, given: Changed) -> None:
    if held.value != ACTIVE:
        raise BadReading(f"{held.title} is {held.value}; only a timer that runs can be changed")
    left = _left(held) + given.duration
    if left > _whole(held):
        raise BadReading(
            f"{held.title} would run longer than the {written(_whole(held))} it was started with; start it anew instead"
        )
    if left <= _NOTHING:
        await _over(held, held.ctx.clock.now())
        return
    await _go(held, left, _whole(held))
    await _tell(held, "changed")


async def _run(held: Held) -> None:
    """End the timer when its time has come; one whose time came while the hub was down is told at once."""
    while True:
        async with held.lock:
            end = _end(held) if held.value == ACTIVE else None
            if end is not None and held.ctx.clock.now() >= end:
                await _over(held, end)
                continue
            held.stirred.clear()
        await held.wait(end)


def _told(held: Held) -> Mapping[str, Any]:
    found: dict[str, Any] = {"duration": written(_whole(held))}
    if held.value == ACTIVE and (end := _end(held)) is not None:
        found |= {"finishes_at": end.isoformat(), "remaining": held.more.get("remaining")}
    elif held.value == PAUSED:
        found["remaining"] = held.more.get("remaining")
    return found


TIMER = HelperKind(
    domain="timer",
    name="Timer",
    icon="timer",
    description="Runs down and tells automations when it ends: tea, laundry, the next dose.",
    config=TimerOptions,
    shape=lambda held: Shape(
        Kind.ENUM, (IDLE, ACTIVE, PAUSED), attributes={"restore": True} if held.config.restore else {}
    ),
    begin=_begin,
    attributes=_told,
    run=_run,
    commands={
        "start": Telling(_start, Started),
        "pause": Telling(_pause),
        "cancel": Telling(_cancel),
        "finish": Telling(_finish),
        "change": Telling(_change, Changed),
    },
)
