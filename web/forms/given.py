"""From what a browser sent to what the model takes, and from the model's errors to words at the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic import ValidationError

from web.forms.fields import fields


@dataclass(frozen=True, slots=True)
class Given:
    """Options as the model takes them; `errors` are of fields that cannot even be read."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def values(schema: Mapping[str, Any], form: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> Given:
    """Read a form; an empty field is left out, an empty secret keeps what was `kept`."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in fields(schema):
        text = str(form.get(one.name, "")).strip()
        if one.kind == "switch":
            found[one.name] = one.name in form
        elif one.kind == "secret" and not text:
            if kept is not None and one.name in kept:
                found[one.name] = kept[one.name]
        elif one.kind == "lines":
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            if lines:
                found[one.name] = lines
        elif one.kind == "json" and text:
            try:
                found[one.name] = yaml.safe_load(text)
            except yaml.YAMLError as error:
                place = getattr(error, "problem_mark", None)
                line = f" in line {place.line + 1}" if place is not None else ""
                errors[one.name] = f"This is neither YAML nor JSON{line}: {getattr(error, 'problem', None) or error}."
        elif text:
            found[one.name] = text
    return Given(found, errors)


_PLAIN = {
    "missing": "This is needed.",
    "int_parsing": "This wants a whole number.",
    "int_from_float": "This wants a whole number.",
    "float_parsing": "This wants a number.",
    "url_parsing": "This is not a web address; it begins with http:// or https://.",
    "url_scheme": "This is not a web address; it begins with http:// or https://.",
    "bool_parsing": "This is on or off.",
    "date_from_datetime_parsing": "This wants a date such as 2026-11-20.",
}


def errors_of(error: ValidationError) -> dict[str, str]:
    """Field name -> what is wrong, in plain words; what concerns no field stands under ''."""
    found: dict[str, str] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        inner = ".".join(str(part) for part in one["loc"][1:])
        text = _PLAIN.get(one["type"]) or str(one["msg"]).removeprefix("Value error, ")
        found.setdefault(name, f"{inner}: {text}" if inner else _sentence(text))
    return found


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
