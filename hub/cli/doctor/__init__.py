"""`homeostat doctor`: everything that can be looked at from outside, and what to do about it."""

from __future__ import annotations

import asyncio

import click

from hub.cli.common import FAILED, Session, options
from hub.cli.doctor import house, machine
from hub.cli.doctor.finding import Finding, fail
from hub.errors import ConfigInvalid, HubError

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@options
@click.pass_obj
def doctor(session: Session) -> None:
    """Look at versions, clock, disk, permissions, configuration, database, ports, entries and integrations.

    Changes nothing. The exit code is 1 when something fails; what only warns doesn't count.

    \b
    Example: homeostat doctor --config ~/homeostat
    """
    with session.failing():
        found = asyncio.run(_look(session))
    lines: list[str] = []
    for one in found:
        lines.append(f"{click.style(f'{one.state:<4}', _COLOURS[one.state])}  {one.what}: {one.message}")
        if one.remedy:
            lines.append(f"      {one.remedy}")
    failed = sum(one.state == "fail" for one in found)
    session.show({"ok": not failed, "findings": [one._asdict() for one in found]}, lines)
    if failed:
        raise SystemExit(FAILED)


async def _look(session: Session) -> list[Finding]:
    from hub.console.client import connect

    found = [*machine.versions(), *machine.clock()]
    settings = None
    try:
        settings = session.settings()
    except ConfigInvalid:
        pass  # told by the check of the configuration
    custom = settings.custom_integrations if settings is not None else None
    # They start loops of their own to ask custom integrations.
    found += await asyncio.to_thread(lambda: [*house.configuration(session.config_dir), *house.integrations(custom)])
    if settings is None:
        return found
    found += [*machine.disk(settings.data_dir), *machine.permissions(session.config_dir, settings.data_dir)]
    try:
        remote = await connect(settings.data_dir)
        found += [one async for one in house.running(remote, settings)]
        if remote is not None:
            await remote.close()
    except HubError as error:
        found.append(fail("hub", str(error), "Look at its log, or restart it."))
    found += [one async for one in house.database(settings)]
    return found
