"""Texts, templates, numbers, switches and colours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from web.selectors.form import Form, every, first
from web.selectors.spot import Kind, Options, Spot, draw

_FREE = ("text", "search", "tel", "url", "email", "password")
"""Types of input that take any line; a browser would empty the others of what doesn't suit them."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def fit_text(options: Options, value: Any) -> str | list[str]:
    if options.get("multiple"):
        lines = [] if is_empty(value) else value if isinstance(value, list) else [value]
        found = [_line(one) for one in lines]
        if any("\n" in one or not one.strip() for one in found):
            raise ValueError("each text stands on a line of its own")
        return found
    return "" if is_empty(value) else _line(value)


def _line(value: Any) -> str:
    if isinstance(value, Mapping | list):
        raise ValueError("this is no text")
    return str(value)


def _draw_text(spot: Spot) -> Markup:
    options, value = spot.options, spot.value
    if options.get("multiple"):
        more = {"text": "\n".join(value), "rows": min(12, max(3, len(value) + 1)), "each": True}
        return draw("long", replace(spot, more=more))
    if options.get("multiline") or "\n" in value:
        return draw("long", replace(spot, more={"text": value, "rows": min(14, max(3, value.count("\n") + 2))}))
    kind = str(options.get("type") or "text")
    return draw("line", replace(spot, more={"type": kind if kind in _FREE else "text"}))


def _read_text(options: Options, form: Form, name: str) -> str | list[str]:
    if options.get("multiple"):
        return [one for one in first(form, name).split("\n") if one.strip()]
    return first(form, name)


def fit_number(options: Options, value: Any) -> int | float | None:
    """Also one beyond the limits: it is shown, and refused when it is sent."""
    if is_empty(value):
        return None
    if isinstance(value, bool):
        raise ValueError("this is no number")
    if isinstance(value, int):
        return value
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise ValueError("this is no number") from None
    if not math.isfinite(found):
        raise ValueError("this is no number")
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def read_number(options: Options, form: Form, name: str) -> int | float | None:
    text = first(form, name).strip().replace(",", ".").replace("\u2212", "-")
    if not text:
        return None
    try:
        value = fit_number(options, int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else text)
    except ValueError:
        raise ValueError(f"“{text}” is no number.") from None
    assert value is not None
    least, most, unit = options.get("min"), options.get("max"), options.get("unit_of_measurement") or ""
    if (least is not None and value < least) or (most is not None and value > most):
        between = f"between {least:g} and {most:g}" if least is not None and most is not None else ""
        limit = between or (f"{least:g} or more" if least is not None else f"at most {most:g}")
        raise ValueError(f"This goes {limit}{' ' + unit if unit else ''}.".replace("goes between", "lies between"))
    return value


def _draw_number(spot: Spot) -> Markup:
    return draw("number", replace(spot, more=_limits(spot.options)))


def _limits(options: Options) -> dict[str, Any]:
    least, most, step = options.get("min"), options.get("max"), options.get("step", 1)
    both = least is not None and most is not None
    return {
        "low": _bare(least),
        "high": _bare(most),
        # A box takes any number, as Home Assistant's does; the step is what its arrows and the slider go by.
        "step": _bare(step) if step != "any" else "any",
        "unit": str(options.get("unit_of_measurement") or ""),
        "slider": both and options.get("mode", "slider") == "slider",
        "whole": isinstance(step, int) or (isinstance(step, float) and step.is_integer()),
    }


def _bare(value: Any) -> str:
    return "" if value is None else f"{value:.12g}"


def _fit_boolean(options: Options, value: Any) -> bool:
    if is_empty(value):
        return False
    if isinstance(value, bool):
        return value
    told = str(value).strip().lower()
    if told in ("true", "yes", "on", "1", "enable"):
        return True
    if told in ("false", "no", "off", "0", "disable"):
        return False
    raise ValueError("this is neither on nor off")


def _read_boolean(options: Options, form: Form, name: str) -> bool | None:
    return "on" in every(form, name) if first(form, f"{name}.shown") else None


def _fit_colour(options: Options, value: Any) -> list[int] | None:
    if is_empty(value):
        return None
    parts = value if isinstance(value, list) else []
    if len(parts) != 3 or any(isinstance(one, bool) or not isinstance(one, int) or not 0 <= one < 256 for one in parts):
        raise ValueError("a colour is three numbers from 0 to 255")
    return list(parts)


def _draw_colour(spot: Spot) -> Markup:
    text = "#" + "".join(f"{one:02x}" for one in spot.value) if spot.value else ""
    return draw("colour", replace(spot, more={"text": text}))


def _read_colour(options: Options, form: Form, name: str) -> list[int] | None:
    text = first(form, name).strip()
    if not text:
        return None
    if not _COLOUR.fullmatch(text):
        raise ValueError("A colour is written like #ffaa00.")
    return [int(text[at : at + 2], 16) for at in (1, 3, 5)]


def _temperature(options: Options) -> Options:
    """The options of the number that a colour temperature is."""
    kelvin = options.get("unit") == "kelvin"
    least = options.get("min", options.get("min_mireds"))
    most = options.get("max", options.get("max_mireds"))
    limits = {"min": least if least is not None else 2000 if kelvin else 153}
    limits["max"] = most if most is not None else 6500 if kelvin else 500
    return {**limits, "step": 50 if kelvin else 1, "unit_of_measurement": "K" if kelvin else "mired", "mode": "slider"}


def _fit_constant(options: Options, value: Any) -> Any:
    told = options.get("value", True)
    if is_empty(value) or value == told:
        return told if value == told else None
    raise ValueError("there is one value only")


def _read_constant(options: Options, form: Form, name: str) -> Any:
    return options.get("value", True) if "on" in every(form, name) else None


KINDS = {
    "text": Kind(fit_text, _draw_text, _read_text),
    "template": Kind(
        lambda options, value: fit_text({}, value),
        lambda spot: draw("template", replace(spot, more={"rows": min(14, max(3, spot.value.count("\n") + 2))})),
        lambda options, form, name: first(form, name),
    ),
    "number": Kind(fit_number, _draw_number, read_number),
    "boolean": Kind(_fit_boolean, lambda spot: draw("switch", spot), _read_boolean),
    "constant": Kind(_fit_constant, lambda spot: draw("constant", spot), _read_constant),
    "color_rgb": Kind(_fit_colour, _draw_colour, _read_colour),
    "color_temp": Kind(
        fit_number,
        lambda spot: _draw_number(replace(spot, options=_temperature(spot.options))),
        lambda options, form, name: read_number(_temperature(options), form, name),
    ),
}
