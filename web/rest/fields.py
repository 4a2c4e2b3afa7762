"""Types of parameters and fields: instants, names, numbers, each with the schema that says the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Nothing in a hub lies outside; questions about earlier or later times are cut to it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_EXAMPLE = "write it as 2026-05-01T07:30:00Z or with an offset, 2026-05-01T09:30:00+02:00"


def instant(given: Any) -> datetime:
    """An aware UTC datetime from RFC 3339 text. Raises ValueError saying what is wrong with it."""
    if not isinstance(given, str):
        raise ValueError(f"an instant is text; {_EXAMPLE}")
    match = _SHAPE.fullmatch(given)
    if match is None:
        raise ValueError(f"{given[:40]!r} is not an instant; {_EXAMPLE}")
    if match[8] is None:
        raise ValueError(f"{given[:40]!r} has no time zone; add Z or an offset such as +02:00")
    if match[1] == "0000":
        return EARLIEST
    text, leap = given.upper(), match[6] == "60"
    if leap:
        text = f"{text[:17]}59{text[19:]}"
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{given[:40]!r} is not an instant: {error}") from None
    try:
        return read.astimezone(UTC) + timedelta(seconds=leap)
    except OverflowError:
        return EARLIEST if read.year < 2000 else LATEST


def query_instant(given: Any) -> datetime:
    """Like `instant`, cut to the years a hub can hold; a `+` that a client forgot to encode is forgiven."""
    if isinstance(given, str) and given[-6:-5] == " ":
        given = f"{given[:-6]}+{given[-5:]}"
    return min(max(instant(given), EARLIEST), LATEST)


def from_us(microseconds: int) -> datetime:
    """The instant so many microseconds after 1970 began."""
    return _EPOCH + timedelta(microseconds=microseconds)


def _whole(given: Any) -> Any:
    if isinstance(given, str) and not re.fullmatch(r"-?\d{1,15}", given, re.ASCII):
        raise ValueError("write a whole number")
    return given


def _switch(given: Any) -> Any:
    if isinstance(given, str):
        if given not in ("true", "false"):
            raise ValueError("write true or false")
        return given == "true"
    return given


_INSTANT_SCHEMA = {"type": "string", "format": "date-time", "examples": ["2026-05-01T07:30:00Z"]}
Instant = Annotated[datetime, BeforeValidator(instant), WithJsonSchema(_INSTANT_SCHEMA)]
QueryInstant = Annotated[datetime, BeforeValidator(query_instant), WithJsonSchema(_INSTANT_SCHEMA)]
whole = BeforeValidator(_whole)
"""Goes after the limits of an `int` parameter, so that its schema shows them."""
Switch = Annotated[bool, BeforeValidator(_switch)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\u0000]*$", max_length=10_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\u0000]*$", min_length=1, max_length=200)]
Key = Annotated[str, StringConstraints(pattern=r"^[ -~]+$", max_length=100)]
"""A slug, a metric key, an entity id, a cursor: what the hub has given, or a near miss of it."""
Unit = Annotated[str, StringConstraints(pattern=r"^[^\u0000]*$", min_length=1, max_length=40)]
Limit = Annotated[int, Field(ge=1, le=1_000, description="How many at most."), whole]


class Query(BaseModel):
    """Parameters behind the question mark; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Body(BaseModel):
    """A JSON object that is sent; unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)
