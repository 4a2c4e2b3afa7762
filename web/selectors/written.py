"""Values written as YAML: what has no field of its own, and lists of triggers, conditions and actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from markupsafe import Markup

from hub.view import AutomationInvalid, check_part, read_yaml
from web.selectors.form import Form, first
from web.selectors.spot import Kind, Options, Spot, draw

PARTS = {"action": "actions", "condition": "conditions", "trigger": "triggers"}
"""Selector -> the list of an automation that it makes a part of."""


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    block = "\n" in value.strip("\n") and value[0] != "\n" and all(line == line.rstrip() for line in value.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if block else None)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """YAML as a person writes it; None is an empty text."""
    if value is None:
        return ""
    text: str = yaml.dump(_plain(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    # A block needs its last line ends.
    return text if "|" in text else text.removesuffix("\n...\n").removesuffix("\n")


def load(text: str) -> Any:
    """Raises ValueError with line and what was meant."""
    if not text.strip():
        return None
    try:
        return read_yaml(text)
    except AutomationInvalid as error:
        raise ValueError(_said(error)) from None


def checked(kind: str, text: str) -> list[Any]:
    """A list of triggers, conditions or actions. Raises ValueError for what the schema refuses."""
    if not text.strip():
        return []
    try:
        return list(check_part(PARTS[kind], text))
    except AutomationInvalid as error:
        raise ValueError(_said(error)) from None


def fit_yaml(options: Options, value: Any) -> Any:
    return value


def read_written(options: Options, form: Form, name: str) -> Any:
    return load(first(form, name))


def draw_written(spot: Spot) -> Markup:
    """With `more.astray`: in place of a field that can't show this value."""
    text = dump(spot.value)
    more = {"text": text, "rows": min(24, max(4, text.count("\n") + 2)), "astray": spot.more.get("astray", False)}
    return draw("written", Spot(**{**_fields(spot), "more": more}))


def draw_part(spot: Spot) -> Markup:
    text = dump(spot.value) if spot.value else ""
    more = {"text": text, "rows": min(24, max(4, text.count("\n") + 2)), "example": _EXAMPLES[spot.kind]}
    return draw("part", Spot(**{**_fields(spot), "more": more}))


def _fit_part(options: Options, value: Any) -> Any:
    return [] if value in (None, "", {}) else value if isinstance(value, list) else [value]


def _part(kind: str) -> Kind:
    return Kind(_fit_part, draw_part, lambda options, form, name: checked(kind, first(form, name)))


_EXAMPLES = {
    "action": "- action: notify.notify\n  data:\n    message: Time for a walk",
    "condition": "- condition: state\n  entity_id: person.anna\n  state: home",
    "trigger": "- trigger: state\n  entity_id: binary_sensor.door\n  to: \"on\"",
}  # fmt: skip
WRITTEN = Kind(fit_yaml, draw_written, read_written)
KINDS = {kind: _part(kind) for kind in PARTS}


def _said(error: AutomationInvalid) -> str:
    return " ".join(str(one)[:1].upper() + str(one)[1:] for one in error.flaws[:3])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _fields(spot: Spot) -> dict[str, Any]:
    return {name: getattr(spot, name) for name in Spot.__dataclass_fields__}
