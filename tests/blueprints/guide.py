"""The page of each blueprint in the guide, as far as it follows from the blueprint: what it asks for.

`python -m tests.blueprints.guide` writes the tables and pictures anew.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hub.automation.blueprint import Blueprint, BlueprintInput, parse
from tests.blueprints import picture
from tests.blueprints.fortnight import FOLDER

PAGES = Path(__file__).parents[2] / "docs" / "blueprints"
HEAD = "| field | key | what | if you say nothing |\n|---|---|---|---|\n"
_TABLE = re.compile(re.escape(HEAD) + r"(\|.*\n)*")
_KINDS = {"person": "a person", "boolean": "yes or no", "duration": "a span", "time": "a time", "select": "a choice",
          "text": "words"}  # fmt: skip


def table(blueprint: Blueprint) -> str:
    """What it asks for, in Markdown."""
    return HEAD + "".join(
        f"| {one.name} | `{one.key}` | {'. '.join(_what(one))} | {_default(one)} |\n"
        for one in blueprint.inputs.values()
    )


def _what(one: BlueprintInput) -> Iterator[str]:
    ((kind, options),) = (one.selector or {"text": {}}).items()
    options = options or {}
    many = bool(options.get("multiple"))
    if kind == "entity":
        given = options["filter"]
        domains = given["domain"] if isinstance(given["domain"], list) else [given["domain"]]
        words = " or ".join(f"`{domain}`" for domain in domains) + (" entities" if many else " entity")
        yield words + (f" of class `{given['device_class']}`" if "device_class" in given else "")
    elif kind == "number":
        unit = f" {options['unit_of_measurement']}" if "unit_of_measurement" in options else ""
        yield f"{options['min']:g} to {options['max']:g}{unit}"
    else:
        yield {"person": "persons", "text": "lines", "select": "choices"}[kind] if many else _KINDS[kind]
    if one.description:
        yield one.description.rstrip(".")


def _default(one: BlueprintInput) -> str:
    if one.required:
        return "**needed**"
    value: Any = one.default
    if isinstance(value, Mapping):
        return " ".join(
            f"{number:g} {unit if number != 1 else unit.removesuffix('s')}" for unit, number in value.items()
        )
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if "time" in (one.selector or {}):
        return str(value)[:5]
    return str(value) or "nothing"


def page_with(text: str, blueprint: Blueprint) -> str:
    return _TABLE.sub(lambda _: table(blueprint), text)


def blueprints() -> Iterator[tuple[str, Blueprint]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        yield file.stem, parse(file.read_text("utf-8"))


def main() -> None:
    for name, blueprint in blueprints():
        page = PAGES / f"{name}.md"
        page.write_text(page_with(page.read_text("utf-8"), blueprint), encoding="utf-8")
    asyncio.run(picture.main())


if __name__ == "__main__":
    main()
