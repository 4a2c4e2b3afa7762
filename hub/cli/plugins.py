"""Subcommands that integrations bring: named in `commands` of their manifests, built when they are called."""

from __future__ import annotations

import importlib.util
import logging
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hub.loader import Loaded


def summaries() -> list[tuple[str, str]]:
    """(name, summary) of those that the manifests of shipped integrations name; nothing is imported."""
    spec = importlib.util.find_spec("integrations")
    found: list[tuple[str, str]] = []
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        for manifest in sorted(Path(folder).glob("*/manifest.toml")):
            try:
                commands: Any = tomllib.loads(manifest.read_text("utf-8")).get("commands", {})
            except (OSError, ValueError):
                continue
            found += [(str(name), str(summary)) for name, summary in commands.items()]
    return found


def command(name: str) -> click.Command | None:
    """A plugin's subcommand, with the options that every command has; None when no plugin has one of that name."""
    known = loaded().commands.get(name)
    if known is None:
        return None
    from hub.cli.common import options

    built = known.build()
    assert isinstance(built, click.Command)
    have = {parameter.name for parameter in built.params}
    carrier = click.command()(options(lambda: None))
    built.params += [one for one in carrier.params if one.name not in have]
    built.short_help = built.short_help or known.summary
    return built


def loaded(custom: Path | None = None) -> Loaded:
    """Every plugin, asked for what it has, those of the folder `custom` too; complaints are in its `problems`."""
    from hub.loader import load

    for name in ("hub.loader", "hub.custom"):
        logging.getLogger(name).disabled = True
    found = load()
    if custom is not None and custom.is_dir():
        import asyncio

        asyncio.run(_discover(custom, found))
    return found


async def _discover(custom: Path, found: Loaded) -> None:
    from hub.supervisor.child.discover import discover

    async for name, _, problem in discover(custom, found.catalogue):
        if problem:
            found.problems[name] = problem
