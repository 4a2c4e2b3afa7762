"""`homeostat run`: the daemon itself."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from hub import logs
from hub.cli import anew
from hub.cli.common import Session, options
from hub.daemon import Settings
from hub.daemon.lock import COMMAND, DataLock, InUse
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.console.operations import Site
    from hub.daemon import Hub

_log = logging.getLogger("hub.daemon")
PATIENCE = 30
"""Seconds to wait for a command that works on the folder."""
SETTLED = (6.0, 60.0)
"""Seconds after which what starting left behind is cleared away, and what the first minute did."""
HERE = "the command line"


@click.command()
@options
@click.option("--host", help="Address to listen on; 0.0.0.0 opens the page to your network.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port of the page; 0 takes a free one.  [default: 8480]")
@click.option("--development", is_flag=True, help="Reload templates, show the page of components.")
@click.pass_obj
def run(session: Session, host: str | None, port: int | None, development: bool) -> None:
    """Run the hub until it is told to stop (SIGTERM, Ctrl-C). SIGHUP takes over a changed hub.yaml.

    With --demo a made-up household starts in a folder of its own; your data is not touched.

    \b
    Example: homeostat run --config ~/homeostat --host 0.0.0.0
    """
    # What is made while starting stays; looking through it for garbage again and again would be for nothing.
    gc.disable()
    with session.failing():
        settings = replace(_settings(session), development=development)
        if host is not None:
            settings = replace(settings, host=host, declared={**settings.declared, "listen": HERE})
        if port is not None:
            settings = replace(settings, port=port, declared={**settings.declared, "port": HERE})
        lock = _lock(settings, session)
        _finish_restore(settings, session)
        try:
            end_logs = logs.set_up(settings.log, settings.data_dir / "logs", sys.stderr)
        except OSError as error:
            session.note(f"no log file is written: {error.filename}: {error.strerror}")
            end_logs = logs.set_up(settings.log, None, sys.stderr)
        try:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                again = runner.run(_serve(settings, lock, session))
                if again is not None and again.pending is not None:
                    runner.run(anew.finish(again.pending, settings, session.config_dir.absolute()))
        finally:
            lock.release()
            end_logs()
        if again is not None:
            anew.start()


def _settings(session: Session) -> Settings:
    from hub.config import ConfigFlaws

    try:
        return session.settings()
    except ConfigFlaws as error:
        session.refuse(
            f"{error}\nNothing was started and nothing was changed. Mend these lines, or put # before them; "
            f"`homeostat check --config {session.config_dir}` reads them again.",
            "ConfigInvalid",
        )
        raise


def _lock(settings: Settings, session: Session) -> DataLock:
    """Waits for a command to finish. Raises InUse when it doesn't, or when a hub runs."""
    import time

    for second in range(PATIENCE):
        try:
            return DataLock.take(settings.data_dir)
        except InUse as error:
            if error.what != COMMAND:
                raise
            if second == 1:
                session.note(f"homeostat: {error}; waiting")
        time.sleep(1)
    return DataLock.take(settings.data_dir)


def _finish_restore(settings: Settings, session: Session) -> None:
    """What a command that was killed had begun."""
    from hub.backup import resume

    if told := resume(settings.data_dir):
        session.note(f"homeostat: {told}")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _serve(settings: Settings, lock: DataLock, session: Session) -> anew.Again | None:
    """Until it is told to stop; what is to be done before it starts anew, where that was asked for."""
    from hub.console.operations import Site
    from hub.console.server import Console
    from hub.daemon import Hub, backups

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    starting = asyncio.ensure_future(Hub.start(settings, lock=lock))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return None
    hub = starting.result()
    again = anew.Again()
    site = Site(hub, None if settings.demo else lambda: session.settings().entries)
    console = Console(site)
    beside = [asyncio.create_task(_settle(hub), name="memory")]
    if not settings.demo:
        rooms = hub.rooms
        rooms.backups.settings_in(session.config_dir.absolute())
        rooms.backups.restart = again.asks(loop, stop)
        keeping = backups.keep(
            *(rooms.backups, rooms.bus, rooms.clock, lambda: rooms.people.household.time_zone, rooms.trail)
        )
        beside.append(asyncio.create_task(keeping, name="backups"))
    try:
        try:
            await console.open()
        except OSError as error:
            _log.error("commands can't reach this hub, the folder for run files takes no socket: %s", error)
        _log.info("started: version %s, port %d, process %d", hub.rooms.version, hub.port, os.getpid())
        _greet(hub)
        await _until(stopping, hub, site)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        # A second signal ends it at once, whatever still wants to be written.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        await console.close()
        await hub.stop()
        _log.info("stopped")
    return again if again.asked else None


async def _settle(hub: Hub) -> None:
    from hub.daemon import memory

    for seconds in SETTLED:
        await hub.rooms.clock.sleep(seconds)
        await hub.upkeep.give_back()
        memory.settle()


async def _until(stopping: asyncio.Future[Any], hub: Hub, site: Site) -> None:
    """Wait for the end; each SIGHUP takes over a changed configuration."""
    wanted = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, wanted.set)
    while not stopping.done():
        asked = asyncio.ensure_future(wanted.wait())
        await asyncio.wait({stopping, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            asked.cancel()
            return
        wanted.clear()
        if site.reread is None:
            continue
        try:
            changed = await hub.rooms.supervisor.redeclare(site.reread())
            _log.info("hub.yaml was read anew; started anew or stopped: %s", ", ".join(changed) or "nothing")
        except HubError as error:
            _log.error("hub.yaml was not taken over: %s", error)


def _greet(hub: Hub) -> None:
    state = hub.network.state()
    click.echo(f"Homeostat is running at {state.addresses[0]}/")
    if state.certificate is not None and state.certificate.kind == "home":
        click.echo(f"Fingerprint of the home's certificate authority (SHA-256): {state.authority}")
    if code := hub.views.setup_code:
        click.echo(f"Set-up code: {code}")
        click.echo("Open the address, enter the code, and say who lives here.")
    if hub.demo is not None:
        click.echo(f"Demo household: sign in as {hub.demo.owner.lower()} with the password {hub.demo.password}")
