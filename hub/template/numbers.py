"""Arithmetic: conversions that forgive when told how, rounding, trigonometry, sets of numbers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import Environment, Undefined, pass_environment
from jinja2.filters import do_int, do_max, do_min

from hub.template.values import MISSING, fallback

_TRUE = frozenset({"1", "true", "yes", "on", "enable"})
_MOST_PLACES = 300
_FALSE = frozenset({"0", "false", "no", "off", "disable"})


def to_float(value: Any, default: Any = MISSING) -> Any:
    try:
        return float(value)
    except (ValueError, TypeError):
        return fallback("float", value, default)


def to_int(value: Any, default: Any = MISSING, base: int = 10) -> Any:
    result: Any = do_int(value, default=MISSING, base=base)  # type: ignore[arg-type] # any default is handed back
    return fallback("int", value, default) if result is MISSING else result


def to_bool(value: Any, default: Any = MISSING) -> Any:
    if isinstance(value, (bool, int, float)):
        return bool(value)
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    return fallback("bool", value, default)


def is_number(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (ValueError, TypeError):
        return False


def rounded(value: Any, precision: int = 0, method: str = "common", default: Any = MISSING) -> Any:
    """A whole number when precision is 0, as Home Assistant rounds; methods common, ceil, floor, half."""
    if abs(precision) > _MOST_PLACES:
        raise ValueError(f"round can't give {precision} places")
    try:
        number, scale = float(value), float(10**precision)
        if method == "ceil":
            number = math.ceil(number * scale) / scale
        elif method == "floor":
            number = math.floor(number * scale) / scale
        elif method == "half":
            number = round(number * 2) / 2
        else:
            number = round(number, precision)
        return int(number) if precision == 0 else number
    except (ValueError, TypeError, OverflowError):
        return fallback("round", value, default)


def log(value: Any, base: Any = math.e, default: Any = MISSING) -> Any:
    try:
        return math.log(float(value), float(base))
    except (ValueError, TypeError, ZeroDivisionError):
        return fallback("log", value, default)


def _one(name: str, function: Callable[[float], float]) -> Callable[..., Any]:
    def call(value: Any, default: Any = MISSING) -> Any:
        try:
            return function(float(value))
        except (ValueError, TypeError):
            return fallback(name, value, default)

    return call


def atan2(*arguments: Any) -> Any:
    """`atan2(y, x)`, `atan2((y, x))`, each with an optional default."""
    values, default = list(arguments), MISSING
    if values and isinstance(values[0], (list, tuple)):
        default = values[1] if len(values) > 1 else MISSING
        values = list(values[0])
    elif len(values) == 3:
        default = values.pop()
    try:
        return math.atan2(float(values[0]), float(values[1]))
    except (ValueError, TypeError, IndexError):
        return fallback("atan2", arguments, default)


def multiply(value: Any, amount: Any, default: Any = MISSING) -> Any:
    try:
        return float(value) * amount
    except (ValueError, TypeError):
        return fallback("multiply", value, default)


def add(value: Any, amount: Any, default: Any = MISSING) -> Any:
    try:
        return float(value) + amount
    except (ValueError, TypeError):
        return fallback("add", value, default)


def _many(name: str, function: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    def call(*arguments: Any, default: Any = MISSING) -> Any:
        values: list[Any]
        if arguments and isinstance(arguments[0], Iterable) and not isinstance(arguments[0], str):
            values = list(arguments[0])
            default = arguments[1] if len(arguments) > 1 else default
        else:
            values = list(arguments)
        if any(isinstance(value, Undefined) for value in values):
            raise ValueError(f"{name} got an undefined value")
        try:
            return function(values)
        except (ValueError, TypeError, statistics.StatisticsError):
            return fallback(name, values, default)

    return call


def clamp(value: Any, low: Any, high: Any) -> float:
    number, least, most = _numbers(value, low, high)
    return max(least, min(most, number))


def wrap(value: Any, low: Any, high: Any) -> float:
    """Around a circle from low to high, which is low again."""
    number, least, most = _numbers(value, low, high)
    return (number - least) % (most - least) + least if most != least else least


def remap(
    value: Any, in_low: Any, in_high: Any, out_low: Any, out_high: Any, *, steps: int = 0, edges: str = "none"
) -> float:
    """From one range to another; `steps` snaps, `edges` is none, clamp, wrap or mirror."""
    number, a, b, c, d = _numbers(value, in_low, in_high, out_low, out_high)
    if edges == "clamp":
        number = clamp(number, a, b)
    elif edges == "wrap":
        number = wrap(number, a, b)
    elif edges == "mirror":
        place = (number - a) % (2 * (b - a))
        number = a + (2 * (b - a) - place if place > b - a else place)
    share = (number - a) / (b - a)
    if steps > 0:
        share = round(share * steps) / steps
    return c + share * (d - c)


def _numbers(*values: Any) -> list[float]:
    try:
        return [float(one) for one in values]
    except (ValueError, TypeError):
        raise ValueError(f"numbers go here, not {', '.join(repr(one)[:30] for one in values)}") from None


def _middle(values: list[Any]) -> Any:
    """As it is written where all are numbers."""
    return statistics.median(values if all(isinstance(one, int | float) for one in values) else map(float, values))


def _extreme(name: str, choose: Callable[..., Any]) -> Callable[..., Any]:
    """`max(1, 2)`, `max([1, 2])` and the filter, with Jinja's options; undefined where there is nothing."""

    def call(environment: Environment, *arguments: Any, default: Any = MISSING, **options: Any) -> Any:
        if not arguments:
            raise TypeError(f"{name} wants a list, or several values")
        several = isinstance(arguments[0], Iterable) and len(arguments) == 1
        found = choose(environment, arguments[0] if several else arguments, **options)
        return default if default is not MISSING and isinstance(found, Undefined) else found

    return pass_environment(call)


SHARED: dict[str, Callable[..., Any]] = {
    **{
        name: _one(name, getattr(math, name)) for name in ("sqrt", "sin", "cos", "tan", "asin", "acos", "atan")
    },
    "atan2": atan2,
    "average": _many("average", lambda values: statistics.fmean(map(float, values))),
    "bitwise_and": lambda one, other: int(one) & int(other),
    "bitwise_or": lambda one, other: int(one) | int(other),
    "bitwise_xor": lambda one, other: int(one) ^ int(other),
    "bool": to_bool,
    "clamp": clamp,
    "float": to_float,
    "int": to_int,
    "is_number": is_number,
    "log": log,
    "max": _extreme("max", do_max),
    "median": _many("median", _middle),
    "min": _extreme("min", do_min),
    "remap": remap,
    "statistical_mode": _many("statistical_mode", statistics.mode),
    "wrap": wrap,
}  # fmt: skip
"""Both filters and functions."""
FILTERS: dict[str, Callable[..., Any]] = {"add": add, "multiply": multiply, "round": rounded}
GLOBALS: dict[str, Any] = {"e": math.e, "pi": math.pi, "tau": math.tau}
