"""From a JSON schema (draft 2020-12, as Pydantic writes it) to what a form shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from web.forms.titles import choice, titled

KEPT = "\u2022" * 8
"""Stands in a secret's field for one that is kept when nothing is typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """One input; `kind` chooses the control."""

    name: str
    label: str
    kind: str
    """text, long, secret, number, switch, select, lines, json, date, time, datetime-local; by `chips` chips, scale."""
    help: str = ""
    value: str = ""
    required: bool = False
    error: str = ""
    choices: tuple[Choice, ...] = ()
    low: str = ""
    high: str = ""
    step: str = ""
    placeholder: str = ""
    unit: str = ""
    """Stands behind the number, where the help would say nothing else."""
    settled: bool = False
    """Has a value that does for most, so that a form may fold it away and need not call it optional."""


UNITS = frozenset({"g", "mg", "kg", "mL", "L", "kcal", "kJ", "m", "km", "cm", "min", "h", "%", "°C", "W", "Minutes"})
_FORMATS = {"password": "secret", "date": "date", "time": "time", "date-time": "datetime-local"}


def fields(
    schema: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    chips: bool = False,
) -> list[Field]:
    """A field for each property, in the model's order; `values` are shown, secrets only as kept.

    `chips`: few choices and short scales become buttons for a thumb. A property with `form: hidden` is left out,
    a text with `form: long` gets several lines.
    """
    values, errors = values or {}, errors or {}
    definitions = schema.get("$defs", {})
    required = set(schema.get("required", ()))
    found = []
    for name, raw in schema.get("properties", {}).items():
        facts = _resolved(raw, definitions)
        given = values.get(name, facts.get("default"))
        if facts.get("form") == "hidden":
            continue
        kind = _thumbed(_kind(facts), facts) if chips else _kind(facts)
        text = str(facts.get("description", ""))
        found.append(
            Field(
                name=name,
                label=_label(name, str(facts.get("title", ""))),
                kind=kind,
                help="" if text in UNITS else _sentence(text),
                value=_shown(kind, given),
                required=name in required and kind != "switch",
                error=errors.get(name, ""),
                choices=_scale(facts) if kind == "scale" else _choices(facts, name in required),
                low=_text(facts.get("minimum", facts.get("exclusiveMinimum"))),
                high=_text(facts.get("maximum", facts.get("exclusiveMaximum"))),
                step="1" if facts.get("type") == "integer" else "any",
                placeholder=KEPT if kind == "secret" and name in values else _text((facts.get("examples") or [""])[0]),
                unit="min" if text == "Minutes" else text if text in UNITS else "",
                settled=facts.get("default") not in (None, "", [], {}),
            )
        )
    return found


def _thumbed(kind: str, facts: Mapping[str, Any]) -> str:
    if kind == "select" and len(facts.get("enum", ())) <= 8:
        return "chips"
    if kind == "number" and facts.get("minimum") in (0, 1) and facts.get("maximum") in (5, 10):
        return "scale"
    return kind


def _scale(facts: Mapping[str, Any]) -> tuple[Choice, ...]:
    steps = range(int(facts["minimum"]), int(facts["maximum"]) + 1)
    return tuple(Choice(str(one), str(one)) for one in steps)


def _resolved(raw: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A property with references followed and `| None` taken off."""
    facts = dict(raw)
    for key in ("anyOf", "oneOf", "allOf"):
        some = [one for one in facts.get(key, ()) if one.get("type") != "null"]
        if some:
            # Of several types the first is what a form offers; the model takes the others from files.
            facts = {**_resolved(some[0], definitions), **{k: v for k, v in facts.items() if k != key}}
    if "$ref" in facts:
        target = definitions.get(str(facts["$ref"]).rpartition("/")[2], {})
        own = {k: v for k, v in facts.items() if k != "$ref"}
        inner = {k: v for k, v in target.items() if k not in ("title", "description")}
        facts = {**inner, **own}
    return facts


def _kind(facts: Mapping[str, Any]) -> str:
    if "enum" in facts or "const" in facts:
        return "select"
    kind = facts.get("type")
    if kind == "boolean":
        return "switch"
    if kind in ("integer", "number"):
        return "number"
    if kind == "array":
        return "lines" if facts.get("items", {}).get("type") == "string" else "json"
    if kind == "object":
        return "json"
    if facts.get("writeOnly"):
        return "secret"
    if facts.get("form") == "long":
        return "long"
    return _FORMATS.get(str(facts.get("format", "")), "text")


def _choices(facts: Mapping[str, Any], required: bool) -> tuple[Choice, ...]:
    if "enum" not in facts and "const" not in facts:
        return ()
    options = [str(one) for one in facts.get("enum", [facts.get("const")])]
    none = () if required or facts.get("default") is not None else (Choice("", "Not said"),)
    return (*none, *(Choice(one, choice(one)) for one in options))


def _shown(kind: str, given: Any) -> str:
    if given is None or kind == "secret":
        return ""
    if kind == "switch":
        return "on" if given else ""
    if kind == "lines" and isinstance(given, list | tuple | set):
        return "\n".join(str(one) for one in given)
    if kind == "json":
        return "" if given in ([], {}) else orjson.dumps(given, option=orjson.OPT_INDENT_2).decode()
    return _text(given)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(text: str) -> str:
    """With a capital and a full stop, as help is read between other sentences."""
    text = text.strip()
    begins_a_sentence = text[1:2].islower() and " " in text and text.split()[0] not in UNITS
    first = text[:1].upper() + text[1:] if begins_a_sentence else text
    return first if not first or first[-1] in ".!?:" else f"{first}."


def _label(name: str, title: str) -> str:
    """The model's title; one that Pydantic made of the name is made anew, in sentence case."""
    return title if title and title != name.title().replace("_", " ") else titled(name)
