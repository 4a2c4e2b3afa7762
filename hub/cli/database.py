"""`homeostat db`: the schema's version, and copies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import Session, options
from hub.clock import RealClock

if TYPE_CHECKING:
    from hub.daemon import Settings
    from hub.recorder.versions import SchemaStatus


@click.group()
def db() -> None:
    """Upgrade, downgrade, look at and back up the database."""


@db.command("status")
@options
@click.pass_obj
def db_status(session: Session) -> None:
    """Which version the database has, and which this program works with; changes nothing.

    \b
    Example: homeostat db status --json
    """
    with session.failing():
        from hub.recorder import versions

        _tell(session, asyncio.run(versions.status(session.settings().url)))


@db.command("upgrade")
@options
@click.argument("version", default="head")
@click.pass_obj
def db_upgrade(session: Session, version: str) -> None:
    """Bring the database to VERSION, or to the newest; the hub does so by itself when it starts.

    A backup copy is made first. The hub must not be running.

    \b
    Example: homeostat db upgrade
    """
    from hub.recorder import versions

    _alone(session, lambda url: versions.upgrade(url, version))


@db.command("downgrade")
@options
@click.argument("version")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def db_downgrade(session: Session, version: str, yes: bool) -> None:
    """Take the database back to VERSION for an older program; what later versions added is lost.

    A backup copy is made first. The hub must not be running; `homeostat db status` names the versions.

    \b
    Example: homeostat db downgrade 0001 --yes
    """
    from hub.recorder import versions

    if not yes:
        click.confirm(f"What versions after {version} added will be lost. Go on?", abort=True, err=True)
    _alone(session, lambda url: versions.downgrade(url, version))


@db.command("backup")
@options
@click.argument("to", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def db_backup(session: Session, to: Path | None) -> None:
    """Make a checked, consistent copy, also while the hub runs.

    Without TO it lies under backups/ in the data folder, where a damaged database is restored from.

    \b
    Example: homeostat db backup /media/stick/homeostat.db
    """
    with session.failing():
        settings = session.settings()
        made = session.ask("database.backup", to=str((to or _copy_of(settings)).absolute()))
        session.show(made, f"{made['backup']} ({made['bytes'] / 1e6:,.1f} MB)")


def _alone(session: Session, work: Callable[[str], Coroutine[Any, Any, SchemaStatus]]) -> None:
    """Do work on a database that nothing else has open, after a copy was made."""
    from hub.backup import resume
    from hub.daemon.lock import COMMAND, DataLock

    with session.failing():
        settings = session.settings()
        lock = DataLock.take(settings.data_dir, COMMAND)
        try:
            resume(settings.data_dir)
            asyncio.run(_copy_first(settings))
            _tell(session, asyncio.run(work(settings.url)))
        finally:
            lock.release()


async def _copy_first(settings: Settings) -> None:
    from hub.recorder import versions
    from hub.recorder.copies import copy_postgres, copy_sqlite
    from hub.recorder.database import parse

    if (await versions.status(settings.url)).current is None:
        return
    url = parse(settings.url)
    to = _copy_of(settings)
    if url.get_backend_name() == "sqlite":
        await asyncio.to_thread(copy_sqlite, Path(url.database or ""), to)
    else:
        await copy_postgres(url, to)


def _copy_of(settings: Settings) -> Path:
    from hub.recorder.copies import name_for
    from hub.recorder.database import parse

    return settings.data_dir / "backups" / name_for(RealClock().now(), parse(settings.url))


def _tell(session: Session, status: SchemaStatus) -> None:
    data = {"version": status.current, "newest": status.head, "pending": list(status.pending)}
    if status.current is None:
        text = f"The database is not there yet; the hub makes it, at version {status.head}."
    elif status.pending:
        text = f"The database is at version {status.current}; waiting: {', '.join(status.pending)}."
    else:
        text = f"The database is at version {status.current}, the newest."
    session.show(data, text)
