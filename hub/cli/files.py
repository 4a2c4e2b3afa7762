"""What a command reads from the files and values that it is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def text_of(file: Path, named: str = "FILE") -> str:
    """Raises BadParameter for what is no text, OSError for what can't be read."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file} is no text in UTF-8 (byte {error.start}).", param_hint=named) from None


def object_of(given: str | None, named: str = "--inputs") -> dict[str, Any]:
    """A JSON object that stands in a file, or on the command line itself. Raises BadParameter, with the line."""
    if given is None:
        return {}
    text, where = given, named
    if not given.lstrip().startswith("{"):
        try:
            text, where = text_of(Path(given), named), given
        except OSError as error:
            said = f"{given}: {error.strerror}; give a file, or the object itself: '{{\"name\": value}}'."
            raise click.BadParameter(said, param_hint=named) from None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"{where} is no JSON: {error}", param_hint=named) from None
    if not isinstance(found, dict):
        raise click.BadParameter(f"{where} is no object of names with values.", param_hint=named)
    return found
