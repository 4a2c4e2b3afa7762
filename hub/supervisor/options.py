"""An entry's options against its integration's model, in words, and the secrets among them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """The options' problems in one line, with the option that was probably meant; values are not quoted."""
    parts: list[str] = []
    known = list(model.model_fields)
    for one in error.errors(include_url=False, include_input=False)[:5]:
        where = ".".join(str(part) for part in one["loc"])
        if one["type"] == "extra_forbidden":
            parts.append(unknown(where, known))
        else:
            message = one["msg"].removeprefix("Value error, ")
            parts.append(f"{where or 'options'}: {message[:1].lower()}{message[1:]}")
    return "; ".join(parts)


def unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"{name}: this option is not known{f' (did you mean {near[0]}?)' if near else ''}"


def strangers(options: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Names that the model would pass over in silence; one that refuses them or takes any has none."""
    if model.model_config.get("extra") in ("allow", "forbid"):
        return []
    known = {name for name, field in model.model_fields.items() if field.validation_alias is None}
    known |= {str(field.validation_alias) for field in model.model_fields.values() if field.validation_alias}
    return [name for name in options if name not in known]


def secrets_of(value: Any) -> Iterator[str]:
    """Every `SecretStr` of a validated config, however deep."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, SecretBytes):
        yield value.get_secret_value().decode(errors="replace")
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from secrets_of(getattr(value, name))
        if value.model_extra:
            # A custom integration's model is in its own process; what is secret is told by its schema.
            schema = type(value).model_json_schema()
            yield from _told_secret(value.model_extra, schema, schema.get("$defs", {}))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from secrets_of(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from secrets_of(one)


def _told_secret(value: Any, shape: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    """Every text in `value` that stands where the schema says password."""
    choices = (shape, *shape.get("anyOf", ()), *shape.get("oneOf", ()))
    shapes = [definitions.get(str(one.get("$ref", "")).rpartition("/")[2], one) for one in choices]
    if isinstance(value, str):
        if any(one.get("writeOnly") or one.get("format") == "password" for one in shapes):
            yield value
    elif isinstance(value, Mapping):
        for one in shapes:
            more = one.get("additionalProperties")
            for name, inner in value.items():
                found = one.get("properties", {}).get(name, more)
                if isinstance(found, dict):
                    yield from _told_secret(inner, found, definitions)
    elif isinstance(value, list):
        for one in shapes:
            if isinstance(one.get("items"), dict):
                for inner in value:
                    yield from _told_secret(inner, one["items"], definitions)
