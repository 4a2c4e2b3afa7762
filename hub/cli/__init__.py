"""The `homeostat` command; each subcommand is imported only when it is called."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "run": "hub.cli.run:run",
    "setup": "hub.cli.people:setup",
    "person": "hub.cli.people:person",
    "token": "hub.cli.people:token",
}


class Commands(click.Group):
    """Knows its subcommands by name without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = _COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="homeostat", prog_name="homeostat")
def main() -> None:
    """Homeostat: a self-hosted hub for a household's wellness."""
