"""Times of day, days, instants and spans of time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from markupsafe import Markup

from web.selectors.form import Form, first
from web.selectors.plain import fit_number, is_empty
from web.selectors.spot import Kind, Options, Spot, draw

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")
_SPAN = re.compile(r"(\d{1,4}):(\d{1,2})(?::(\d{1,2}))?")
PARTS = (("days", "days"), ("hours", "h"), ("minutes", "min"), ("seconds", "s"), ("milliseconds", "ms"))
"""Key of a span of time -> what stands behind its box."""


def _clock(value: Any) -> str:
    """`HH:MM:SS`. Raises ValueError."""
    found = _TIME.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("no time of day")
    return time(int(found[1]), int(found[2]), int(found[3] or 0)).isoformat()


def _fit_time(options: Options, value: Any) -> str | None:
    return None if is_empty(value) else _clock(value)


def _read_time(options: Options, form: Form, name: str) -> str | None:
    text = first(form, name).strip()
    try:
        return _clock(text) if text else None
    except ValueError:
        raise ValueError(f"“{text}” is no time of day; write it like 07:30.") from None


def _fit_date(options: Options, value: Any) -> str | None:
    return None if is_empty(value) else date.fromisoformat(str(value).strip()).isoformat()


def _read_date(options: Options, form: Form, name: str) -> str | None:
    text = first(form, name).strip()
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        raise ValueError(f"“{text}” is no day; write it like 2026-11-20.") from None


def _fit_instant(options: Options, value: Any) -> str | None:
    if is_empty(value):
        return None
    found = datetime.fromisoformat(str(value).strip())
    if found.tzinfo is not None or found.microsecond:
        raise ValueError("this is told in the household's time, to the second")
    return found.isoformat(" ")


def _read_instant(options: Options, form: Form, name: str) -> str | None:
    text = first(form, name).strip()
    try:
        return _fit_instant(options, text)
    except ValueError:
        raise ValueError(f"“{text}” is no day with a time; write it like 2026-11-20 07:30.") from None


def _fit_span(options: Options, value: Any) -> dict[str, Any] | None:
    if is_empty(value):
        return None
    if isinstance(value, Mapping):
        if set(value) - {key for key, _ in PARTS}:
            raise ValueError("a span of time has other parts")
        found = {key: fit_number({}, one) for key, one in value.items()}
        if None in found.values():
            raise ValueError("a part says nothing")
        if not _negative(options) and any(one < 0 for one in found.values() if one is not None):
            raise ValueError("a span is less than nothing")
        return {key: found[key] for key, _ in PARTS if key in found}
    if isinstance(value, str) and (clock := _SPAN.fullmatch(value.strip())):
        return {"hours": int(clock[1]), "minutes": int(clock[2]), "seconds": int(clock[3] or 0)}
    seconds = fit_number({}, value)
    if seconds is not None and seconds < 0 and not _negative(options):
        raise ValueError("a span is less than nothing")
    return {"seconds": seconds}


def _draw_span(spot: Spot) -> Markup:
    value = spot.value or {}
    hidden = {"days": not spot.options.get("enable_day"), "milliseconds": not spot.options.get("enable_millisecond")}
    parts = [
        (key, unit, "" if (one := value.get(key)) is None else f"{one:.15g}")
        for key, unit in PARTS
        if key in value or not hidden.get(key)
    ]
    return draw("span", replace(spot, more={"parts": parts, "least": "" if _negative(spot.options) else "0"}))


def _negative(options: Options) -> bool:
    return bool(options.get("allow_negative"))


def _read_span(options: Options, form: Form, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for key, _unit in PARTS:
        text = first(form, f"{name}.{key}").strip().replace(",", ".")
        if not text:
            continue
        try:
            value = fit_number({}, text)
        except ValueError:
            raise ValueError(f"“{text}” is no number of {key}.") from None
        if value is not None and value < 0 and not _negative(options):
            raise ValueError("This can't be less than nothing.")
        found[key] = value
    return found or None


KINDS = {
    "time": Kind(_fit_time, lambda spot: draw("moment", replace(spot, more={"type": "time"})), _read_time),
    "date": Kind(_fit_date, lambda spot: draw("moment", replace(spot, more={"type": "date"})), _read_date),
    "datetime": Kind(
        _fit_instant, lambda spot: draw("moment", replace(spot, more={"type": "datetime-local"})), _read_instant
    ),
    "duration": Kind(_fit_span, _draw_span, _read_span, several=lambda options: True),
}
