"""A date, a time of day, or both, by the clock of the household."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from hub.api import BadReading, Kind, Value
from integrations.helpers.held import Held, HelperKind, Shape, Telling
from integrations.helpers.kinds.base import Given, Options


class DatetimeOptions(Options):
    has_date: bool = Field(True, title="Has a date")
    has_time: bool = Field(True, title="Has a time of day")
    initial: str | None = Field(
        None,
        title="At every start",
        description="Such as 2026-12-24 18:00:00, 2026-12-24 or 07:30:00; empty: as before.",
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not (self.has_date or self.has_time):
            raise ValueError("it needs a date, a time of day, or both")
        if self.initial is not None:
            read(self, self.initial)
        return self


class NewMoment(Given):
    date_: date | None = Field(None, alias="date")
    time_: time | None = Field(None, alias="time")
    datetime_: datetime | None = Field(None, alias="datetime")
    timestamp: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        day_or_time = self.date_ is not None or self.time_ is not None
        if sum((day_or_time, self.datetime_ is not None, self.timestamp is not None)) != 1:
            raise ValueError("wants either date and time (or one of them), or datetime, or timestamp")
        return self


def read(config: DatetimeOptions, text: str) -> datetime:
    """A text of ours as a wall clock's moment. Raises ValueError."""
    text = text.strip().replace("T", " ")
    if config.has_date and config.has_time:
        return datetime.fromisoformat(text).replace(microsecond=0, tzinfo=None)
    if config.has_date:
        return datetime.combine(date.fromisoformat(text.partition(" ")[0]), time())
    return datetime.combine(date(1970, 1, 1), time.fromisoformat(text.rpartition(" ")[2]).replace(tzinfo=None))


def write(config: DatetimeOptions, moment: datetime) -> str:
    if config.has_date and config.has_time:
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    return moment.strftime("%Y-%m-%d") if config.has_date else moment.strftime("%H:%M:%S")


def _zone(held: Held) -> ZoneInfo:
    return ZoneInfo(held.ctx.household.time_zone)


def _begin(held: Held) -> Value:
    for text in (held.config.initial, held.value):
        try:
            if text is not None:
                return write(held.config, read(held.config, str(text)))
        except ValueError:
            continue
    today = held.ctx.clock.now().astimezone(_zone(held)).date()
    return write(held.config, datetime.combine(today, time()))


async def _set(held: Held, given: NewMoment) -> None:
    config = held.config
    if given.timestamp is not None:
        try:
            wished = datetime.fromtimestamp(given.timestamp, UTC).astimezone(_zone(held)).replace(tzinfo=None)
        except (OverflowError, OSError, ValueError):
            raise BadReading(f"{held.title}: {given.timestamp:g} is no moment in seconds since 1970") from None
    elif given.datetime_ is not None:
        wished = given.datetime_
        if wished.tzinfo is not None:
            wished = wished.astimezone(_zone(held)).replace(tzinfo=None)
    else:
        if given.date_ is not None and not config.has_date:
            raise BadReading(f"{held.title} has no date; give a time such as 07:30:00")
        if given.time_ is not None and not config.has_time:
            raise BadReading(f"{held.title} has no time of day; give a date such as 2026-12-24")
        before = read(config, str(held.value))
        wished = datetime.combine(given.date_ or before.date(), given.time_ or before.time())
    await held.put(write(config, wished.replace(microsecond=0, tzinfo=None)))


def _parts(held: Held) -> Mapping[str, Any]:
    if held.value is None:
        return {}
    config, moment = held.config, read(held.config, str(held.value))
    found: dict[str, Any] = {}
    if config.has_date:
        found |= {"year": moment.year, "month": moment.month, "day": moment.day}
    if config.has_time:
        found |= {"hour": moment.hour, "minute": moment.minute, "second": moment.second}
    if config.has_date:
        found["timestamp"] = moment.replace(tzinfo=_zone(held)).timestamp()
    else:
        found["timestamp"] = moment.hour * 3600 + moment.minute * 60 + moment.second
    return found


DATETIME = HelperKind(
    domain="input_datetime",
    name="Date or time",
    icon="calendar-clock",
    description="A date, a time of day or both that automations go by: wake-up, the next appointment.",
    config=DatetimeOptions,
    shape=lambda held: Shape(
        Kind.TEXT, attributes={"has_date": held.config.has_date, "has_time": held.config.has_time}
    ),
    begin=_begin,
    attributes=_parts,
    commands={"set_datetime": Telling(_set, NewMoment)},
)
