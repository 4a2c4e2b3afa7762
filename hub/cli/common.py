"""What subcommands share: the configuration folder, a hub without a web server, errors as exit codes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from hub.config import load_settings
from hub.daemon import Hub
from hub.errors import HubError

T = TypeVar("T")
FAILED = 1
"""Exit code when the hub says no; click uses 2 for a command line it can't read."""

config_option = click.option(
    "--config",
    "config_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("config"),
    show_default=True,
    help="Folder with hub.yaml; what the hub writes lies under its data/.",
)


@asynccontextmanager
async def opened(config_dir: Path) -> AsyncIterator[Hub]:
    """The hub's rooms, without its page and without running integrations."""
    hub = await Hub.start(load_settings(config_dir), serve=False, run=False)
    try:
        yield hub
    finally:
        await hub.stop()


def finish(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end; what the hub refuses becomes one line on stderr and exit code 1."""
    try:
        return asyncio.run(work())
    except HubError as error:
        click.echo(f"homeostat: {error}", err=True)
        sys.exit(FAILED)
