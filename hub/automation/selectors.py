"""What a blueprint's input may be chosen with: the kinds of form fields, and what of a choice can't be."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

KINDS = frozenset({
    "action", "addon", "app", "area", "assist_pipeline", "attribute", "automation_behavior", "backup_location",
    "boolean", "choose", "color_rgb", "color_temp", "condition", "config_entry", "constant", "conversation_agent",
    "country", "date", "datetime", "device", "device_class", "duration", "entity", "file", "floor", "icon", "label",
    "language", "location", "media", "number", "numeric_threshold", "object", "qr_code", "select", "serial_port",
    "state", "state_class", "statistic", "target", "template", "text", "theme", "time", "trigger",
    "unit_of_measurement",
    # Ours: people, and what is written down and measured of them.
    "person", "journal_kind", "metric",
})  # fmt: skip
_LISTS = (
    "area", "device", "entity", "floor", "label", "select", "text", "statistic", "state", "object", "file", "person",
    "journal_kind", "metric",
)  # fmt: skip
"""Those that have `multiple`."""


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "attribute": ("entity_id",),
    "constant": ("value",),
    "file": ("accept",),
    "qr_code": ("data",),
}
_ONE_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "number": {"mode": ("box", "slider")},
    "select": {"mode": ("dropdown", "list", "box")},
    "text": {
        "type": (
            "text", "color", "date", "datetime-local", "email", "month", "number", "password", "search", "tel", "time",
            "url", "week",
        )
    },
    "color_temp": {"unit": ("mired", "kelvin")},
}  # fmt: skip
"""Options that are one of these words."""
_TRUTHS = ("true", "false", "yes", "no", "on", "off", "1", "0")


def check(value: Any) -> None:
    """Raises ValueError for what is no selector: one kind, its options as a mapping."""
    if isinstance(value, str):
        value = {value: None}
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError("a selector is one kind with its options, like `entity: {domain: sensor}`")
    ((kind, options),) = value.items()
    if kind not in KINDS:
        near = difflib.get_close_matches(str(kind), KINDS, n=1)
        raise ValueError(f"there is no selector {kind!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    if options is None:
        return
    if not isinstance(options, Mapping):
        raise ValueError(f"the options of `{kind}` are names with values")
    if "multiple" in options and kind in _LISTS and str(options["multiple"]).lower() not in _TRUTHS:
        raise ValueError("`multiple` is true or false")
    for name in _NEEDED.get(kind, ()):
        if name not in options:
            raise ValueError(f"a selector `{kind}` needs `{name}`")
    for name, known in _ONE_OF.get(kind, {}).items():
        if options.get(name, known[0]) not in known:
            raise ValueError(f"`{name}` of `{kind}` is one of {', '.join(known)}")
    if kind == "number":
        _check_number(options)
    if kind == "select":
        _check_select(options)


def _check_number(options: Mapping[str, Any]) -> None:
    for name in ("min", "max", "step"):
        told = options.get(name)
        if told is not None and told != "any" and (isinstance(told, bool) or not isinstance(told, int | float)):
            raise ValueError(f"`{name}` is a number")
    least, most = options.get("min"), options.get("max")
    if options.get("mode") == "slider" and (least is None or most is None):
        raise ValueError("a slider needs `min` and `max`")
    if least is not None and most is not None and least > most:
        raise ValueError("`min` is more than `max`")


def _check_select(options: Mapping[str, Any]) -> None:
    choices = options.get("options")
    if not isinstance(choices, list):
        raise ValueError("a select needs `options`, a list")  # gathered with the other flaws
    for one in choices:
        named = isinstance(one, Mapping) and {"label", "value"} <= set(one)
        if not named and not isinstance(one, str):
            raise ValueError(f"an option is a text, or has `label` and `value`; quote {one!r}")
