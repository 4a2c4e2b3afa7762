"""`homeostat run`: the daemon itself."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import click

from hub.cli.common import config_option, finish
from hub.config import load_settings
from hub.daemon import Hub, Settings
from hub.daemon.hub import run_until_stopped


@click.command()
@config_option
@click.option("--host", help="Address to listen on; 0.0.0.0 opens the page to your network.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the page.  [default: 8480]")
@click.option("--demo", is_flag=True, help="Start a demo household in a folder of its own; your data is not touched.")
@click.option("--development", is_flag=True, help="Reload templates, show the page of components.")
def run(config_dir: Path, host: str | None, port: int | None, demo: bool, development: bool) -> None:
    """Run the hub until it is told to stop (SIGTERM, Ctrl-C).

    Example: homeostat run --config ~/homeostat --host 0.0.0.0
    """
    settings = load_settings(config_dir)
    if demo:
        settings = replace(settings, demo=True, data_dir=settings.data_dir / "demo", database_url="", entries=())
    if host is not None:
        settings = replace(settings, host=host)
    if port is not None:
        settings = replace(settings, port=port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    finish(lambda: _serve(replace(settings, development=development)))


async def _serve(settings: Settings) -> None:
    hub = await Hub.start(settings)
    address = f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{hub.port}/"
    click.echo(f"Homeostat is running at {address}")
    if code := hub.views.setup_code:
        click.echo(f"Set-up code: {code}")
        click.echo("Open the address, enter the code, and say who lives here.")
    if hub.demo is not None:
        click.echo(f"Demo household: sign in as {hub.demo.owner.lower()} with the password {hub.demo.password}")
    await run_until_stopped(hub)
