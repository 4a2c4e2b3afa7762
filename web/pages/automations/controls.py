"""How a value of an automation stands in a form and comes back: each control with what it can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hub.view import as_yaml, of_yaml

GONE: Any = object()
"""The field was left empty: its key goes."""
_UNITS = {
    "d": "days", "day": "days", "days": "days", "h": "hours", "hour": "hours", "hours": "hours",
    "m": "minutes", "min": "minutes", "minute": "minutes", "minutes": "minutes",
    "s": "seconds", "sec": "seconds", "second": "seconds", "seconds": "seconds", "ms": "milliseconds",
}  # fmt: skip
_SHORT = (("days", "d"), ("hours", "h"), ("minutes", "min"), ("seconds", "s"), ("milliseconds", "ms"))
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_CLOCK = re.compile(r"([+-]?)(\d{1,4}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?")
SEVERAL = frozenset({"states", "texts", "times", "persons", "days", "choices"})
"""Controls with a list of values."""
PICKED: Mapping[str, Mapping[str, Any]] = {
    "entities": {"entity": {"multiple": True}},
    "entity": {"entity": {}},
    "target": {"target": {}},
}
"""Controls that search the house."""


LINES = frozenset({"states", "texts", "times"})
"""Those with each value on a line of its own."""


class Unread(Exception):
    """What was typed can't be taken as it is; the text says why."""


def fits(control: str, value: Any) -> bool:
    """Whether the control can show the value; otherwise it is shown as YAML."""
    if value is None or control == "yaml" or control in PICKED:
        return True
    if control in SEVERAL:
        return _plain_list(value) and not (control in ("persons", "days", "choices") and _templated(value))
    if control == "flag":
        return isinstance(value, bool)
    if control == "span":
        return _scalar(value) or (isinstance(value, Mapping) and all(_number(one) for one in value.values()))
    return _scalar(value)


def to_form(control: str, value: Any, settled: Any = None) -> list[str]:
    """The texts of its inputs; none where nothing is said."""
    match control:
        case "flag":
            return ["1"] if (value if value is not None else bool(settled)) else []
        case "yaml":
            return [] if value is None else [as_yaml(value).strip() or "{}"]
        case "choices" if value is None:
            return [str(one) for one in settled or ()]
        case "span":
            return [] if value is None else [span_text(value)]
        case _ if control in LINES:
            return ["\n".join(_text(one) for one in _many(value))]
        case _ if control in SEVERAL:
            return [_text(one) for one in _many(value)]
        case _:
            return [] if value is None else [_text(value)]


def from_form(control: str, given: Sequence[str]) -> Any:
    """The value of what was typed, or GONE. Raises Unread."""
    said = [one.replace("\r\n", "\n") for one in given]
    texts = [one.strip() for each in said for one in (each.split("\n") if control in LINES else [each]) if one.strip()]
    match control:
        case "flag":
            return "1" in said
        case "yaml":
            return _of_yaml("\n".join(said)) if texts else GONE
        case "span":
            return span_value(texts[0]) if texts else GONE
        case "bound" | "number":
            return _as_number(texts[0]) if texts else GONE
        case _ if control in SEVERAL:
            if not texts:
                return GONE
            return texts[0] if len(texts) == 1 and control not in ("days", "choices") else texts
        case "template":
            return said[0].strip("\n") if texts else GONE
        case _:
            return texts[0] if texts else GONE


def span_text(value: Any) -> str:
    """`1 h 30 min`; a template or what nobody understands as it is."""
    if isinstance(value, Mapping):
        parts = [f"{_text(value[key])} {unit}" for key, unit in _SHORT if value.get(key)]
        return " ".join(parts) or "0 s"
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None and "." not in (found[4] or ""):
        parts = [f"{int(part)} {unit}" for part, unit in ((found[2], "h"), (found[3], "min"), (found[4], "s"))
                 if part and int(part)]  # fmt: skip
        return ("-" if found[1] == "-" else "") + (" ".join(parts) or "0 s")
    if isinstance(value, int | float) and not isinstance(value, bool):
        minutes, seconds = divmod(abs(value), 60)
        hours, minutes = divmod(minutes, 60)
        parts = [f"{one:g} {unit}" for one, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if one]
        return ("-" if value < 0 else "") + (" ".join(parts) or "0 s")
    return str(value)


def span_value(text: str) -> Any:
    """`1 h 30 min` -> {hours: 1, minutes: 30}; `-30 min` -> "-00:30:00"; a number is seconds; else as typed."""
    told = text.strip()
    bare = told.lstrip("+-").strip().lower()
    parts = _PART.findall(bare)
    if parts and not _PART.sub("", bare).replace(",", "").replace("and", "").strip():
        units = {_UNITS.get(unit): float(count) for count, unit in parts}
        if None not in units:
            if told.startswith("-"):
                return _negative(units)
            return {unit: int(count) if count.is_integer() else count for unit, count in units.items()}
    return _as_number(told)


def _negative(units: Mapping[Any, float]) -> str:
    sizes = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1, "milliseconds": 0.001}
    whole = round(sum(count * sizes[unit] for unit, count in units.items()))
    return f"-{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _of_yaml(text: str) -> Any:
    value, flaws, _ = of_yaml(text)
    if flaws:
        where = f"Line {flaws[0].line}: " if flaws[0].line else ""
        raise Unread(f"{where}{flaws[0].message} {flaws[0].hint}".strip())
    return value if value is not None else GONE


def _as_number(text: str) -> Any:
    try:
        number = float(text.replace("\u2212", "-"))
    except ValueError:
        return text
    return int(number) if number.is_integer() and "." not in text and "e" not in text.lower() else number


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _plain_list(value: Any) -> bool:
    return _scalar(value) or (isinstance(value, list) and all(_scalar(one) for one in value))


def _templated(value: Any) -> bool:
    return any("{{" in str(one) or "{%" in str(one) for one in _many(value))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
