"""What Pydantic found wrong, in words, where it stands and with the key that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hub.config.places import Path, Places, dotted, meant


def flaws_of(
    error: ValidationError, path: Path, model: type[BaseModel], places: Places, *, whole: type[BaseModel] | None = None
) -> None:
    """Add a flaw for each error that is not told already; values are never quoted."""
    for one in error.errors(include_url=False, include_input=False):
        loc = tuple(part for part in one["loc"] if part != "[key]")
        here = (*path, *loc)
        if places.flawed(here):
            continue
        if one["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            places.flaw(here, "this key is not known here.", _hint(loc, model, whole))
        elif one["type"] == "missing":
            # The line is that of what it is missing from.
            places.flaw(here, "this key is missing.", "", places.of(here[:-1]))
        else:
            places.flaw(here, *_told(one, loc, model))


def _told(error: ErrorDetails, loc: Path, model: type[BaseModel]) -> tuple[str, str]:
    """What is wrong and, where the model knows one, an example of what is right."""
    context = {key: _plain(value) for key, value in error.get("ctx", {}).items()}
    words = _WORDS.get(error["type"])
    message = words.format_map(context) if words is not None else sentence(str(error["msg"]))
    field = _field_at(model, loc)
    example = field.examples[0] if field is not None and field.examples else None
    return message, f"For example: `{loc[-1]}: {example}`." if example is not None else ""


_WORDS = {
    "model_type": "lines of `key: value` are expected below this key.",
    "model_attributes_type": "lines of `key: value` are expected below this key.",
    "dict_type": "lines of `key: value` are expected below this key.",
    "list_type": "a list is expected here, each item on a line that begins with a hyphen.",
    "tuple_type": "a list is expected here, each item on a line that begins with a hyphen.",
    "string_type": "a text is expected here.",
    "string_too_short": "this must not be empty.",
    "string_too_long": "this is too long; at most {max_length} characters are possible.",
    "string_pattern_mismatch": "this is not written as it must be.",
    "int_type": "a whole number is expected here.",
    "int_parsing": "a whole number is expected here.",
    "int_from_float": "a whole number is expected here.",
    "float_type": "a number is expected here.",
    "float_parsing": "a number is expected here.",
    "finite_number": "a number is expected here.",
    "bool_type": "true or false is expected here.",
    "bool_parsing": "true or false is expected here.",
    "greater_than": "this must be more than {gt}.",
    "greater_than_equal": "this must be at least {ge}.",
    "less_than": "this must be less than {lt}.",
    "less_than_equal": "this must be at most {le}.",
    "literal_error": "one of these is expected here: {expected}.",
    "enum": "one of these is expected here: {expected}.",
    "byte_size": "a size is expected here, a number with its unit.",
    "byte_size_unit": "this unit of size is not known.",
    "date_from_datetime_parsing": "a date such as 2026-11-20 is expected here.",
    "date_parsing": "a date such as 2026-11-20 is expected here.",
    "url_parsing": "a web address is expected here; it begins with http:// or https://.",
    "url_scheme": "a web address is expected here; it begins with http:// or https://.",
}
"""Pydantic's kinds of errors, for people who have never seen Python."""


def _plain(value: Any) -> Any:
    """Bounds without the decimals that only a float has; choices without quotes."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("'", "") if isinstance(value, str) else value


def names_of(model: type[BaseModel]) -> Iterator[str]:
    """The keys that a model reads."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        if field.alias and model.model_config.get("populate_by_name"):
            yield name
        if isinstance(field.validation_alias, str):
            yield field.validation_alias


def sentence(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    text = text[:1].lower() + text[1:]
    return text if text.endswith((".", "?")) else f"{text}."


def _hint(loc: Path, model: type[BaseModel], whole: type[BaseModel] | None) -> str:
    word = str(loc[-1])
    section = _model_at(model, loc[:-1])
    near = meant(word, names_of(section)) if section is not None else ""
    if whole is not None and not near.startswith("Did"):
        for path in _paths(whole):
            if path[-1] == word and path != loc:
                return f"It belongs under {dotted(path[:-1])}." if len(path) > 1 else "It belongs to the top level."
    return near


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    here: type[BaseModel] | None = model
    for part in path:
        field = here.model_fields.get(str(part)) if here is not None else None
        here = _section(field.annotation) if field is not None else None
    return here


def _field_at(model: type[BaseModel], loc: Path) -> FieldInfo | None:
    section = _model_at(model, loc[:-1]) if loc else None
    return section.model_fields.get(str(loc[-1])) if section is not None else None


def _section(annotation: Any) -> type[BaseModel] | None:
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _paths(model: type[BaseModel], above: Path = ()) -> Iterator[Path]:
    for name, field in model.model_fields.items():
        yield (*above, name)
        section = _section(field.annotation)
        if section is not None:
            yield from _paths(section, (*above, name))
