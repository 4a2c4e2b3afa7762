"""A week that repeats: on within its blocks, off between them, by the clock of the household."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, WithJsonSchema

from hub.api import Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape
from integrations.helpers.kinds.base import Options

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT = 24 * 60 * 60
_BLOCK = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?)\s*(?:-|–|to)\s*(\d{1,2}:\d{2}(?::\d{2})?)")
_LOOK_AGAIN = timedelta(hours=1)
"""The household may have moved to another zone meanwhile."""


class Block(NamedTuple):
    """Seconds after midnight by the wall clock; `end` at most 86,400."""

    start: int
    end: int
    data: Mapping[str, Any]


def _seconds(given: Any) -> int:
    """`07:30`, `07:30:00`, `24:00`, or seconds, as YAML reads 07:30:00."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MIDNIGHT:
        return given
    parts = [int(one) if one.isdigit() else -1 for one in str(given).strip().split(":")]
    hours, minutes, seconds = (*parts, 0)[:3] if len(parts) in (2, 3) else (-1, 0, 0)
    found = hours * 3600 + minutes * 60 + seconds
    if not (hours >= 0 and 0 <= minutes < 60 and 0 <= seconds < 60 and found <= MIDNIGHT):
        raise ValueError(f"{given!r} is no time of day; write it as 07:30")
    return found


def _block(given: Any) -> Block:
    if isinstance(given, Block):
        return given
    data: Mapping[str, Any] = {}
    if isinstance(given, Mapping):
        if strange := [str(one) for one in given if one not in ("from", "to", "data")]:
            raise ValueError(f"{', '.join(strange)} is no part of a block; there are from, to and data")
        if "from" not in given or "to" not in given:
            raise ValueError("a block has a from and a to")
        start, end, data = _seconds(given["from"]), _seconds(given["to"]), given.get("data") or {}
        if not isinstance(data, Mapping):
            raise ValueError("the data of a block are names with values")
    else:
        found = _BLOCK.fullmatch(str(given).strip())
        if found is None:
            raise ValueError(f"{str(given)[:40]!r} is no block; write it as 07:30 - 12:00")
        start, end = _seconds(found[1]), _seconds(found[2])
    if start >= end:
        raise ValueError(
            f"{clock(start)} - {clock(end)} ends before it begins; a block over midnight is two: until 24:00, "
            "and from 00:00 of the next day"
        )
    return Block(start, end, data)


def _blocks(given: Any) -> tuple[Block, ...]:
    """In order. Raises ValueError."""
    ones = given if isinstance(given, list | tuple) else str(given or "").splitlines()
    blocks = sorted((_block(one) for one in ones if one), key=lambda one: one.start)
    for one, following in pairwise(blocks):
        if following.start < one.end:
            raise ValueError(
                f"{clock(one.start)} - {clock(one.end)} and {clock(following.start)} - {clock(following.end)} overlap"
            )
    if len(blocks) > 48:
        raise ValueError("a day has at most 48 blocks")
    return tuple(blocks)


def clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    text = f"{hours:02d}:{rest // 60:02d}"
    return f"{text}:{rest % 60:02d}" if rest % 60 else text


Blocks = Annotated[
    tuple[Block, ...],
    BeforeValidator(_blocks),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]


class ScheduleOptions(Options):
    monday: Blocks = Field((), title="Monday", description="Such as 07:30 - 12:00, one block a line.")
    tuesday: Blocks = Field((), title="Tuesday")
    wednesday: Blocks = Field((), title="Wednesday")
    thursday: Blocks = Field((), title="Thursday")
    friday: Blocks = Field((), title="Friday")
    saturday: Blocks = Field((), title="Saturday")
    sunday: Blocks = Field((), title="Sunday")


def instant(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    """When a wall clock shows it: the first time where it shows it twice, and as late as the gap where never."""
    wall = datetime.combine(day + timedelta(days=seconds // MIDNIGHT), time()) + timedelta(seconds=seconds % MIDNIGHT)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _spans(config: ScheduleOptions, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, datetime, Block]]:
    """Every block from yesterday on, for nine days."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, 9):
        day = today + timedelta(days=ahead)
        for block in getattr(config, DAYS[day.weekday()]):
            start, end = instant(day, block.start, zone), instant(day, block.end, zone)
            # A gap of the clock that swallows a block moves it, and does not take it away.
            yield start, end if start < end else start + timedelta(seconds=block.end - block.start), block


def at(config: ScheduleOptions, zone: ZoneInfo, now: datetime) -> tuple[Block | None, datetime | None]:
    """The block that holds now, and when the state changes next; blocks that touch are one."""
    block: Block | None = None
    until: datetime | None = None
    for start, end, one in _spans(config, zone, now):
        if start <= now < end:
            block, until = one, end
        elif until is not None and start <= until:
            until = max(until, end)
            if end - now > timedelta(days=8):
                return block, None  # always on
        elif start > now:
            return (block, until) if until is not None else (None, start)
    return block, until


def _now(held: Held) -> tuple[Block | None, datetime | None]:
    return at(held.config, ZoneInfo(held.ctx.household.time_zone), held.ctx.clock.now())


def _begin(held: Held) -> Value:
    return "on" if _now(held)[0] is not None else "off"


def _told(held: Held) -> Mapping[str, Any]:
    block, following = _now(held)
    return {**(block.data if block is not None else {}), "next_event": following.isoformat() if following else None}


async def _run(held: Held) -> None:
    while True:
        async with held.lock:
            block, following = _now(held)
            await held.put("on" if block is not None else "off")
        look = held.ctx.clock.now() + _LOOK_AGAIN
        # The data of the next block may be others, though the state stays.
        await held.ctx.clock.sleep_until(min([look, *_ends(held), *([following] if following else [])]))


def _ends(held: Held) -> list[datetime]:
    """The end of the block that holds now."""
    zone, now = ZoneInfo(held.ctx.household.time_zone), held.ctx.clock.now()
    return [end for start, end, _ in _spans(held.config, zone, now) if start <= now < end]


SCHEDULE = HelperKind(
    domain="schedule",
    name="Schedule",
    icon="calendar",
    description="On and off by a week that repeats: quiet hours, office days, heating.",
    config=ScheduleOptions,
    shape=lambda held: Shape(Kind.ENUM, ("on", "off")),
    begin=_begin,
    attributes=_told,
    run=_run,
    commands={},
)
