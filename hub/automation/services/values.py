"""Values as templates give them: numbers and truth as text, one for many."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, Field

_TRUE = frozenset({"1", "true", "yes", "on", "enable"})
_FALSE = frozenset({"0", "false", "no", "off", "disable"})
_SPAN = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001}


def _text(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if value is None:
        raise ValueError("a text goes here, and nothing was given")
    if isinstance(value, Mapping | list | tuple):
        # A template's text that reads as JSON came as what it says.
        return orjson.dumps(value, default=str).decode()
    return str(value)


def _finite(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{str(value)[:40]!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{str(value)[:40]!r} is not a number that can be used")
    return number


def _whole(value: Any) -> int:
    return int(_finite(value))


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{str(value)[:40]!r} is neither true nor false")


def _many(value: Any) -> list[str]:
    if isinstance(value, str):
        value = value.split(",")
    elif not isinstance(value, list | tuple | set | frozenset):
        value = [value]
    return [text for one in value if (text := str(_text(one)).strip())]


def _named(value: Any) -> list[str]:
    return list(dict.fromkeys(one.lower() for one in _many(value)))


def seconds_of(value: Any) -> float:
    """Of a time span as Home Assistant writes it: seconds, `H:MM[:SS]`, or days, hours, minutes. Raises ValueError."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        unknown = set(value) - set(_SPAN)
        if unknown or not value:
            raise ValueError(f"a time span has {', '.join(_SPAN)}")
        return sum(_finite(one) * _SPAN[name] for name, one in value.items())
    text = str(value).strip()
    if ":" not in text:
        return _finite(value)
    sign = -1.0 if text.startswith("-") else 1.0
    parts = text.lstrip("+-").split(":")
    if len(parts) > 3:
        raise ValueError(f"{text[:40]!r} is no time span like 1:30:00")
    numbers = [_finite(one) for one in parts] + [0.0] * (3 - len(parts))
    return sign * (numbers[0] * 3600 + numbers[1] * 60 + numbers[2])


def _colour(value: Any) -> list[float]:
    if isinstance(value, str):
        value = value.strip("()[] ").split(",")
    if not isinstance(value, list | tuple):
        raise ValueError("a colour is a list of numbers")
    return [_finite(one) for one in value]


Text = Annotated[str, BeforeValidator(_text)]
Whole = Annotated[int, BeforeValidator(_whole)]
Real = Annotated[float, BeforeValidator(_finite)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Span = Annotated[float, BeforeValidator(seconds_of)]
"""Seconds."""
Texts = Annotated[list[str], BeforeValidator(_many)]
"""A list, or a text with commas between."""
Named = Annotated[list[str], BeforeValidator(_named)]
"""Ids: in lower case, each once."""
Pair = Annotated[list[float], BeforeValidator(_colour), Field(min_length=2, max_length=2)]
Three = Annotated[
    list[Annotated[float, Field(ge=0, le=255)]], BeforeValidator(_colour), Field(min_length=3, max_length=3)
]
Four = Annotated[
    list[Annotated[float, Field(ge=0, le=255)]], BeforeValidator(_colour), Field(min_length=4, max_length=4)
]
Five = Annotated[
    list[Annotated[float, Field(ge=0, le=255)]], BeforeValidator(_colour), Field(min_length=5, max_length=5)
]
