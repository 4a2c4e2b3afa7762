"""What Pydantic found wrong, in words, where it stands and with the key that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from hub.config.places import Path, Places, dotted, meant


def flaws_of(
    error: ValidationError, path: Path, model: type[BaseModel], places: Places, *, whole: type[BaseModel] | None = None
) -> None:
    """Add a flaw for each error that is not told already; values are never quoted."""
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        loc = one["loc"]
        here = (*path, *loc)
        if places.flawed(here):
            continue
        if one["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            places.flaw(here, "this key is not known here.", _hint(loc, model, whole))
        elif one["type"] == "missing":
            # The line is that of what it is missing from.
            places.flaw(here, "this key is missing.", "", places.of(here[:-1]))
        else:
            places.flaw(here, sentence(str(one["msg"])))


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
